/** Certificates of the platform's own authority, and TLS with them. */
@NullMarked
package dev.tsumuji.wire.tls;

import org.jspecify.annotations.NullMarked;
