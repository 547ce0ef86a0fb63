/** AWS's protocols: from an HTTP request to a typed request, from a typed answer or an error to an HTTP answer. */
@NullMarked
package dev.tsumuji.wire.protocol;

import org.jspecify.annotations.NullMarked;
