package dev.tsumuji.dynamodb;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.services.dynamodb.model.ListTagsOfResourceRequest;
import software.amazon.awssdk.services.dynamodb.model.ListTagsOfResourceResponse;
import software.amazon.awssdk.services.dynamodb.model.Tag;

/** Tags of tables. Thread-safe; all state is in the store. */
final class Tags {
    private final Tables tables;

    Tags(Tables tables) {
        this.tables = tables;
    }

    void add(String arn, List<Tag> tags) {
        resource(arn);
        if (tags.isEmpty()) {
            throw DynamodbErrors.invalid("Atleast one Tag needs to be provided as Input.");
        }
        var added = TableCreation.tags(tags);
        change(arn, old -> {
            var all = new LinkedHashMap<>(old);
            all.putAll(added);
            if (all.size() > DynamodbLimits.TAGS_MAX) {
                throw DynamodbErrors.invalid("Too many tags: the limit is " + DynamodbLimits.TAGS_MAX);
            }
            return all;
        });
    }

    void remove(String arn, List<String> keys) {
        resource(arn);
        if (keys.isEmpty()) {
            throw DynamodbErrors.invalid("Atleast one Tag Key needs to be provided as Input.");
        }
        change(arn, old -> {
            var left = new LinkedHashMap<>(old);
            left.keySet().removeAll(List.copyOf(keys));
            return left;
        });
    }

    private void change(String arn, java.util.function.UnaryOperator<Map<String, String>> change) {
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

    static TableName resource(String arn) {
        if (!arn.startsWith("arn:")) {
            throw DynamodbErrors.invalid("Invalid TableArn: Invalid ResourceArn provided as input " + arn);
        }
        return TableName.ofArn(arn);
    }

    static RuntimeException notFound(String arn) {
        return DynamodbErrors.notFound("Requested resource not found: ResourcArn: " + arn + " not found");
    }
}
