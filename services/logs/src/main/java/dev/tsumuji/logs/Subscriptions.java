package dev.tsumuji.logs;

import dev.tsumuji.kernel.call.Arn;
import dev.tsumuji.kernel.call.Call;
import dev.tsumuji.kernel.cloud.Caller;
import dev.tsumuji.kernel.cloud.Cloud;
import dev.tsumuji.kernel.kv.Codec;
import dev.tsumuji.kernel.kv.Tuple;
import dev.tsumuji.kernel.kv.Txn;
import dev.tsumuji.kernel.outbox.Outbox;
import dev.tsumuji.kernel.outbox.Outbox.Outcome;
import dev.tsumuji.kernel.time.Ids;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.math.BigInteger;
import java.time.InstantSource;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.lambda.LambdaClient;
import software.amazon.awssdk.services.lambda.model.InvocationType;

/**
 * Tells functions of the events that their subscriptions pass. What is to be told is written in the commit of the events, and
 * delivered at least once; messages of one stream may overtake each other. Thread-safe.
 *
 * @see <a href="https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/SubscriptionFilters.html">Subscription filters</a>
 */
final class Subscriptions {
    private static final Logger LOG = System.getLogger(Subscriptions.class.getName());
    private static final String TOPIC = "logs.subscription";
    private static final int CONCURRENCY_MAX = 64;
    private static final int TOO_MANY_REQUESTS = 429;

    private final Outbox outbox;
    private final Cloud cloud;
    private final InstantSource clock;
    private final Ids ids;

    Subscriptions(Outbox outbox, Cloud cloud, InstantSource clock, Ids ids) {
        this.outbox = outbox;
        this.cloud = cloud;
        this.clock = clock;
        this.ids = ids;
        outbox.handle(TOPIC, CONCURRENCY_MAX, this::deliver);
    }

    /**
     * A message on its way.
     *
     * @param event what the function is invoked with
     */
    record Notice(String function, String account, String region, String group, String event) {
        static final Codec<Notice> CODEC = Codec.of(Notice.class);
    }

    /** Whom a function's policy must let in: the service of the group's region, because of the group. */
    static Caller caller(String account, String region, String group, Arn function) {
        var source = Arn.of("logs", region, account, "log-group:" + group + ":*");
        return Caller.service("logs." + region + ".amazonaws.com", account, function.region(), source.toString());
    }

    /** Puts notices of the events that were accepted for every subscription that they pass. */
    void written(Txn txn, Group group, String stream, Batch batch, Batch.Accepted part) {
        for (var entry : txn.scan(LogsKeys.subscriptions(group.id(), ""), LogsLimits.SUBSCRIPTIONS_PER_GROUP_MAX)) {
            var name = (String) Tuple.unpack(entry.key()).getLast();
            tell(txn, group, stream, name, Subscription.CODEC.decode(entry.value()), batch, part);
        }
    }

    private void tell(
            Txn txn,
            Group group,
            String stream,
            String name,
            Subscription subscription,
            Batch batch,
            Batch.Accepted part) {
        var message = new SubscriptionMessage(Call.current().account(), group.name(), stream, name, subscription);
        var first = new BigInteger(1, ids.bytes(Long.BYTES)).shiftLeft(Integer.SIZE);
        for (int i = part.from(); i < part.to(); i++) {
            message.add(batch.timestamps()[i], batch.messages()[i], first.add(BigInteger.valueOf(i)));
            if (message.isFull()) {
                put(txn, group, subscription, message);
            }
        }
        put(txn, group, subscription, message);
    }

    private void put(Txn txn, Group group, Subscription subscription, SubscriptionMessage message) {
        if (message.isEmpty()) {
            return;
        }
        var call = Call.current();
        var notice =
                new Notice(subscription.function(), call.account(), call.region(), group.name(), message.takeEvent());
        outbox.put(txn, TOPIC, clock.instant(), Notice.CODEC.encode(notice));
    }

    /** A function that isn't there, or doesn't let CloudWatch Logs in any more, isn't waited for: that is AWS's rule. */
    private Outcome deliver(Outbox.Delivery delivery) {
        var notice = Notice.CODEC.decode(delivery.work());
        if (delivery.createdAt().plus(LogsLimits.SUBSCRIPTION_AGE_MAX).isBefore(clock.instant())) {
            LOG.log(
                    Level.WARNING,
                    "events of {0} could not be told to {1} for a day and are dropped",
                    notice.group,
                    notice.function);
            return new Outcome.Done();
        }
        var caller = caller(notice.account, notice.region, notice.group, Arn.parse(notice.function));
        try {
            cloud.client(LambdaClient.class, caller)
                    .invoke(r -> r.functionName(notice.function)
                            .invocationType(InvocationType.EVENT)
                            .payload(SdkBytes.fromUtf8String(notice.event)));
        } catch (AwsServiceException e) {
            if (e.statusCode() >= 500 || e.statusCode() == TOO_MANY_REQUESTS) {
                throw e;
            }
            LOG.log(
                    Level.WARNING,
                    "events of {0} are not told to {1}: {2}",
                    notice.group,
                    notice.function,
                    e.getMessage());
        }
        return new Outcome.Done();
    }
}
