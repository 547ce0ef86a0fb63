package dev.tsumuji.iam;

import dev.tsumuji.engines.memory.MemoryKv;
import dev.tsumuji.kernel.call.Principal;
import dev.tsumuji.kernel.call.Session;
import dev.tsumuji.kernel.cloud.Caller;
import dev.tsumuji.kernel.cloud.Gate;
import dev.tsumuji.kernel.cloud.LocalCloud;
import dev.tsumuji.kernel.kv.Kv;
import dev.tsumuji.kernel.time.Ids;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.iam.IamClient;

/** A platform with nothing but identities, in memory. */
final class Cell {
    static final String TRUST_ACCOUNT = """
            {"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"000000000000"},"Action":"sts:AssumeRole"}]}""";

    final Kv kv;
    final IamService iam;
    final LocalCloud cloud;
    final String account;

    /** The account's root at the client interface, through the gate. */
    final IamClient root;

    Instant now = Instant.parse("2026-01-01T00:00:00Z");

    Cell() {
        this(null);
    }

    Cell(@Nullable Kv given) {
        InstantSource clock = () -> now;
        var ids = new Ids(new SplittableRandom(7));
        kv = given == null ? new MemoryKv(clock) : given;
        iam = new IamService(kv, clock, ids);
        cloud = new LocalCloud(new Gate(iam.authorizer(), entry -> {}), clock, ids);
        cloud.add(iam.service());
        account = given == null ? iam.accounts().create("main", null).number() : Accounts.FIRST;
        root = as(new Principal.Root(account), null);
    }

    IamClient as(Principal principal, @Nullable Session session) {
        return cloud.client(
                IamClient.class, new Caller(principal, session, principal.account(), "eu-west-1", Map.of()));
    }

    /** The principal of a user that exists. */
    Principal.User user(String name) {
        var user = root.getUser(request -> request.userName(name)).user();
        return new Principal.User(account, user.path(), user.userName(), user.userId());
    }

    /** A session of a role that exists. */
    Principal.AssumedRole session(String role) {
        var found = root.getRole(request -> request.roleName(role)).role();
        return new Principal.AssumedRole(account, found.path(), found.roleName(), found.roleId(), "session");
    }
}
