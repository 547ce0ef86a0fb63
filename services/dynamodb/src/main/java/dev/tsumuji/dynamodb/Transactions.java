package dev.tsumuji.dynamodb;

import dev.tsumuji.dynamodb.value.ItemSize;
import dev.tsumuji.kernel.call.Call;
import dev.tsumuji.kernel.kv.Kv;
import dev.tsumuji.kernel.kv.KvException;
import dev.tsumuji.kernel.kv.Txn;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.services.dynamodb.model.CancellationReason;
import software.amazon.awssdk.services.dynamodb.model.DynamoDbException;
import software.amazon.awssdk.services.dynamodb.model.ItemCollectionMetrics;
import software.amazon.awssdk.services.dynamodb.model.ItemResponse;
import software.amazon.awssdk.services.dynamodb.model.ResourceNotFoundException;
import software.amazon.awssdk.services.dynamodb.model.ReturnValuesOnConditionCheckFailure;
import software.amazon.awssdk.services.dynamodb.model.TransactGetItemsRequest;
import software.amazon.awssdk.services.dynamodb.model.TransactGetItemsResponse;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItem;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItemsRequest;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItemsResponse;

/**
 * Transactions over up to a hundred items: one transaction of the store, so all or nothing, and strictly serialisable. What a
 * transaction with a client token did is remembered in the same commit, so a repetition does nothing. Thread-safe; all state
 * is in the store.
 *
 * @see <a href="https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis.html">Transactions</a>
 */
final class Transactions {
    private static final CancellationReason NONE =
            CancellationReason.builder().code("None").build();

    private final Kv kv;
    private final Tables tables;
    private final ItemChanges changes;
    private final ClientTokens tokens;

    Transactions(Kv kv, Tables tables, ItemChanges changes, ClientTokens tokens) {
        this.kv = kv;
        this.tables = tables;
        this.changes = changes;
        this.tokens = tokens;
    }

    /**
     * One change of a transaction.
     *
     * @param showsItem whether a failed condition shows the item
     * @param inserts whether the condition is that the item isn't there yet, as PartiQL's insertion has it
     */
    record Step(Change change, boolean showsItem, boolean inserts) {
        Step(Change change, boolean showsItem) {
            this(change, showsItem, false);
        }
    }

    TransactWriteItemsResponse write(TransactWriteItemsRequest request) {
        var steps = new ArrayList<Step>();
        for (var item : request.transactItems()) {
            steps.add(step(item));
        }
        var token = request.clientRequestToken();
        var digest = token == null ? null : RequestDigest.of(request);
        var done = write(steps, Consumed.asked(request.returnConsumedCapacity()), token, digest);
        var answer = TransactWriteItemsResponse.builder();
        if (Consumed.asked(request.returnConsumedCapacity())) {
            answer.consumedCapacity(Consumed.answers(done.consumed(), request.returnConsumedCapacity()));
        }
        var metrics = new LinkedHashMap<String, List<ItemCollectionMetrics>>();
        for (int i = 0; i < done.outcomes().size(); i++) {
            var metric = Items.collection(
                    request.returnItemCollectionMetrics(),
                    done.outcomes().get(i).open(),
                    steps.get(i).change().keys());
            if (metric != null) {
                metrics.computeIfAbsent(steps.get(i).change().table().name(), name -> new ArrayList<>())
                        .add(metric);
            }
        }
        return metrics.isEmpty()
                ? answer.build()
                : answer.itemCollectionMetrics(metrics).build();
    }

    private static Step step(TransactWriteItem item) {
        int kinds = (item.put() == null ? 0 : 1)
                + (item.update() == null ? 0 : 1)
                + (item.delete() == null ? 0 : 1)
                + (item.conditionCheck() == null ? 0 : 1);
        if (kinds != 1) {
            throw DynamodbErrors.invalid("TransactItems can only contain one of Check, Put, Update or Delete");
        }
        if (item.put() != null) {
            return new Step(Requested.put(item.put()), shows(item.put().returnValuesOnConditionCheckFailure()));
        }
        if (item.update() != null) {
            return new Step(
                    Requested.update(item.update()), shows(item.update().returnValuesOnConditionCheckFailure()));
        }
        if (item.delete() != null) {
            return new Step(
                    Requested.delete(item.delete()), shows(item.delete().returnValuesOnConditionCheckFailure()));
        }
        var check = item.conditionCheck();
        return new Step(Requested.check(check), shows(check.returnValuesOnConditionCheckFailure()));
    }

    private static boolean shows(@Nullable ReturnValuesOnConditionCheckFailure wanted) {
        return wanted == ReturnValuesOnConditionCheckFailure.ALL_OLD;
    }

    /**
     * @param outcomes empty when the token said that this was done before
     * @param consumed what the changes took, or what it took to find that they had been made
     */
    record Done(List<ItemChanges.Outcome> outcomes, Map<TableName, Consumed> consumed) {}

    /**
     * Makes all changes, or none.
     *
     * @throws DynamoDbException {@code TransactionCanceledException} with a reason for each step, in their order
     */
    Done write(List<Step> steps, boolean counted, @Nullable String token, byte @Nullable [] digest) {
        try {
            return commit(steps, counted, token, digest);
        } catch (KvException e) {
            if (e.kind() != KvException.Kind.LIMIT) {
                throw e;
            }
            // the copies in indexes and in the stream count as well
            throw tooLarge(payload(steps));
        }
    }

    private static DynamoDbException tooLarge(long bytes) {
        return DynamodbErrors.invalid("Transaction payload size cannot exceed 4MB. Payload Size: " + bytes);
    }

    /** What counts is what a request brings: whole items to be put, of others the key. */
    private static long payload(List<Step> steps) {
        long bytes = 0;
        for (var step : steps) {
            bytes += step.change() instanceof Change.Put put
                    ? put.size()
                    : ItemSize.of(step.change().keys());
        }
        return bytes;
    }

    private Done commit(List<Step> steps, boolean counted, @Nullable String token, byte @Nullable [] digest) {
        var call = Call.current();
        long payload = payload(steps);
        if (payload > DynamodbLimits.TRANSACTION_MAX_BYTES) {
            throw tooLarge(payload);
        }
        return kv.transact(txn -> {
            if (token != null && digest != null && tokens.used(txn, call, token, digest)) {
                return new Done(List.of(), counted ? reread(txn, steps) : Map.of());
            }
            refuseRepetitions(txn, steps);
            check(txn, steps);
            var consumed = new LinkedHashMap<TableName, Consumed>();
            var outcomes = new ArrayList<ItemChanges.Outcome>();
            var reasons = new ArrayList<CancellationReason>();
            for (var step : steps) {
                var counter = counted ? consumed.computeIfAbsent(step.change().table(), name -> new Consumed()) : null;
                reasons.add(apply(txn, step, counter, outcomes));
            }
            if (reasons.stream().anyMatch(reason -> reason != NONE)) {
                throw DynamodbErrors.cancelled(reasons);
            }
            consumed.values().forEach(Consumed::doubled);
            return new Done(outcomes, consumed);
        });
    }

    /** A repetition costs what its items cost to be read. */
    private Map<TableName, Consumed> reread(Txn txn, List<Step> steps) {
        var consumed = new LinkedHashMap<TableName, Consumed>();
        for (var step : steps) {
            var open = tables.require(txn, step.change().table());
            var stored = txn.get(open.itemKey(step.change().keys()));
            consumed.computeIfAbsent(step.change().table(), _ -> new Consumed())
                    .readInTransaction(stored == null ? 0 : ItemCodec.size(stored));
        }
        return consumed;
    }

    /** The first step that is wrong by itself cancels all, before any condition is looked at. */
    private void check(Txn txn, List<Step> steps) {
        for (int i = 0; i < steps.size(); i++) {
            var change = steps.get(i).change();
            try {
                ItemChanges.check(tables.require(txn, change.table()).table(), change);
            } catch (ResourceNotFoundException e) {
                throw e;
            } catch (DynamoDbException e) {
                var reasons = new ArrayList<>(Collections.nCopies(steps.size(), NONE));
                reasons.set(i, reason(e));
                throw DynamodbErrors.cancelled(reasons);
            }
        }
    }

    private CancellationReason apply(
            Txn txn, Step step, @Nullable Consumed consumed, List<ItemChanges.Outcome> outcomes) {
        try {
            var outcome = changes.apply(txn, step.change(), false, consumed);
            outcomes.add(outcome);
            if (outcome.passed()) {
                return NONE;
            }
            var reason = step.inserts()
                    ? CancellationReason.builder()
                            .code("DuplicateItem")
                            .message("Duplicate primary key exists in table")
                    : CancellationReason.builder()
                            .code("ConditionalCheckFailed")
                            .message("The conditional request failed");
            if (step.showsItem() && outcome.before() != null) {
                reason.item(outcome.before());
            }
            return reason.build();
        } catch (ResourceNotFoundException e) {
            throw e;
        } catch (DynamoDbException e) {
            return reason(e);
        }
    }

    private static CancellationReason reason(DynamoDbException e) {
        if (DynamodbErrors.isEmptyKey(e)) {
            throw e;
        }
        return CancellationReason.builder()
                .code("ValidationError")
                .message(message(e))
                .build();
    }

    private static String message(AwsServiceException e) {
        var details = e.awsErrorDetails();
        return details == null ? String.valueOf(e.getMessage()) : details.errorMessage();
    }

    /** One item may be named once. What has no proper key is left to the step itself. */
    private void refuseRepetitions(Txn txn, List<Step> steps) {
        var seen = new HashSet<ByteBuffer>();
        for (var step : steps) {
            var open = tables.require(txn, step.change().table());
            if (Keys.complete(open.table().key(), step.change().keys())
                    && !seen.add(ByteBuffer.wrap(open.itemKey(step.change().keys())))) {
                throw DynamodbErrors.invalid("Transaction request cannot include multiple operations on one item");
            }
        }
    }

    // ---- reading

    TransactGetItemsResponse get(TransactGetItemsRequest request) {
        var wanted = new ArrayList<Requested.Get>();
        for (var item : request.transactItems()) {
            wanted.add(Requested.get(item.get()));
        }
        boolean counted = Consumed.asked(request.returnConsumedCapacity());
        var consumed = new LinkedHashMap<TableName, Consumed>();
        var responses = kv.read(snapshot -> {
            Set<ByteBuffer> seen = new HashSet<>();
            var found = new ArrayList<ItemResponse>();
            var reasons = new ArrayList<CancellationReason>();
            long size = 0;
            for (var get : wanted) {
                var open = tables.require(snapshot, get.table());
                var reason = NONE;
                try {
                    Keys.check(open.table().key(), get.key());
                } catch (DynamoDbException e) {
                    reason = reason(e);
                }
                reasons.add(reason);
                if (reason != NONE) {
                    continue;
                }
                var key = open.itemKey(get.key());
                if (!seen.add(ByteBuffer.wrap(key))) {
                    throw DynamodbErrors.invalid("Transaction request cannot include multiple operations on one item");
                }
                var stored = snapshot.get(key);
                int itemSize = stored == null ? 0 : ItemCodec.size(stored);
                size += itemSize;
                consumed.computeIfAbsent(get.table(), name -> new Consumed()).readInTransaction(itemSize);
                found.add(response(get, stored));
            }
            if (reasons.stream().anyMatch(reason -> reason != NONE)) {
                throw DynamodbErrors.cancelled(reasons);
            }
            if (size > DynamodbLimits.TRANSACTION_MAX_BYTES) {
                throw DynamodbErrors.invalid("Payload in response is too large.");
            }
            return found;
        });
        var answer = TransactGetItemsResponse.builder().responses(responses);
        if (counted) {
            answer.consumedCapacity(Consumed.answers(consumed, request.returnConsumedCapacity()));
        }
        return answer.build();
    }

    private static ItemResponse response(Requested.Get get, byte @Nullable [] stored) {
        if (stored == null) {
            return ItemResponse.builder().build();
        }
        var item = ItemCodec.decode(stored);
        return ItemResponse.builder()
                .item(get.projection() == null ? item : get.projection().of(item))
                .build();
    }
}
