package dev.tsumuji.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Reads a log group's events, each once, in the order in which they turn up. Used by one thread. */
final class LogEvents {
    /** How far behind the newest event a later one may still turn up. */
    private static final Duration LATE_MAX = Duration.ofSeconds(5);

    private static final int SEEN_MAX = 50_000;

    private final Endpoint endpoint;
    private final String group;
    private final @Nullable String filter;
    private final LinkedHashSet<String> seen = new LinkedHashSet<>();
    private long newestMillis;

    LogEvents(Endpoint endpoint, String group, @Nullable String filter, Instant from) {
        this.endpoint = endpoint;
        this.group = group;
        this.filter = filter;
        this.newestMillis = from.toEpochMilli() + LATE_MAX.toMillis();
    }

    /** Hands on what is new. */
    void next(Consumer<JsonNode> events) {
        @Nullable String token = null;
        do {
            var request = Json.object()
                    .put("logGroupName", group)
                    .put("startTime", Math.max(0, newestMillis - LATE_MAX.toMillis()));
            if (filter != null) {
                request.put("filterPattern", filter);
            }
            if (token != null) {
                request.put("nextToken", token);
            }
            var answer = endpoint.json("logs", "Logs_20140328.FilterLogEvents", request);
            answer.path("events").forEach(event -> {
                if (isNew(event)) {
                    events.accept(event);
                }
            });
            token = answer.path("nextToken").textValue();
        } while (token != null);
    }

    private boolean isNew(JsonNode event) {
        if (!seen.add(event.path("eventId").asText())) {
            return false;
        }
        if (seen.size() > SEEN_MAX) {
            seen.removeFirst();
        }
        newestMillis = Math.max(newestMillis, event.path("timestamp").asLong());
        return true;
    }

    /** A line for people. */
    static String shown(JsonNode event) {
        return Instant.ofEpochMilli(event.path("timestamp").asLong()) + " "
                + event.path("message").asText().stripTrailing();
    }
}
