/** The store in memory, for tests. */
@NullMarked
package dev.tsumuji.engines.memory;

import org.jspecify.annotations.NullMarked;
