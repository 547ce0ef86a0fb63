package dev.tsumuji.testkit;

import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/**
 * Generated inputs that can be generated again: the seed is printed when a test fails, and {@code -Dseed=…} replays it. Not
 * thread-safe; {@link #split} gives each thread its own.
 */
public final class Seeded {
    private final SplittableRandom random;

    public Seeded(long seed) {
        random = new SplittableRandom(seed);
    }

    private Seeded(SplittableRandom random) {
        this.random = random;
    }

    /**
     * Runs a test with each of some seeds, or with the one that {@code -Dseed} names.
     *
     * @throws AssertionError naming the seed, when the test fails with it
     */
    public static void check(int runs, Consumer<Seeded> test) {
        var wanted = Long.getLong("seed");
        long first = wanted != null ? wanted : System.nanoTime();
        for (int run = 0; run < (wanted != null ? 1 : runs); run++) {
            long seed = first + run;
            try {
                test.accept(new Seeded(seed));
            } catch (RuntimeException | Error e) {
                throw new AssertionError("failed with seed " + seed + ", replay it with -Dseed=" + seed + ": " + e, e);
            }
        }
    }

    public RandomGenerator random() {
        return random;
    }

    public Seeded split() {
        return new Seeded(random.split());
    }

    /** From zero to the bound, exclusive. */
    public int below(int bound) {
        return random.nextInt(bound);
    }

    public boolean chance(double probability) {
        return random.nextDouble() < probability;
    }

    public <T> T oneOf(List<T> choices) {
        return choices.get(random.nextInt(choices.size()));
    }

    public byte[] bytes(int length) {
        var bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }

    /** Short keys that often meet, also at the edges of the byte's range. */
    public byte[] key() {
        var key = new byte[1 + random.nextInt(3)];
        for (int i = 0; i < key.length; i++) {
            key[i] = switch (random.nextInt(6)) {
                case 0 -> 0;
                case 1 -> 0x7f;
                case 2 -> (byte) 0x80;
                case 3 -> (byte) 0xfe;
                default -> (byte) random.nextInt(8);
            };
        }
        return key;
    }
}
