package dev.tsumuji.lambda;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.lambda.model.FunctionConfiguration;

/**
 * A version of a function, ready to be invoked.
 *
 * @param provisioned instances kept for the version
 * @param provisionedOfFunction instances kept for all of the function's versions
 * @param reserved concurrent executions kept for the function, and its limit; null when it shares the account's
 */
record Target(
        FunctionId id, Function function, @Nullable Integer reserved, int provisioned, int provisionedOfFunction) {

    /** With nothing provisioned. */
    Target(FunctionId id, Function function, @Nullable Integer reserved) {
        this(id, function, reserved, 0, 0);
    }

    FunctionConfiguration configuration() {
        return function.configuration();
    }

    String version() {
        return function.configuration().version();
    }

    Duration timeout() {
        return Duration.ofSeconds(function.configuration().timeout());
    }
}
