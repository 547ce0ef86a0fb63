package dev.tsumuji.kernel.cloud;

import java.util.List;

/**
 * What the authoriser decided about one {@link Access}, and why.
 *
 * @param reason the tail of AWS's message: {@code because no identity-based policy allows the … action}; empty where AWS
 *     says nothing
 * @param trail what was looked at, in order: each policy by name with the statement that matched, or that none did
 * @param decidedBy the policy and statement that decided; empty when it was the lack of one
 * @param remedy the smallest policy document that would allow it, and where to put it; empty when allowed, or when no added
 *     policy helps because one denies it
 */
public record Decision(
        boolean allowed,
        String action,
        String resource,
        String reason,
        List<String> trail,
        String decidedBy,
        String remedy) {

    public Decision(boolean allowed, String action, String resource, String reason, List<String> trail) {
        this(allowed, action, resource, reason, trail, "", "");
    }
}
