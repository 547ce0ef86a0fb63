package dev.tsumuji.iam;

import dev.tsumuji.iam.IamKeys.Group;
import dev.tsumuji.iam.IamKeys.Role;
import dev.tsumuji.iam.IamKeys.User;
import dev.tsumuji.kernel.call.Call;
import dev.tsumuji.kernel.kv.Kv;
import dev.tsumuji.kernel.kv.Snapshot;
import dev.tsumuji.kernel.kv.Txn;
import dev.tsumuji.kernel.time.Ids;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The store as this service uses it. Every write raises the generation before it returns, so that whoever remembers what he
 * read (the authoriser, the credentials) knows that it may be stale, from the moment the write is acknowledged. Thread-safe.
 */
final class Directory {
    private final Kv kv;
    private final InstantSource clock;
    private final Ids ids;
    private final AtomicLong generation = new AtomicLong();

    Directory(Kv kv, InstantSource clock, Ids ids) {
        this.kv = kv;
        this.clock = clock;
        this.ids = ids;
    }

    <T extends @Nullable Object> T read(Function<? super Snapshot, T> body) {
        return kv.read(body);
    }

    <T extends @Nullable Object> T write(Function<? super Txn, T> body) {
        try {
            return kv.transact(body);
        } finally {
            generation.incrementAndGet();
        }
    }

    /** To be read before the store, and compared afterwards. */
    long generation() {
        return generation.get();
    }

    /** AWS's times in this service have whole seconds. */
    Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.SECONDS);
    }

    Ids ids() {
        return ids;
    }

    /** An identifier as AWS makes them: a prefix that tells the kind, then capitals and digits. */
    String id(String prefix) {
        return prefix + ids.base32(17);
    }

    /** The account of the call under way. */
    static String account() {
        return Call.current().account();
    }

    static String arn(String account, String resource) {
        return "arn:aws:iam::" + account + ":" + resource;
    }

    static User user(Snapshot snapshot, String account, String name) {
        return IamKeys.USERS
                .get(snapshot, account, IamKeys.low(name))
                .orElseThrow(() -> IamErrors.noSuch("user", name));
    }

    static Group group(Snapshot snapshot, String account, String name) {
        return IamKeys.GROUPS
                .get(snapshot, account, IamKeys.low(name))
                .orElseThrow(() -> IamErrors.noSuch("group", name));
    }

    static Role role(Snapshot snapshot, String account, String name) {
        return IamKeys.ROLES
                .get(snapshot, account, IamKeys.low(name))
                .orElseThrow(() -> IamErrors.noSuch("role", name));
    }

    /** The id of a user, group or role. */
    static String require(Snapshot snapshot, String account, Kind kind, String name) {
        return switch (kind) {
            case USER -> user(snapshot, account, name).id();
            case GROUP -> group(snapshot, account, name).id();
            case ROLE -> role(snapshot, account, name).id();
        };
    }

    /** As {@link #require}, and refuses roles that belong to a service. */
    static String modifiable(Snapshot snapshot, String account, Kind kind, String name) {
        if (kind == Kind.ROLE) {
            modifiable(role(snapshot, account, name));
        }
        return require(snapshot, account, kind, name);
    }

    static void modifiable(Role role) {
        if (role.path().startsWith("/aws-service-role/")) {
            throw IamErrors.unmodifiable(role.name());
        }
    }
}
