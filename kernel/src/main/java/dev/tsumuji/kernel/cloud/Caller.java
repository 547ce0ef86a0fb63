package dev.tsumuji.kernel.cloud;

import dev.tsumuji.kernel.call.Principal;
import dev.tsumuji.kernel.call.Session;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * For whom, and in which account and region, one service calls another.
 *
 * @param context condition keys such as {@code aws:SourceArn} and {@code aws:SourceAccount}
 */
public record Caller(
        Principal principal, @Nullable Session session, String account, String region, Map<String, String> context) {

    /** A service of the platform acting in an account because of one of that account's resources. */
    public static Caller service(String name, String account, String region, String sourceArn) {
        return new Caller(
                new Principal.Service(name),
                null,
                account,
                region,
                Map.of("aws:SourceArn", sourceArn, "aws:SourceAccount", account));
    }
}
