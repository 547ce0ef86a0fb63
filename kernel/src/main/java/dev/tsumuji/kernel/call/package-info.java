/** Who asks: the call under which every operation runs, its principal, its credentials. */
@NullMarked
package dev.tsumuji.kernel.call;

import org.jspecify.annotations.NullMarked;
