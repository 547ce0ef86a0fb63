package dev.tsumuji.lambda;

import dev.tsumuji.kernel.call.Principal;
import dev.tsumuji.kernel.call.Session;
import dev.tsumuji.kernel.cloud.Caller;
import java.util.Map;
import software.amazon.awssdk.services.sts.model.Credentials;

/** A function's execution role, assumed. */
record RoleSession(Principal.AssumedRole principal, Session session, Credentials credentials) {

    Caller caller(FunctionId id) {
        return new Caller(principal, session, id.account(), id.region(), Map.of("lambda:SourceFunctionArn", id.arn()));
    }

    @Override
    public String toString() {
        return "RoleSession[" + principal.arn() + "]";
    }
}
