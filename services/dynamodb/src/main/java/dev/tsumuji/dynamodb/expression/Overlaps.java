package dev.tsumuji.dynamodb.expression;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Refuses paths of one expression that are, or lead through, the same place, and those that take one value for a map and for a
 * list. Paths are added from the expression's last to its first, which is the order in which DynamoDB finds them. Takes as many
 * steps as the paths have, however many there are. Used by one thread.
 */
final class Overlaps {
    private final Place place;
    private final Node root = new Node();

    Overlaps(Place place) {
        this.place = place;
    }

    /** Where some paths have led so far. */
    private static final class Node {
        private final Map<Path.Step, Node> next = new LinkedHashMap<>();
        private @Nullable Path through;
        private @Nullable Path end;
    }

    void add(Path path) {
        var node = root;
        for (var step : path.steps()) {
            if (node != root && node.through != null && !node.next.isEmpty()) {
                var other = node.next.keySet().iterator().next();
                if (other instanceof Path.Member != step instanceof Path.Member) {
                    throw error("conflict", path, node.through);
                }
            }
            node = node.next.computeIfAbsent(step, _ -> new Node());
            if (node.end != null) {
                throw error("overlap", path, node.end);
            }
            node.through = node.through == null ? path : node.through;
        }
        if (node.through != null && node.through != path) {
            throw error("overlap", path, node.through);
        }
        node.end = path;
    }

    private RuntimeException error(String what, Path one, Path two) {
        return place.error("Two document paths " + what + " with each other; must remove or rewrite one of these paths;"
                + " path one: " + one + ", path two: " + two);
    }
}
