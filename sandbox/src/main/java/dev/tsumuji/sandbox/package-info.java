/** Starts other people's code in processes of its own, walled in, and speaks with it. */
@NullMarked
package dev.tsumuji.sandbox;

import org.jspecify.annotations.NullMarked;
