package dev.tsumuji.wire.protocol;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The parameters of a URL's query, decoded, in their order. */
record QueryString(Map<String, List<String>> parameters) {

    /** @throws Malformed on broken escapes */
    static QueryString parse(@Nullable String raw) {
        if (raw == null || raw.isEmpty()) {
            return new QueryString(Map.of());
        }
        var parameters = new LinkedHashMap<String, List<String>>();
        for (int start = 0; start < raw.length(); ) {
            int end = raw.indexOf('&', start);
            end = end < 0 ? raw.length() : end;
            if (end > start) {
                int equals = raw.indexOf('=', start, end);
                boolean bare = equals < 0 || equals > end;
                var name = Text.decode(raw.substring(start, bare ? end : equals), true);
                var value = bare ? "" : Text.decode(raw.substring(equals + 1, end), true);
                parameters.computeIfAbsent(name, n -> new ArrayList<>(1)).add(value);
            }
            start = end + 1;
        }
        return new QueryString(parameters);
    }

    boolean has(String name) {
        return parameters.containsKey(name);
    }

    List<String> all(String name) {
        return parameters.getOrDefault(name, List.of());
    }

    @Nullable
    String first(String name) {
        var all = parameters.get(name);
        return all == null ? null : all.getFirst();
    }
}
