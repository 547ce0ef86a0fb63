package dev.tsumuji.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tsumuji.wire.http.Headers;
import dev.tsumuji.wire.sign.Signer;
import java.io.IOException;
import java.net.ConnectException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A running platform, asked over HTTP with the root key of its data folder. The JDK's old client, because it is the one that
 * loads fastest.
 */
record Endpoint(String url, DataDir.Key key, InstantSource clock) {
    private static final Duration CONNECT_MAX = Duration.ofSeconds(5);

    /** Longer than the longest function runs. */
    private static final Duration ANSWER_MAX = Duration.ofMinutes(16);

    /** An answer, read to its end. Headers by {@link #header}. */
    record Answer(int status, byte[] body, HttpURLConnection connection) {
        boolean ok() {
            return status / 100 == 2;
        }

        Optional<String> header(String name) {
            return Optional.ofNullable(connection.getHeaderField(name));
        }

        JsonNode json() {
            return Json.read(body);
        }

        /** {@code ResourceNotFoundException: Function not found: …} */
        String error() {
            var fallback = "HTTP status " + status;
            if (body.length == 0 || body[0] != '{') {
                return header("x-amzn-errortype").orElse(fallback);
            }
            var json = json();
            var type = header("x-amzn-errortype")
                    .orElse(json.path("__type").asText(json.path("Type").asText(fallback)));
            var message = json.path("message").asText(json.path("Message").asText(""));
            var name = type.substring(type.indexOf('#') + 1).replaceFirst(":.*", "");
            return message.isEmpty() ? name : name + ": " + message;
        }
    }

    static Endpoint of(DataDir data) {
        return new Endpoint(data.mustRun().url(), data.key(), InstantSource.system());
    }

    /** One of the platform's own pages, such as {@code /_tsumuji/status}. */
    JsonNode page(String method, String path, byte[] body) {
        return must(send("tsumuji", method, path, null, Headers.of("content-type", "application/json"), body))
                .json();
    }

    JsonNode page(String path) {
        return page("GET", path, new byte[0]);
    }

    /** An operation of one of AWS's JSON services. */
    JsonNode json(String service, String target, JsonNode request) {
        var headers = Headers.of("content-type", "application/x-amz-json-1.1", "x-amz-target", target);
        return must(send(service, "POST", "/", null, headers, Json.bytes(request)))
                .json();
    }

    /** @throws CommandFailure with the platform's own words when it refused */
    static Answer must(Answer answer) {
        if (answer.ok()) {
            return answer;
        }
        var denied = answer.status == 401 || answer.status == 403;
        throw new CommandFailure(denied ? ExitCode.DENIED : ExitCode.FAILED, answer.error());
    }

    /** @param path as it goes over the wire, encoded */
    Answer send(String service, String method, String path, @Nullable String query, Headers headers, byte[] body) {
        try {
            var uri = new URI(query == null ? url + path : url + path + "?" + query);
            var signer = new Signer(key.accessKeyId(), key.secretAccessKey(), null, key.region(), service);
            var signed =
                    signer.sign(method, path, query, headers.with("host", uri.getAuthority()), body, clock.instant());
            return exchange(uri, method, signed, body);
        } catch (ConnectException e) {
            throw new CommandFailure(ExitCode.NOT_RUNNING, "nothing answers at " + url + ": " + e.getMessage());
        } catch (IOException | URISyntaxException e) {
            throw new CommandFailure(ExitCode.FAILED, "no answer from " + url + ": " + e.getMessage());
        }
    }

    private static Answer exchange(URI uri, String method, Headers headers, byte[] body) throws IOException {
        var connection = (HttpURLConnection) uri.toURL().openConnection(java.net.Proxy.NO_PROXY);
        connection.setConnectTimeout((int) CONNECT_MAX.toMillis());
        connection.setReadTimeout((int) ANSWER_MAX.toMillis());
        connection.setInstanceFollowRedirects(false);
        connection.setRequestMethod(method);
        headers.forEach((name, value) -> {
            if (!name.toLowerCase(Locale.ROOT).equals("host")) {
                connection.setRequestProperty(name, value);
            }
        });
        if (!method.equals("GET")) {
            connection.setDoOutput(true);
            connection.setFixedLengthStreamingMode(body.length);
            try (var out = connection.getOutputStream()) {
                out.write(body);
            }
        }
        int status = connection.getResponseCode();
        var stream = status >= 400 ? connection.getErrorStream() : connection.getInputStream();
        try (stream) {
            return new Answer(status, stream == null ? new byte[0] : stream.readAllBytes(), connection);
        }
    }
}
