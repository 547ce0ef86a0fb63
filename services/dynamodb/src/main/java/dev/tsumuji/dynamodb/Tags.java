package dev.tsumuji.dynamodb;

import dev.tsumuji.kernel.call.Arn;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.DynamoDbException;
import software.amazon.awssdk.services.dynamodb.model.ListTagsOfResourceRequest;
import software.amazon.awssdk.services.dynamodb.model.ListTagsOfResourceResponse;
import software.amazon.awssdk.services.dynamodb.model.Tag;

/**
 * Tags of tables. Thread-safe; all state is in the store.
 *
 * @see <a href="https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Tagging.html">Tags and labels</a>
 */
final class Tags {
    private static final String RESERVED = "aws:";
    private static final Pattern KEY = Pattern.compile("[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]{1,128}");
    private static final Pattern VALUE = Pattern.compile("[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]{0,256}");

    private final Tables tables;

    Tags(Tables tables) {
        this.tables = tables;
    }

    void add(String arn, List<Tag> tags) {
        resource(arn);
        if (tags.isEmpty()) {
            throw DynamodbErrors.invalid("Atleast one Tag needs to be provided as Input.");
        }
        var added = checked(tags);
        change(arn, old -> {
            var all = new LinkedHashMap<>(old);
            all.putAll(added);
            checkCount(all.size());
            return all;
        });
    }

    void remove(String arn, List<String> keys) {
        resource(arn);
        if (keys.isEmpty()) {
            throw DynamodbErrors.invalid("Atleast one Tag Key needs to be provided as Input.");
        }
        keys.forEach(Tags::checkKey);
        checkCount(keys.size());
        change(arn, old -> {
            var left = new LinkedHashMap<>(old);
            left.keySet().removeAll(List.copyOf(keys));
            return left;
        });
    }

    private void change(String arn, UnaryOperator<Map<String, String>> change) {
        var name = resource(arn);
        if (tables.find(name) == null) {
            throw notFound(arn);
        }
        tables.change(name, table -> table.withTags(change.apply(table.tags())));
    }

    ListTagsOfResourceResponse list(ListTagsOfResourceRequest request) {
        var table = tables.find(resource(request.resourceArn()));
        if (table == null) {
            throw notFound(request.resourceArn());
        }
        var tags = table.table().tags().entrySet().stream()
                .map(tag ->
                        Tag.builder().key(tag.getKey()).value(tag.getValue()).build())
                .toList();
        return ListTagsOfResourceResponse.builder().tags(tags).build();
    }

    /** Tags by their keys, all of which may be given to a table. */
    static Map<String, String> checked(List<Tag> tags) {
        var map = new LinkedHashMap<String, String>();
        for (var tag : tags) {
            checkKey(tag.key());
            if (tag.value() == null || !VALUE.matcher(tag.value()).matches()) {
                throw DynamodbErrors.invalid("The Tag Value provided is invalid, Value: " + tag.value());
            }
            if (map.put(tag.key(), tag.value()) != null) {
                throw DynamodbErrors.invalid(
                        "Duplicate Tag Keys provided as input: Duplicate Tag Key found " + tag.key());
            }
        }
        checkCount(map.size());
        return map;
    }

    private static void checkKey(@Nullable String key) {
        if (key == null || !KEY.matcher(key).matches()) {
            throw DynamodbErrors.invalid("The Tag Key provided is invalid, Key: " + key);
        }
        if (key.regionMatches(true, 0, RESERVED, 0, RESERVED.length())) {
            throw DynamodbErrors.invalid("Tag Key cannot be prefixed with aws:, Key: " + key);
        }
    }

    private static void checkCount(int count) {
        if (count > DynamodbLimits.TAGS_MAX) {
            throw DynamodbErrors.invalid("Number of Tags exceed the current limit for the provided ResourceArn");
        }
    }

    /** The table that has tags under this ARN: neither its indexes nor its streams have any. */
    private static TableName resource(String arn) {
        var name = tableOf(arn);
        if (arn.contains("/stream/")) {
            throw notFound(arn);
        }
        return name;
    }

    /** The table of a resource that is named by its ARN, which is the table itself or one of its streams. */
    static TableName tableOf(String arn) {
        if (!arn.startsWith("arn:")) {
            throw DynamodbErrors.invalidParameters("ARNs must start with 'arn:': " + arn);
        }
        if (!Arn.isArn(arn) || !Arn.parse(arn).service().equals("dynamodb")) {
            throw DynamodbErrors.invalidParameters("Provided Arn is not a DynamoDB resource arn: " + arn);
        }
        if (arn.contains("/index/")) {
            throw DynamodbErrors.invalidParameters(
                    "Invalid resource arn provided, only table or stream is accepted. Provided resource arn: " + arn);
        }
        return TableName.ofArn(arn);
    }

    static DynamoDbException notFound(String arn) {
        return DynamodbErrors.notFound("Requested resource not found: ResourceArn: " + arn + " not found");
    }
}
