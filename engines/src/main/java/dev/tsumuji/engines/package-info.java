/** Where state lives: memory, RocksDB, files. */
@NullMarked
package dev.tsumuji.engines;

import org.jspecify.annotations.NullMarked;
