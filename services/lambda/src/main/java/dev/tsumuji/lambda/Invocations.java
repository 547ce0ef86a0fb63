package dev.tsumuji.lambda;

import dev.tsumuji.kernel.call.Call;
import dev.tsumuji.kernel.call.TraceHeader;
import dev.tsumuji.kernel.cloud.EventAnswer;
import dev.tsumuji.kernel.kv.Range;
import dev.tsumuji.kernel.kv.Watch;
import dev.tsumuji.sandbox.Sandbox;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Base64;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.lambda.model.InvocationType;
import software.amazon.awssdk.services.lambda.model.InvokeRequest;
import software.amazon.awssdk.services.lambda.model.InvokeResponse;
import software.amazon.awssdk.services.lambda.model.InvokeWithResponseStreamRequest;
import software.amazon.awssdk.services.lambda.model.InvokeWithResponseStreamResponse;
import software.amazon.awssdk.services.lambda.model.InvokeWithResponseStreamResponseEvent;
import software.amazon.awssdk.services.lambda.model.LogType;
import software.amazon.awssdk.services.lambda.model.ResponseStreamingInvocationType;
import software.amazon.awssdk.services.lambda.model.State;

/**
 * Runs functions. A warm invocation runs wholly on the caller's thread: function from the cache, instance from its pool,
 * into the sandbox and back, log lines into a queue; no store is read or written. Thread-safe.
 *
 * @see <a href="https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html">Invoke</a>
 */
final class Invocations {
    /** How long an invocation waits for a function that was just created. */
    private static final Duration PENDING_MAX = Duration.ofSeconds(5);

    private final FunctionStore store;
    private final Instances instances;
    private final ConcurrencyGate gate;
    private final Events events;
    private final Meter meter;
    private final SampledSeconds sampled = new SampledSeconds();
    private final InstantSource clock;

    Invocations(
            FunctionStore store,
            Instances instances,
            ConcurrencyGate gate,
            Events events,
            Meter meter,
            InstantSource clock) {
        this.store = store;
        this.instances = instances;
        this.gate = gate;
        this.events = events;
        this.meter = meter;
        this.clock = clock;
        events.runWith(this);
    }

    InvokeResponse invoke(InvokeRequest request) {
        FunctionRules.unsupported("DurableExecutionName", request.durableExecutionName() != null);
        var call = Call.current();
        var name = FunctionName.of(request.functionName(), request.qualifier(), call);
        var payload =
                request.payload() == null ? new byte[0] : request.payload().asByteArrayUnsafe();
        boolean event = request.invocationType() == InvocationType.EVENT;
        check(payload, event);
        var target = target(name);
        if (request.invocationType() == InvocationType.DRY_RUN) {
            return InvokeResponse.builder().statusCode(204).build();
        }
        if (event) {
            events.accept(name, orEmptyObject(payload), call.requestId(), TraceHeader.current());
            return InvokeResponse.builder().statusCode(202).build();
        }
        var outcome = run(
                active(target, name),
                name.arn(),
                call.requestId(),
                orEmptyObject(payload),
                clientContext(request.clientContext()),
                TraceHeader.current(),
                request.logType() == LogType.TAIL);
        return answer(outcome, target.version());
    }

    /** As {@link LambdaStreams} says. */
    void stream(
            InvokeWithResponseStreamRequest request,
            EventAnswer<InvokeWithResponseStreamResponse, InvokeWithResponseStreamResponseEvent> answer) {
        var call = Call.current();
        var name = FunctionName.of(request.functionName(), request.qualifier(), call);
        var payload =
                request.payload() == null ? new byte[0] : request.payload().asByteArrayUnsafe();
        check(payload, false);
        var target = target(name);
        if (request.invocationType() == ResponseStreamingInvocationType.DRY_RUN) {
            answer.begin(InvokeWithResponseStreamResponse.builder()
                    .statusCode(204)
                    .executedVersion(target.version())
                    .build());
            return;
        }
        var streamed = new StreamedInvocation(target.version(), answer);
        var outcome = run(
                active(target, name),
                name.arn(),
                call.requestId(),
                orEmptyObject(payload),
                clientContext(request.clientContext()),
                TraceHeader.current(),
                request.logType() == LogType.TAIL,
                streamed);
        streamed.complete(outcome);
    }

    /**
     * @param logTail end of the invocation's log; empty when not asked for
     * @param log where the invocation's lines are, which may still be waiting to be written
     */
    record Outcome(Sandbox.Answer answer, byte[] logTail, FunctionLog log) {}

    /**
     * Runs a function once.
     *
     * @throws software.amazon.awssdk.awscore.exception.AwsServiceException 429 when too many run already
     */
    Outcome run(
            Target target,
            String invokedArn,
            String requestId,
            byte[] payload,
            @Nullable String clientContext,
            @Nullable String traceHeader,
            boolean tail) {
        return run(target, invokedArn, requestId, payload, clientContext, traceHeader, tail, null);
    }

    /** The same, for an answer that is handed on while it is made. */
    private Outcome run(
            Target target,
            String invokedArn,
            String requestId,
            byte[] payload,
            @Nullable String clientContext,
            @Nullable String traceHeader,
            boolean tail,
            Sandbox.@Nullable Stream stream) {
        var running = enter(target);
        var begin = clock.instant();
        var trace = Trace.of(target, traceHeader, requestId, begin, sampled.isFirst(target, begin));
        try {
            return switch (instances.take(target)) {
                case Instances.Taken.Ready(var instance, var pool) -> {
                    try {
                        var outcome = execute(
                                target, instance, invokedArn, requestId, payload, clientContext, trace, tail, stream);
                        if (instances.closed() && !instance.sandbox.isAlive()) {
                            throw new IOException("the platform is stopping");
                        }
                        yield outcome;
                    } finally {
                        instances.putBack(instance, pool);
                    }
                }
                case Instances.Taken.Broken broken -> {
                    try {
                        yield broken(target, broken, invokedArn, requestId, payload, trace, tail);
                    } finally {
                        instances.putBack(broken.instance(), broken.pool());
                    }
                }
            };
        } catch (IOException e) {
            throw LambdaErrors.service("The function could not be started: " + e.getMessage(), e);
        } finally {
            running.leave();
        }
    }

    private Outcome execute(
            Target target,
            Instance instance,
            String invokedArn,
            String requestId,
            byte[] payload,
            @Nullable String clientContext,
            Trace trace,
            boolean tail,
            Sandbox.@Nullable Stream stream) {
        var log = instance.log;
        if (tail) {
            log.beginTail();
        }
        var begin = clock.instant();
        SystemLog.of(target, instance.initType).start(log, begin, requestId, trace.header());
        long beginNanos = System.nanoTime();
        var answer = limited(instance.sandbox.invoke(new Sandbox.Invocation(
                requestId,
                payload,
                begin.plus(target.timeout()),
                invokedArn,
                trace.header(),
                clientContext,
                null,
                stream)));
        long nanos = System.nanoTime() - beginNanos;
        var init = instance.initUnreported;
        instance.initUnreported = null;
        end(target, instance, requestId, nanos, init, answer, trace);
        return new Outcome(answer, tail ? log.endTail() : new byte[0], log);
    }

    private void end(
            Target target,
            Instance instance,
            String requestId,
            long nanos,
            @Nullable Duration init,
            Sandbox.Answer answer,
            Trace trace) {
        boolean late = answer instanceof Sandbox.Answer.Failure failure
                && failure.errorType().equals("Sandbox.Timedout");
        long counted = late ? Math.min(nanos, target.timeout().toNanos()) : nanos;
        var report = new Report(
                requestId,
                counted,
                init,
                target.configuration().memorySize(),
                instance.sandbox.memoryPeakMebibytes(),
                answer,
                init == null ? null : instance.sandbox.startPath(),
                trace);
        SystemLog.of(target, instance.initType).end(instance.log, clock.instant(), report);
        instance.sandbox.reported(() -> Json.write(new PlatformRecords(target, instance.initType).ofReport(report)));
        meter.invoked(target, counted, init, instance.sandbox.startPath(), answer);
    }

    /** An instance whose initialisation failed: the invocation that waited for it is answered with its error. */
    private Outcome broken(
            Target target,
            Instances.Taken.Broken broken,
            String invokedArn,
            String requestId,
            byte[] payload,
            Trace trace,
            boolean tail) {
        var instance = broken.instance();
        if (tail) {
            instance.log.beginTail();
        }
        var now = clock.instant();
        var answer = instance.sandbox.invoke(
                new Sandbox.Invocation(requestId, payload, now.plus(target.timeout()), invokedArn, null, null, null));
        var system = SystemLog.of(target, instance.initType);
        system.initFailed(instance.log, now, broken.initTook(), SystemLog.initError(answer));
        HandlerHint.write(instance.log, now, target, instance.codeFolder(), answer);
        system.start(instance.log, now, requestId, trace.header());
        end(target, instance, requestId, 0, broken.initTook(), answer, trace);
        return new Outcome(answer, tail ? instance.log.endTail() : new byte[0], instance.log);
    }

    private static Sandbox.Answer limited(Sandbox.Answer answer) {
        if (answer instanceof Sandbox.Answer.Success success
                && success.payload().length > LambdaLimits.RESPONSE_SIZE_MAX_BYTES) {
            var error = "{\"errorMessage\":\"Response payload size exceeded maximum allowed payload size ("
                    + LambdaLimits.RESPONSE_SIZE_MAX_BYTES
                    + " bytes).\",\"errorType\":\"Function.ResponseSizeTooLarge\"}";
            return new Sandbox.Answer.Failure(
                    "Function.ResponseSizeTooLarge", error.getBytes(StandardCharsets.UTF_8), true);
        }
        return answer;
    }

    private static InvokeResponse answer(Outcome outcome, String version) {
        var response = InvokeResponse.builder().statusCode(200).executedVersion(version);
        if (outcome.logTail().length > 0) {
            response.logResult(Base64.getEncoder().encodeToString(outcome.logTail()));
        }
        return switch (outcome.answer()) {
            case Sandbox.Answer.Success success ->
                response.payload(SdkBytes.fromByteArrayUnsafe(success.payload()))
                        .build();
            case Sandbox.Answer.Failure failure ->
                response.functionError("Unhandled")
                        .payload(SdkBytes.fromByteArrayUnsafe(failure.payload()))
                        .build();
        };
    }

    Target target(FunctionName name) {
        return store.resolve(name)
                .orElseThrow(() -> LambdaErrors.functionNotFound(name.id().arn(name.qualifierOrLatest())));
    }

    /** The function once it is active, which takes milliseconds after its creation. */
    Target active(Target target, FunctionName name) {
        if (target.configuration().state() == State.ACTIVE) {
            return target;
        }
        var end = clock.instant().plus(PENDING_MAX);
        var key = LambdaKeys.version(name.id(), target.version());
        try (Watch watch = store.kv().watch(Range.prefix(key))) {
            var now = target(name);
            while (now.configuration().state() == State.PENDING
                    && clock.instant().isBefore(end)) {
                watch.await(Duration.ofMillis(100));
                now = target(name);
            }
            if (now.configuration().state() == State.ACTIVE) {
                return now;
            }
            throw LambdaErrors.conflict("The operation cannot be performed at this time. "
                    + "The function is currently in the following state: "
                    + now.configuration().stateAsString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw LambdaErrors.service("Interrupted while waiting for the function.", e);
        }
    }

    private static void check(byte[] payload, boolean event) {
        if (payload.length > LambdaLimits.REQUEST_SIZE_MAX_BYTES) {
            throw LambdaErrors.tooLarge("Request must be smaller than " + LambdaLimits.REQUEST_SIZE_MAX_BYTES
                    + " bytes for the InvokeFunction operation");
        }
        if (event && payload.length > LambdaLimits.EVENT_SIZE_MAX_BYTES) {
            throw LambdaErrors.tooLarge(
                    payload.length + " byte payload is too large for the Event invocation type (limit "
                            + LambdaLimits.EVENT_SIZE_MAX_BYTES + " bytes)");
        }
        if (payload.length > 0) {
            var problem = Json.problem(payload);
            if (problem != null) {
                throw LambdaErrors.requestContent(
                        "Could not parse request body into json: Could not parse payload into json: " + problem);
            }
        }
    }

    private static byte[] orEmptyObject(byte[] payload) {
        return payload.length == 0 ? new byte[] {'{', '}'} : payload;
    }

    private static @Nullable String clientContext(@Nullable String encoded) {
        if (encoded == null || encoded.isEmpty()) {
            return null;
        }
        try {
            var context = Base64.getDecoder().decode(encoded);
            if (encoded.length() > LambdaLimits.CLIENT_CONTEXT_SIZE_MAX_BYTES || Json.problem(context) != null) {
                throw LambdaErrors.requestContent("Client context must be a valid Base64-encoded JSON object.");
            }
            return new String(context, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw LambdaErrors.requestContent("Client context must be a valid Base64-encoded JSON object.");
        }
    }

    private ConcurrencyGate.Running enter(Target target) {
        try {
            return gate.enter(target);
        } catch (AwsServiceException e) {
            meter.throttled(target);
            throw e;
        }
    }
}
