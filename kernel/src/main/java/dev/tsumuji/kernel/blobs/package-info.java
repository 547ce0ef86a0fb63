/** Immutable files: code packages, objects. */
@NullMarked
package dev.tsumuji.kernel.blobs;

import org.jspecify.annotations.NullMarked;
