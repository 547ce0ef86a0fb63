package dev.tsumuji.lambda;

import dev.tsumuji.kernel.call.Call;
import dev.tsumuji.kernel.call.Principal;
import dev.tsumuji.kernel.cloud.Failures;
import dev.tsumuji.kernel.site.Visit;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A request to a site, written by hand, that keeps its answer. */
final class TestVisit implements Visit {
    private final String method;
    private final String host;
    private final String path;
    private final @Nullable String query;
    private final Map<String, List<String>> headers = new LinkedHashMap<>();
    private byte[] body = new byte[0];
    private @Nullable Call signed;

    int status;
    final Map<String, List<String>> answered = new LinkedHashMap<>();
    final ByteArrayOutputStream answer = new ByteArrayOutputStream();

    TestVisit(String method, String host, String target) {
        this.method = method;
        this.host = host;
        int mark = target.indexOf('?');
        this.path = mark < 0 ? target : target.substring(0, mark);
        this.query = mark < 0 ? null : target.substring(mark + 1);
        with("host", host);
    }

    TestVisit with(String name, String value) {
        headers.computeIfAbsent(name, n -> new ArrayList<>()).add(value);
        return this;
    }

    TestVisit body(byte[] body) {
        this.body = body;
        return this;
    }

    TestVisit signedBy(Call call) {
        signed = call;
        return this;
    }

    String text() {
        return answer.toString(StandardCharsets.UTF_8);
    }

    @Override
    public String method() {
        return method;
    }

    @Override
    public String host() {
        return host;
    }

    @Override
    public String path() {
        return path;
    }

    @Override
    public @Nullable String query() {
        return query;
    }

    @Override
    public Map<String, List<String>> headers() {
        return headers;
    }

    @Override
    public String remoteAddress() {
        return "192.0.2.7";
    }

    @Override
    public boolean secure() {
        return false;
    }

    @Override
    public String requestId() {
        return "11112222-3333-4444-8555-666677778888";
    }

    @Override
    public long bodyLength() {
        return body.length;
    }

    @Override
    public InputStream body() {
        return new ByteArrayInputStream(body);
    }

    @Override
    public Call anonymous() {
        return new Call(
                "",
                "",
                new Principal.Anonymous(),
                null,
                null,
                requestId(),
                remoteAddress(),
                "",
                Instant.parse("2026-01-02T03:04:05.678Z"),
                false,
                Map.of());
    }

    @Override
    public Call signedFor(String service) {
        if (signed == null) {
            throw Failures.of("MissingAuthenticationTokenException", 403, "Missing Authentication Token");
        }
        return signed;
    }

    @Override
    public void header(String name, String value) {
        answered.computeIfAbsent(name, n -> new ArrayList<>()).add(value);
    }

    @Override
    public void send(int status, byte[] body) {
        this.status = status;
        answer.writeBytes(body);
    }

    @Override
    public OutputStream stream(int status, long length) {
        this.status = status;
        return answer;
    }
}
