package dev.tsumuji.dynamodb.expression;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Refuses paths of one expression that are, or lead through, the same place, and those that take one value for a map and for a
 * list. Takes as many steps as the paths have, however many paths there are.
 */
final class Overlaps {
    private Overlaps() {}

    static void refuse(Place place, List<Path> paths) {
        var overlaps = new Node();
        paths.forEach(path -> overlaps.requireApart(place, path));
        var conflicts = new Node();
        paths.forEach(path -> conflicts.requireSameShape(place, path));
    }

    /** Where some paths have led so far. */
    private static final class Node {
        private final Map<Path.Step, Node> next = new LinkedHashMap<>();
        private @Nullable Path through;
        private @Nullable Path end;

        void requireApart(Place place, Path path) {
            var node = this;
            for (var step : path.steps()) {
                node = node.next.computeIfAbsent(step, _ -> new Node());
                if (node.end != null) {
                    throw error(place, "overlap", node.end, path);
                }
                node.through = node.through == null ? path : node.through;
            }
            if (node.through != path) {
                throw error(place, "overlap", node.through, path);
            }
            node.end = path;
        }

        void requireSameShape(Place place, Path path) {
            var node = this;
            for (var step : path.steps()) {
                if (node.through != null && !node.next.isEmpty()) {
                    var other = node.next.keySet().iterator().next();
                    if (other instanceof Path.Member != step instanceof Path.Member) {
                        throw error(place, "conflict", node.through, path);
                    }
                }
                node = node.next.computeIfAbsent(step, _ -> new Node());
                node.through = node.through == null ? path : node.through;
            }
        }

        private static RuntimeException error(Place place, String what, @Nullable Path one, Path two) {
            return place.error(
                    "Two document paths " + what + " with each other; must remove or rewrite one of these paths;"
                            + " path one: " + one + ", path two: " + two);
        }
    }
}
