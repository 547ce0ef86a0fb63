package dev.tsumuji.logs.pattern;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.protocols.jsoncore.JsonNode;
import software.amazon.awssdk.protocols.jsoncore.JsonNodeParser;

/**
 * Conditions on the members of a JSON message, {@code { $.level = "ERROR" && $.latency > 500 }}. What points to nothing, to
 * an array or to an object fulfils neither {@code =} nor {@code !=}. A message that isn't JSON matches nothing.
 */
record JsonPattern(Condition<Test> condition) implements FilterPattern {
    private static final String ENDS = "(){}&|";
    private static final int WILDCARDS_MAX = 3;
    private static final JsonNodeParser PARSER = JsonNode.parser();

    static JsonPattern parse(String text) {
        var reader = new PatternReader(text);
        reader.expect("{");
        var condition = Condition.parse(reader, JsonPattern::test);
        reader.skipSpace().expect("}");
        reader.expectEnd();
        if (condition.sum(test -> test.selector().wild() ? 1 : 0) > WILDCARDS_MAX) {
            throw reader.error("has more than " + WILDCARDS_MAX + " wildcard selectors");
        }
        return new JsonPattern(condition);
    }

    private static Test test(PatternReader reader) {
        var selector = Selector.parse(reader);
        reader.skipSpace();
        if (reader.acceptWord("IS")) {
            reader.skipSpace();
            return new Test.Is(selector, Literal.parse(reader));
        }
        if (reader.acceptWord("NOT")) {
            if (!reader.skipSpace().acceptWord("EXISTS")) {
                throw reader.error("has NOT without EXISTS");
            }
            return new Test.NotExists(selector);
        }
        return new Test.Compares(selector, Comparison.parse(reader, ENDS));
    }

    @Override
    public boolean matches(String message) {
        var root = json(message);
        return root != null && condition.holds(test -> test.holds(root));
    }

    @Override
    public Map<String, String> extract(String message) {
        var root = json(message);
        var extracted = new LinkedHashMap<String, String>();
        if (root != null) {
            condition.forEach(test -> {
                for (var node : test.selector().nodes(root)) {
                    var value = value(node);
                    if (value != null) {
                        extracted.putIfAbsent(test.selector().text(), value);
                    }
                }
            });
        }
        return extracted;
    }

    /** Parsing costs more than looking for a word. */
    @Override
    public int weight() {
        return 4 + condition.sum(Test::weight);
    }

    private static @Nullable JsonNode json(String message) {
        var text = message.strip();
        if (!text.startsWith("{") && !text.startsWith("[")) {
            return null;
        }
        try {
            return PARSER.parse(text);
        } catch (RuntimeException e) {
            // whatever the parser says, the message is not JSON
            return null;
        }
    }

    /** Text of a string, number or boolean; null of anything else. */
    private static @Nullable String value(JsonNode node) {
        if (node.isString()) {
            return node.asString();
        }
        if (node.isNumber()) {
            return node.asNumber();
        }
        return node.isBoolean() ? String.valueOf(node.asBoolean()) : null;
    }

    /** What IS can ask for. */
    enum Literal {
        NULL,
        TRUE,
        FALSE;

        static Literal parse(PatternReader reader) {
            for (var literal : values()) {
                if (reader.acceptWord(literal.name())) {
                    return literal;
                }
            }
            throw reader.error("has IS without NULL, TRUE or FALSE");
        }

        boolean is(JsonNode node) {
            return switch (this) {
                case NULL -> node.isNull();
                case TRUE -> node.isBoolean() && node.asBoolean();
                case FALSE -> node.isBoolean() && !node.asBoolean();
            };
        }
    }

    /** One condition on what a selector points to. */
    sealed interface Test {
        Selector selector();

        boolean holds(JsonNode root);

        default int weight() {
            return 1;
        }

        record Compares(Selector selector, Comparison comparison) implements Test {
            @Override
            public boolean holds(JsonNode root) {
                return selector.nodes(root).stream().anyMatch(node -> {
                    var value = value(node);
                    return value != null && comparison.test(value);
                });
            }

            @Override
            public int weight() {
                return comparison.weight();
            }
        }

        record Is(Selector selector, Literal literal) implements Test {
            @Override
            public boolean holds(JsonNode root) {
                return selector.nodes(root).stream().anyMatch(literal::is);
            }
        }

        record NotExists(Selector selector) implements Test {
            @Override
            public boolean holds(JsonNode root) {
                return selector.nodes(root).isEmpty();
            }
        }
    }
}
