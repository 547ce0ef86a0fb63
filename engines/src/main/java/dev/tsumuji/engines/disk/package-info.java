/** Blobs as files. */
@NullMarked
package dev.tsumuji.engines.disk;

import org.jspecify.annotations.NullMarked;
