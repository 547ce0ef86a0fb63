/** The command line, a client of a running platform. */
@NullMarked
package dev.tsumuji.cli;

import org.jspecify.annotations.NullMarked;
