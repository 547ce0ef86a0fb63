package dev.tsumuji.wire.protocol;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A named node of a form or of an XML document: text, attributes, and children by name. Used by one thread. */
final class Node {
    static final int MAX_DEPTH = 64;

    private String text = "";
    private final Map<String, List<Node>> children = new LinkedHashMap<>();
    private Map<String, String> attributes = Map.of();

    String text() {
        return text;
    }

    void text(String text) {
        this.text = text;
    }

    @Nullable
    String attribute(String name) {
        return attributes.get(name);
    }

    void attributes(Map<String, String> attributes) {
        this.attributes = attributes;
    }

    boolean leaf() {
        return children.isEmpty();
    }

    @Nullable
    Node child(String name) {
        var all = children.get(name);
        return all == null ? null : all.getFirst();
    }

    List<Node> children(String name) {
        return children.getOrDefault(name, List.of());
    }

    void add(String name, Node child) {
        children.computeIfAbsent(name, n -> new ArrayList<>(1)).add(child);
    }

    /** The child of this name, made when there is none. */
    Node demand(String name) {
        return children.computeIfAbsent(name, n -> new ArrayList<>(List.of(new Node())))
                .getFirst();
    }

    /** Children whose names are numbers, in the order of the numbers. */
    List<Node> numbered() {
        var ordered = new TreeMap<Integer, Node>();
        children.forEach((name, nodes) -> {
            if (!name.isEmpty() && name.length() < 9 && name.chars().allMatch(c -> c >= '0' && c <= '9')) {
                ordered.put(Integer.valueOf(name), nodes.getFirst());
            }
        });
        return List.copyOf(ordered.values());
    }

    /**
     * A form's fields as a tree: {@code Tag.member.1.Key=a} is {@code a} below {@code Tag}, {@code member}, {@code 1}, {@code Key}.
     *
     * @throws Malformed on broken escapes and on names that nest too deeply
     */
    static Node form(String body) {
        var root = new Node();
        int start = 0;
        while (start < body.length()) {
            int end = body.indexOf('&', start);
            end = end < 0 ? body.length() : end;
            int equals = body.indexOf('=', start, end);
            if (end > start) {
                boolean bare = equals < 0 || equals > end;
                var name = Text.decode(body.substring(start, bare ? end : equals), true);
                root.path(name).text(bare ? "" : Text.decode(body.substring(equals + 1, end), true));
            }
            start = end + 1;
        }
        return root;
    }

    private Node path(String name) {
        var node = this;
        int depth = 0;
        int start = 0;
        while (true) {
            if (++depth > MAX_DEPTH) {
                throw new Malformed("The query string contains a syntax error.");
            }
            int dot = name.indexOf('.', start);
            node = node.demand(dot < 0 ? name.substring(start) : name.substring(start, dot));
            if (dot < 0) {
                return node;
            }
            start = dot + 1;
        }
    }
}
