package dev.tsumuji.dynamodb.expression;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/**
 * What the last used texts say, so that a text is parsed once and bound many times. Bounded by a number of texts of at most 4 KB
 * each. Guarded by its lock, which is not held while a text is parsed.
 */
final class ParsedTexts {
    private static final int TEXTS_MAX = 512;

    private record Key(Place place, String text) {}

    private final ReentrantLock lock = new ReentrantLock();
    private final Map<Key, Object> parsed = new LinkedHashMap<>(16, 0.75f, true);

    /** A text that cannot be parsed is not kept: its parsing throws. */
    <T> T get(Place place, String text, Class<T> type, Supplier<T> parse) {
        if (text.length() > Parser.TEXT_MAX) {
            return parse.get();
        }
        var key = new Key(place, text);
        lock.lock();
        try {
            if (parsed.get(key) instanceof Object known) {
                return type.cast(known);
            }
        } finally {
            lock.unlock();
        }
        var fresh = parse.get();
        lock.lock();
        try {
            parsed.put(key, fresh);
            if (parsed.size() > TEXTS_MAX) {
                var oldest = parsed.keySet().iterator();
                oldest.next();
                oldest.remove();
            }
        } finally {
            lock.unlock();
        }
        return fresh;
    }
}
