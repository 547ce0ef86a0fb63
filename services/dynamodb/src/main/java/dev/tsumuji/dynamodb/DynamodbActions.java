package dev.tsumuji.dynamodb;

import dev.tsumuji.dynamodb.expression.Expressions;
import dev.tsumuji.dynamodb.expression.KeyCondition;
import dev.tsumuji.dynamodb.expression.LegacyConditions;
import dev.tsumuji.dynamodb.expression.Placeholders;
import dev.tsumuji.dynamodb.partiql.Statement;
import dev.tsumuji.dynamodb.partiql.Where;
import dev.tsumuji.dynamodb.value.KeySchema;
import dev.tsumuji.kernel.call.Arn;
import dev.tsumuji.kernel.call.Call;
import dev.tsumuji.kernel.cloud.Access;
import dev.tsumuji.kernel.cloud.Actions;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkRequest;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.BatchExecuteStatementRequest;
import software.amazon.awssdk.services.dynamodb.model.BatchGetItemRequest;
import software.amazon.awssdk.services.dynamodb.model.BatchWriteItemRequest;
import software.amazon.awssdk.services.dynamodb.model.CreateTableRequest;
import software.amazon.awssdk.services.dynamodb.model.DeleteItemRequest;
import software.amazon.awssdk.services.dynamodb.model.DynamoDbException;
import software.amazon.awssdk.services.dynamodb.model.ExecuteStatementRequest;
import software.amazon.awssdk.services.dynamodb.model.ExecuteTransactionRequest;
import software.amazon.awssdk.services.dynamodb.model.GetItemRequest;
import software.amazon.awssdk.services.dynamodb.model.PutItemRequest;
import software.amazon.awssdk.services.dynamodb.model.QueryRequest;
import software.amazon.awssdk.services.dynamodb.model.RestoreTableFromBackupRequest;
import software.amazon.awssdk.services.dynamodb.model.RestoreTableToPointInTimeRequest;
import software.amazon.awssdk.services.dynamodb.model.ScanRequest;
import software.amazon.awssdk.services.dynamodb.model.TransactGetItemsRequest;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItemsRequest;
import software.amazon.awssdk.services.dynamodb.model.UpdateItemRequest;

/**
 * What each operation needs: {@code dynamodb:} and its name on the table, its index or backup. Transactions need the permission
 * of each of their steps, and restores those of reading and writing the new table. Where the table is known, {@code dynamodb:LeadingKeys} and its kin are there for conditions.
 *
 * @see <a href="https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazondynamodb.html">Actions of
 *     DynamoDB</a>
 */
final class DynamodbActions implements Actions {
    private static final Set<String> WITHOUT_RESOURCE = Set.of(
            "ListTables",
            "ListBackups",
            "DescribeLimits",
            "DescribeEndpoints",
            "ListStreams",
            "ListExports",
            "ListImports");

    private static final List<String> FILLING =
            List.of("BatchWriteItem", "DeleteItem", "GetItem", "PutItem", "Query", "Scan", "UpdateItem");

    private final Tables tables;
    private final ResourcePolicies policies;

    DynamodbActions(Tables tables, ResourcePolicies policies) {
        this.tables = tables;
        this.policies = policies;
    }

    @Override
    public List<Access> of(String operation, SdkRequest request, Call call) {
        var action = "dynamodb:" + operation;
        if (WITHOUT_RESOURCE.contains(operation)) {
            return List.of(Access.of(action, "*", call.account()));
        }
        return switch (request) {
            case BatchGetItemRequest batch -> {
                var needed = new ArrayList<Access>();
                batch.requestItems()
                        .forEach((table, keys) -> needed.add(items(action, table, call, keys.keys(), context())));
                yield needed.isEmpty() ? List.of(Access.of(action, "*", call.account())) : needed;
            }
            case BatchWriteItemRequest batch -> {
                var needed = new ArrayList<Access>();
                batch.requestItems().forEach((table, writes) -> {
                    var keys = new ArrayList<Map<String, AttributeValue>>();
                    for (var write : writes) {
                        if (write.putRequest() != null) {
                            keys.add(write.putRequest().item());
                        } else if (write.deleteRequest() != null) {
                            keys.add(write.deleteRequest().key());
                        }
                    }
                    needed.add(items(action, table, call, keys, context()));
                });
                yield needed.isEmpty() ? List.of(Access.of(action, "*", call.account())) : needed;
            }
            case TransactWriteItemsRequest transaction -> steps(transaction, call);
            case TransactGetItemsRequest transaction -> {
                var needed = new ArrayList<Access>();
                for (var item : transaction.transactItems()) {
                    if (item.get() != null) {
                        needed.add(items(
                                "dynamodb:GetItem",
                                item.get().tableName(),
                                call,
                                List.of(item.get().key()),
                                context()));
                    }
                }
                yield needed.isEmpty() ? List.of(Access.of("dynamodb:GetItem", "*", call.account())) : needed;
            }
            case GetItemRequest get ->
                List.of(items(
                        action, get.tableName(), call, List.of(get.key()), attributes(get.attributesToGet(), null)));
            case PutItemRequest put ->
                List.of(items(
                        action,
                        put.tableName(),
                        call,
                        List.of(put.item()),
                        attributes(put.item().keySet(), null)));
            case DeleteItemRequest delete ->
                List.of(items(action, delete.tableName(), call, List.of(delete.key()), context()));
            case UpdateItemRequest update ->
                List.of(items(action, update.tableName(), call, List.of(update.key()), context()));
            case QueryRequest query ->
                List.of(read(action, query.tableName(), query.indexName(), call)
                        .with(with(
                                attributes(query.attributesToGet(), query.selectAsString()),
                                "dynamodb:LeadingKeys",
                                leadingKeys(query, call))));
            case ScanRequest scan ->
                List.of(read(action, scan.tableName(), scan.indexName(), call)
                        .with(attributes(scan.attributesToGet(), scan.selectAsString())));
            case CreateTableRequest create -> creation(action, create, call);
            case RestoreTableFromBackupRequest restore -> {
                var needed = new ArrayList<>(filling(restore.targetTableName(), call));
                needed.addFirst(Access.of(action, arn(restore.targetTableName(), call), call.account()));
                needed.addFirst(named(action, restore, call));
                yield needed;
            }
            case RestoreTableToPointInTimeRequest restore -> {
                var source = restore.sourceTableArn() != null ? restore.sourceTableArn() : restore.sourceTableName();
                var needed = new ArrayList<>(filling(restore.targetTableName(), call));
                needed.addFirst(guarded(action, arn(source, call), account(source, call)));
                yield needed;
            }
            case ExecuteStatementRequest statement ->
                List.of(statement(statement.statement(), statement.parameters(), call));
            case BatchExecuteStatementRequest batch ->
                batch.statements().stream()
                        .map(each -> statement(each.statement(), each.parameters(), call))
                        .toList();
            case ExecuteTransactionRequest transaction ->
                transaction.transactStatements().stream()
                        .map(each -> statement(each.statement(), each.parameters(), call))
                        .toList();
            default -> List.of(named(action, request, call));
        };
    }

    /** A table is restored with the caller's permissions to read and write it. */
    private List<Access> filling(@Nullable String table, Call call) {
        return FILLING.stream()
                .map(action -> Access.of("dynamodb:" + action, arn(table, call), account(table, call)))
                .toList();
    }

    private List<Access> creation(String action, CreateTableRequest create, Call call) {
        var table = Access.of(action, arn(create.tableName(), call), account(create.tableName(), call));
        if (create.tags().isEmpty()) {
            return List.of(table);
        }
        var tags = new LinkedHashMap<String, List<String>>();
        tags.put(
                "aws:TagKeys",
                create.tags().stream()
                        .map(tag -> Objects.requireNonNullElse(tag.key(), ""))
                        .toList());
        create.tags()
                .forEach(tag ->
                        tags.put("aws:RequestTag/" + tag.key(), List.of(Objects.requireNonNullElse(tag.value(), ""))));
        return List.of(
                table.with(tags),
                Access.of("dynamodb:TagResource", arn(create.tableName(), call), call.account())
                        .with(tags));
    }

    private List<Access> steps(TransactWriteItemsRequest transaction, Call call) {
        var needed = new ArrayList<Access>();
        for (var item : transaction.transactItems()) {
            if (item.put() != null) {
                var put = item.put();
                needed.add(items(
                        "dynamodb:PutItem",
                        put.tableName(),
                        call,
                        List.of(put.item()),
                        attributes(put.item().keySet(), null)));
            }
            if (item.update() != null) {
                var update = item.update();
                needed.add(items("dynamodb:UpdateItem", update.tableName(), call, List.of(update.key()), context()));
            }
            if (item.delete() != null) {
                var delete = item.delete();
                needed.add(items("dynamodb:DeleteItem", delete.tableName(), call, List.of(delete.key()), context()));
            }
            if (item.conditionCheck() != null) {
                var check = item.conditionCheck();
                needed.add(
                        items("dynamodb:ConditionCheckItem", check.tableName(), call, List.of(check.key()), context()));
            }
        }
        return needed.isEmpty() ? List.of(Access.of("dynamodb:PutItem", "*", call.account())) : needed;
    }

    /** PartiQL has actions of its own, by the kind of statement. */
    private Access statement(String text, List<AttributeValue> parameters, Call call) {
        var statement = Statement.parse(text, parameters);
        var action = switch (statement) {
            case Statement.Select _, Statement.Exists _ -> "dynamodb:PartiQLSelect";
            case Statement.Insert _ -> "dynamodb:PartiQLInsert";
            case Statement.Change _ -> "dynamodb:PartiQLUpdate";
            case Statement.Delete _ -> "dynamodb:PartiQLDelete";
        };
        return switch (statement) {
            case Statement.Select select -> selection(action, select, call);
            case Statement.Exists exists -> selection(action, exists.select(), call);
            case Statement.Insert insert ->
                items(
                        action,
                        insert.table(),
                        call,
                        List.of(insert.item()),
                        attributes(insert.item().keySet(), null));
            case Statement.Change change ->
                changed(
                        action,
                        change.table(),
                        change.where(),
                        attributes(change.update().attributes(), null),
                        call);
            case Statement.Delete delete -> changed(action, delete.table(), delete.where(), context(), call);
        };
    }

    private Access changed(
            String action, String table, @Nullable Where where, Map<String, List<String>> context, Call call) {
        return guarded(action, arn(table, call), account(table, call))
                .with(with(context, "dynamodb:LeadingKeys", leadingKeys(table, null, where, call)));
    }

    /** A selection that names no partition looks through the whole table, which a policy may deny. */
    private Access selection(String action, Statement.Select select, Call call) {
        var leading = leadingKeys(select.table(), select.index(), select.where(), call);
        var attributes = new LinkedHashSet<String>();
        select.columns().forEach(column -> attributes.add(column.path().attribute()));
        var scan = List.of(Boolean.toString(leading.isEmpty()));
        var context = with(attributes(attributes, null), "dynamodb:FullTableScan", scan);
        return read(action, select.table(), select.index(), call).with(with(context, "dynamodb:LeadingKeys", leading));
    }

    private List<String> leadingKeys(String table, @Nullable String index, @Nullable Where where, Call call) {
        var schema = schema(table, index, call);
        if (schema == null || where == null) {
            return List.of();
        }
        try {
            return texts(where.keys(schema));
        } catch (DynamoDbException e) {
            // the operation itself will say what is wrong with it
            return List.of();
        }
    }

    private List<String> leadingKeys(QueryRequest query, Call call) {
        var schema = schema(query.tableName(), query.indexName(), call);
        if (schema == null) {
            return List.of();
        }
        try {
            var placeholders = Placeholders.of(query.expressionAttributeNames(), query.expressionAttributeValues());
            var terms = query.keyConditionExpression() != null
                    ? Expressions.keyCondition(query.keyConditionExpression(), placeholders)
                    : LegacyConditions.keyConditions(query.keyConditions());
            return texts(List.of(terms.on(schema)));
        } catch (DynamoDbException e) {
            // the operation itself will say what is wrong with it
            return List.of();
        }
    }

    private static List<String> texts(List<KeyCondition> conditions) {
        var texts = new LinkedHashSet<String>();
        for (var condition : conditions) {
            var value = condition.partition().getFirst();
            if (value.s() != null || value.n() != null) {
                texts.add(value.s() != null ? value.s() : value.n());
            }
        }
        return List.copyOf(texts);
    }

    private @Nullable KeySchema schema(@Nullable String table, @Nullable String index, Call call) {
        var name = name(table, call);
        var open = name == null ? null : tables.find(name);
        if (open == null || index == null) {
            return open == null ? null : open.table().key();
        }
        var found = open.table().index(index);
        return found == null ? null : found.key();
    }

    private static Map<String, List<String>> with(Map<String, List<String>> context, String key, List<String> values) {
        if (values.isEmpty()) {
            return context;
        }
        var more = new LinkedHashMap<>(context);
        more.put(key, values);
        return more;
    }

    private Access named(String action, SdkRequest request, Call call) {
        for (var member : List.of("ResourceArn", "BackupArn", "TableArn", "ExportArn", "ImportArn")) {
            var arn = request.getValueForField(member, String.class);
            if (arn.isPresent()) {
                return guarded(
                        action,
                        arn.get(),
                        Arn.isArn(arn.get()) ? Arn.parse(arn.get()).account() : call.account());
            }
        }
        var table = request.getValueForField("TableName", String.class);
        return table.isPresent()
                ? guarded(action, arn(table.get(), call), account(table.get(), call))
                : Access.of(action, "*", call.account());
    }

    private Access read(String action, @Nullable String table, @Nullable String index, Call call) {
        return onTable(action, table, index == null ? "" : "/index/" + index, call);
    }

    private Access items(
            String action,
            @Nullable String table,
            Call call,
            List<Map<String, AttributeValue>> keys,
            Map<String, List<String>> context) {
        var with = new LinkedHashMap<>(context);
        var leading = leadingKeys(table, call, keys);
        if (!leading.isEmpty()) {
            with.put("dynamodb:LeadingKeys", leading);
        }
        return onTable(action, table, "", call).with(with);
    }

    /** @param part of the table that is meant, as its ARN has it; empty for the table itself */
    private Access onTable(String action, @Nullable String text, String part, Call call) {
        var name = name(text, call);
        return name == null
                ? Access.of(action, arn(text, call) + part, call.account())
                : Access.of(action, name.arn() + part, name.account()).guardedBy(() -> policies.document(name));
    }

    private Access guarded(String action, String arn, String account) {
        return Access.of(action, arn, account).guardedBy(() -> policies.document(arn));
    }

    private List<String> leadingKeys(@Nullable String text, Call call, List<Map<String, AttributeValue>> keys) {
        var name = name(text, call);
        var open = name == null ? null : tables.find(name);
        if (open == null) {
            return List.of();
        }
        var attribute = open.table().key().partition().getFirst().name();
        var leading = new LinkedHashSet<String>();
        for (var key : keys) {
            var value = key.get(attribute);
            if (value != null && (value.s() != null || value.n() != null)) {
                leading.add(value.s() != null ? value.s() : value.n());
            }
        }
        return List.copyOf(leading);
    }

    private static Map<String, List<String>> context() {
        return Map.of();
    }

    private static Map<String, List<String>> attributes(
            java.util.Collection<String> attributes, @Nullable String select) {
        var context = new LinkedHashMap<String, List<String>>();
        if (!attributes.isEmpty()) {
            context.put("dynamodb:Attributes", List.copyOf(attributes));
        }
        if (select != null) {
            context.put("dynamodb:Select", List.of(select));
        }
        return context;
    }

    private static @Nullable TableName name(@Nullable String text, Call call) {
        try {
            return TableName.of(text, call);
        } catch (DynamoDbException e) {
            // the operation itself will say what is wrong with it
            return null;
        }
    }

    private static String arn(@Nullable String text, Call call) {
        var name = name(text, call);
        return name == null ? new TableName(call.account(), call.region(), String.valueOf(text)).arn() : name.arn();
    }

    private static String account(@Nullable String text, Call call) {
        var name = name(text, call);
        return name == null ? call.account() : name.account();
    }
}
