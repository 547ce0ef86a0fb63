package dev.tsumuji.logs.pattern;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Terms to be found anywhere in a message, case-sensitively.
 *
 * @param required all of them
 * @param optional at least one of them; without effect as soon as there are others, as on AWS
 * @param excluded none of them
 */
record TermsPattern(List<Term> required, List<Term> optional, List<Term> excluded) implements FilterPattern {

    static TermsPattern parse(String text) {
        var reader = new PatternReader(text);
        var required = new ArrayList<Term>();
        var optional = new ArrayList<Term>();
        var excluded = new ArrayList<Term>();
        while (!reader.skipSpace().atEnd()) {
            var kind = reader.accept("?") ? optional : reader.accept("-") ? excluded : required;
            kind.add(term(reader));
        }
        return new TermsPattern(List.copyOf(required), List.copyOf(optional), List.copyOf(excluded));
    }

    private static Term term(PatternReader reader) {
        return switch (reader.skipSpace().peek()) {
            case '"' -> new Term.Text(reader.quoted('"'));
            case '%' -> new Term.Expression(reader.regex());
            default -> {
                var word = reader.word("\"");
                if (word.isEmpty()) {
                    throw reader.error("has an empty term");
                }
                yield new Term.Text(word);
            }
        };
    }

    @Override
    public boolean matches(String message) {
        if (required.isEmpty() && excluded.isEmpty()) {
            return optional.isEmpty() || optional.stream().anyMatch(term -> term.in(message));
        }
        return required.stream().allMatch(term -> term.in(message))
                && excluded.stream().noneMatch(term -> term.in(message));
    }

    @Override
    public Map<String, String> extract(String message) {
        return Map.of();
    }

    @Override
    public int weight() {
        int weight = 1;
        for (var terms : List.of(required, optional, excluded)) {
            for (var term : terms) {
                weight += term instanceof Term.Expression(var regex) ? regex.weight() : 0;
            }
        }
        return weight;
    }

    /** One thing to look for. */
    sealed interface Term {
        boolean in(String message);

        /** A word or an exact phrase; of white space alone, it is in every message. */
        record Text(String text) implements Term {
            @Override
            public boolean in(String message) {
                return text.isBlank() || message.contains(text);
            }
        }

        record Expression(Regex regex) implements Term {
            @Override
            public boolean in(String message) {
                return regex.find(message);
            }
        }
    }
}
