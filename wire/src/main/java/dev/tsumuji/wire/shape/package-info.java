/** The SDK's model classes as wire descriptions: which members there are, of what kind, and where they travel. */
@NullMarked
package dev.tsumuji.wire.shape;

import org.jspecify.annotations.NullMarked;
