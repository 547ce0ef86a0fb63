/** Time, randomness and scheduling, as parameters. */
@NullMarked
package dev.tsumuji.kernel.time;

import org.jspecify.annotations.NullMarked;
