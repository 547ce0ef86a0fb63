package dev.tsumuji.iam;

import dev.tsumuji.iam.policy.Evaluator;
import dev.tsumuji.kernel.call.Call;
import dev.tsumuji.kernel.cloud.Access;
import dev.tsumuji.kernel.cloud.Authorizer;
import dev.tsumuji.kernel.cloud.Decision;
import java.util.List;

/** Gathers the policies that apply to an access, and lets the {@link Evaluator} decide. Thread-safe. */
public final class IamAuthorizer implements Authorizer {
    private final Rights rights;
    private final LastUses lastUses;

    IamAuthorizer(Rights rights, LastUses lastUses) {
        this.rights = rights;
        this.lastUses = lastUses;
    }

    @Override
    public Decision decide(Call call, Access access) {
        lastUses.note(call, access.action());
        if (access.open()) {
            return new Decision(
                    true, access.action(), access.resource(), "", List.of(), "the action needs no permission", "");
        }
        var own = rights.of(call.principal());
        var request = new Evaluator.Request(
                call.principal(),
                access.action(),
                access.resource(),
                access.resourceAccount(),
                access.trusting(),
                new RequestContext(call, access, own.tags()));
        return Evaluator.decide(
                request,
                new Evaluator.Policies(
                        own.policies(), own.boundary(), rights.of(call.principal(), call.session()), () -> {
                            var document = access.resourcePolicy().get();
                            return document == null
                                    ? null
                                    : new Evaluator.Named("of " + access.resource(), rights.parse(document));
                        }));
    }
}
