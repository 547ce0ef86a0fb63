package dev.tsumuji.logs.pattern;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Tests put together by {@code &&}, {@code ||} and parentheses; {@code &&} binds closer.
 *
 * @param <T> a single test
 */
sealed interface Condition<T> {
    /** Parentheses within parentheses. */
    int DEPTH_MAX = 64;

    boolean holds(Predicate<T> test);

    /** Passes every single test, whether it matters or not. */
    void forEach(Consumer<T> action);

    default int sum(ToIntFunction<T> of) {
        var tests = new ArrayList<T>();
        forEach(tests::add);
        return tests.stream().mapToInt(of).sum();
    }

    record Test<T>(T test) implements Condition<T> {
        @Override
        public boolean holds(Predicate<T> predicate) {
            return predicate.test(test);
        }

        @Override
        public void forEach(Consumer<T> action) {
            action.accept(test);
        }
    }

    record All<T>(List<Condition<T>> parts) implements Condition<T> {
        @Override
        public boolean holds(Predicate<T> test) {
            return parts.stream().allMatch(part -> part.holds(test));
        }

        @Override
        public void forEach(Consumer<T> action) {
            parts.forEach(part -> part.forEach(action));
        }
    }

    record Any<T>(List<Condition<T>> parts) implements Condition<T> {
        @Override
        public boolean holds(Predicate<T> test) {
            return parts.stream().anyMatch(part -> part.holds(test));
        }

        @Override
        public void forEach(Consumer<T> action) {
            parts.forEach(part -> part.forEach(action));
        }
    }

    static <T> Condition<T> parse(PatternReader reader, Function<PatternReader, T> test) {
        return any(reader, test, null, 0);
    }

    /** As {@link #parse}, when the first test has been read already. */
    static <T> Condition<T> continued(PatternReader reader, T first, Function<PatternReader, T> test) {
        return any(reader, test, new Test<>(first), 0);
    }

    private static <T> Condition<T> any(
            PatternReader reader, Function<PatternReader, T> test, @Nullable Condition<T> first, int depth) {
        var parts = new ArrayList<Condition<T>>();
        parts.add(all(reader, test, first, depth));
        while (reader.skipSpace().accept("||")) {
            parts.add(all(reader, test, null, depth));
        }
        return parts.size() == 1 ? parts.getFirst() : new Any<>(List.copyOf(parts));
    }

    private static <T> Condition<T> all(
            PatternReader reader, Function<PatternReader, T> test, @Nullable Condition<T> first, int depth) {
        var parts = new ArrayList<Condition<T>>();
        parts.add(first != null ? first : one(reader, test, depth));
        while (reader.skipSpace().accept("&&")) {
            parts.add(one(reader, test, depth));
        }
        return parts.size() == 1 ? parts.getFirst() : new All<>(List.copyOf(parts));
    }

    private static <T> Condition<T> one(PatternReader reader, Function<PatternReader, T> test, int depth) {
        if (!reader.skipSpace().accept("(")) {
            return new Test<>(test.apply(reader));
        }
        if (depth == DEPTH_MAX) {
            throw reader.error("has too many parentheses within each other");
        }
        var inner = any(reader, test, null, depth + 1);
        reader.skipSpace().expect(")");
        return inner;
    }
}
