package dev.tsumuji.lambda;

import dev.tsumuji.kernel.cloud.Caller;
import java.time.Duration;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/** A function's role, assumed when it is first needed and again before its session ends. Thread-safe: {@code this} guards it. */
final class RoleSessions {
    private static final Duration RENEW_BEFORE = Duration.ofMinutes(5);

    private final Roles roles;
    private final InstantSource clock;
    private final FunctionId function;
    private @Nullable RoleSession session;
    private String assumed = "";

    RoleSessions(Roles roles, InstantSource clock, FunctionId function) {
        this.roles = roles;
        this.clock = clock;
        this.function = function;
    }

    /** @throws software.amazon.awssdk.awscore.exception.AwsServiceException when the role can't be assumed */
    synchronized Caller caller(String role) {
        var known = session;
        if (known == null
                || !assumed.equals(role)
                || !clock.instant().isBefore(known.session().expiresAt().minus(RENEW_BEFORE))) {
            known = roles.assume(function, role);
            session = known;
            assumed = role;
        }
        return known.caller(function);
    }
}
