package dev.tsumuji.lambda;

import dev.tsumuji.kernel.call.Call;
import dev.tsumuji.kernel.cloud.Cloud;
import dev.tsumuji.kernel.site.Site;
import dev.tsumuji.kernel.site.Visit;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.lambda.LambdaClient;
import software.amazon.awssdk.services.lambda.model.FunctionUrlAuthType;
import software.amazon.awssdk.services.lambda.model.InvokeMode;
import software.amazon.awssdk.services.lambda.model.InvokeRequest;
import software.amazon.awssdk.services.lambda.model.InvokeWithResponseStreamRequest;

/**
 * Functions as web sites: at {@code <id>.lambda-url.<region>.<whatever>}, and where such names don't resolve at
 * {@link #PATH}{@code <id>/}. A request becomes an invocation, through the gate, by the visitor: by nobody where the URL's
 * type is {@code NONE}, which the function's own policy must allow, else by whom the signature names. Thread-safe.
 *
 * @see <a href="https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html">Invoking function URLs</a>
 */
final class FunctionUrls implements Site {
    /** The condition key by which a call says that it came by a function URL, and of which type. */
    static final String AUTH_TYPE_KEY = "lambda:FunctionUrlAuthType";

    static final String PATH = "/_tsumuji/url/";

    private static final String VIA_URL_KEY = "lambda:InvokedViaFunctionUrl";
    private static final Pattern HOST = Pattern.compile("([a-z0-9]{1,63})\\.lambda-url\\.[a-z0-9-]+\\..+");
    private static final Pattern ID = Pattern.compile("[a-z0-9]{1,63}");
    private static final byte[] FUNCTION_FAILED = "Internal Server Error".getBytes(StandardCharsets.UTF_8);

    private final FunctionUrlConfigs configs;
    private final Cloud cloud;

    FunctionUrls(FunctionUrlConfigs configs, Cloud cloud) {
        this.configs = configs;
        this.cloud = cloud;
    }

    /**
     * Where a request goes.
     *
     * @param path what the function is shown
     */
    private record Place(String urlId, String path) {}

    @Override
    public boolean has(String host, String path) {
        return path.startsWith(PATH)
                || host.contains(".lambda-url.") && HOST.matcher(host).matches();
    }

    private static @Nullable Place place(String host, String path) {
        if (path.startsWith(PATH)) {
            int slash = path.indexOf('/', PATH.length());
            var id = path.substring(PATH.length(), slash < 0 ? path.length() : slash);
            return ID.matcher(id).matches() ? new Place(id, slash < 0 ? "/" : path.substring(slash)) : null;
        }
        var match = HOST.matcher(host);
        return match.matches() ? new Place(match.group(1), path) : null;
    }

    private static String hostName(String host) {
        int colon = host.lastIndexOf(':');
        return (colon < 0 ? host : host.substring(0, colon)).toLowerCase(java.util.Locale.ROOT);
    }

    @Override
    public void answer(Visit visit) throws IOException {
        var place = place(hostName(visit.host()), visit.path());
        var owner = place == null ? Optional.<UrlConfig.Owner>empty() : configs.owner(place.urlId());
        var config = owner.flatMap(configs::of);
        visit.header("x-amzn-RequestId", visit.requestId());
        if (place == null || config.isEmpty()) {
            json(visit, 404, "{\"Message\":null}");
            return;
        }
        var origins = new CrossOrigin(config.get().cors(), visit);
        if (origins.isPreflight()) {
            origins.headers().forEach(header -> visit.header(header.name(), header.value()));
            visit.send(200, new byte[0]);
            return;
        }
        Call call;
        try {
            call = call(visit, owner.orElseThrow(), config.get());
        } catch (AwsServiceException e) {
            refused(visit, e);
            return;
        }
        var body = visit.body().readNBytes(LambdaLimits.REQUEST_SIZE_MAX_BYTES + 1);
        if (body.length > LambdaLimits.REQUEST_SIZE_MAX_BYTES) {
            json(visit, 413, "{\"message\":\"Request Entity Too Large\"}");
            return;
        }
        var region = owner.orElseThrow().region();
        var domain = visit.path().startsWith(PATH)
                ? place.urlId() + ".lambda-url." + region + ".on.aws"
                : hostName(visit.host());
        var event = UrlEvent.of(visit, place.urlId(), domain, place.path(), body, call);
        if (config.get().invokeMode().equals(InvokeMode.RESPONSE_STREAM.toString())) {
            stream(visit, owner.orElseThrow(), event, call, origins);
        } else {
            invoke(visit, owner.orElseThrow(), event, call, origins);
        }
    }

    private static Call call(Visit visit, UrlConfig.Owner owner, UrlConfig config) throws IOException {
        boolean open = config.authType().equals(FunctionUrlAuthType.NONE.toString());
        var visitor = open ? visit.anonymous() : visit.signedFor("lambda");
        return new Call(
                owner.account(),
                owner.region(),
                visitor.principal(),
                visitor.session(),
                visitor.accessKeyId(),
                visitor.requestId(),
                visitor.sourceIp(),
                visitor.userAgent(),
                visitor.time(),
                visitor.secure(),
                Map.of(AUTH_TYPE_KEY, config.authType(), VIA_URL_KEY, "true"));
    }

    private void invoke(Visit visit, UrlConfig.Owner owner, byte[] event, Call call, CrossOrigin origins) {
        var name = owner.function();
        var request = InvokeRequest.builder()
                .functionName(name.id().arn())
                .qualifier(name.qualifier())
                .payload(SdkBytes.fromByteArrayUnsafe(event))
                .build();
        try {
            var response = cloud.client(LambdaClient.class, call).invoke(request);
            var payload = response.payload().asByteArrayUnsafe();
            var answer = response.functionError() == null ? UrlAnswer.of(payload) : Optional.<UrlAnswer>empty();
            send(visit, call, answer.orElseGet(FunctionUrls::failed), origins);
        } catch (AwsServiceException e) {
            refused(visit, e);
        }
    }

    private void stream(Visit visit, UrlConfig.Owner owner, byte[] event, Call call, CrossOrigin origins)
            throws IOException {
        var name = owner.function();
        var request = InvokeWithResponseStreamRequest.builder()
                .functionName(name.id().arn())
                .qualifier(name.qualifier())
                .payload(SdkBytes.fromByteArrayUnsafe(event))
                .build();
        var stream = new UrlStream(head -> {
            headers(visit, call, head, origins);
            return visit.stream(head.status(), -1);
        });
        try {
            cloud.client(LambdaStreams.class, call).invokeWithResponseStream(request, stream);
            if (!stream.begun()) {
                send(visit, call, stream.whole().orElseGet(FunctionUrls::failed), origins);
            }
        } catch (AwsServiceException e) {
            if (stream.begun()) {
                throw new IOException("the function's answer is incomplete", e);
            }
            refused(visit, e);
        }
        if (stream.broken()) {
            throw new IOException("the function's answer is incomplete");
        }
    }

    private static UrlAnswer failed() {
        return new UrlAnswer(502, List.of(new UrlAnswer.Header("Content-Type", "application/json")), FUNCTION_FAILED);
    }

    private static void send(Visit visit, Call call, UrlAnswer answer, CrossOrigin origins) {
        headers(visit, call, answer, origins);
        visit.send(answer.status(), answer.body());
    }

    private static void headers(Visit visit, Call call, UrlAnswer answer, CrossOrigin origins) {
        visit.header("X-Amzn-Trace-Id", "Root=" + UrlEvent.traceRoot(call) + ";Sampled=0");
        answer.headers().stream()
                .filter(header -> !origins.says(header.name()))
                .forEach(header -> visit.header(header.name(), header.value()));
        origins.headers().forEach(header -> visit.header(header.name(), header.value()));
    }

    /** Visitors learn little about why they may not: what AWS's own front tells them. */
    private static void refused(Visit visit, AwsServiceException e) {
        switch (e.statusCode()) {
            case 403, 401 -> {
                var details = e.awsErrorDetails();
                var code = details == null ? "" : details.errorCode();
                boolean wrongSignature =
                        code.equals("InvalidSignatureException") || code.equals("SignatureDoesNotMatch");
                json(
                        visit,
                        403,
                        wrongSignature
                                ? Json.write(Map.of("message", String.valueOf(details.errorMessage())))
                                : "{\"Message\":\"Forbidden\"}");
            }
            case 404 -> json(visit, 404, "{\"Message\":null}");
            case 413 -> json(visit, 413, "{\"message\":\"Request Entity Too Large\"}");
            case 429 -> json(visit, 429, "{\"Message\":\"Rate Exceeded.\"}");
            case 500 -> json(visit, 500, "{\"Message\":\"Internal Server Error\"}");
            default -> json(visit, 502, "Internal Server Error");
        }
    }

    private static void json(Visit visit, int status, String body) {
        visit.header("Content-Type", "application/json");
        visit.send(status, body.getBytes(StandardCharsets.UTF_8));
    }
}
