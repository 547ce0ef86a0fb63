/** AWS's protocols: from bytes to a typed request and back. */
@NullMarked
package dev.tsumuji.wire;

import org.jspecify.annotations.NullMarked;
