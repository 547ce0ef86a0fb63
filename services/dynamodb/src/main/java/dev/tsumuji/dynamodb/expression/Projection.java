package dev.tsumuji.dynamodb.expression;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * Picks parts of items. Of a list only the picked elements are left, moved together in their order; of a map only the picked
 * members. Immutable.
 *
 * @see <a
 *     href="https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.ProjectionExpressions.html">Projection
 *     expressions</a>
 */
public final class Projection {
    private final List<Path> paths;
    private final Node root = new Node();

    private Projection(List<Path> paths) {
        this.paths = List.copyOf(paths);
        for (var path : paths) {
            var node = root;
            for (var step : path.steps()) {
                node = switch (step) {
                    case Path.Member(var name) -> node.members.computeIfAbsent(name, _ -> new Node());
                    case Path.Element(var index) -> node.elements.computeIfAbsent(index, _ -> new Node());
                };
            }
            node.whole = true;
        }
    }

    /** Picks these paths; where one leads through another, the shorter counts. */
    public static Projection of(List<Path> paths) {
        return new Projection(paths);
    }

    /** Picks whole attributes. */
    public static Projection ofAttributes(Iterable<String> attributes) {
        var paths = new ArrayList<Path>();
        attributes.forEach(attribute -> paths.add(Path.of(attribute)));
        return new Projection(paths);
    }

    public List<Path> paths() {
        return paths;
    }

    /** The attributes that the paths begin with. */
    public Set<String> attributes() {
        var attributes = new LinkedHashSet<String>();
        paths.forEach(path -> attributes.add(path.attribute()));
        return attributes;
    }

    /** What of the item was picked; empty when it has nothing of that. */
    public Map<String, AttributeValue> of(Map<String, AttributeValue> item) {
        return root.members(item);
    }

    /** Written while the projection is made only. */
    private static final class Node {
        private final Map<String, Node> members = new LinkedHashMap<>();
        private final TreeMap<Integer, Node> elements = new TreeMap<>();
        private boolean whole;

        Map<String, AttributeValue> members(Map<String, AttributeValue> from) {
            var picked = new LinkedHashMap<String, AttributeValue>();
            members.forEach((name, node) -> {
                var value = from.get(name);
                var part = value == null ? null : node.of(value);
                if (part != null) {
                    picked.put(name, part);
                }
            });
            return picked;
        }

        private @Nullable AttributeValue of(AttributeValue value) {
            if (whole) {
                return value;
            } else if (!members.isEmpty() && value.hasM()) {
                var picked = members(value.m());
                return picked.isEmpty() ? null : AttributeValue.fromM(picked);
            } else if (elements.isEmpty() || !value.hasL()) {
                return null;
            }
            var picked = new ArrayList<AttributeValue>();
            elements.headMap(value.l().size()).forEach((index, node) -> {
                if (node.of(value.l().get(index)) instanceof AttributeValue part) {
                    picked.add(part);
                }
            });
            return picked.isEmpty() ? null : AttributeValue.fromL(picked);
        }
    }
}
