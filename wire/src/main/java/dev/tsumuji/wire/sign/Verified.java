package dev.tsumuji.wire.sign;

import dev.tsumuji.kernel.call.Credential;
import dev.tsumuji.wire.http.Request;

/**
 * A request whose head is proven to come from the holder of a key. Its body is proven when it has been read to the end.
 *
 * @param request without the transfer coding {@code aws-chunked}; the path in the one form that was signed
 */
public record Verified(Request request, Credential credential, Scope scope, Mechanism mechanism) {}
