package dev.tsumuji.iam.policy;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A pattern in which {@code *} stands for any characters and {@code ?} for exactly one. Immutable.
 *
 * <p>Matching costs time linear in the text, whatever the pattern: the pieces between stars are looked for from left to
 * right and never again (the leftmost place of a piece leaves the most room for those behind it), and looking for one
 * piece is a search with one pass over the text: short pieces by comparing in place, others by a bit-parallel automaton.
 */
final class Glob {
    private static final int SHORT = 24;

    private final List<Piece> pieces;

    private Glob(List<Piece> pieces) {
        this.pieces = pieces;
    }

    static Glob of(String pattern) {
        var builder = new Builder();
        builder.pattern(pattern);
        return builder.build();
    }

    /** Put together from parts that may hold wildcards and parts that may not. */
    static final class Builder {
        private final List<Piece> pieces = new ArrayList<>();
        private final StringBuilder chars = new StringBuilder();
        private final StringBuilder any = new StringBuilder();

        void pattern(String text) {
            for (int i = 0; i < text.length(); i++) {
                switch (text.charAt(i)) {
                    case '*' -> cut();
                    case '?' -> add('?', true);
                    default -> add(text.charAt(i), false);
                }
            }
        }

        void literal(String text) {
            for (int i = 0; i < text.length(); i++) {
                add(text.charAt(i), false);
            }
        }

        private void add(char c, boolean anyChar) {
            chars.append(c);
            any.append(anyChar ? '1' : '0');
        }

        private void cut() {
            pieces.add(new Piece(chars.toString(), any.toString()));
            chars.setLength(0);
            any.setLength(0);
        }

        Glob build() {
            cut();
            return new Glob(List.copyOf(pieces));
        }
    }

    boolean matches(String text) {
        var first = pieces.getFirst();
        if (pieces.size() == 1) {
            return text.length() == first.length() && first.at(text, 0);
        }
        var last = pieces.getLast();
        int from = first.length();
        int to = text.length() - last.length();
        if (from > to || !first.at(text, 0) || !last.at(text, to)) {
            return false;
        }
        for (int i = 1; i < pieces.size() - 1; i++) {
            var piece = pieces.get(i);
            int found = piece.find(text, from, to);
            if (found < 0) {
                return false;
            }
            from = found + piece.length();
        }
        return true;
    }

    /** Characters without a star among them. */
    private static final class Piece {
        private final String chars;
        private final String any;
        private final boolean literal;

        Piece(String chars, String any) {
            this.chars = chars;
            this.any = any;
            this.literal = any.indexOf('1') < 0;
        }

        int length() {
            return chars.length();
        }

        boolean at(String text, int offset) {
            if (literal) {
                return text.startsWith(chars, offset);
            }
            for (int i = 0; i < chars.length(); i++) {
                if (any.charAt(i) == '0' && chars.charAt(i) != text.charAt(offset + i)) {
                    return false;
                }
            }
            return true;
        }

        /** The first place in {@code [from, to)} where the whole piece stands, or -1. */
        int find(String text, int from, int to) {
            if (chars.length() > SHORT) {
                return scan(text, from, to);
            }
            for (int i = from; i <= to - chars.length(); i++) {
                if (at(text, i)) {
                    return i;
                }
            }
            return -1;
        }

        /** Shift-and: bit i of the state says that the last i + 1 characters read are the piece's first i + 1. */
        private int scan(String text, int from, int to) {
            int words = (chars.length() + 63) / 64;
            var masks = masks(words);
            var other = new long[words];
            setEverywhere(other);
            var state = new long[words];
            int top = chars.length() - 1;
            for (int i = from; i < to; i++) {
                var known = masks.get(text.charAt(i));
                var mask = known == null ? other : known;
                long carry = 1;
                for (int w = 0; w < words; w++) {
                    long next = state[w] >>> 63;
                    state[w] = (state[w] << 1 | carry) & mask[w];
                    carry = next;
                }
                if ((state[top / 64] >>> top % 64 & 1) != 0) {
                    return i - top;
                }
            }
            return -1;
        }

        /** For each character that occurs, the places that accept it. */
        private Map<Character, long[]> masks(int words) {
            var masks = new HashMap<Character, long[]>();
            for (int i = 0; i < chars.length(); i++) {
                if (any.charAt(i) == '0') {
                    masks.computeIfAbsent(chars.charAt(i), c -> new long[words])[i / 64] |= 1L << i % 64;
                }
            }
            masks.values().forEach(this::setEverywhere);
            return masks;
        }

        /** Marks the places that accept any character. */
        private void setEverywhere(long[] mask) {
            for (int i = 0; i < any.length(); i++) {
                if (any.charAt(i) == '1') {
                    mask[i / 64] |= 1L << i % 64;
                }
            }
        }
    }
}
