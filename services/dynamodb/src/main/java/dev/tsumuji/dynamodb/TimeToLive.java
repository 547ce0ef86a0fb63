package dev.tsumuji.dynamodb;

import dev.tsumuji.kernel.call.Call;
import dev.tsumuji.kernel.kv.Kv;
import dev.tsumuji.kernel.kv.Range;
import software.amazon.awssdk.services.dynamodb.model.TimeToLiveDescription;
import software.amazon.awssdk.services.dynamodb.model.TimeToLiveSpecification;
import software.amazon.awssdk.services.dynamodb.model.TimeToLiveStatus;

/**
 * Switches expiry of a table's items on and off. Thread-safe; all state is in the store.
 *
 * @see <a href="https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/TTL.html">Time to live</a>
 */
final class TimeToLive {
    private final Kv kv;
    private final Tables tables;
    private final TableWork work;

    TimeToLive(Kv kv, Tables tables, TableWork work) {
        this.kv = kv;
        this.tables = tables;
        this.work = work;
    }

    TimeToLiveSpecification update(String tableName, TimeToLiveSpecification asked) {
        var call = Call.current();
        var name = TableName.of(tableName, call);
        if (asked.attributeName() == null || asked.attributeName().isEmpty()) {
            throw DynamodbErrors.invalid("TimeToLiveSpecification AttributeName must be non empty");
        }
        boolean enable = Boolean.TRUE.equals(asked.enabled());
        kv.transact(txn -> {
            var open = tables.requireTable(txn, name);
            var table = open.table();
            if (table.restoring()) {
                throw DynamodbErrors.busy(table);
            }
            var current = table.expiry();
            if (enable && current != null) {
                throw DynamodbErrors.invalid(
                        current.attribute().equals(asked.attributeName())
                                ? "TimeToLive is already enabled"
                                : "TimeToLive is active on a different AttributeName: current AttributeName is "
                                        + current.attribute());
            }
            if (!enable && current == null) {
                throw DynamodbErrors.invalid("TimeToLive is already disabled");
            }
            if (!enable && current != null && !current.attribute().equals(asked.attributeName())) {
                throw DynamodbErrors.invalid(
                        "TimeToLive is active on a different AttributeName: current AttributeName is "
                                + current.attribute());
            }
            if (enable) {
                tables.put(txn, table.withExpiry(new Table.Expiry(asked.attributeName(), false, call.time())));
                txn.put(
                        DynamodbKeys.expiring(table.id()),
                        ExpirySweep.TableAddress.CODEC.encode(new ExpirySweep.TableAddress(name)));
                work.noteExpiries(txn, table);
            } else {
                tables.put(txn, table.withExpiry(null));
                txn.delete(DynamodbKeys.expiring(table.id()));
                txn.delete(Range.prefix(open.expiries()));
            }
            return null;
        });
        return asked;
    }

    TimeToLiveDescription describe(String tableName) {
        var expiry = tables.describe(TableName.of(tableName)).expiry();
        return expiry == null
                ? TimeToLiveDescription.builder()
                        .timeToLiveStatus(TimeToLiveStatus.DISABLED)
                        .build()
                : TimeToLiveDescription.builder()
                        .timeToLiveStatus(TimeToLiveStatus.ENABLED)
                        .attributeName(expiry.attribute())
                        .build();
    }
}
