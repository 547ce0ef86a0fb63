package dev.tsumuji.wire.protocol;

import dev.tsumuji.kernel.call.Call;
import dev.tsumuji.kernel.call.EventLoop;
import dev.tsumuji.kernel.call.Principal;
import dev.tsumuji.kernel.cloud.Gate;
import dev.tsumuji.kernel.cloud.Service;
import dev.tsumuji.kernel.kv.KvException;
import dev.tsumuji.kernel.site.CrossOrigin;
import dev.tsumuji.kernel.site.HostId;
import dev.tsumuji.wire.catalog.Catalog;
import dev.tsumuji.wire.constraint.Validation;
import dev.tsumuji.wire.http.Reply;
import dev.tsumuji.wire.http.Request;
import dev.tsumuji.wire.shape.Member;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.SdkPojo;
import software.amazon.awssdk.core.SdkRequest;

/**
 * Turns a verified HTTP request into a call of a service's method, and what comes of it into an HTTP answer, in whichever of
 * AWS's protocols the request came. Everything that a client can get wrong is answered in AWS's words; what the platform
 * gets wrong is logged once under the request id and answered without detail. Immutable and thread-safe; runs in the thread of the caller.
 *
 * <p>Three places can fail: finding the operation, reading its input, and the service itself. All three end in
 * {@link #fail}. Operations that answer with events are in no synchronous client interface; services build them by methods of
 * their own ({@link dev.tsumuji.kernel.cloud.EventAnswer}), else they are answered 501.
 */
public final class Dispatch {
    private static final Logger LOG = System.getLogger(Dispatch.class.getName());

    private final Router router;
    private final Gate gate;

    /**
     * @throws IllegalArgumentException when a service's client interface is not in the catalog
     */
    public Dispatch(Catalog catalog, List<Service> services, Gate gate) {
        this.gate = gate;
        var byApi = new HashMap<String, Service>();
        services.forEach(service -> byApi.put(service.api().getName(), service));
        var endpoints = new ArrayList<Endpoint>();
        Set<String> unknown = new HashSet<>(byApi.keySet());
        for (var model : catalog.services()) {
            endpoints.add(new Endpoint(model, byApi.get(model.api())));
            unknown.remove(model.api());
        }
        if (!unknown.isEmpty()) {
            throw new IllegalArgumentException("not in the catalog: " + unknown);
        }
        router = new Router(endpoints);
    }

    /** Answers one request, whatever it is; throws nothing but errors of the machine. */
    public void serve(Request made, Call call, Reply reply) {
        var request = OlderPaths.today(made);
        var aim = router.aim(request);
        Target target = null;
        try {
            target = router.locate(request, aim);
            if (target.endpoint().s3()) {
                crossOrigin(request, target, reply);
            } else if (call.principal() instanceof Principal.Anonymous) {
                throw new Refused(Fault.of("MissingAuthenticationTokenException", 403, "Missing Authentication Token"));
            }
            run(request, target, call, reply);
        } catch (RuntimeException | IOException e) {
            var endpoint = target == null ? aim.endpoint() : target.endpoint();
            var format = target == null ? aim.format() : target.format();
            fail(e, request, target, endpoint, format, call.requestId(), reply);
        }
    }

    /** Tells a web page of another origin whether it may read the answer, whatever the answer is. */
    private static void crossOrigin(Request request, Target target, Reply reply) {
        var origin = request.header("origin");
        var bucket = target.bucket();
        var service = target.endpoint().service();
        if (origin != null
                && bucket != null
                && !bucket.isEmpty()
                && service != null
                && service.implementation() instanceof CrossOrigin rules) {
            rules.crossOrigin(bucket, origin, request.method()).forEach(reply::header);
        }
    }

    /** Answers a browser that asks whether a page of another origin may use a bucket. */
    public void preflight(Request request, String requestId, Reply reply) {
        var aim = router.aim(request);
        var service = aim.endpoint() == null ? null : aim.endpoint().service();
        try {
            if (service == null || !(service.implementation() instanceof CrossOrigin rules)) {
                throw new Refused(Fault.notImplemented("OPTIONS"));
            }
            var origin = request.header("origin");
            if (origin == null) {
                throw new Refused(
                        Fault.of("BadRequest", 400, "Insufficient information. Origin request header needed."));
            }
            var place = Router.place(request);
            var headers = new ArrayList<String>();
            for (var field : request.headers().all("access-control-request-headers")) {
                for (var name : field.split(",")) {
                    if (!name.isBlank()) {
                        headers.add(name.strip().toLowerCase(Locale.ROOT));
                    }
                }
            }
            var method = request.header("access-control-request-method");
            rules.preflight(place.bucket(), place.object(), origin, method, headers)
                    .forEach(reply::header);
            reply.header("x-amz-request-id", requestId);
            reply.header(HostId.HEADER, HostId.of(requestId));
            reply.send(200, new byte[0]);
        } catch (RuntimeException e) {
            fail(e, request, null, aim.endpoint(), aim.format(), requestId, reply);
        }
    }

    /** Answers with an error that was found before the operation was, such as a wrong signature. */
    public void refuse(Request request, String requestId, AwsServiceException error, Reply reply) {
        var aim = router.aim(request);
        fail(error, request, null, aim.endpoint(), aim.format(), requestId, reply);
    }

    /** The signing name of the service that a target header or an RPC path names; null when neither is there. */
    public @Nullable String namedService(Request request) {
        var endpoint = router.named(request);
        return endpoint == null ? null : endpoint.model().name();
    }

    private void run(Request request, Target target, Call call, Reply reply) throws IOException {
        var service = target.endpoint().service();
        var operation = target.endpoint().operation(target.operation());
        if (service == null || operation == null || !operation.built()) {
            throw new Refused(Fault.notImplemented(name(target)));
        }
        if (!service.prompt().contains(operation.name())) {
            EventLoop.leave();
        }
        var builder = operation.newRequest();
        if (target.endpoint().s3()) {
            S3Extras.check(request, target.query(), builder, operation.model().streamingInput());
        }
        var table = target.endpoint().table();
        var reader = new RequestReader(request, target, operation);
        reader.read(builder);
        var typed = (SdkRequest) Member.build(builder);
        Validation.check(table, operation.name(), (SdkPojo) typed, reader.nulls());
        boolean head = request.method().equals("HEAD");
        int status = table.status(operation.name());
        if (operation.events()) {
            events(new EventStream(status, target.format(), call.requestId(), reply), call, target, typed, reply);
            return;
        }
        if (operation.model().streamingOutput()) {
            var answer = Streams.answer(status, target, call.requestId(), head, reply);
            var body = operation.model().streamingInput() ? Streams.body(request) : null;
            gate.call(call, service, operation.name(), typed, () -> operation.call(typed, body, answer));
            return;
        }
        var answer = gate.call(
                call,
                service,
                operation.name(),
                typed,
                () -> operation.model().streamingInput()
                        ? (SdkPojo) operation.call(typed, Streams.body(request), null)
                        : operation.call(typed));
        AnswerWriter.write(ObjectUrl.toldIn(answer, request, target), target, status, call.requestId(), head, reply);
    }

    /** What goes wrong after the beginning is told as an event. */
    private void events(EventStream stream, Call call, Target target, SdkRequest request, Reply reply) {
        var service = Objects.requireNonNull(target.endpoint().service());
        var operation = Objects.requireNonNull(target.endpoint().operation(target.operation()));
        try {
            gate.call(call, service, operation.name(), request, () -> {
                operation.call(request, stream);
                return true;
            });
        } catch (AwsServiceException e) {
            if (!reply.started()) {
                throw e;
            }
            stream.failed(Fault.of(e, target.endpoint()));
        }
        stream.end();
    }

    private static String name(Target target) {
        return target.endpoint().model().module() + "." + target.operation();
    }

    private static void fail(
            Exception e,
            Request request,
            @Nullable Target target,
            @Nullable Endpoint endpoint,
            WireFormat format,
            String requestId,
            Reply reply) {
        var fault = switch (e) {
            case Refused refused -> refused.fault();
            case Malformed malformed -> Fault.of(malformed, format);
            case AwsServiceException aws -> Fault.of(aws, endpoint);
            case UnsupportedOperationException none when target != null -> Fault.notImplemented(name(target));
            case KvException kv -> Fault.of(kv, format);
            case IOException broken -> Fault.of("RequestTimeout", 400, "The request body did not arrive in full.");

            default -> Fault.internal(format);
        };
        if (fault.status() == 500 || e instanceof KvException) {
            boolean clientGone = reply.started() && e instanceof UncheckedIOException;
            LOG.log(
                    clientGone ? Level.DEBUG : Level.ERROR,
                    requestId + " " + (target == null ? request.path() : name(target)) + " failed",
                    e);
        }
        if (!reply.started()) {
            FaultWriter.write(
                    fault, endpoint, format, requestId, request.method().equals("HEAD"), reply);
        }
    }
}
