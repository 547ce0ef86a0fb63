package dev.tsumuji.kernel.settings;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/** Finds the key that somebody may have meant, by the number of letters to change, add, drop or swap. */
final class NearestKey {
    private NearestKey() {}

    /** Nothing when no key is near: a bad guess misleads. */
    static Optional<String> to(String written, Collection<String> keys) {
        int atMost = Math.max(2, written.length() / 3);
        return keys.stream()
                .filter(key -> key.startsWith(written) && written.length() >= 3 || distance(written, key) <= atMost)
                .min(Comparator.comparingInt((String key) -> distance(written, key))
                        .thenComparing(Comparator.naturalOrder()));
    }

    private static int distance(String a, String b) {
        var table = new int[a.length() + 1][b.length() + 1];
        for (int i = 0; i <= a.length(); i++) {
            for (int j = 0; j <= b.length(); j++) {
                table[i][j] = i == 0 ? j : j == 0 ? i : step(table, a, b, i, j);
            }
        }
        return table[a.length()][b.length()];
    }

    private static int step(int[][] table, String a, String b, int i, int j) {
        int change = table[i - 1][j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        int best = Math.min(change, 1 + Math.min(table[i - 1][j], table[i][j - 1]));
        boolean swapped = i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1);
        return swapped ? Math.min(best, table[i - 2][j - 2] + 1) : best;
    }
}
