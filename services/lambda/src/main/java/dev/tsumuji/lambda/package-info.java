/** Lambda. */
@NullMarked
package dev.tsumuji.lambda;

import org.jspecify.annotations.NullMarked;
