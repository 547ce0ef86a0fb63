package dev.tsumuji.lambda;

import dev.tsumuji.kernel.call.Arn;
import dev.tsumuji.kernel.call.TraceHeader;
import dev.tsumuji.kernel.cloud.Caller;
import dev.tsumuji.kernel.cloud.Cloud;
import dev.tsumuji.kernel.kv.Codec;
import dev.tsumuji.kernel.kv.Txn;
import dev.tsumuji.kernel.outbox.Outbox;
import dev.tsumuji.sandbox.Sandbox;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.core.SdkClient;
import software.amazon.awssdk.services.eventbridge.EventBridgeClient;
import software.amazon.awssdk.services.eventbridge.model.PutEventsRequestEntry;
import software.amazon.awssdk.services.lambda.LambdaClient;
import software.amazon.awssdk.services.lambda.model.FunctionEventInvokeConfig;
import software.amazon.awssdk.services.lambda.model.InvocationType;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.sns.SnsClient;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.MessageAttributeValue;

/**
 * Tells destinations and dead-letter queues what became of asynchronous events. What is to be told is committed together with
 * the event's end and told at least once, under the function's role. Who may not be told, or is gone, is not; while a target
 * is overloaded it is tried again. Thread-safe.
 *
 * @see <a href="https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html">Records of asynchronous
 *     invocations</a>
 */
final class Destinations {
    static final String TOPIC = "lambda.destination";

    private static final Logger LOG = System.getLogger(Destinations.class.getName());
    private static final Codec<Destined> DESTINED = Codec.of(Destined.class);
    private static final int DELIVERIES_MAX = 32;
    private static final int ATTEMPTS_MAX = 8;
    private static final Duration RETRY_DELAY = Duration.ofSeconds(2);
    private static final int ERROR_MESSAGE_LENGTH_MAX = 1024;
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);

    private final FunctionStore store;
    private final Outbox outbox;
    private final Cloud cloud;
    private final Roles roles;
    private final InstantSource clock;

    Destinations(FunctionStore store, Outbox outbox, Cloud cloud, Roles roles, InstantSource clock) {
        this.store = store;
        this.outbox = outbox;
        this.cloud = cloud;
        this.roles = roles;
        this.clock = clock;
        outbox.handle(TOPIC, DELIVERIES_MAX, this::deliver);
    }

    /** Why an event is at its end. */
    enum Condition {
        SUCCESS("Success"),
        RETRIES_EXHAUSTED("RetriesExhausted"),
        EVENT_AGE_EXCEEDED("EventAgeExceeded"),
        RECURSIVE("RecursiveInvocationDetected");

        private final String word;

        Condition(String word) {
            this.word = word;
        }
    }

    /** Whether the platform has the service that a target belongs to. */
    boolean has(String target) {
        var api = api(Arn.parse(target).service());
        if (api == null) {
            return false;
        }
        try {
            cloud.client(api, Caller.service(Roles.SERVICE_PRINCIPAL, "", "", ""));
            return true;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    /** Null where not even the service's model is here. */
    private static @Nullable Class<? extends SdkClient> api(String service) {
        try {
            return switch (service) {
                case "lambda" -> LambdaClient.class;
                case "sqs" -> SqsClient.class;
                case "sns" -> SnsClient.class;
                case "events" -> EventBridgeClient.class;
                case "s3" -> S3Client.class;
                default -> null;
            };
        } catch (NoClassDefFoundError e) {
            return null;
        }
    }

    /**
     * The end of an event, with everybody told who is to be.
     *
     * @param answer of the last attempt; null when there was none
     */
    Outbox.Outcome end(Event event, Target target, Condition condition, Sandbox.@Nullable Answer answer) {
        var works = works(event, target, condition, answer);
        if (works.isEmpty()) {
            return new Outbox.Outcome.Done();
        }
        return new Outbox.Outcome.DoneWith(txn -> works.forEach(work -> put(txn, work)));
    }

    private void put(Txn txn, Destined work) {
        outbox.put(txn, TOPIC, clock.instant(), DESTINED.encode(work));
    }

    private List<Destined> works(Event event, Target target, Condition condition, Sandbox.@Nullable Answer answer) {
        boolean succeeded = condition == Condition.SUCCESS;
        var works = new ArrayList<Destined>(2);
        var destination = store.events(event.function())
                .map(FunctionEventInvokeConfig::destinationConfig)
                .map(all -> succeeded
                        ? all.onSuccess() == null ? null : all.onSuccess().destination()
                        : all.onFailure() == null ? null : all.onFailure().destination());
        destination.ifPresent(arn -> works.add(
                work(event, target, arn, succeeded, false, record(event, target, condition, answer), answer)));
        var deadLetter = target.configuration().deadLetterConfig();
        if (!succeeded && deadLetter != null && deadLetter.targetArn() != null) {
            works.add(work(event, target, deadLetter.targetArn(), false, true, event.payload(), answer));
        }
        return works;
    }

    private static Destined work(
            Event event,
            Target target,
            String arn,
            boolean succeeded,
            boolean deadLetter,
            byte[] body,
            Sandbox.@Nullable Answer answer) {
        return new Destined(
                event.account(),
                event.region(),
                event.name(),
                event.function().qualifierOrLatest(),
                target.configuration().role(),
                arn,
                succeeded,
                deadLetter,
                event.requestId(),
                errorMessage(answer),
                body,
                Lineage.header(event.traceHeader(), event.function().id()));
    }

    private static String errorMessage(Sandbox.@Nullable Answer answer) {
        if (!(answer instanceof Sandbox.Answer.Failure failure)) {
            return "";
        }
        var message = Json.parsed(failure.payload()).orElse("") instanceof Map<?, ?> members
                        && members.get("errorMessage") instanceof String text
                ? text
                : failure.errorType();
        return message.substring(0, Math.min(ERROR_MESSAGE_LENGTH_MAX, message.length()));
    }

    /** The record that destinations get; payloads stand in it as they were. */
    private byte[] record(Event event, Target target, Condition condition, Sandbox.@Nullable Answer answer) {
        var context = new LinkedHashMap<String, Object>();
        context.put("requestId", event.requestId());
        context.put("functionArn", event.function().id().arn(event.function().qualifierOrLatest()));
        context.put("condition", condition.word);
        context.put("approximateInvokeCount", event.failures() + (condition == Condition.SUCCESS ? 1 : 0));
        var text = new StringBuilder("{\"version\":\"1.0\",\"timestamp\":\"")
                .append(TIME.format(clock.instant()))
                .append("\",\"requestContext\":")
                .append(Json.write(context))
                .append(",\"requestPayload\":")
                .append(raw(event.payload()));
        if (answer != null) {
            var response = new LinkedHashMap<String, Object>();
            response.put("statusCode", 200);
            response.put("executedVersion", target.version());
            if (answer instanceof Sandbox.Answer.Failure) {
                response.put("functionError", "Unhandled");
            }
            text.append(",\"responseContext\":")
                    .append(Json.write(response))
                    .append(",\"responsePayload\":")
                    .append(raw(
                            switch (answer) {
                                case Sandbox.Answer.Success success -> success.payload();
                                case Sandbox.Answer.Failure failure -> failure.payload();
                            }));
        }
        return text.append('}').toString().getBytes(StandardCharsets.UTF_8);
    }

    /** JSON as it is; what isn't JSON, as custom runtimes may answer, as a string. */
    private static String raw(byte[] payload) {
        var text = new String(payload, StandardCharsets.UTF_8);
        return Json.problem(payload) == null ? text : Json.write(text);
    }

    private Outbox.Outcome deliver(Outbox.Delivery delivery) {
        var work = DESTINED.decode(delivery.work());
        try {
            TraceHeader.<RuntimeException>during(work.traceHeader(), () -> tell(work));
        } catch (AwsServiceException e) {
            boolean passing = e.statusCode() >= 500 || e.statusCode() == 429;
            if (passing && delivery.attempt() < ATTEMPTS_MAX) {
                var delay = RETRY_DELAY.multipliedBy(1L << (delivery.attempt() - 1));
                return new Outbox.Outcome.Retry(clock.instant().plus(delay), delivery.work());
            }
            LOG.log(
                    Level.WARNING,
                    "what became of event {0} of {1} could not be told to {2}: {3}",
                    work.requestId(),
                    work.function().arn(),
                    work.target(),
                    e.getMessage());
        } catch (IllegalArgumentException | NoClassDefFoundError e) {
            LOG.log(Level.WARNING, "there is no service for {0} any more", work.target());
        }
        return new Outbox.Outcome.Done();
    }

    private void tell(Destined work) {
        var caller = roles.assume(work.function(), work.role()).caller(work.function());
        var body = new String(work.body(), StandardCharsets.UTF_8);
        var arn = Arn.parse(work.target());
        switch (arn.service()) {
            case "lambda" ->
                cloud.client(LambdaClient.class, caller)
                        .invoke(r -> r.functionName(work.target())
                                .invocationType(InvocationType.EVENT)
                                .payload(SdkBytes.fromByteArrayUnsafe(work.body())));
            case "sqs" ->
                cloud.client(SqsClient.class, caller).sendMessage(r -> {
                    r.queueUrl("https://sqs." + arn.region() + ".amazonaws.com/" + arn.account() + "/" + arn.resource())
                            .messageBody(body);
                    if (work.deadLetter()) {
                        r.messageAttributes(queueAttributes(work));
                    }
                });
            case "sns" ->
                cloud.client(SnsClient.class, caller).publish(r -> {
                    r.topicArn(work.target()).message(body);
                    if (work.deadLetter()) {
                        r.messageAttributes(topicAttributes(work));
                    }
                });
            case "events" ->
                cloud.client(EventBridgeClient.class, caller)
                        .putEvents(r -> r.entries(PutEventsRequestEntry.builder()
                                .source("lambda")
                                .detailType("Lambda Function Invocation Result - "
                                        + (work.succeeded() ? "Success" : "Failure"))
                                .detail(body)
                                .eventBusName(work.target())
                                .time(clock.instant())
                                .resources(work.target(), work.function().arn(work.qualifier()))
                                .build()));
            case "s3" ->
                new FailureBucket(cloud, caller, work.target())
                        .putEvent(work.name(), clock.instant(), work.requestId(), body);
            default -> throw new IllegalArgumentException(work.target());
        }
    }

    /** Refuses a bucket that isn't there or that a function's role may not use. */
    void checkBucket(FunctionId function, String role, String arn) {
        new FailureBucket(cloud, roles.assume(function, role).caller(function), arn).check(arn);
    }

    private static Map<String, MessageAttributeValue> queueAttributes(Destined work) {
        return Map.of(
                "RequestID",
                MessageAttributeValue.builder()
                        .dataType("String")
                        .stringValue(work.requestId())
                        .build(),
                "ErrorCode",
                MessageAttributeValue.builder()
                        .dataType("Number")
                        .stringValue("200")
                        .build(),
                "ErrorMessage",
                MessageAttributeValue.builder()
                        .dataType("String")
                        .stringValue(work.errorMessage())
                        .build());
    }

    private static Map<String, software.amazon.awssdk.services.sns.model.MessageAttributeValue> topicAttributes(
            Destined work) {
        return Map.of(
                "RequestID",
                text("String", work.requestId()),
                "ErrorCode",
                text("Number", "200"),
                "ErrorMessage",
                text("String", work.errorMessage()));
    }

    private static software.amazon.awssdk.services.sns.model.MessageAttributeValue text(String type, String value) {
        return software.amazon.awssdk.services.sns.model.MessageAttributeValue.builder()
                .dataType(type)
                .stringValue(value)
                .build();
    }
}
