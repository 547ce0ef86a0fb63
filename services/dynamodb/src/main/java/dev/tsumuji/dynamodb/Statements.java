package dev.tsumuji.dynamodb;

import dev.tsumuji.dynamodb.expression.Condition;
import dev.tsumuji.dynamodb.expression.Path;
import dev.tsumuji.dynamodb.partiql.Statement;
import dev.tsumuji.dynamodb.partiql.Where;
import dev.tsumuji.dynamodb.value.KeySchema;
import dev.tsumuji.kernel.kv.Kv;
import java.util.ArrayList;
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
        boolean counted = Consumed.asked(request.returnConsumedCapacity());
        var consumed = new Consumed();
        var shown = write(statement, counted ? consumed : null, request.returnValuesOnConditionCheckFailure());
        return ExecuteStatementResponse.builder()
                .items(shown == null ? List.of() : List.of(shown))
                .consumedCapacity(consumed.answer(request.returnConsumedCapacity(), name))
                .build();
    }

    /** @return what the statement wants to be answered */
    private @Nullable Map<String, AttributeValue> write(
            Statement statement, @Nullable Consumed consumed, @Nullable ReturnValuesOnConditionCheckFailure onFailure) {
        var change = change(statement);
        var outcome = kv.transact(txn -> changes.apply(txn, change, true, consumed == null ? null : new Consumed()));
        if (!outcome.passed()) {
            if (statement instanceof Statement.Insert) {
                throw DynamodbErrors.duplicateItem();
            }
            throw DynamodbErrors.conditionFailed(
                    onFailure == ReturnValuesOnConditionCheckFailure.ALL_OLD ? outcome.before() : null);
        }
        if (consumed != null) {
            consumed.write(0);
        }
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
        var responses = new ArrayList<BatchStatementResponse>();
        for (var each : request.statements()) {
            responses.add(one(each));
        }
        return BatchExecuteStatementResponse.builder().responses(responses).build();
    }

    /** What is wrong with one statement is told in its own place. */
    private BatchStatementResponse one(BatchStatementRequest each) {
        var answer = BatchStatementResponse.builder();
        try {
            var statement = Statement.parse(each.statement(), each.parameters());
            answer.tableName(TableName.of(statement.table()).name());
            var item = statement instanceof Statement.Select select
                    ? single(select)
                    : write(statement, null, each.returnValuesOnConditionCheckFailure());
            if (item != null) {
                answer.item(item);
            }
        } catch (DynamoDbException e) {
            var error = BatchStatementError.builder()
                    .code(code(e))
                    .message(e.awsErrorDetails().errorMessage());
            if (e instanceof ConditionalCheckFailedException failed && failed.hasItem()) {
                error.item(failed.item());
            }
            answer.error(error.build());
        }
        return answer.build();
    }

    private static String code(DynamoDbException e) {
        return switch (e.awsErrorDetails().errorCode()) {
            case "ConditionalCheckFailedException" -> "ConditionalCheckFailed";
            case "ResourceNotFoundException" -> "ResourceNotFound";
            case "DuplicateItemException" -> "DuplicateItem";
            default -> "ValidationError";
        };
    }

    private @Nullable Map<String, AttributeValue> single(Statement.Select select) {
        var open = tables.require(TableName.of(select.table()));
        var stored = kv.read(snapshot ->
                snapshot.get(open.itemKey(onlyKey(select, open.table().key()))));
        return stored == null ? null : select.row(ItemCodec.decode(stored));
    }

    private static Map<String, AttributeValue> onlyKey(Statement.Select select, KeySchema schema) {
        var where = select.where();
        if (where == null || select.index() != null || !where.namesOneItem(schema)) {
            throw DynamodbErrors.invalid(
                    "Select statements within BatchExecuteStatement must specify the primary key in the"
                            + " where clause.");
        }
        return where.itemKey(schema);
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
        return reads > 0 ? readTogether(statements) : writeTogether(request, statements);
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
            throw DynamodbErrors.invalid("Validation failed in TransactStatements[" + number + "]: " + what);
        }
    }

    private ExecuteTransactionResponse readTogether(List<Statement> statements) {
        var responses = kv.read(snapshot -> {
            var found = new ArrayList<ItemResponse>();
            for (var statement : statements) {
                var select = (Statement.Select) statement;
                var open = tables.require(snapshot, TableName.of(select.table()));
                var stored =
                        snapshot.get(open.itemKey(onlyKey(select, open.table().key())));
                var response = ItemResponse.builder();
                if (stored != null) {
                    response.item(select.row(ItemCodec.decode(stored)));
                }
                found.add(response.build());
            }
            return found;
        });
        return ExecuteTransactionResponse.builder().responses(responses).build();
    }

    private ExecuteTransactionResponse writeTogether(ExecuteTransactionRequest request, List<Statement> statements) {
        var steps = new ArrayList<Transactions.Step>();
        for (int i = 0; i < statements.size(); i++) {
            boolean shows = request.transactStatements().get(i).returnValuesOnConditionCheckFailure()
                    == ReturnValuesOnConditionCheckFailure.ALL_OLD;
            steps.add(new Transactions.Step(
                    change(statements.get(i)), shows, statements.get(i) instanceof Statement.Insert));
        }
        var token = request.clientRequestToken();
        transactions.write(steps, false, token, token == null ? null : RequestDigest.of(request));
        return ExecuteTransactionResponse.builder().responses(List.of()).build();
    }
}
