package dev.tsumuji.kernel.kv;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.SdkBytes;

class CodecTest {
    enum Colour {
        RED,
        GREEN
    }

    record Inner(String name, List<Long> numbers) {}

    record Outer(
            String text,
            int small,
            Long boxed,
            short tiny,
            boolean yes,
            double real,
            float single,
            byte[] raw,
            SdkBytes bytes,
            Colour colour,
            Instant at,
            Duration pause,
            List<Inner> inners,
            Map<String, List<String>> lists,
            Map<Colour, Integer> counts,
            Inner inner) {}

    private static Outer outer(SplittableRandom random) {
        var raw = new byte[random.nextInt(20)];
        random.nextBytes(raw);
        return new Outer(
                random.nextBoolean() ? null : "Türkçe 旋風 \0" + random.nextLong(),
                random.nextInt(),
                random.nextBoolean() ? null : random.nextLong(),
                (short) random.nextInt(),
                random.nextBoolean(),
                random.nextDouble(),
                (float) random.nextDouble(),
                raw,
                random.nextBoolean() ? null : SdkBytes.fromByteArray(raw),
                random.nextBoolean() ? null : Colour.values()[random.nextInt(2)],
                Instant.ofEpochSecond(random.nextInt() * 100L, random.nextInt(1_000_000_000)),
                Duration.ofMillis(random.nextInt() * 10L),
                List.of(new Inner("a", List.of(random.nextLong())), new Inner(null, List.of())),
                Map.of("k", List.of("x", "y"), "", List.of()),
                Map.of(Colour.GREEN, random.nextInt()),
                random.nextBoolean() ? null : new Inner("z", List.of(Long.MIN_VALUE, Long.MAX_VALUE, 0L)));
    }

    @Test
    void what_was_encoded_is_decoded() {
        var codec = Codec.of(Outer.class);
        long seed = Long.getLong("seed", System.nanoTime());
        var random = new SplittableRandom(seed);
        for (int i = 0; i < 300; i++) {
            var value = outer(random);
            assertThat(codec.decode(codec.encode(value)))
                    .as("seed %d", seed)
                    .usingRecursiveComparison()
                    .isEqualTo(value);
        }
        assertThat(codec.decodeNullable(null)).isNull();
    }

    record Before(String kept, int dropped) {}

    record After(String kept, List<String> added, Map<String, String> more, long number, String text, boolean flag) {}

    @Test
    void members_may_come_and_go() {
        var after = Codec.of(After.class).decode(Codec.of(Before.class).encode(new Before("x", 7)));
        assertThat(after).isEqualTo(new After("x", List.of(), Map.of(), 0, null, false));
        var before = Codec.of(Before.class).decode(Codec.of(After.class).encode(after));
        assertThat(before).isEqualTo(new Before("x", 0));
    }

    @Test
    void lists_and_maps_come_back_unmodifiable() {
        var codec = Codec.of(After.class);
        var value = codec.decode(codec.encode(new After("x", new ArrayList<>(List.of("a")), Map.of(), 0, null, false)));
        assertThatThrownBy(() -> value.added().add("b")).isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(() -> value.more().put("b", "c")).isInstanceOf(UnsupportedOperationException.class);
    }

    @Test
    void every_flipped_bit_is_detected() {
        var codec = Codec.of(Outer.class);
        var encoded = codec.encode(outer(new SplittableRandom(7)));
        for (int bit = 0; bit < encoded.length * 8; bit++) {
            var damaged = encoded.clone();
            damaged[bit / 8] ^= (byte) (1 << bit % 8);
            assertCorrupt(codec, damaged);
        }
        for (int length = 0; length < encoded.length; length++) {
            assertCorrupt(codec, Arrays.copyOf(encoded, length));
        }
    }

    private static void assertCorrupt(Codec<Outer> codec, byte[] damaged) {
        assertThatThrownBy(() -> codec.decode(damaged))
                .isInstanceOfSatisfying(
                        KvException.class, e -> assertThat(e.kind()).isEqualTo(KvException.Kind.CORRUPT));
    }

    record Exact(BigDecimal number) {}

    @Test
    void what_would_lose_digits_is_refused() {
        assertThatThrownBy(() -> Codec.of(Exact.class).encode(new Exact(new BigDecimal("1.5"))))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
