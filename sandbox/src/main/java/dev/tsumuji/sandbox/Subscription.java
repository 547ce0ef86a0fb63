package dev.tsumuji.sandbox;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What an extension has asked of the Telemetry API, or of the Logs API before it.
 *
 * @param types of {@code platform}, {@code function} and {@code extension}
 * @param maxItems events in a batch
 * @param maxBytes bytes in a batch
 * @param timeout after which a batch is sent that has less
 * @param http else TCP
 * @param port on the sandbox's loopback
 * @param path of the URI, with its query
 * @see <a href="https://docs.aws.amazon.com/lambda/latest/dg/telemetry-api-reference.html">Subscribe</a>
 */
record Subscription(
        Api api,
        String schema,
        Set<String> types,
        int maxItems,
        int maxBytes,
        Duration timeout,
        boolean http,
        int port,
        String path) {

    private static final Set<String> TYPES = Set.of("platform", "function", "extension");
    private static final Set<String> HOSTS = Set.of("sandbox.localdomain", "sandbox");
    private static final int RESERVED_PORT = 9001;

    /** Both APIs do the same in other words. */
    enum Api {
        TELEMETRY("Telemetry", "ValidationError", "platform.telemetrySubscription", 1_000),
        LOGS("Logs", "Logs.ValidationError", "platform.logsSubscription", 10_000);

        final String word;
        final String invalid;
        final String subscribed;
        private final int itemsDefault;

        Api(String word, String invalid, String subscribed, int itemsDefault) {
            this.word = word;
            this.invalid = invalid;
            this.subscribed = subscribed;
            this.itemsDefault = itemsDefault;
        }

        private Set<String> schemas() {
            return this == TELEMETRY
                    ? Set.of("2022-07-01", "2022-12-13", "2025-01-29")
                    : Set.of("2020-08-15", "2021-03-18");
        }
    }

    /** The request can't be granted; the message has all that is wrong with it. */
    static final class Invalid extends Exception {
        private static final long serialVersionUID = 1;
        final String problem;

        Invalid(String problem) {
            super(problem);
            this.problem = problem;
        }
    }

    static Subscription read(Api api, byte @Nullable [] body) throws Invalid {
        return new Reader(api, body).subscription();
    }

    /** Whether this subscriber is told events of a type. */
    boolean takes(String type) {
        return types.contains(type.startsWith("platform.") ? "platform" : type)
                && switch (type) {
                    case "platform.telemetrySubscription", "platform.initStart" -> api == Api.TELEMETRY;
                    case "platform.logsSubscription", "platform.end" -> api == Api.LOGS;
                    case "platform.runtimeDone" -> !schema.equals("2020-08-15");
                    default -> true;
                };
    }

    /** Whether lines that are JSON are told as objects. */
    boolean takesObjects() {
        return schema.compareTo("2022-12-13") >= 0;
    }

    /** Collects what is wrong. */
    private static final class Reader {
        private final Api api;
        private final Map<?, ?> request;
        private final List<String> problems = new ArrayList<>();

        Reader(Api api, byte @Nullable [] body) throws Invalid {
            this.api = api;
            try {
                if (!(JsonReader.read(body == null ? "" : new String(body, StandardCharsets.UTF_8))
                        instanceof Map<?, ?> map)) {
                    throw new Invalid("The request is not a JSON object");
                }
                this.request = map;
            } catch (JsonReader.Malformed e) {
                throw new Invalid("The request is not JSON: " + e.problem);
            }
        }

        Subscription subscription() throws Invalid {
            var schema = schema();
            var destination = object("destination");
            boolean http = "HTTP".equals(destination.get("protocol"));
            var uri = uri(destination, http);
            int port = destination.get("port") instanceof Integer number ? number : uri == null ? -1 : uri.getPort();
            if (destination.isEmpty()) {
                problems.add("destination is not provided");
            } else if (port < 0) {
                problems.add("URI port is not provided");
            } else if (port == 0 || port > 65_535 || port == RESERVED_PORT) {
                problems.add("port " + port + " can not be a destination");
            }
            var types = types();
            var buffering = object("buffering");
            int maxItems = number(buffering, "maxItems", api.itemsDefault, 1_000, 10_000);
            int maxBytes = number(buffering, "maxBytes", 262_144, 262_144, 1_048_576);
            int timeout = number(buffering, "timeoutMs", 1_000, 25, 30_000);
            if (!problems.isEmpty()) {
                throw new Invalid(String.join("; ", problems));
            }
            return new Subscription(
                    api, schema, types, maxItems, maxBytes, Duration.ofMillis(timeout), http, port, path(uri));
        }

        private String schema() {
            var schema = request.get("schemaVersion");
            if (schema == null && api == Api.LOGS) {
                return "2020-08-15";
            }
            if (!(schema instanceof String text) || !api.schemas().contains(text)) {
                problems.add(schema == null ? "schemaVersion is not provided" : "schemaVersion is not supported");
                return "";
            }
            return text;
        }

        private Map<?, ?> object(String name) {
            var value = request.get(name);
            if (value != null && !(value instanceof Map<?, ?>)) {
                problems.add(name + " should be an object");
            }
            return value instanceof Map<?, ?> map ? map : Map.of();
        }

        private @Nullable URI uri(Map<?, ?> destination, boolean http) {
            if (destination.isEmpty()) {
                return null;
            }
            if (!http && !"TCP".equals(destination.get("protocol"))) {
                problems.add("protocol should be HTTP or TCP");
            }
            if (!(destination.get("URI") instanceof String text)) {
                if (http) {
                    problems.add("URI is not provided");
                }
                return null;
            }
            try {
                var uri = new URI(text);
                if (http && !"http".equals(uri.getScheme())) {
                    problems.add("URI scheme should be http");
                }
                if (!HOSTS.contains(uri.getHost())) {
                    problems.add("URI host should be sandbox.localdomain");
                }
                return uri;
            } catch (URISyntaxException e) {
                problems.add("URI is not valid");
                return null;
            }
        }

        private static String path(@Nullable URI uri) {
            if (uri == null) {
                return "/";
            }
            var path = uri.getRawPath() == null || uri.getRawPath().isEmpty() ? "/" : uri.getRawPath();
            return uri.getRawQuery() == null ? path : path + "?" + uri.getRawQuery();
        }

        private Set<String> types() {
            var types = new LinkedHashSet<String>();
            if (request.get("types") instanceof List<?> list) {
                for (var type : list) {
                    if (type instanceof String text && TYPES.contains(text)) {
                        types.add(text);
                    } else {
                        problems.add("types should be of platform, function, extension");
                        return types;
                    }
                }
            }
            if (types.isEmpty()) {
                problems.add("types should not be empty");
            }
            return types;
        }

        private int number(Map<?, ?> from, String name, int fallback, int least, int most) {
            var value = from.get(name);
            if (value == null) {
                return fallback;
            }
            if (value instanceof Integer number && number >= least && number <= most) {
                return number;
            }
            problems.add(name + " should be between " + least + " and " + most);
            return fallback;
        }
    }
}
