package dev.tsumuji.wire.constraint;

import java.util.regex.Pattern;

/** Matches patterns of AWS's models against text that anybody may have written: whatever takes too long does not match. */
final class Matching {
    private static final int MAX_STEPS = 2_000_000;

    private Matching() {}

    static boolean matches(Pattern pattern, String text) {
        try {
            return pattern.matcher(new Counted(text, 0, text.length(), new int[1]))
                    .matches();
        } catch (TooLong | StackOverflowError e) {
            return false;
        }
    }

    /** Ends a match that backtracks without end. */
    private static final class TooLong extends RuntimeException {
        TooLong() {
            super(null, null, false, false);
        }
    }

    /** Text that counts how often it is looked at. */
    private record Counted(String text, int start, int end, int[] steps) implements CharSequence {
        @Override
        public int length() {
            return end - start;
        }

        @Override
        public char charAt(int index) {
            if (++steps[0] > MAX_STEPS) {
                throw new TooLong();
            }
            return text.charAt(start + index);
        }

        @Override
        public CharSequence subSequence(int from, int to) {
            return new Counted(text, start + from, start + to, steps);
        }

        @Override
        public String toString() {
            return text.substring(start, end);
        }
    }
}
