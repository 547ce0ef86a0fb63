package dev.tsumuji.wire.protocol;

import dev.tsumuji.kernel.call.Call;
import dev.tsumuji.kernel.call.Principal;
import dev.tsumuji.kernel.cloud.Access;
import dev.tsumuji.kernel.cloud.Decision;
import dev.tsumuji.kernel.cloud.Gate;
import dev.tsumuji.kernel.cloud.Service;
import dev.tsumuji.wire.catalog.Catalog;
import dev.tsumuji.wire.catalog.CatalogBuilder;
import dev.tsumuji.wire.http.Headers;
import dev.tsumuji.wire.http.Reply;
import dev.tsumuji.wire.http.Request;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.client.builder.AwsClientBuilder;
import software.amazon.awssdk.awscore.client.builder.AwsSyncClientBuilder;
import software.amazon.awssdk.core.SdkClient;
import software.amazon.awssdk.http.AbortableInputStream;
import software.amazon.awssdk.http.ExecutableHttpRequest;
import software.amazon.awssdk.http.HttpExecuteRequest;
import software.amazon.awssdk.http.HttpExecuteResponse;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.SdkHttpResponse;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.retries.DefaultRetryStrategy;

/** A dispatch that the SDK's real clients, and raw requests, can be pointed at, with no socket between. */
final class InProcess implements SdkHttpClient {
    static final String REQUEST_ID = "4a2e7c0a-0000-4000-8000-000000000001";
    static final Catalog CATALOG = catalog();

    private final Dispatch dispatch;

    /** The last request that a client made. */
    Request last = Request.of("GET", "/", null, Headers.NONE, new byte[0]);

    byte[] lastBody = {};

    InProcess(SdkClient... implementations) {
        this(Set.of(), implementations);
    }

    /** @param prompt operations of any of them */
    InProcess(Set<String> prompt, SdkClient... implementations) {
        var services = new ArrayList<Service>();
        for (var implementation : implementations) {
            services.add(service(implementation, prompt));
        }
        var gate = new Gate((call, access) -> new Decision(true, "", "", "", List.of()), entry -> {});
        dispatch = new Dispatch(CATALOG, services, gate);
    }

    private static Catalog catalog() {
        try {
            return CatalogBuilder.ofClassPath();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Service service(SdkClient implementation, Set<String> prompt) {
        for (var type : implementation.getClass().getInterfaces()) {
            if (SdkClient.class.isAssignableFrom(type)) {
                return new Service(
                        implementation.serviceName(),
                        type.asSubclass(SdkClient.class),
                        implementation,
                        (operation, request, call) -> List.of(Access.open("test:" + operation, call.account())),
                        "AccessDenied",
                        prompt);
            }
        }
        throw new IllegalArgumentException("no client interface");
    }

    /** A real client that talks to this dispatch. */
    <B extends AwsClientBuilder<B, C> & AwsSyncClientBuilder<B, C>, C> C client(B builder) {
        return builder.httpClient(this)
                .region(Region.EU_CENTRAL_1)
                .endpointOverride(URI.create("http://127.0.0.1:4566"))
                .credentialsProvider(
                        StaticCredentialsProvider.create(AwsBasicCredentials.create("AKIDEXAMPLE", "secret")))
                .overrideConfiguration(c -> c.retryStrategy(DefaultRetryStrategy.doNotRetry()))
                .build();
    }

    Answer send(String method, String path, String query, Headers headers, byte[] body) {
        var answer = new Answer();
        dispatch.serve(Request.of(method, path, query, headers, body), call(), answer);
        return answer;
    }

    Answer serve(Request request) {
        var answer = new Answer();
        dispatch.serve(request, call(), answer);
        return answer;
    }

    Dispatch dispatch() {
        return dispatch;
    }

    static Call call() {
        return new Call(
                "000000000000",
                "eu-central-1",
                new Principal.Root("000000000000"),
                null,
                "AKIDEXAMPLE",
                REQUEST_ID,
                "127.0.0.1",
                "test",
                Instant.EPOCH,
                false,
                Map.of());
    }

    /** The headers that a signed request of a service has. */
    static Headers signed(String service, String... more) {
        var fields = new ArrayList<String>(List.of(
                "Authorization",
                "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20261122/eu-central-1/" + service
                        + "/aws4_request, SignedHeaders=host, Signature=00"));
        fields.addAll(List.of(more));
        return Headers.of(fields.toArray(String[]::new));
    }

    @Override
    public ExecutableHttpRequest prepareRequest(HttpExecuteRequest request) {
        return new ExecutableHttpRequest() {
            @Override
            public HttpExecuteResponse call() throws IOException {
                return exchange(request);
            }

            @Override
            public void abort() {}
        };
    }

    private HttpExecuteResponse exchange(HttpExecuteRequest execute) throws IOException {
        var http = execute.httpRequest();
        var entries = new ArrayList<Map.Entry<String, String>>();
        http.forEachHeader((name, values) -> values.forEach(v -> entries.add(Map.entry(name, v))));
        byte[] body = {};
        if (execute.contentStreamProvider().isPresent()) {
            try (var in = execute.contentStreamProvider().get().newStream()) {
                body = in.readAllBytes();
            }
        }
        var uri = http.getUri();
        lastBody = body;
        last = Request.of(http.method().name(), uri.getRawPath(), uri.getRawQuery(), Headers.copyOf(entries), body);
        var answer = serve(last);
        var response = SdkHttpResponse.builder().statusCode(answer.status);
        answer.headers.forEach(response::putHeader);
        return HttpExecuteResponse.builder()
                .response(response.build())
                .responseBody(AbortableInputStream.create(new ByteArrayInputStream(answer.body())))
                .build();
    }

    @Override
    public String clientName() {
        return "in-process";
    }

    @Override
    public void close() {}

    /** Keeps what is answered. */
    static final class Answer implements Reply {
        int status;
        final Map<String, List<String>> headers = new LinkedHashMap<>();
        private final ByteArrayOutputStream body = new ByteArrayOutputStream();

        byte[] body() {
            return body.toByteArray();
        }

        String text() {
            return body.toString(StandardCharsets.UTF_8);
        }

        String header(String name) {
            for (var entry : headers.entrySet()) {
                if (entry.getKey().toLowerCase(Locale.ROOT).equals(name.toLowerCase(Locale.ROOT))) {
                    return entry.getValue().getFirst();
                }
            }
            return "";
        }

        @Override
        public void header(String name, String value) {
            headers.computeIfAbsent(name, n -> new ArrayList<>()).add(value);
        }

        @Override
        public void send(int status, byte[] bytes) {
            if (started()) {
                throw new IllegalStateException("answered twice");
            }
            this.status = status;
            body.writeBytes(bytes);
        }

        @Override
        public OutputStream stream(int status, long length) {
            if (started()) {
                throw new IllegalStateException("answered twice");
            }
            this.status = status;
            return body;
        }

        @Override
        public boolean started() {
            return status != 0;
        }
    }

    /** A stream whose bytes are made as they are read. */
    static InputStream zeros(long count) {
        return new InputStream() {
            private long left = count;

            @Override
            public int read() {
                return left-- > 0 ? 0 : -1;
            }

            @Override
            public int read(byte[] buffer, int offset, int length) {
                if (left <= 0) {
                    return -1;
                }
                int n = (int) Math.min(left, length);
                left -= n;
                return n;
            }
        };
    }
}
