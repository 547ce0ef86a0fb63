package dev.tsumuji.kernel.call;

import org.jspecify.annotations.Nullable;

/**
 * A key that signs requests, and whose it is.
 *
 * @param sessionToken of a temporary credential only
 * @param session of a temporary credential only
 */
public record Credential(
        String accessKeyId,
        String secretAccessKey,
        @Nullable String sessionToken,
        Principal principal,
        @Nullable Session session) {

    @Override
    public String toString() {
        return "Credential[" + accessKeyId + ", " + principal.arn() + "]";
    }
}
