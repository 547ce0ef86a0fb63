package dev.tsumuji.lambda;

import dev.tsumuji.kernel.call.Arn;
import dev.tsumuji.kernel.call.Call;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import software.amazon.awssdk.services.lambda.model.ListTagsRequest;
import software.amazon.awssdk.services.lambda.model.ListTagsResponse;
import software.amazon.awssdk.services.lambda.model.TagResourceRequest;
import software.amazon.awssdk.services.lambda.model.TagResourceResponse;
import software.amazon.awssdk.services.lambda.model.UntagResourceRequest;
import software.amazon.awssdk.services.lambda.model.UntagResourceResponse;

/**
 * Tags of functions and of event source mappings. Thread-safe.
 *
 * @see <a href="https://docs.aws.amazon.com/lambda/latest/api/API_TagResource.html">TagResource</a>
 */
final class Tags {
    private static final Pattern RESOURCE =
            Pattern.compile("arn:(aws[a-zA-Z-]*):lambda:(eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\\d{1}:\\d{12}:"
                    + "(function:[a-zA-Z0-9-_]+(:(\\$LATEST|[a-zA-Z0-9-_]+))?|layer:([a-zA-Z0-9-_]+)"
                    + "|code-signing-config:csc-[a-z0-9]{17}"
                    + "|event-source-mapping:[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}"
                    + "|capacity-provider:[a-zA-Z0-9-_]+)");

    private final FunctionStore store;
    private final EventSourceMappings mappings;

    Tags(FunctionStore store, EventSourceMappings mappings) {
        this.store = store;
        this.mappings = mappings;
    }

    static void check(Map<String, String> tags) {
        if (tags.size() > LambdaLimits.TAGS_MAX) {
            throw LambdaErrors.invalid("Number of tags exceeds resource tag limit.");
        }
        for (var tag : tags.entrySet()) {
            if (tag.getKey().isEmpty()
                    || tag.getKey().length() > 128
                    || tag.getValue().length() > 256) {
                throw LambdaErrors.invalid(
                        "The tag key must have 1 to 128 characters and its value at most 256: '" + tag.getKey() + "'");
            }
            if (tag.getKey().toLowerCase(Locale.ROOT).startsWith("aws:")) {
                throw LambdaErrors.invalid("Tag keys can't start with the reserved prefix aws:");
            }
        }
    }

    ListTagsResponse list(ListTagsRequest request) {
        if (isMapping(request.resource())) {
            return ListTagsResponse.builder()
                    .tags(mappings.tags(request.resource()))
                    .build();
        }
        var head = store.head(resource(request.resource()));
        return ListTagsResponse.builder().tags(head.tags()).build();
    }

    TagResourceResponse tag(TagResourceRequest request) {
        if (request.tags().isEmpty()) {
            resource(request.resource());
            throw LambdaErrors.invalid("An error occurred and the request cannot be processed.");
        }
        if (isMapping(request.resource())) {
            mappings.changeTags(request.resource(), tags -> {
                tags.putAll(request.tags());
                return tags;
            });
            return TagResourceResponse.builder().build();
        }
        var id = resource(request.resource());
        store.change(id, txn -> {
            var head = store.head(txn, id);
            var tags = new TreeMap<>(head.tags());
            tags.putAll(request.tags());
            check(tags);
            txn.put(LambdaKeys.head(id), LambdaKeys.HEAD.encode(head.with(tags)));
        });
        return TagResourceResponse.builder().build();
    }

    UntagResourceResponse untag(UntagResourceRequest request) {
        if (!request.hasTagKeys()) {
            resource(request.resource());
            throw LambdaErrors.validation(
                    "Value null at 'tagKeys' failed to satisfy constraint: Member must not be null");
        }
        if (isMapping(request.resource())) {
            mappings.changeTags(request.resource(), tags -> {
                request.tagKeys().forEach(tags::remove);
                return tags;
            });
            return UntagResourceResponse.builder().build();
        }
        var id = resource(request.resource());
        store.change(id, txn -> {
            var head = store.head(txn, id);
            var tags = new TreeMap<>(head.tags());
            request.tagKeys().forEach(tags::remove);
            txn.put(LambdaKeys.head(id), LambdaKeys.HEAD.encode(head.with(tags)));
        });
        return UntagResourceResponse.builder().build();
    }

    private static boolean isMapping(String arn) {
        return RESOURCE.matcher(arn).matches() && arn.contains(":event-source-mapping:");
    }

    static FunctionId resource(String arn) {
        if (!RESOURCE.matcher(arn).matches()) {
            throw LambdaErrors.validation(
                    LambdaErrors.problem(arn, "resource", "satisfy regular expression pattern: " + RESOURCE));
        }
        var resource = Arn.parse(arn).resource();
        if (resource.startsWith("event-source-mapping:")) {
            throw LambdaErrors.notFound("Event source mapping not found: " + arn);
        }
        if (!resource.startsWith("function:")) {
            throw LambdaErrors.notFound("Resource not found: " + arn);
        }
        var name = FunctionName.of(arn, null, Call.current());
        if (name.qualifier() != null) {
            throw LambdaErrors.invalid(
                    "Tags on function aliases and versions are not supported. Please specify a function ARN.");
        }
        return name.id();
    }
}
