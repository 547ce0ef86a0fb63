package dev.tsumuji.dynamodb;

import dev.tsumuji.dynamodb.expression.Condition;
import dev.tsumuji.dynamodb.expression.Path;
import dev.tsumuji.dynamodb.partiql.Statement;
import dev.tsumuji.dynamodb.partiql.Where;
import dev.tsumuji.dynamodb.value.KeySchema;
import dev.tsumuji.kernel.kv.Kv;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.BatchExecuteStatementRequest;
import software.amazon.awssdk.services.dynamodb.model.BatchExecuteStatementResponse;
import software.amazon.awssdk.services.dynamodb.model.BatchStatementError;
import software.amazon.awssdk.services.dynamodb.model.BatchStatementRequest;
import software.amazon.awssdk.services.dynamodb.model.BatchStatementResponse;
import software.amazon.awssdk.services.dynamodb.model.ConditionalCheckFailedException;
import software.amazon.awssdk.services.dynamodb.model.DuplicateItemException;
import software.amazon.awssdk.services.dynamodb.model.DynamoDbException;
import software.amazon.awssdk.services.dynamodb.model.ExecuteStatementRequest;
import software.amazon.awssdk.services.dynamodb.model.ExecuteStatementResponse;
import software.amazon.awssdk.services.dynamodb.model.ExecuteTransactionRequest;
import software.amazon.awssdk.services.dynamodb.model.ExecuteTransactionResponse;
import software.amazon.awssdk.services.dynamodb.model.ItemResponse;
import software.amazon.awssdk.services.dynamodb.model.ReturnValuesOnConditionCheckFailure;

/**
 * Carries out PartiQL statements: reads as {@link Selections} does, writes as the operations on items do. Thread-safe; all state
 * is in the store.
 *
 * @see <a href="https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ql-reference.html">PartiQL for DynamoDB</a>
 */
final class Statements {
    private static final String RETURNING_REFUSED = "RETURNING clause is not supported in ExecuteTransaction.";

    private final Kv kv;
    private final Tables tables;
    private final ItemChanges changes;
    private final Transactions transactions;
    private final Selections selections;

    Statements(Kv kv, Tables tables, ItemChanges changes, Transactions transactions) {
        this.kv = kv;
        this.tables = tables;
        this.changes = changes;
        this.transactions = transactions;
        this.selections = new Selections(kv, tables);
    }

    ExecuteStatementResponse execute(ExecuteStatementRequest request) {
        var statement = Statement.parse(request.statement(), request.parameters());
        if (statement instanceof Statement.Select select) {
            return selections.page(select, request);
        }
        if (statement instanceof Statement.Exists) {
            throw DynamodbErrors.invalid("EXISTS is only supported in ExecuteTransaction");
        }
        var name = TableName.of(statement.table());
        var consumed = new Consumed();
        var shown = write(statement, consumed, request.returnValuesOnConditionCheckFailure());
        return ExecuteStatementResponse.builder()
                .items(shown == null ? List.of() : List.of(shown))
                .consumedCapacity(consumed.answer(request.returnConsumedCapacity(), name))
                .build();
    }

    private record Made(ItemChanges.Outcome outcome, Consumed consumed) {}

    /** @return what the statement wants to be answered */
    private @Nullable Map<String, AttributeValue> write(
            Statement statement, Consumed consumed, @Nullable ReturnValuesOnConditionCheckFailure onFailure) {
        var change = change(statement);
        var made = kv.transact(txn -> {
            var counted = new Consumed();
            return new Made(changes.apply(txn, change, true, counted), counted);
        });
        var outcome = made.outcome();
        if (!outcome.passed()) {
            if (statement instanceof Statement.Insert) {
                throw DynamodbErrors.duplicateItem();
            }
            throw DynamodbErrors.conditionFailed(
                    onFailure == ReturnValuesOnConditionCheckFailure.ALL_OLD ? outcome.before() : null);
        }
        consumed.plus(made.consumed());
        return switch (statement) {
            case Statement.Change update when update.returning() != null -> returned(update, outcome);
            case Statement.Delete delete when delete.returning() -> outcome.before();
            default -> null;
        };
    }

    private static @Nullable Map<String, AttributeValue> returned(
            Statement.Change update, ItemChanges.Outcome outcome) {
        var touched = update.update().touched();
        var before = outcome.before();
        var now = outcome.now();
        return switch (update.returning()) {
            case ALL_OLD -> before;
            case ALL_NEW -> now;
            case MODIFIED_OLD -> before == null ? null : touched.of(before);
            case MODIFIED_NEW -> now == null ? null : touched.of(now);
            case null -> null;
        };
    }

    private Change change(Statement statement) {
        var name = TableName.of(statement.table());
        var schema = tables.require(name).table().key();
        return switch (statement) {
            case Statement.Insert insert -> {
                insert.requireKey(schema);
                var absent = new Condition.Exists(
                        Path.of(schema.partition().getFirst().name()), false);
                yield Change.Put.of(name, insert.item(), absent);
            }
            case Statement.Change update -> {
                var where = required(update.where());
                yield new Change.Alter(name, where.itemKey(schema), update.update(), where.condition());
            }
            case Statement.Delete delete -> {
                var where = required(delete.where());
                yield new Change.Delete(
                        name, where.itemKey(schema), where.saysMoreThan(schema) ? where.condition() : null);
            }
            case Statement.Exists exists -> {
                var where = required(exists.select().where());
                yield new Change.Check(name, where.itemKey(schema), where.condition());
            }
            case Statement.Select _ -> throw new IllegalArgumentException("a selection changes nothing");
        };
    }

    private static Where required(@Nullable Where where) {
        if (where == null) {
            throw Where.notOneItem();
        }
        return where;
    }

    // ---- several statements

    BatchExecuteStatementResponse batch(BatchExecuteStatementRequest request) {
        if (request.statements().size() > DynamodbLimits.BATCH_WRITE_MAX) {
            throw DynamodbErrors.invalid(
                    "1 validation error detected: Value at 'statements' failed to satisfy constraint:"
                            + " Member must have length less than or equal to " + DynamodbLimits.BATCH_WRITE_MAX);
        }
        refuseMixed(request.statements());
        var consumed = new LinkedHashMap<TableName, Consumed>();
        var responses = new ArrayList<BatchStatementResponse>();
        for (var each : request.statements()) {
            responses.add(one(each, consumed));
        }
        var answer = BatchExecuteStatementResponse.builder().responses(responses);
        return Consumed.asked(request.returnConsumedCapacity())
                ? answer.consumedCapacity(Consumed.answers(consumed, request.returnConsumedCapacity()))
                        .build()
                : answer.build();
    }

    /** A batch reads or writes. Statements that are none don't count. */
    private static void refuseMixed(List<BatchStatementRequest> statements) {
        boolean reads = false;
        boolean writes = false;
        for (var each : statements) {
            try {
                boolean read = Statement.parse(each.statement(), each.parameters()) instanceof Statement.Select;
                reads |= read;
                writes |= !read;
            } catch (DynamoDbException e) {
                // is told in its own place
            }
        }
        if (reads && writes) {
            throw DynamodbErrors.invalid("Read and write requests together in the same batch is not supported.");
        }
    }

    /** What is wrong with one statement is told in its own place, with its table if it came as far as that. */
    private BatchStatementResponse one(BatchStatementRequest each, Map<TableName, Consumed> consumed) {
        var answer = BatchStatementResponse.builder();
        String table = null;
        try {
            var statement = Statement.parse(each.statement(), each.parameters());
            var name = TableName.of(statement.table());
            table = name.name();
            var item = one(statement, each, consumed.computeIfAbsent(name, _ -> new Consumed()));
            if (item != null && !item.isEmpty()) {
                answer.item(item);
            }
            return answer.tableName(table).build();
        } catch (DynamoDbException e) {
            var error = BatchStatementError.builder()
                    .code(code(e))
                    .message(e.awsErrorDetails().errorMessage());
            boolean ran = e instanceof ConditionalCheckFailedException || e instanceof DuplicateItemException;
            if (e instanceof ConditionalCheckFailedException failed && failed.hasItem()) {
                error.item(failed.item());
            }
            return answer.error(error.build()).tableName(ran ? table : null).build();
        }
    }

    private @Nullable Map<String, AttributeValue> one(
            Statement statement, BatchStatementRequest each, Consumed consumed) {
        return switch (statement) {
            case Statement.Select select -> single(select, Boolean.TRUE.equals(each.consistentRead()), consumed);
            case Statement.Exists _ ->
                throw DynamodbErrors.invalid("EXISTS can only be used in ExecuteTransaction write requests.");
            default -> write(statement, consumed, each.returnValuesOnConditionCheckFailure());
        };
    }

    private static String code(DynamoDbException e) {
        return switch (e.awsErrorDetails().errorCode()) {
            case "ConditionalCheckFailedException" -> "ConditionalCheckFailed";
            case "ResourceNotFoundException" -> "ResourceNotFound";
            case "DuplicateItemException" -> "DuplicateItem";
            default -> "ValidationError";
        };
    }

    private @Nullable Map<String, AttributeValue> single(
            Statement.Select select, boolean consistent, Consumed consumed) {
        var open = tables.require(TableName.of(select.table()));
        if (Selections.index(open.table(), select.index()) != null) {
            throw needsKey("BatchExecuteStatement");
        }
        var key = open.itemKey(onlyKey(select, open.table().key(), "BatchExecuteStatement"));
        var stored = kv.read(snapshot -> snapshot.get(key));
        consumed.read(stored == null ? 0 : ItemCodec.size(stored), consistent);
        return stored == null ? null : select.row(ItemCodec.decode(stored));
    }

    private static Map<String, AttributeValue> onlyKey(Statement.Select select, KeySchema schema, String operation) {
        var where = select.where();
        if (where == null || !where.saysKeyOnly(schema)) {
            throw needsKey(operation);
        }
        return where.itemKey(schema);
    }

    private static DynamoDbException needsKey(String operation) {
        return DynamodbErrors.invalid(
                "Select statements within " + operation + " must specify the primary key in the where clause.");
    }

    ExecuteTransactionResponse transaction(ExecuteTransactionRequest request) {
        if (request.transactStatements().size() > DynamodbLimits.TRANSACTION_MAX) {
            throw DynamodbErrors.invalid("1 validation error detected: Value at 'transactStatements' failed to satisfy"
                    + " constraint: Member must have length less than or equal to " + DynamodbLimits.TRANSACTION_MAX);
        }
        var statements = request.transactStatements().stream()
                .map(each -> Statement.parse(each.statement(), each.parameters()))
                .toList();
        for (int i = 0; i < statements.size(); i++) {
            refuseWithin(statements.get(i), i);
        }
        long reads =
                statements.stream().filter(Statement.Select.class::isInstance).count();
        if (reads > 0 && reads < statements.size()) {
            throw DynamodbErrors.invalid(
                    "ExecuteTransaction API does not support both read and write operations in the" + " same request.");
        }
        return reads > 0 ? readTogether(request, statements) : writeTogether(request, statements);
    }

    /** Refuses what a statement may say by itself only. */
    private static void refuseWithin(Statement statement, int number) {
        var what = switch (statement) {
            case Statement.Select select
            when select.index() != null -> "Reads on indices are not supported within transactions.";
            case Statement.Change update when update.returning() != null -> RETURNING_REFUSED;
            case Statement.Delete delete when delete.returning() -> RETURNING_REFUSED;
            default -> null;
        };
        if (what != null) {
            throw refusedWithin(number, what);
        }
    }

    private static DynamoDbException refusedWithin(int number, String what) {
        return DynamodbErrors.invalid("Validation failed in TransactStatements[" + number + "]: " + what);
    }

    private ExecuteTransactionResponse readTogether(ExecuteTransactionRequest request, List<Statement> statements) {
        var consumed = new LinkedHashMap<TableName, Consumed>();
        var responses = kv.read(snapshot -> {
            var found = new ArrayList<ItemResponse>();
            for (int i = 0; i < statements.size(); i++) {
                var select = (Statement.Select) statements.get(i);
                var name = TableName.of(select.table());
                var open = tables.require(snapshot, name);
                var stored = snapshot.get(
                        open.itemKey(onlyKeyWithin(i, select, open.table().key())));
                consumed.computeIfAbsent(name, _ -> new Consumed())
                        .readInTransaction(stored == null ? 0 : ItemCodec.size(stored));
                var response = ItemResponse.builder();
                if (stored != null) {
                    response.item(select.row(ItemCodec.decode(stored)));
                }
                found.add(response.build());
            }
            return found;
        });
        return answer(request, responses, consumed);
    }

    private static Map<String, AttributeValue> onlyKeyWithin(int number, Statement.Select select, KeySchema schema) {
        try {
            return onlyKey(select, schema, "ExecuteTransaction");
        } catch (DynamoDbException e) {
            throw refusedWithin(number, e.awsErrorDetails().errorMessage());
        }
    }

    private static ExecuteTransactionResponse answer(
            ExecuteTransactionRequest request, List<ItemResponse> responses, Map<TableName, Consumed> consumed) {
        var answer = ExecuteTransactionResponse.builder().responses(responses);
        return Consumed.asked(request.returnConsumedCapacity())
                ? answer.consumedCapacity(Consumed.answers(consumed, request.returnConsumedCapacity()))
                        .build()
                : answer.build();
    }

    /** What {@code EXISTS} demands is more than that its item is there. */
    private void requireDemands(Statement statement, int number) {
        if (statement instanceof Statement.Exists exists) {
            var where = exists.select().where();
            var schema = tables.require(TableName.of(exists.table())).table().key();
            if (where == null || !where.namesOneItem(schema) || where.saysKeyOnly(schema)) {
                throw refusedWithin(number, "EXISTS() must contain a single item read with additional condition");
            }
        }
    }

    private ExecuteTransactionResponse writeTogether(ExecuteTransactionRequest request, List<Statement> statements) {
        var steps = new ArrayList<Transactions.Step>();
        for (int i = 0; i < statements.size(); i++) {
            requireDemands(statements.get(i), i);
            boolean shows = request.transactStatements().get(i).returnValuesOnConditionCheckFailure()
                    == ReturnValuesOnConditionCheckFailure.ALL_OLD;
            steps.add(new Transactions.Step(
                    change(statements.get(i)), shows, statements.get(i) instanceof Statement.Insert));
        }
        var token = request.clientRequestToken();
        var done = transactions.write(
                steps,
                Consumed.asked(request.returnConsumedCapacity()),
                token,
                token == null ? null : RequestDigest.of(request));
        return answer(request, List.of(), done.consumed());
    }
}
