package dev.tsumuji.wire.protocol;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The path of a REST operation: literal segments, labels, at most one greedy label at its end, and literal query parameters.
 * {@code /2015-03-31/functions/{FunctionName}/code}, {@code /{Key+}?uploads}.
 */
final class Route {
    private final List<String> segments;
    private final QueryString literals;
    private final boolean greedy;

    Route(String uri) {
        int question = uri.indexOf('?');
        var path = question < 0 ? uri : uri.substring(0, question);
        segments = split(path);
        literals = QueryString.parse(question < 0 ? null : uri.substring(question + 1));
        greedy = !segments.isEmpty() && segments.getLast().endsWith("+}");
    }

    /** The raw segments of a path; a slash at the end does not count, and none are dropped in between. */
    static List<String> split(String path) {
        var segments = new ArrayList<String>();
        int start = 1;
        while (start < path.length()) {
            int slash = path.indexOf('/', start);
            segments.add(path.substring(start, slash < 0 ? path.length() : slash));
            start = slash < 0 ? path.length() : slash + 1;
        }
        return segments;
    }

    /**
     * How specifically this route fits.
     *
     * @return -1 when it does not, else higher for more literal parts
     */
    int score(List<String> path, QueryString query) {
        int fixed = greedy ? segments.size() - 1 : segments.size();
        if (greedy ? path.size() <= fixed : path.size() != fixed) {
            return -1;
        }
        int score = greedy ? 1 : 0;
        for (int i = 0; i < fixed; i++) {
            var segment = segments.get(i);
            if (segment.startsWith("{")) {
                if (path.get(i).isEmpty()) {
                    return -1;
                }
                score += 2;
            } else if (segment.equals(path.get(i))) {
                score += 4;
            } else {
                return -1;
            }
        }
        return literals(query) ? score + 16 * literals.parameters().size() : -1;
    }

    private boolean literals(QueryString query) {
        for (var literal : literals.parameters().entrySet()) {
            var wanted = literal.getValue().getFirst();
            if (!literal.getKey().equals("x-id")
                    && (!query.has(literal.getKey())
                            || !wanted.isEmpty() && !query.all(literal.getKey()).contains(wanted))) {
                return false;
            }
        }
        return true;
    }

    /** Labels with their decoded values. */
    Map<String, String> labels(String path) {
        var labels = new LinkedHashMap<String, String>();
        var given = split(path);
        for (int i = 0; i < segments.size(); i++) {
            var segment = segments.get(i);
            if (segment.endsWith("+}")) {
                labels.put(segment.substring(1, segment.length() - 2), Text.decode(rest(path, i), false));
            } else if (segment.startsWith("{")) {
                labels.put(segment.substring(1, segment.length() - 1), Text.decode(given.get(i), false));
            }
        }
        return labels;
    }

    /** Everything from a segment on, slashes kept as they came. */
    private static String rest(String path, int segment) {
        int start = 1;
        for (int i = 0; i < segment; i++) {
            start = path.indexOf('/', start) + 1;
        }
        return path.substring(start);
    }

    @Nullable
    String literal(String name) {
        return literals.first(name);
    }

    /** Whether it ends in a label of any length, as objects of a bucket do. */
    boolean greedy() {
        return greedy;
    }

    /** The query parameters that name what of a resource is meant: {@code ?acl}, but not {@code ?list-type=2}. */
    Set<String> subresources() {
        return literals.parameters().entrySet().stream()
                .filter(literal -> literal.getValue().getFirst().isEmpty())
                .map(Map.Entry::getKey)
                .collect(Collectors.toUnmodifiableSet());
    }
}
