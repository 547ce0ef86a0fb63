/** The little that the wire layer asks of an HTTP server, and the server behind it. */
@NullMarked
package dev.tsumuji.wire.http;

import org.jspecify.annotations.NullMarked;
