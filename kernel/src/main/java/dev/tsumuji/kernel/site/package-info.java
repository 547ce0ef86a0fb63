/** What services answer in plain HTTP, beside AWS's APIs. */
@NullMarked
package dev.tsumuji.kernel.site;

import org.jspecify.annotations.NullMarked;
