/** Security Token Service. */
@NullMarked
package dev.tsumuji.sts;

import org.jspecify.annotations.NullMarked;
