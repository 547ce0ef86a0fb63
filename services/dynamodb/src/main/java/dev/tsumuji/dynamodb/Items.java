package dev.tsumuji.dynamodb;

import dev.tsumuji.dynamodb.value.Values;
import dev.tsumuji.kernel.kv.Kv;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.DeleteItemRequest;
import software.amazon.awssdk.services.dynamodb.model.DeleteItemResponse;
import software.amazon.awssdk.services.dynamodb.model.GetItemRequest;
import software.amazon.awssdk.services.dynamodb.model.GetItemResponse;
import software.amazon.awssdk.services.dynamodb.model.ItemCollectionMetrics;
import software.amazon.awssdk.services.dynamodb.model.PutItemRequest;
import software.amazon.awssdk.services.dynamodb.model.PutItemResponse;
import software.amazon.awssdk.services.dynamodb.model.ReturnItemCollectionMetrics;
import software.amazon.awssdk.services.dynamodb.model.ReturnValue;
import software.amazon.awssdk.services.dynamodb.model.ReturnValuesOnConditionCheckFailure;
import software.amazon.awssdk.services.dynamodb.model.UpdateItemRequest;
import software.amazon.awssdk.services.dynamodb.model.UpdateItemResponse;

/**
 * Operations on one item. A read is one read of the store; a write is one commit, which reads the item only when a condition,
 * an index, a stream or the answer needs it. Thread-safe; all state is in the store.
 */
final class Items {
    private final Kv kv;
    private final Tables tables;
    private final ItemChanges changes;

    Items(Kv kv, Tables tables, ItemChanges changes) {
        this.kv = kv;
        this.tables = tables;
        this.changes = changes;
    }

    GetItemResponse get(GetItemRequest request) {
        var name = TableName.of(request.tableName());
        var key = Values.checked(request.key());
        var projection = Requested.projection(request);
        var open = tables.require(name);
        Keys.check(open.table().key(), key);
        if (projection != null) {
            Keys.refuseNested(open.table(), projection.paths());
        }
        var itemKey = open.itemKey(key);
        var stored = kv.read(snapshot -> snapshot.get(itemKey));
        var answer = GetItemResponse.builder();
        if (stored != null) {
            var item = ItemCodec.decode(stored);
            answer.item(projection == null ? item : projection.of(item));
        }
        if (Consumed.asked(request.returnConsumedCapacity())) {
            var consumed = new Consumed();
            consumed.read(stored == null ? 0 : ItemCodec.size(stored), Boolean.TRUE.equals(request.consistentRead()));
            answer.consumedCapacity(consumed.answer(request.returnConsumedCapacity(), name));
        }
        return answer.build();
    }

    PutItemResponse put(PutItemRequest request) {
        var name = TableName.of(request.tableName());
        refuseReturnValues(request.returnValues());
        var change = Requested.put(request, name);
        var consumed = Consumed.asked(request.returnConsumedCapacity());
        var made = make(
                change,
                request.returnValues() == ReturnValue.ALL_OLD,
                consumed,
                request.returnValuesOnConditionCheckFailure());
        var answer = PutItemResponse.builder()
                .consumedCapacity(
                        made.consumed == null ? null : made.consumed.answer(request.returnConsumedCapacity(), name))
                .itemCollectionMetrics(
                        collection(request.returnItemCollectionMetrics(), made.outcome.open(), change.keys()));
        if (request.returnValues() == ReturnValue.ALL_OLD && made.outcome.before() != null) {
            answer.attributes(made.outcome.before());
        }
        return answer.build();
    }

    DeleteItemResponse delete(DeleteItemRequest request) {
        var name = TableName.of(request.tableName());
        refuseReturnValues(request.returnValues());
        var change = Requested.delete(request, name);
        var made = make(
                change,
                request.returnValues() == ReturnValue.ALL_OLD,
                Consumed.asked(request.returnConsumedCapacity()),
                request.returnValuesOnConditionCheckFailure());
        var answer = DeleteItemResponse.builder()
                .consumedCapacity(
                        made.consumed == null ? null : made.consumed.answer(request.returnConsumedCapacity(), name))
                .itemCollectionMetrics(
                        collection(request.returnItemCollectionMetrics(), made.outcome.open(), change.keys()));
        if (request.returnValues() == ReturnValue.ALL_OLD && made.outcome.before() != null) {
            answer.attributes(made.outcome.before());
        }
        return answer.build();
    }

    UpdateItemResponse update(UpdateItemRequest request) {
        var name = TableName.of(request.tableName());
        var requested = Requested.update(request, name);
        var change = request.updateExpression() == null ? requested : requested.asMeasured();
        var made = make(
                change,
                true,
                Consumed.asked(request.returnConsumedCapacity()),
                request.returnValuesOnConditionCheckFailure());
        var answer = UpdateItemResponse.builder()
                .consumedCapacity(
                        made.consumed == null ? null : made.consumed.answer(request.returnConsumedCapacity(), name))
                .itemCollectionMetrics(
                        collection(request.returnItemCollectionMetrics(), made.outcome.open(), change.keys()));
        var attributes = returned(request.returnValues(), change, made.outcome);
        if (attributes != null && !attributes.isEmpty()) {
            answer.attributes(attributes);
        }
        return answer.build();
    }

    static @Nullable Map<String, AttributeValue> returned(
            @Nullable ReturnValue wanted, Change.Alter change, ItemChanges.Outcome outcome) {
        if (wanted == null) {
            return null;
        }
        var touched = change.update() == null ? null : change.update().touched();
        return switch (wanted) {
            case ALL_OLD -> outcome.before();
            case ALL_NEW -> outcome.now();
            case UPDATED_OLD -> touched == null || outcome.before() == null ? null : touched.of(outcome.before());
            case UPDATED_NEW -> touched == null || outcome.now() == null ? null : touched.of(outcome.now());
            case NONE, UNKNOWN_TO_SDK_VERSION -> null;
        };
    }

    private record Made(
            ItemChanges.Outcome outcome, @Nullable Consumed consumed) {}

    private Made make(
            Change change,
            boolean wantsBefore,
            boolean counted,
            @Nullable ReturnValuesOnConditionCheckFailure onFailure) {
        var made = kv.transact(txn -> {
            var consumed = counted ? new Consumed() : null;
            return new Made(changes.apply(txn, change, wantsBefore, consumed), consumed);
        });
        if (!made.outcome.passed()) {
            throw DynamodbErrors.conditionFailed(
                    onFailure == ReturnValuesOnConditionCheckFailure.ALL_OLD ? made.outcome.before() : null);
        }
        return made;
    }

    private static void refuseReturnValues(@Nullable ReturnValue wanted) {
        if (wanted != null && wanted != ReturnValue.NONE && wanted != ReturnValue.ALL_OLD) {
            throw DynamodbErrors.invalid("Return values set to invalid value");
        }
    }

    /** Only tables with local indexes have item collections. Their size is given as a range, as AWS estimates it. */
    static @Nullable ItemCollectionMetrics collection(
            @Nullable ReturnItemCollectionMetrics wanted, OpenTable open, Map<String, AttributeValue> keys) {
        if (wanted != ReturnItemCollectionMetrics.SIZE || !open.table().hasLocals()) {
            return null;
        }
        var partition = open.table().key().partition().getFirst().name();
        var value = keys.get(partition);
        return value == null
                ? null
                : ItemCollectionMetrics.builder()
                        .itemCollectionKey(Map.of(partition, value))
                        .sizeEstimateRangeGB(List.of(0.0, 1.0))
                        .build();
    }
}
