package dev.tsumuji.lambda;

import dev.tsumuji.kernel.kv.Range;
import dev.tsumuji.kernel.kv.Snapshot;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Lists in pages; a marker is the last key shown, as text. */
final class Paging {
    private Paging() {}

    static int limit(@Nullable Integer wanted) {
        if (wanted != null && wanted < 1) {
            throw LambdaErrors.validation(LambdaErrors.problem(
                    Integer.toString(wanted), "maxItems", "have value greater than or equal to 1"));
        }
        return wanted == null ? LambdaLimits.PAGE_SIZE_MAX : Math.min(wanted, LambdaLimits.PAGE_SIZE_MAX);
    }

    /** The marker behind a page, when one more entry than the page has was found. */
    static @Nullable String next(List<Snapshot.Entry> found, int limit) {
        return found.size() <= limit
                ? null
                : Base64.getUrlEncoder()
                        .withoutPadding()
                        .encodeToString(found.get(limit - 1).key());
    }

    static Range after(Range range, @Nullable String marker) {
        if (marker == null || marker.isEmpty()) {
            return range;
        }
        return range.after(key(range, marker));
    }

    /** For lists that descend. */
    static Range before(Range range, @Nullable String marker) {
        return marker == null || marker.isEmpty() ? range : range.before(key(range, marker));
    }

    private static byte[] key(Range range, String marker) {
        try {
            var key = Base64.getUrlDecoder().decode(marker.getBytes(StandardCharsets.US_ASCII));
            if (range.contains(key)) {
                return key;
            }
        } catch (IllegalArgumentException e) {
            // answered below, as is a marker of another list
        }
        throw LambdaErrors.invalid("Invalid marker: " + marker);
    }

    static <T> List<T> page(List<T> found, int limit) {
        return found.subList(0, Math.min(limit, found.size()));
    }
}
