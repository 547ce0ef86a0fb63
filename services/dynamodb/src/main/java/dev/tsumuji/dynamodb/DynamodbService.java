package dev.tsumuji.dynamodb;

import dev.tsumuji.kernel.cloud.Access;
import dev.tsumuji.kernel.cloud.Service;
import dev.tsumuji.kernel.kv.Kv;
import dev.tsumuji.kernel.outbox.Outbox;
import dev.tsumuji.kernel.time.Ids;
import dev.tsumuji.kernel.time.Scheduler;
import java.time.InstantSource;
import java.util.List;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;

/**
 * DynamoDB: tables, items, indexes and streams. Thread-safe; all state is in the store.
 *
 * @see <a href="https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/Welcome.html">DynamoDB API</a>
 */
public final class DynamodbService implements DynamoDbClient {

    public DynamodbService(Kv kv, Outbox outbox, InstantSource clock, Ids ids, Scheduler scheduler) {}

    /** This service as the platform holds it. */
    public Service service() {
        return new Service(
                "dynamodb",
                DynamoDbClient.class,
                this,
                (operation, request, call) -> List.of(Access.of("dynamodb:" + operation, "*", call.account())),
                "AccessDeniedException");
    }

    @Override
    public String serviceName() {
        return SERVICE_NAME;
    }

    @Override
    public void close() {
        // holds nothing: the store and the scheduler belong to whoever made them
    }
}
