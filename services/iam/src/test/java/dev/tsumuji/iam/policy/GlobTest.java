package dev.tsumuji.iam.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.SplittableRandom;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class GlobTest {

    @Test
    void matches_as_a_regular_expression_would() {
        var seed = 20_260_101L;
        var random = new SplittableRandom(seed);
        for (int round = 0; round < 50_000; round++) {
            var pattern = text(random, "ab*?", 12);
            var text = text(random, "ab", 14);
            var regex = pattern.replace("*", ".*").replace("?", ".");
            assertThat(Glob.of(pattern).matches(text))
                    .as("seed %d: %s on %s", seed, pattern, text)
                    .isEqualTo(Pattern.matches(regex, text));
        }
    }

    @Test
    void long_pieces_match_as_a_regular_expression_would() {
        var seed = 4L;
        var random = new SplittableRandom(seed);
        for (int round = 0; round < 5_000; round++) {
            var piece = text(random, "ab?", 100);
            var text = text(random, "ab", 300) + piece.replace('?', 'a') + text(random, "ab", 50);
            var regex = ".*" + piece.replace("?", ".") + ".*";
            assertThat(Glob.of("*" + piece + "*").matches(text))
                    .as("seed %d: %s on %s", seed, piece, text)
                    .isEqualTo(Pattern.matches(regex, text));
        }
    }

    private static String text(SplittableRandom random, String alphabet, int lengthMax) {
        var out = new StringBuilder();
        for (int i = random.nextInt(lengthMax + 1); i > 0; i--) {
            out.append(alphabet.charAt(random.nextInt(alphabet.length())));
        }
        return out.toString();
    }

    @Test
    void the_worst_patterns_cost_time_in_proportion_to_the_text() {
        for (var pattern : new String[] {
            "*a".repeat(1_000) + "b",
            "*" + "a".repeat(2_000) + "b*",
            "*" + "a?".repeat(1_000) + "b*",
            "*?".repeat(1_000)
        }) {
            var glob = Glob.of(pattern);
            glob.matches("a".repeat(10_000));
            long small = nanos(glob, 100_000);
            long large = nanos(glob, 800_000);
            // eight times the text: sixty-four times the work if it were quadratic
            assertThat(large).as(pattern.substring(0, 8)).isLessThan(Math.max(small, 1_000_000) * 32);
            assertThat(large).isLessThan(Duration.ofSeconds(20).toNanos());
        }
    }

    private static long nanos(Glob glob, int length) {
        var text = "a".repeat(length);
        long best = Long.MAX_VALUE;
        for (int i = 0; i < 3; i++) {
            long start = System.nanoTime();
            glob.matches(text);
            best = Math.min(best, System.nanoTime() - start);
        }
        return best;
    }
}
