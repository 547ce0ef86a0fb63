/** The store on one disk, with RocksDB underneath. */
@NullMarked
package dev.tsumuji.engines.rocksdb;

import org.jspecify.annotations.NullMarked;
