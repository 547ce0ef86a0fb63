package dev.tsumuji.kernel.cloud;

import java.util.List;

/**
 * What the authoriser decided about one {@link Access}, and why.
 *
 * @param reason the tail of AWS's message: {@code because no identity-based policy allows the … action}
 * @param trail what was looked at, in order: each policy by name with the statement that matched, or that none did
 */
public record Decision(boolean allowed, String action, String resource, String reason, List<String> trail) {}
