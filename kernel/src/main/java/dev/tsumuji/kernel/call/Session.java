package dev.tsumuji.kernel.call;

import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * What a temporary credential carries besides its principal.
 *
 * @param policies session policies, JSON documents; they can only narrow what the principal may do
 * @param policyArns managed policies used as session policies
 * @param tags session tags, {@code aws:PrincipalTag/…}
 * @param context further condition keys fixed when the session was made
 */
public record Session(
        Instant issuedAt,
        Instant expiresAt,
        List<String> policies,
        List<String> policyArns,
        Map<String, String> tags,
        Map<String, String> context) {

    public static Session plain(Instant issuedAt, Instant expiresAt) {
        return new Session(issuedAt, expiresAt, List.of(), List.of(), Map.of(), Map.of());
    }
}
