package dev.tsumuji.s3;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.s3.model.CommonPrefix;
import software.amazon.awssdk.services.s3.model.S3Object;

/** Pages of any size, with any prefix and delimiter, together hold what a plain loop over all keys finds. */
class ListingsModelTest {
    private static final String[] LETTERS = {"a", "b", "/", "//", "é", "\u0000", "ab/", "𝄞"};

    @Test
    void pages_hold_what_a_plain_loop_finds() {
        long seed = Long.getLong("seed", System.nanoTime());
        System.out.println("seed " + seed);
        var random = new java.util.SplittableRandom(seed);
        try (var fixture = Fixture.withBucket()) {
            var keys = new TreeSet<String>((one, other) -> Arrays.compareUnsigned(bytes(one), bytes(other)));
            for (int i = 0; i < 120; i++) {
                var key = word(random, 1 + random.nextInt(6));
                keys.add(key);
                fixture.put(key, "");
            }
            for (int i = 0; i < 60; i++) {
                var prefix = random.nextInt(3) == 0 ? "" : word(random, random.nextInt(3));
                var delimiter = random.nextInt(4) == 0 ? null : LETTERS[random.nextInt(LETTERS.length)];
                assertThat(listed(fixture, prefix, delimiter, 1 + random.nextInt(7)))
                        .as("prefix %s, delimiter %s, seed %s", prefix, delimiter, seed)
                        .isEqualTo(expected(keys, prefix, delimiter));
            }
        }
    }

    private static String word(java.util.SplittableRandom random, int length) {
        var word = new StringBuilder();
        for (int i = 0; i < length; i++) {
            word.append(LETTERS[random.nextInt(LETTERS.length)]);
        }
        return word.toString();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static List<String> expected(TreeSet<String> keys, String prefix, @Nullable String delimiter) {
        var found = new ArrayList<String>();
        for (var key : keys) {
            if (!key.startsWith(prefix)) {
                continue;
            }
            int at = delimiter == null ? -1 : key.indexOf(delimiter, prefix.length());
            var shown = at < 0 ? key : key.substring(0, at + delimiter.length()) + "*";
            if (found.isEmpty() || !found.getLast().equals(shown)) {
                found.add(shown);
            }
        }
        return found;
    }

    private static List<String> listed(Fixture fixture, String prefix, @Nullable String delimiter, int max) {
        var found = new ArrayList<String>();
        String token = null;
        do {
            var from = token;
            var page = fixture.s3(s3 -> s3.listObjectsV2(r -> r.bucket(Fixture.BUCKET)
                    .prefix(prefix)
                    .delimiter(delimiter)
                    .maxKeys(max)
                    .continuationToken(from)));
            var both = new ArrayList<String>();
            page.contents().stream().map(S3Object::key).forEach(both::add);
            page.commonPrefixes().stream()
                    .map(CommonPrefix::prefix)
                    .map(p -> p + "*")
                    .forEach(both::add);
            both.sort((one, other) ->
                    Arrays.compareUnsigned(bytes(one.replaceAll("\\*$", "")), bytes(other.replaceAll("\\*$", ""))));
            assertThat(page.keyCount()).isEqualTo(both.size()).isLessThanOrEqualTo(max);
            found.addAll(both);
            token = page.nextContinuationToken();
        } while (token != null);
        return found;
    }
}
