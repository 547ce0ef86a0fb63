package dev.tsumuji.logs.pattern;

import java.util.ArrayList;
import java.util.List;
import software.amazon.awssdk.protocols.jsoncore.JsonNode;

/**
 * Points into a JSON message: {@code $.a.b[0].c}, {@code $.['a.b']}, {@code $.list[*]}, {@code $.*}.
 *
 * @param text as it is written in the pattern
 */
record Selector(String text, List<Part> parts) {
    private static final String NAME_ENDS = ".[]=!<>(){}&|";

    static Selector parse(PatternReader reader) {
        reader.skipSpace().expect("$");
        var text = new StringBuilder("$");
        var parts = new ArrayList<Part>();
        while (true) {
            if (reader.accept(".")) {
                text.append('.');
                if (reader.peek() != '[') {
                    parts.add(named(reader, text));
                }
            } else if (reader.accept("[")) {
                parts.add(bracketed(reader, text));
            } else {
                break;
            }
        }
        if (parts.stream().filter(part -> part instanceof Part.Each).count() > 1) {
            throw reader.error("has a selector with more than one wildcard");
        }
        return new Selector(text.toString(), List.copyOf(parts));
    }

    private static Part named(PatternReader reader, StringBuilder text) {
        var name = reader.word(NAME_ENDS);
        if (name.isEmpty()) {
            throw reader.error("has a selector without a name");
        }
        text.append(name);
        return name.equals("*") ? new Part.Each() : new Part.Name(name);
    }

    private static Part bracketed(PatternReader reader, StringBuilder text) {
        Part part;
        if (reader.peek() == '\'' || reader.peek() == '"') {
            char quote = reader.peek();
            var name = reader.quoted(quote);
            text.append('[').append(quote).append(name).append(quote).append(']');
            part = new Part.Name(name);
        } else {
            var index = reader.word("]");
            text.append('[').append(index).append(']');
            part = index.equals("*") ? new Part.Each() : new Part.Index(index(reader, index));
        }
        reader.expect("]");
        return part;
    }

    private static int index(PatternReader reader, String text) {
        if (!text.matches("\\d{1,9}")) {
            throw reader.error("has the malformed index " + text);
        }
        return Integer.parseInt(text);
    }

    /** All nodes that it points to; without a wildcard at most one. */
    List<JsonNode> nodes(JsonNode root) {
        var nodes = List.of(root);
        for (var part : parts) {
            var next = new ArrayList<JsonNode>();
            nodes.forEach(node -> part.follow(node, next));
            nodes = next;
        }
        return nodes;
    }

    boolean wild() {
        return parts.stream().anyMatch(part -> part instanceof Part.Each);
    }

    /** One step into a value. */
    sealed interface Part {
        void follow(JsonNode node, List<JsonNode> found);

        record Name(String name) implements Part {
            @Override
            public void follow(JsonNode node, List<JsonNode> found) {
                if (node.isObject() && node.asObject().get(name) instanceof JsonNode member) {
                    found.add(member);
                }
            }
        }

        record Index(int index) implements Part {
            @Override
            public void follow(JsonNode node, List<JsonNode> found) {
                if (node.isArray() && index < node.asArray().size()) {
                    found.add(node.asArray().get(index));
                }
            }
        }

        /** Every element or member. */
        record Each() implements Part {
            @Override
            public void follow(JsonNode node, List<JsonNode> found) {
                if (node.isArray()) {
                    found.addAll(node.asArray());
                } else if (node.isObject()) {
                    found.addAll(node.asObject().values());
                }
            }
        }
    }
}
