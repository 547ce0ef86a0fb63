package dev.tsumuji.iam.policy;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A value of a policy that may hold variables: <code>arn:aws:s3:::home/${aws:username}/*</code>. What a variable brings in
 * is taken literally, so a user called {@code *} is no wildcard. Immutable.
 *
 * @see <a href="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html">Policy variables</a>
 */
final class Template {
    private final List<Part> parts;
    private final @Nullable Glob constant;
    private final String source;
    private final boolean variables;

    /** Computed when first asked for; two threads may compute it, with the same result. */
    private @Nullable List<Template> segments;

    private Template(String source, boolean variables, List<Part> parts) {
        this.source = source;
        this.variables = variables;
        this.parts = parts;
        this.constant = parts.stream().noneMatch(Variable.class::isInstance) ? glob(parts, List.of()) : null;
    }

    private sealed interface Part {}

    /** May hold wildcards. */
    private record Pattern(String text) implements Part {}

    /** Holds none: the value of an escape. */
    private record Literal(String text) implements Part {}

    private record Variable(String key, @Nullable String defaultValue) implements Part {}

    /** @param variables false for documents of 2008, in which a dollar is a dollar */
    static Template of(String text, boolean variables) {
        if (!variables || !text.contains("${")) {
            return new Template(text, variables, List.of(new Pattern(text)));
        }
        var parts = new ArrayList<Part>();
        int at = 0;
        while (at < text.length()) {
            int begin = text.indexOf("${", at);
            int end = begin < 0 ? -1 : text.indexOf('}', begin);
            if (end < 0) {
                parts.add(new Pattern(text.substring(at)));
                break;
            }
            if (begin > at) {
                parts.add(new Pattern(text.substring(at, begin)));
            }
            parts.add(part(text.substring(begin + 2, end)));
            at = end + 1;
        }
        return new Template(text, true, parts);
    }

    private static Part part(String inside) {
        if (inside.equals("*") || inside.equals("?") || inside.equals("$")) {
            return new Literal(inside);
        }
        int comma = inside.indexOf(',');
        if (comma < 0) {
            return new Variable(inside.strip(), null);
        }
        var given = inside.substring(comma + 1).strip();
        boolean quoted = given.length() >= 2 && given.startsWith("'") && given.endsWith("'");
        return new Variable(
                inside.substring(0, comma).strip(), quoted ? given.substring(1, given.length() - 1) : given);
    }

    /** The keys that it refers to. */
    List<String> variables() {
        return parts.stream()
                .flatMap(part -> part instanceof Variable variable ? Stream.of(variable.key()) : Stream.of())
                .toList();
    }

    /** Empty when a variable has no value and no default. */
    Optional<Glob> glob(Context context) {
        if (constant != null) {
            return Optional.of(constant);
        }
        var values = values(context);
        return values.isEmpty() ? Optional.empty() : Optional.of(glob(parts, values.get()));
    }

    /**
     * Matches an ARN part by part, so that a star in the account can't reach into the resource; only a star that ends a
     * pattern of fewer parts stands for all the rest. Empty when a variable has no value and no default.
     */
    Optional<Boolean> arnMatches(String arn, Context context) {
        var wanted = segments();
        if (wanted.size() < 6) {
            return glob(context).map(glob -> source.endsWith("*") && glob.matches(arn));
        }
        var actual = arn.split(":", 6);
        boolean matches = actual.length == 6;
        for (int i = 0; i < 6; i++) {
            var glob = wanted.get(i).glob(context);
            if (glob.isEmpty()) {
                return Optional.empty();
            }
            matches = matches && glob.get().matches(actual[i]);
        }
        return Optional.of(matches);
    }

    /** The six parts of an ARN pattern, cut at the colons that stand outside of variables. */
    private List<Template> segments() {
        var known = segments;
        if (known == null) {
            known = new ArrayList<>();
            int begin = 0;
            boolean inside = false;
            for (int i = 0; i < source.length() && known.size() < 5; i++) {
                char c = source.charAt(i);
                if (variables && c == '{' && i > 0 && source.charAt(i - 1) == '$') {
                    inside = true;
                } else if (c == '}') {
                    inside = false;
                } else if (c == ':' && !inside) {
                    known.add(of(source.substring(begin, i), variables));
                    begin = i + 1;
                }
            }
            known.add(of(source.substring(begin), variables));
            segments = known;
        }
        return known;
    }

    /** The value with its variables filled in, wildcards standing for themselves. */
    Optional<String> text(Context context) {
        return values(context).map(values -> {
            var text = new StringBuilder();
            int next = 0;
            for (var part : parts) {
                text.append(
                        switch (part) {
                            case Pattern pattern -> pattern.text();
                            case Literal literal -> literal.text();
                            case Variable variable -> values.get(next++);
                        });
            }
            return text.toString();
        });
    }

    private Optional<List<String>> values(Context context) {
        var values = new ArrayList<String>();
        for (var part : parts) {
            if (part instanceof Variable variable) {
                var found = context.values(variable.key());
                var value = found != null && found.size() == 1 ? found.getFirst() : variable.defaultValue();
                if (value == null) {
                    return Optional.empty();
                }
                values.add(value);
            }
        }
        return Optional.of(values);
    }

    private static Glob glob(List<Part> parts, List<String> values) {
        var builder = new Glob.Builder();
        int next = 0;
        for (var part : parts) {
            switch (part) {
                case Pattern pattern -> builder.pattern(pattern.text());
                case Literal literal -> builder.literal(literal.text());
                case Variable variable -> builder.literal(values.get(next++));
            }
        }
        return builder.build();
    }
}
