package dev.tsumuji.wire.sign;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Derived signing keys, the most recently used ones kept. The secret is part of the key of the map, so a changed secret
 * never meets an old derivation. Guarded by one lock, held for a lookup only.
 */
final class SigningKeys {
    private static final int KEPT = 1_024;

    private record Use(String secret, Scope scope) {}

    private final ReentrantLock lock = new ReentrantLock();
    private final Map<Use, Hash.Key> keys = new LinkedHashMap<>(64, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Use, Hash.Key> eldest) {
            return size() > KEPT;
        }
    };

    Hash.Key of(String secret, Scope scope) {
        var use = new Use(secret, scope);
        lock.lock();
        try {
            var known = keys.get(use);
            if (known != null) {
                return known;
            }
        } finally {
            lock.unlock();
        }
        var derived = derive(secret, scope);
        lock.lock();
        try {
            keys.put(use, derived);
        } finally {
            lock.unlock();
        }
        return derived;
    }

    static Hash.Key derive(String secret, Scope scope) {
        var date = new Hash.Key(("AWS4" + secret).getBytes(StandardCharsets.UTF_8)).mac(scope.date());
        var region = new Hash.Key(date).mac(scope.region());
        var service = new Hash.Key(region).mac(scope.service());
        return new Hash.Key(new Hash.Key(service).mac(Scope.TERMINATOR));
    }
}
