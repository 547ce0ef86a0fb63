package dev.tsumuji.s3;

import dev.tsumuji.kernel.call.Arn;
import dev.tsumuji.kernel.call.Call;
import dev.tsumuji.kernel.cloud.Caller;
import dev.tsumuji.kernel.cloud.Cloud;
import dev.tsumuji.kernel.kv.Codec;
import dev.tsumuji.kernel.kv.Txn;
import dev.tsumuji.kernel.outbox.Outbox;
import dev.tsumuji.kernel.outbox.Outbox.Outcome;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.lambda.LambdaClient;
import software.amazon.awssdk.services.lambda.model.InvocationType;
import software.amazon.awssdk.services.lambda.model.ResourceNotFoundException;
import software.amazon.awssdk.services.s3.model.FilterRule;
import software.amazon.awssdk.services.s3.model.LambdaFunctionConfiguration;
import software.amazon.awssdk.services.s3.model.NotificationConfigurationFilter;

/**
 * Tells functions what happened to objects. What is to be told is written in the commit of what happened, and delivered at least once;
 * events of one key may overtake each other, and their sequencers tell the order. Thread-safe.
 *
 * @see <a href="https://docs.aws.amazon.com/AmazonS3/latest/userguide/EventNotifications.html">Event notifications</a>
 */
final class Events {
    static final String PRINCIPAL = "s3.amazonaws.com";
    private static final Logger LOG = System.getLogger(Events.class.getName());
    private static final String TOPIC = "s3.notification";
    private static final int CONCURRENCY_MAX = 64;
    private static final Duration AGE_MAX = Duration.ofHours(24);

    private final Outbox outbox;
    private final Cloud cloud;
    private final InstantSource clock;

    Events(Outbox outbox, Cloud cloud, InstantSource clock) {
        this.outbox = outbox;
        this.cloud = cloud;
        this.clock = clock;
        outbox.handle(TOPIC, CONCURRENCY_MAX, this::deliver);
    }

    /**
     * An event on its way.
     *
     * @param account the bucket's, in which the function is called
     * @param message the whole JSON document
     */
    record Notice(String function, String account, String region, String bucketArn, String message) {
        static final Codec<Notice> CODEC = Codec.of(Notice.class);
    }

    /**
     * Puts a notice for everyone who wants to know.
     *
     * @param event {@code ObjectCreated:Put}
     * @param version as it is, or was
     */
    void happened(Txn txn, Bucket bucket, String event, String key, Version version) {
        var configuration = Setting.NOTIFICATION.find(txn, bucket);
        if (configuration == null) {
            return;
        }
        for (var wanted : configuration.lambdaFunctionConfigurations()) {
            if (wants(wanted, event, key)) {
                var message = EventRecord.of(bucket, event, key, version, wanted.id(), clock.instant(), Call.current());
                var notice = new Notice(
                        wanted.lambdaFunctionArn(), bucket.account(), bucket.region(), bucket.arn(), message);
                outbox.put(txn, TOPIC, clock.instant(), Notice.CODEC.encode(notice));
            }
        }
    }

    private static boolean wants(LambdaFunctionConfiguration configuration, String event, String key) {
        return configuration.eventsAsStrings().stream().anyMatch(wanted -> names(wanted, "s3:" + event))
                && passes(configuration.filter(), key);
    }

    private static boolean names(String wanted, String event) {
        return wanted.equals(event)
                || wanted.endsWith(":*") && event.startsWith(wanted.substring(0, wanted.length() - 1));
    }

    private static boolean passes(@Nullable NotificationConfigurationFilter filter, String key) {
        var rules = filter == null || filter.key() == null
                ? List.<FilterRule>of()
                : filter.key().filterRules();
        for (var rule : rules) {
            var value = rule.value() == null ? "" : rule.value();
            boolean passes = rule.nameAsString().toLowerCase(Locale.ROOT).equals("prefix")
                    ? key.startsWith(value)
                    : key.endsWith(value);
            if (!passes) {
                return false;
            }
        }
        return true;
    }

    private Outcome deliver(Outbox.Delivery delivery) {
        var notice = Notice.CODEC.decode(delivery.work());
        if (delivery.createdAt().plus(AGE_MAX).isBefore(clock.instant())) {
            LOG.log(
                    Level.WARNING,
                    "an event of {0} could not be told to {1} for a day and is dropped",
                    notice.bucketArn,
                    notice.function);
            return new Outcome.Done();
        }
        var caller = Caller.service(
                PRINCIPAL, notice.account, Arn.parse(notice.function).region(), notice.bucketArn);
        try {
            cloud.client(LambdaClient.class, caller)
                    .invoke(r -> r.functionName(notice.function)
                            .invocationType(InvocationType.EVENT)
                            .payload(SdkBytes.fromUtf8String(notice.message)));
        } catch (ResourceNotFoundException e) {
            LOG.log(Level.DEBUG, "nobody is told: " + notice.function + " is gone", e);
        }
        return new Outcome.Done();
    }
}
