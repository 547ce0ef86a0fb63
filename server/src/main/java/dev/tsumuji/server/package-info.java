/** Puts the platform together and runs it. */
@NullMarked
package dev.tsumuji.server;

import org.jspecify.annotations.NullMarked;
