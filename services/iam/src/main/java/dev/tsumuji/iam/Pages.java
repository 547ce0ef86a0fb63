package dev.tsumuji.iam;

import dev.tsumuji.kernel.cloud.Failures;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Pages of a list that is at hand; the marker is the number of those before. */
final class Pages {
    private Pages() {}

    static <T> Table.Page<T> of(List<T> all, @Nullable String marker, @Nullable Integer maxItems) {
        int from = marker == null ? 0 : offset(marker, all.size());
        int to = Math.min(all.size(), from + (maxItems == null ? 100 : Math.clamp(maxItems, 1, 1000)));
        return new Table.Page<>(List.copyOf(all.subList(from, to)), to < all.size() ? Integer.toString(to) : null);
    }

    private static int offset(String marker, int max) {
        boolean number =
                marker.length() <= 9 && !marker.isEmpty() && marker.chars().allMatch(Character::isDigit);
        if (number && Integer.parseInt(marker) <= max) {
            return Integer.parseInt(marker);
        }
        throw Failures.of("ValidationError", 400, "Invalid Marker.");
    }
}
