package dev.tsumuji.dynamodb;

import dev.tsumuji.kernel.call.Call;
import dev.tsumuji.kernel.kv.Kv;
import dev.tsumuji.kernel.kv.KvException;
import dev.tsumuji.kernel.kv.Txn;
import dev.tsumuji.kernel.time.Scheduler;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Client tokens of transactions, remembered for ten minutes at least and twenty at most: they lie under the ten minutes in
 * which they were used, and are forgotten by range. Thread-safe; all state is in the store.
 */
final class ClientTokens {
    private static final Logger LOG = System.getLogger(ClientTokens.class.getName());

    private final Kv kv;
    private final InstantSource clock;
    private final Scheduler scheduler;
    private final AtomicBoolean scheduled = new AtomicBoolean();

    ClientTokens(Kv kv, InstantSource clock, Scheduler scheduler) {
        this.kv = kv;
        this.clock = clock;
        this.scheduler = scheduler;
    }

    /**
     * Notes that a token is used, unless it was.
     *
     * @return true when the same request was made with it before
     * @throws software.amazon.awssdk.services.dynamodb.model.DynamoDbException when another request was
     */
    boolean used(Txn txn, Call call, String token, byte[] digest) {
        long period = period();
        for (long p = period; p >= period - 1; p--) {
            var earlier = txn.get(DynamodbKeys.token(p, call.account(), call.region(), token));
            if (earlier != null) {
                if (!Arrays.equals(earlier, digest)) {
                    throw DynamodbErrors.otherRequestWithToken();
                }
                return true;
            }
        }
        txn.put(DynamodbKeys.token(period, call.account(), call.region(), token), digest);
        txn.afterCommit(this::wake);
        return false;
    }

    private long period() {
        return clock.millis() / DynamodbLimits.CLIENT_TOKEN_LIFE.toMillis();
    }

    /** There may be tokens to forget in time. */
    void wake() {
        if (!scheduled.get() && scheduled.compareAndSet(false, true)) {
            scheduler.after(DynamodbLimits.CLIENT_TOKEN_LIFE.multipliedBy(2), this::forget);
        }
    }

    private void forget() {
        scheduled.set(false);
        try {
            var old = DynamodbKeys.tokensBefore(period() - 1);
            kv.transact(txn -> {
                txn.delete(old);
                return null;
            });
            var rest = DynamodbKeys.tokensBefore(Long.MAX_VALUE);
            if (!kv.read(snapshot -> snapshot.scan(rest, 1)).isEmpty()) {
                wake();
            }
        } catch (KvException e) {
            if (e.kind() != KvException.Kind.CLOSED) {
                LOG.log(Level.WARNING, "could not forget old client tokens, will try again", e);
                wake();
            }
        }
    }
}
