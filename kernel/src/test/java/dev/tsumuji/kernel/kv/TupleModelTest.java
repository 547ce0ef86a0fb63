package dev.tsumuji.kernel.kv;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** The order of keys is the order of what they are made of. */
class TupleModelTest {
    private final long seed = Long.getLong("seed", System.nanoTime());
    private final SplittableRandom random = new SplittableRandom(seed);

    @Test
    void what_was_packed_is_unpacked() {
        for (int i = 0; i < 20_000; i++) {
            var tuple = tuple(3);
            assertThat(same(Tuple.unpack(pack(tuple)), tuple))
                    .as("seed %d: %s", seed, show(tuple))
                    .isTrue();
        }
    }

    @Test
    void bytes_are_ordered_as_elements_are() {
        for (int i = 0; i < 50_000; i++) {
            var a = tuple(3);
            var b = random.nextInt(3) == 0 ? neighbour(a) : tuple(3);
            int expected = Integer.signum(compare(a, b));
            int found = Integer.signum(Arrays.compareUnsigned(pack(a), pack(b)));
            assertThat(found).as("seed %d: %s and %s", seed, show(a), show(b)).isEqualTo(expected);
        }
    }

    @Test
    void a_range_holds_exactly_the_tuples_that_extend_it() {
        for (int i = 0; i < 20_000; i++) {
            var prefix = tuple(2);
            var other = random.nextBoolean() ? extended(prefix) : tuple(4);
            boolean extendsIt = other.size() > prefix.size() && same(other.subList(0, prefix.size()), prefix);
            assertThat(Tuple.range(prefix.toArray()).contains(pack(other)))
                    .as("seed %d: %s in %s", seed, show(other), show(prefix))
                    .isEqualTo(extendsIt);
        }
    }

    @Test
    void a_range_of_a_prefix_holds_the_strings_that_begin_with_it() {
        var range = Tuple.rangeOfPrefix("/a", "group", 7);
        assertThat(range.contains(Tuple.pack("group", 7, "/a"))).isTrue();
        assertThat(range.contains(Tuple.pack("group", 7, "/a\u0000b", 1))).isTrue();
        assertThat(range.contains(Tuple.pack("group", 7, "/a/b"))).isTrue();
        assertThat(range.contains(Tuple.pack("group", 7, "/b"))).isFalse();
        assertThat(range.contains(Tuple.pack("group", 7, "/"))).isFalse();
        assertThat(range.contains(Tuple.pack("group", 8, "/a"))).isFalse();
    }

    @Test
    void numbers_of_dynamodb_are_exact_and_in_order_to_their_last_digit() {
        var nines = "9".repeat(38);
        var ordered = new ArrayList<BigDecimal>();
        for (var text : List.of(
                "-9." + nines.substring(1) + "E125",
                "-1E125",
                "-" + nines,
                "-" + nines.substring(0, 37) + "8",
                "-100.5",
                "-100",
                "-99.99",
                "-1",
                "-0.1",
                "-1E-130",
                "0",
                "1E-130",
                "1.1E-130",
                "0." + nines,
                "1",
                "1.0000000000000000000000000000000000001",
                "1.01",
                "1.1",
                "9",
                "10",
                "10.01",
                "99",
                "100",
                nines.substring(0, 37) + "8",
                nines,
                "1E125",
                "9." + nines.substring(1) + "E125")) {
            ordered.add(new BigDecimal(text));
        }
        for (int i = 0; i < ordered.size(); i++) {
            var packed = Tuple.pack(ordered.get(i));
            assertThat((BigDecimal) Tuple.unpack(packed).getFirst()).isEqualByComparingTo(ordered.get(i));
            if (i > 0) {
                assertThat(Arrays.compareUnsigned(Tuple.pack(ordered.get(i - 1)), packed))
                        .as("%s < %s", ordered.get(i - 1), ordered.get(i))
                        .isNegative();
            }
        }
    }

    @Test
    void equal_numbers_are_equal_keys() {
        assertThat(Tuple.pack(new BigDecimal("1.500"))).isEqualTo(Tuple.pack(new BigDecimal("1.5")));
        assertThat(Tuple.pack(new BigDecimal("100"))).isEqualTo(Tuple.pack(new BigDecimal("1E2")));
        assertThat(Tuple.pack(new BigDecimal("-0.00"))).isEqualTo(Tuple.pack(BigDecimal.ZERO));
    }

    @Test
    void numbers_that_dynamodb_does_not_have_are_refused() {
        for (var text :
                List.of("1E126", "-1E126", "1E-131", "1" + "0".repeat(37) + "1", "0.1" + "0".repeat(37) + "1")) {
            assertThatThrownBy(() -> Tuple.pack(new BigDecimal(text))).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void what_is_no_tuple_is_refused_or_read_but_never_breaks() {
        for (int i = 0; i < 50_000; i++) {
            var bytes = random.nextBoolean() ? pack(tuple(3)) : new byte[random.nextInt(12)];
            if (bytes.length == 0) {
                continue;
            }
            if (random.nextBoolean()) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
            } else {
                bytes = Arrays.copyOf(bytes, random.nextInt(bytes.length));
            }
            try {
                Tuple.unpack(bytes);
            } catch (IllegalArgumentException e) {
                assertThat(e.getMessage())
                        .as("seed %d: %s", seed, HexFormat.of().formatHex(bytes))
                        .isNotEmpty();
            }
        }
    }

    // ---- the model

    private static int compare(Object a, Object b) {
        if (rank(a) != rank(b)) {
            return Integer.compare(rank(a), rank(b));
        }
        return switch (a) {
            case null -> 0;
            case byte[] bytes -> Arrays.compareUnsigned(bytes, (byte[]) b);
            case String text ->
                Arrays.compareUnsigned(
                        text.getBytes(StandardCharsets.UTF_8), ((String) b).getBytes(StandardCharsets.UTF_8));
            case Long number -> Long.compare(number, (Long) b);
            case BigDecimal number -> number.compareTo((BigDecimal) b);
            case Instant time -> time.compareTo((Instant) b);
            case List<?> list -> {
                var other = (List<?>) b;
                for (int i = 0; i < Math.min(list.size(), other.size()); i++) {
                    int order = compare(list.get(i), other.get(i));
                    if (order != 0) {
                        yield order;
                    }
                }
                yield Integer.compare(list.size(), other.size());
            }
            default -> throw new IllegalArgumentException(a.toString());
        };
    }

    private static int rank(Object element) {
        return switch (element) {
            case null -> 0;
            case byte[] bytes -> 1;
            case String text -> 2;
            case List<?> list -> 3;
            case Long number -> 4;
            case BigDecimal number -> 5;
            case Instant time -> 6;
            default -> throw new IllegalArgumentException(element.toString());
        };
    }

    private static boolean same(Object a, Object b) {
        return compare(a, b) == 0;
    }

    // ---- generated tuples

    private List<Object> tuple(int sizeMax) {
        var elements = new ArrayList<Object>();
        for (int i = random.nextInt(sizeMax + 1); i > 0; i--) {
            elements.add(element(2));
        }
        return elements;
    }

    private List<Object> extended(List<Object> tuple) {
        var longer = new ArrayList<>(tuple);
        longer.add(element(1));
        return longer;
    }

    /** The same but for one element. */
    private List<Object> neighbour(List<Object> tuple) {
        if (tuple.isEmpty()) {
            return extended(tuple);
        }
        var changed = new ArrayList<>(tuple);
        int at = random.nextInt(changed.size());
        changed.set(at, changed.get(at) instanceof Long number ? Long.valueOf(number + 1) : element(1));
        return changed;
    }

    private Object element(int depth) {
        return switch (random.nextInt(depth > 0 ? 7 : 6)) {
            case 0 -> null;
            case 1 -> bytes();
            case 2 -> text();
            case 3 -> number();
            case 4 -> decimal();
            case 5 -> time();
            default -> {
                var list = new ArrayList<Object>();
                for (int i = random.nextInt(4); i > 0; i--) {
                    list.add(element(depth - 1));
                }
                yield list;
            }
        };
    }

    private byte[] bytes() {
        var bytes = new byte[random.nextInt(5)];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) (random.nextBoolean() ? -random.nextInt(2) : random.nextInt(256));
        }
        return bytes;
    }

    private String text() {
        var text = new StringBuilder();
        for (int i = random.nextInt(4); i > 0; i--) {
            switch (random.nextInt(4)) {
                case 0 -> text.append('\0');
                case 1 -> text.append('a');
                case 2 -> text.appendCodePoint(0xe000 + random.nextInt(0x1000));
                default -> text.appendCodePoint(0x1f300 + random.nextInt(256));
            }
        }
        return text.toString();
    }

    private long number() {
        return switch (random.nextInt(4)) {
            case 0 -> random.nextInt(5) - 2;
            case 1 -> Long.MIN_VALUE + random.nextInt(2);
            case 2 -> (1L << random.nextInt(64)) + random.nextInt(3) - 1;
            default -> random.nextLong() >> random.nextInt(64);
        };
    }

    private BigDecimal decimal() {
        var digits = new StringBuilder();
        for (int i = 1 + random.nextInt(random.nextBoolean() ? 3 : 38); i > 0; i--) {
            digits.append(random.nextInt(3) * random.nextInt(5));
        }
        var unscaled = new BigInteger(digits.length() > 38 ? digits.substring(0, 38) : digits.toString());
        var number = new BigDecimal(unscaled, random.nextBoolean() ? random.nextInt(5) : random.nextInt(160) - 80);
        return random.nextBoolean() ? number : number.negate();
    }

    private Instant time() {
        return Instant.ofEpochSecond(
                random.nextInt(5) - 2 + (random.nextBoolean() ? 1_700_000_000L : 0), random.nextInt(3));
    }

    private static byte[] pack(List<Object> tuple) {
        return Tuple.pack(tuple.toArray());
    }

    private static String show(List<Object> tuple) {
        return HexFormat.of().formatHex(pack(tuple)) + " " + tuple;
    }
}
