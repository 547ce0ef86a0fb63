package dev.tsumuji.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tsumuji.wire.http.Headers;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** Lambda's operations as far as commands need them. */
record Functions(Endpoint endpoint) {
    private static final String ROOT = "/2015-03-31/functions";
    private static final Headers JSON = Headers.of("content-type", "application/json");
    private static final byte[] NOTHING = new byte[0];

    static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    private static String path(String function, String below) {
        return ROOT + "/" + encoded(function) + below;
    }

    private JsonNode get(String path) {
        return Endpoint.must(endpoint.send("lambda", "GET", path, null, JSON, NOTHING))
                .json();
    }

    private JsonNode send(String method, String path, JsonNode body) {
        return Endpoint.must(endpoint.send("lambda", method, path, null, JSON, Json.bytes(body)))
                .json();
    }

    /** Empty when there is no such function. */
    Optional<JsonNode> configuration(String function) {
        var answer = endpoint.send("lambda", "GET", path(function, "/configuration"), null, JSON, NOTHING);
        return answer.status() == 404
                ? Optional.empty()
                : Optional.of(Endpoint.must(answer).json());
    }

    JsonNode mustBe(String function) {
        return get(path(function, "/configuration"));
    }

    /** Where a function's log is. */
    String logGroup(String function) {
        return mustBe(function).path("LoggingConfig").path("LogGroup").asText("/aws/lambda/" + function);
    }

    JsonNode aliases(String function) {
        return get(path(function, "/aliases")).path("Aliases");
    }

    JsonNode alias(String function, String alias) {
        return get(path(function, "/aliases/" + encoded(alias)));
    }

    JsonNode updateAlias(String function, String alias, ObjectNode change) {
        return send("PUT", path(function, "/aliases/" + encoded(alias)), change);
    }

    /** All published versions' numbers, ascending. */
    java.util.List<Long> versions(String function) {
        var numbers = new java.util.ArrayList<Long>();
        String marker = "";
        do {
            var query = marker.isEmpty() ? null : "Marker=" + encoded(marker);
            var page = Endpoint.must(endpoint.send("lambda", "GET", path(function, "/versions"), query, JSON, NOTHING))
                    .json();
            page.path("Versions").forEach(version -> {
                var text = version.path("Version").asText();
                if (!text.equals("$LATEST")) {
                    numbers.add(Long.parseLong(text));
                }
            });
            marker = page.path("NextMarker").asText("");
        } while (!marker.isEmpty());
        numbers.sort(null);
        return numbers;
    }

    /** Answers when the new code is in force. */
    JsonNode updateCode(String function, byte[] zip) throws InterruptedException {
        var request = Json.object().put("ZipFile", zip);
        var answer = send("PUT", path(function, "/code"), request);
        return settled(function, answer);
    }

    /** Answers when the change is in force. */
    JsonNode updateConfiguration(String function, ObjectNode change) throws InterruptedException {
        return settled(function, send("PUT", path(function, "/configuration"), change));
    }

    JsonNode create(ObjectNode request) throws InterruptedException {
        var answer = send("POST", ROOT, request);
        return settled(request.path("FunctionName").asText(), answer);
    }

    private JsonNode settled(String function, JsonNode answer) throws InterruptedException {
        var now = answer;
        for (int i = 0; i < 500 && isUnsettled(now); i++) {
            Thread.sleep(i < 20 ? 5 : 50);
            now = mustBe(function);
        }
        if (isUnsettled(now)) {
            throw new CommandFailure(ExitCode.FAILED, "the change of " + function + " does not come to an end");
        }
        return now;
    }

    private static boolean isUnsettled(JsonNode configuration) {
        return configuration.path("State").asText().equals("Pending")
                || configuration.path("LastUpdateStatus").asText().equals("InProgress");
    }
}
