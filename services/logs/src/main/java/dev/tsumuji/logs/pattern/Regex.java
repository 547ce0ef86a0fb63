package dev.tsumuji.logs.pattern;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/**
 * The regular expressions of filter patterns: characters, classes, {@code ? * + {m,n}}, alternatives and anchors, and no
 * groups. Without groups an alternative is a chain of steps, each of which may be passed over or repeated, so all places
 * where a match may stand are followed side by side: the time is at most the length of the text times the number of
 * steps, for every expression and every text. Immutable and thread-safe.
 *
 * @see <a href="https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/regex-expressions.html">Supported regular expressions</a>
 */
final class Regex {
    private static final int STEPS_MAX = 1000;

    private final List<Chain> chains;

    private Regex(List<Chain> chains) {
        this.chains = chains;
    }

    /** @throws IllegalArgumentException when it isn't one, or uses what the language lacks */
    static Regex parse(String text) {
        var parser = new Parser(text);
        var chains = new ArrayList<Chain>();
        int steps = 0;
        do {
            var chain = parser.chain();
            chains.add(chain);
            steps += chain.steps.length;
        } while (parser.more());
        if (steps > STEPS_MAX) {
            throw new IllegalArgumentException("a regular expression is too large");
        }
        return new Regex(List.copyOf(chains));
    }

    /** Whether the text holds a match anywhere. */
    boolean find(String text) {
        return chains.stream().anyMatch(chain -> chain.find(text));
    }

    int weight() {
        return 1 + chains.stream().mapToInt(chain -> chain.steps.length).sum() / 8;
    }

    /**
     * One character, or a run of them.
     *
     * @param ascii which of the first 128 characters it takes
     * @param others whether it takes all others
     */
    private record Step(BitSet ascii, boolean others, boolean optional, boolean repeated) {
        boolean takes(char c) {
            return c < 128 ? ascii.get(c) : others;
        }
    }

    private static final class Chain {
        final Step[] steps;
        private final boolean fromStart;
        private final boolean toEnd;

        Chain(List<Step> steps, boolean fromStart, boolean toEnd) {
            this.steps = steps.toArray(Step[]::new);
            this.fromStart = fromStart;
            this.toEnd = toEnd;
        }

        boolean find(String text) {
            var here = new BitSet(steps.length + 1);
            var next = new BitSet(steps.length + 1);
            enter(here, 0);
            for (int i = 0; i < text.length(); i++) {
                if (here.get(steps.length) && !toEnd) {
                    return true;
                }
                advance(here, text.charAt(i), next);
                if (!fromStart) {
                    enter(next, 0);
                } else if (next.isEmpty()) {
                    return false;
                }
                var spare = here;
                here = next;
                next = spare;
                next.clear();
            }
            return here.get(steps.length);
        }

        private void advance(BitSet here, char c, BitSet next) {
            for (int step = here.nextSetBit(0); step >= 0 && step < steps.length; step = here.nextSetBit(step + 1)) {
                if (steps[step].takes(c)) {
                    if (steps[step].repeated()) {
                        enter(next, step);
                    }
                    enter(next, step + 1);
                }
            }
        }

        /** Stands before a step, and so before those behind it that may be passed over to. */
        private void enter(BitSet set, int step) {
            while (!set.get(step)) {
                set.set(step);
                if (step == steps.length || !steps[step].optional()) {
                    return;
                }
                step++;
            }
        }
    }

    private static final class Parser {
        private static final String SYMBOLS = ":_#=@/;,- ";
        private final String text;
        private int at;

        Parser(String text) {
            this.text = text;
            if (text.isEmpty()) {
                throw bad("is empty");
            }
        }

        boolean more() {
            return at++ < text.length();
        }

        /** Up to a bar or the end. */
        Chain chain() {
            boolean fromStart = accept('^');
            boolean toEnd = false;
            var steps = new ArrayList<Step>();
            while (at < text.length() && text.charAt(at) != '|') {
                if (accept('$')) {
                    toEnd = true;
                    if (at < text.length() && text.charAt(at) != '|') {
                        throw bad("has $ before its end");
                    }
                } else {
                    step(steps);
                }
            }
            return new Chain(steps, fromStart, toEnd);
        }

        private void step(List<Step> steps) {
            var taken = accept('[') ? charClass() : single();
            if (accept('?')) {
                add(steps, taken, 0, 1);
            } else if (accept('*')) {
                add(steps, taken, 0, -1);
            } else if (accept('+')) {
                add(steps, taken, 1, -1);
            } else if (accept('{')) {
                int min = number(0);
                int max = accept(',') ? number(-1) : min;
                if (!accept('}') || max >= 0 && max < min) {
                    throw bad("has a malformed {m,n}");
                }
                add(steps, taken, min, max);
            } else {
                add(steps, taken, 1, 1);
            }
        }

        /** @param max -1 for any number */
        private void add(List<Step> steps, Taken taken, int min, int max) {
            int copies = max < 0 ? Math.max(1, min) : max;
            if (steps.size() + copies > STEPS_MAX) {
                throw bad("is too large");
            }
            for (int i = 0; i < copies; i++) {
                boolean repeated = max < 0 && i == copies - 1;
                steps.add(new Step(taken.ascii(), taken.others(), i >= min, repeated));
            }
        }

        private int number(int absent) {
            int start = at;
            while (at < text.length() && Character.isDigit(text.charAt(at))) {
                at++;
            }
            if (at - start > 4) {
                throw bad("is too large");
            }
            return at == start ? absent : Integer.parseInt(text.substring(start, at));
        }

        private Taken single() {
            char c = text.charAt(at++);
            return switch (c) {
                case '.' -> Taken.NONE.inverted();
                case '\\' -> escaped();
                case '?', '*', '+', '{', '}', ']', '^' -> throw bad("has a " + c + " without anything before it");
                default -> Taken.of(literal(c));
            };
        }

        private char literal(char c) {
            boolean known = c < 128 && Character.isLetterOrDigit(c) || SYMBOLS.indexOf(c) >= 0;
            if (!known) {
                throw bad("holds the unsupported character " + c);
            }
            return c;
        }

        private Taken escaped() {
            if (at == text.length()) {
                throw bad("ends in a backslash");
            }
            char c = text.charAt(at++);
            return switch (c) {
                case 'd' -> Taken.range('0', '9');
                case 'D' -> Taken.range('0', '9').inverted();
                case 's' -> Taken.of('\t').and(Taken.of(' ')).and(Taken.of('\n'));
                case 'S' ->
                    Taken.of('\t').and(Taken.of(' ')).and(Taken.of('\n')).inverted();
                case 'w' -> Taken.word();
                case 'W' -> Taken.word().inverted();
                case 't' -> Taken.of('\t');
                case 'n' -> Taken.of('\n');
                case 'x' -> Taken.of(hex());
                default -> {
                    if (c >= 128 || Character.isLetterOrDigit(c)) {
                        throw bad("holds the unsupported escape \\" + c);
                    }
                    yield Taken.of(c);
                }
            };
        }

        private char hex() {
            if (at + 2 > text.length()) {
                throw bad("has a malformed \\xhh");
            }
            int high = Character.digit(text.charAt(at++), 16);
            int low = Character.digit(text.charAt(at++), 16);
            if (high < 0 || high > 7 || low < 0) {
                throw bad("has a malformed \\xhh");
            }
            return (char) (high * 16 + low);
        }

        private Taken charClass() {
            boolean inverted = accept('^');
            var taken = Taken.NONE;
            for (boolean first = true; first || !accept(']'); first = false) {
                if (at == text.length()) {
                    throw bad("has an open [");
                }
                char c = text.charAt(at++);
                if (c == '\\') {
                    taken = taken.and(escaped());
                } else if (at + 1 < text.length() && text.charAt(at) == '-' && text.charAt(at + 1) != ']') {
                    char end = text.charAt(at + 1);
                    at += 2;
                    if (c > end || end >= 128) {
                        throw bad("has a malformed range");
                    }
                    taken = taken.and(Taken.range(c, end));
                } else {
                    taken = taken.and(Taken.of(inClass(c)));
                }
            }
            return inverted ? taken.inverted() : taken;
        }

        /** Operators are ordinary characters within brackets. */
        private char inClass(char c) {
            return "?*+.$^|{}[".indexOf(c) >= 0 ? c : literal(c);
        }

        private boolean accept(char c) {
            if (at < text.length() && text.charAt(at) == c) {
                at++;
                return true;
            }
            return false;
        }

        private static IllegalArgumentException bad(String what) {
            return new IllegalArgumentException("a regular expression " + what);
        }
    }

    private record Taken(BitSet ascii, boolean others) {
        static final Taken NONE = new Taken(new BitSet(128), false);

        static Taken of(char c) {
            return range(c, c);
        }

        static Taken range(char from, char to) {
            var ascii = new BitSet(128);
            ascii.set(from, to + 1);
            return new Taken(ascii, false);
        }

        static Taken word() {
            return range('a', 'z').and(range('A', 'Z')).and(range('0', '9')).and(of('_'));
        }

        Taken and(Taken more) {
            var both = (BitSet) ascii.clone();
            both.or(more.ascii);
            return new Taken(both, others || more.others);
        }

        Taken inverted() {
            var rest = (BitSet) ascii.clone();
            rest.flip(0, 128);
            return new Taken(rest, !others);
        }
    }
}
