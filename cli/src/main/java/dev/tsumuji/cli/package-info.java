/** The command line: starts, asks and stops a platform on this machine, over signed HTTP. */
@NullMarked
package dev.tsumuji.cli;

import org.jspecify.annotations.NullMarked;
