package dev.tsumuji.iam;

import dev.tsumuji.iam.IamKeys.LastUse;
import dev.tsumuji.kernel.call.Call;
import dev.tsumuji.kernel.kv.Kv;
import dev.tsumuji.kernel.kv.KvException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * When and for what each access key was last used, to the minute: a use is written at most once a minute, beside the request
 * rather than within it. Thread-safe.
 */
final class LastUses {
    private static final Duration GRAIN = Duration.ofMinutes(1);
    private static final int KEYS_MAX = 10_000;

    private final Kv kv;
    private final Map<String, LastUse> written = new ConcurrentHashMap<>();

    LastUses(Kv kv) {
        this.kv = kv;
    }

    void note(Call call, String action) {
        var id = call.accessKeyId();
        if (id == null || id.startsWith("ASIA")) {
            return;
        }
        var before = written.get(id);
        if (before != null && before.at().plus(GRAIN).isAfter(call.time())) {
            return;
        }
        if (written.size() >= KEYS_MAX) {
            written.clear();
        }
        var use = new LastUse(call.time(), action.substring(0, Math.max(0, action.indexOf(':'))), call.region());
        written.put(id, use);
        Thread.startVirtualThread(() -> write(id, use));
    }

    private void write(String id, LastUse use) {
        try {
            kv.transact(txn -> {
                if (IamKeys.KEYS.get(txn, id).isPresent()) {
                    IamKeys.LAST_USES.put(txn, use, id);
                }
                return null;
            });
        } catch (KvException e) {
            // a use that isn't noted harms nobody; the next one tries again
            written.remove(id);
        }
    }
}
