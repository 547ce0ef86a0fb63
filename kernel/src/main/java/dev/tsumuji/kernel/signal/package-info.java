/** Hints from one service to another that something is new. */
@NullMarked
package dev.tsumuji.kernel.signal;

import org.jspecify.annotations.NullMarked;
