package dev.tsumuji.dynamodb;

import dev.tsumuji.dynamodb.expression.Condition;
import dev.tsumuji.dynamodb.expression.Expressions;
import dev.tsumuji.dynamodb.expression.LegacyConditions;
import dev.tsumuji.dynamodb.expression.LegacyParameters;
import dev.tsumuji.dynamodb.expression.Placeholders;
import dev.tsumuji.dynamodb.expression.Projection;
import dev.tsumuji.dynamodb.validation.StartingKey;
import dev.tsumuji.dynamodb.value.Values;
import dev.tsumuji.kernel.kv.Kv;
import dev.tsumuji.kernel.kv.Range;
import java.util.Arrays;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.ConsumedCapacity;
import software.amazon.awssdk.services.dynamodb.model.QueryRequest;
import software.amazon.awssdk.services.dynamodb.model.QueryResponse;
import software.amazon.awssdk.services.dynamodb.model.ReturnConsumedCapacity;
import software.amazon.awssdk.services.dynamodb.model.ScanRequest;
import software.amazon.awssdk.services.dynamodb.model.ScanResponse;

/**
 * Query and Scan on tables and their indexes. A page costs what it reads, not what the table holds. Indexes are as current as
 * their tables. Thread-safe; all state is in the store.
 *
 * @see <a href="https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Query.html">Query</a>
 */
final class Queries {
    private final Kv kv;
    private final Tables tables;

    Queries(Kv kv, Tables tables) {
        this.kv = kv;
        this.tables = tables;
    }

    QueryResponse query(QueryRequest request) {
        new Parameters()
                .expression("ProjectionExpression", request.projectionExpression())
                .expression("FilterExpression", request.filterExpression())
                .expression("KeyConditionExpression", request.keyConditionExpression())
                .legacy("AttributesToGet", request.hasAttributesToGet())
                .legacy("QueryFilter", request.hasQueryFilter())
                .operator(request.conditionalOperator(), request.queryFilter().size())
                .legacy("KeyConditions", request.hasKeyConditions())
                .check();
        var name = TableName.of(request.tableName());
        var placeholders = Requested.placeholders(
                request.expressionAttributeNames(),
                request.expressionAttributeValues(),
                "FilterExpression and KeyConditionExpression",
                request.keyConditionExpression() == null
                        ? request.filterExpression()
                        : request.keyConditionExpression());
        if (request.keyConditionExpression() == null && !request.hasKeyConditions()) {
            throw DynamodbErrors.invalid(
                    "Either the KeyConditions or KeyConditionExpression parameter must be specified"
                            + " in the request.");
        }
        var terms = request.keyConditionExpression() == null
                ? LegacyConditions.keyConditions(request.keyConditions())
                : Expressions.keyCondition(request.keyConditionExpression(), placeholders);
        var shown = Shown.of(
                request.selectAsString(),
                request.projectionExpression(),
                request.hasAttributesToGet() ? request.attributesToGet() : null,
                request.indexName(),
                placeholders);
        var filter = request.hasQueryFilter()
                ? LegacyConditions.filter(request.queryFilter(), request.conditionalOperator())
                : filter(request.filterExpression(), placeholders);
        placeholders.requireAllUsed();
        int limit = limit(request.limit());
        var start = start(request.hasExclusiveStartKey(), request.exclusiveStartKey());

        var open = tables.require(name);
        var index = index(open.table(), request.indexName());
        boolean consistent = consistent(request.consistentRead(), index);
        var schema = index == null ? open.table().key() : index.key();
        var condition = terms.on(schema);
        if (filter != null && request.hasQueryFilter()) {
            LegacyConditions.refuseKeys(filter, schema);
        } else if (filter != null) {
            Expressions.refuseKeys(filter, schema);
        }
        if (filter != null && index != null) {
            refuseUnseen(filter, open.table(), index);
        }
        var range = KeyRanges.of(open, index, condition);
        boolean backwards = Boolean.FALSE.equals(request.scanIndexForward());
        if (start != null) {
            StartingKey.requireForQuery(start, open.table().key(), index == null ? null : index.key(), condition);
            range = behind(range, startKey(open, index, start), backwards, true);
        }
        var page = read(open, index, backwards, limit, filter, shown, range);
        var answer = QueryResponse.builder()
                .count(page.count())
                .scannedCount(page.scanned())
                .consumedCapacity(consumed(page, index, consistent, request.returnConsumedCapacity(), name));
        if (!shown.countsOnly()) {
            answer.items(page.items());
        }
        return page.last() == null
                ? answer.build()
                : answer.lastEvaluatedKey(page.last()).build();
    }

    ScanResponse scan(ScanRequest request) {
        new Parameters()
                .expression("ProjectionExpression", request.projectionExpression())
                .expression("FilterExpression", request.filterExpression())
                .legacy("AttributesToGet", request.hasAttributesToGet())
                .legacy("ScanFilter", request.hasScanFilter())
                .operator(request.conditionalOperator(), request.scanFilter().size())
                .check();
        var name = TableName.of(request.tableName());
        checkSegments(request.segment(), request.totalSegments());
        var placeholders = Requested.placeholders(
                request.expressionAttributeNames(),
                request.expressionAttributeValues(),
                "FilterExpression",
                request.filterExpression() == null ? request.projectionExpression() : request.filterExpression());
        var shown = Shown.of(
                request.selectAsString(),
                request.projectionExpression(),
                request.hasAttributesToGet() ? request.attributesToGet() : null,
                request.indexName(),
                placeholders);
        var filter = request.hasScanFilter()
                ? LegacyConditions.filter(request.scanFilter(), request.conditionalOperator())
                : filter(request.filterExpression(), placeholders);
        placeholders.requireAllUsed();
        int limit = limit(request.limit());
        var start = start(request.hasExclusiveStartKey(), request.exclusiveStartKey());

        var open = tables.require(name);
        var index = index(open.table(), request.indexName());
        boolean consistent = consistent(request.consistentRead(), index);
        var prefix = prefix(open, index);
        Range range = request.totalSegments() == null || request.segment() == null
                ? Range.prefix(prefix)
                : KeyRanges.segment(prefix, request.segment(), request.totalSegments());
        if (start != null) {
            StartingKey.requireForScan(start, open.table().key(), index == null ? null : index.key());
            var key = startKey(open, index, start);
            if (!range.contains(key)) {
                throw DynamodbErrors.invalid(
                        "The provided starting key is invalid: Invalid ExclusiveStartKey. Please use"
                                + " ExclusiveStartKey with correct Segment. TotalSegments: " + request.totalSegments()
                                + " Segment: " + request.segment());
            }
            range = range.after(key);
        }
        var page = read(open, index, false, limit, filter, shown, range);
        var answer = ScanResponse.builder()
                .count(page.count())
                .scannedCount(page.scanned())
                .consumedCapacity(consumed(page, index, consistent, request.returnConsumedCapacity(), name));
        if (!shown.countsOnly()) {
            answer.items(page.items());
        }
        return page.last() == null
                ? answer.build()
                : answer.lastEvaluatedKey(page.last()).build();
    }

    private PageScan.Page read(
            OpenTable open,
            @Nullable Index index,
            boolean backwards,
            int limit,
            @Nullable Condition filter,
            Shown shown,
            Range range) {
        if (filter != null) {
            Keys.refuseNested(open.table(), filter.paths());
        }
        if (shown.projection() != null) {
            Keys.refuseNested(open.table(), shown.projection().paths());
        }
        boolean whole = shown.needsTable(open.table(), index);
        return kv.read(snapshot -> new PageScan(
                        open, index, backwards, limit, filter, shown.projection(), shown.countsOnly(), whole)
                .read(snapshot, range));
    }

    private static @Nullable ConsumedCapacity consumed(
            PageScan.Page page,
            @Nullable Index index,
            boolean consistent,
            @Nullable ReturnConsumedCapacity wanted,
            TableName name) {
        if (!Consumed.asked(wanted)) {
            return null;
        }
        var consumed = new Consumed();
        if (index == null) {
            consumed.read(page.bytes(), consistent);
        } else {
            consumed.read(index, page.bytes(), consistent);
        }
        for (int size : page.fetched()) {
            consumed.read(size, consistent);
        }
        return consumed.answer(wanted, name);
    }

    // ---- what a request says

    private static @Nullable Condition filter(@Nullable String text, Placeholders placeholders) {
        return text == null ? null : Expressions.filter(text, placeholders);
    }

    /** A query's filter looks at what its index has; it is not completed from the table for that. */
    static void refuseUnseen(Condition filter, Table table, Index index) {
        var unseen = filter.attributes().stream()
                .filter(attribute -> !index.projects(attribute, table.key()))
                .toList();
        if (!unseen.isEmpty()) {
            throw DynamodbErrors.invalidParameters(
                    "Secondary index " + index.name() + " does not project one or more filter attributes: " + unseen);
        }
    }

    private static int limit(@Nullable Integer limit) {
        if (limit != null && limit < 1) {
            throw DynamodbErrors.invalid("1 validation error detected: Value '" + limit
                    + "' at 'limit' failed to satisfy constraint: Member must have value greater than or equal to 1");
        }
        return limit == null ? Integer.MAX_VALUE : limit;
    }

    private static @Nullable Map<String, AttributeValue> start(boolean given, Map<String, AttributeValue> key) {
        if (!given) {
            return null;
        }
        try {
            return Values.checked(key);
        } catch (software.amazon.awssdk.services.dynamodb.model.DynamoDbException e) {
            throw DynamodbErrors.invalid("The provided starting key is invalid: "
                    + e.awsErrorDetails().errorMessage());
        }
    }

    private static void checkSegments(@Nullable Integer segment, @Nullable Integer total) {
        if (segment != null && total == null) {
            throw DynamodbErrors.invalid(
                    "The TotalSegments parameter is required but was not present in the request when"
                            + " Segment parameter is present");
        }
        if (segment == null && total != null) {
            throw DynamodbErrors.invalid("The Segment parameter is required but was not present in the request when"
                    + " parameter TotalSegments is present");
        }
        if (segment != null && total != null && segment >= total) {
            throw DynamodbErrors.invalid("The Segment parameter is zero-based and must be less than parameter"
                    + " TotalSegments: Segment: " + segment + " is not less than TotalSegments: " + total);
        }
    }

    static @Nullable Index index(Table table, @Nullable String name) {
        if (name == null) {
            return null;
        }
        var index = table.index(name);
        if (index == null) {
            throw DynamodbErrors.invalid("The table does not have the specified index: " + name);
        }
        if (!index.active()) {
            throw DynamodbErrors.invalid("Cannot read from backfilling global secondary index: " + name);
        }
        return index;
    }

    static boolean consistent(@Nullable Boolean asked, @Nullable Index index) {
        boolean consistent = Boolean.TRUE.equals(asked);
        if (consistent && index != null && index.global()) {
            throw DynamodbErrors.invalid("Consistent reads are not supported on global secondary indexes");
        }
        return consistent;
    }

    static byte[] prefix(OpenTable open, @Nullable Index index) {
        return index == null
                ? open.items()
                : open.entries().get(open.table().indexes().indexOf(index));
    }

    private static byte[] startKey(OpenTable open, @Nullable Index index, Map<String, AttributeValue> start) {
        var itemKey = open.itemKey(start);
        return index == null ? itemKey : open.entryKey(open.table().indexes().indexOf(index), start, itemKey);
    }

    /** What is left of a range behind a start key, in the direction of reading. */
    private static Range behind(Range range, byte[] key, boolean backwards, boolean query) {
        if (query && !range.contains(key)) {
            // a key before the range is as good as none, but only of the same partition; DynamoDB refuses both
            throw DynamodbErrors.invalid(
                    "The provided starting key is outside query boundaries based on provided conditions");
        }
        return backwards ? new Range(range.begin(), key) : range.after(Arrays.copyOf(key, key.length));
    }

    /**
     * What of the items a request wants to see.
     *
     * @param all whether it wants whole items, which an index may not have
     */
    record Shown(boolean countsOnly, boolean all, @Nullable Projection projection) {
        static Shown of(
                @Nullable String select,
                @Nullable String expression,
                java.util.@Nullable List<String> attributes,
                @Nullable String index,
                Placeholders placeholders) {
            var projection = expression != null
                    ? Expressions.projection(expression, placeholders)
                    : attributes != null ? LegacyParameters.attributesToGet(attributes) : null;
            var parameter = expression != null ? "ProjectionExpression" : "AttributesToGet";
            if (select == null) {
                return new Shown(false, projection == null && index == null, projection);
            }
            return switch (select) {
                case "COUNT" -> {
                    refuse(projection, "Cannot specify the " + parameter + " when choosing to get only the Count");
                    yield new Shown(true, false, null);
                }
                case "ALL_ATTRIBUTES" -> {
                    refuse(projection, "Cannot specify the " + parameter + " when choosing to get ALL_ATTRIBUTES");
                    yield new Shown(false, true, null);
                }
                case "ALL_PROJECTED_ATTRIBUTES" -> {
                    refuse(
                            projection,
                            "Cannot specify the " + parameter + " when choosing to get ALL_PROJECTED_ATTRIBUTES");
                    if (index == null) {
                        throw DynamodbErrors.invalid(
                                "ALL_PROJECTED_ATTRIBUTES can be used only when Querying using an IndexName");
                    }
                    yield new Shown(false, false, null);
                }
                case "SPECIFIC_ATTRIBUTES" -> {
                    if (projection == null) {
                        throw DynamodbErrors.invalid("Must specify the AttributesToGet or ProjectionExpression when"
                                + " choosing to get SPECIFIC_ATTRIBUTES");
                    }
                    yield new Shown(false, false, projection);
                }
                default ->
                    throw DynamodbErrors.invalid("1 validation error detected: Value '" + select
                            + "' at 'select' failed to satisfy constraint: Member must satisfy enum value set:"
                            + " [SPECIFIC_ATTRIBUTES, COUNT, ALL_ATTRIBUTES, ALL_PROJECTED_ATTRIBUTES]");
            };
        }

        private static void refuse(@Nullable Projection projection, String message) {
            if (projection != null) {
                throw DynamodbErrors.invalid(message);
            }
        }

        /**
         * Whether entries of an index must be completed from the table. Only those of a local index can be.
         *
         * @throws software.amazon.awssdk.services.dynamodb.model.DynamoDbException {@code ValidationException} when a global
         *     index lacks what is asked for
         */
        boolean needsTable(Table table, @Nullable Index index) {
            if (index == null || index.projectsAll()) {
                return false;
            }
            if (all) {
                if (index.global()) {
                    throw DynamodbErrors.invalidParameters("Select type ALL_ATTRIBUTES is not supported for global"
                            + " secondary index " + index.name() + " because its projection type is not ALL");
                }
                return true;
            }
            if (projection == null) {
                return false;
            }
            var missing = projection.attributes().stream()
                    .filter(attribute -> !index.projects(attribute, table.key()))
                    .toList();
            if (!missing.isEmpty() && index.global()) {
                throw DynamodbErrors.invalidParameters(
                        "Global secondary index " + index.name() + " does not project " + missing);
            }
            return !missing.isEmpty();
        }
    }
}
