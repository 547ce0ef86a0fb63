package dev.tsumuji.kernel.cloud;

import dev.tsumuji.kernel.call.Call;

/** Decides by identity, resource, boundary and session policies. Fails closed: whatever it can't evaluate is denied. */
@FunctionalInterface
public interface Authorizer {
    Decision decide(Call call, Access access);
}
