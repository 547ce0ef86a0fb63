package dev.tsumuji.logs;

import dev.tsumuji.kernel.call.Arn;
import dev.tsumuji.kernel.call.Call;
import dev.tsumuji.kernel.cloud.Access;
import dev.tsumuji.kernel.cloud.Actions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.core.SdkRequest;
import software.amazon.awssdk.services.cloudwatchlogs.model.CreateLogGroupRequest;
import software.amazon.awssdk.services.cloudwatchlogs.model.DescribeLogGroupsRequest;
import software.amazon.awssdk.services.cloudwatchlogs.model.ListTagsForResourceRequest;
import software.amazon.awssdk.services.cloudwatchlogs.model.TagResourceRequest;
import software.amazon.awssdk.services.cloudwatchlogs.model.UntagResourceRequest;

/**
 * What each operation needs: {@code logs:} and its name, on {@code log-group:NAME:log-stream:STREAM}; the stream is empty
 * where the operation is about a whole group. Tagging by ARN is on {@code log-group:NAME} alone.
 *
 * @see <a href="https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncloudwatchlogs.html">Actions of CloudWatch Logs</a>
 */
public final class LogsActions implements Actions {

    @Override
    public List<Access> of(String operation, SdkRequest request, Call call) {
        var action = "logs:" + operation;
        return switch (request) {
            case TagResourceRequest tagging ->
                List.of(Access.of(action, tagging.resourceArn(), call.account()).with(tagKeys(tagging.tags())));
            case UntagResourceRequest tagging ->
                List.of(Access.of(action, tagging.resourceArn(), call.account())
                        .with(Map.of("aws:TagKeys", tagging.tagKeys())));
            case ListTagsForResourceRequest tagging ->
                List.of(Access.of(action, tagging.resourceArn(), call.account()));
            case CreateLogGroupRequest creation -> creation(action, creation, call);
            case DescribeLogGroupsRequest listing -> {
                var prefix = listing.logGroupNamePrefix();
                yield List.of(Access.of(action, arn(call, prefix == null ? "" : prefix, ""), call.account()));
            }
            default -> List.of(ofMembers(action, request, call));
        };
    }

    private static List<Access> creation(String action, CreateLogGroupRequest request, Call call) {
        var tags = tagKeys(request.tags());
        var needed = new ArrayList<Access>();
        needed.add(Access.of(action, arn(call, request.logGroupName(), ""), call.account())
                .with(tags));
        if (!request.tags().isEmpty()) {
            needed.add(Access.of("logs:TagResource", groupArn(call, request.logGroupName()), call.account())
                    .with(tags));
        }
        return needed;
    }

    private static Access ofMembers(String action, SdkRequest request, Call call) {
        var group = request.getValueForField("logGroupName", String.class)
                .or(() -> request.getValueForField("logGroupIdentifier", String.class))
                .orElse("");
        var stream = request.getValueForField("logStreamName", String.class).orElse("");
        if (group.isEmpty()) {
            return Access.of(action, "*", call.account());
        }
        var resource = Arn.isArn(group)
                ? (group.endsWith(":*") ? group.substring(0, group.length() - 2) : group) + ":log-stream:" + stream
                : arn(call, group, stream);
        return Access.of(action, resource, call.account());
    }

    private static Map<String, List<String>> tagKeys(Map<String, String> tags) {
        var context = new java.util.LinkedHashMap<String, List<String>>();
        context.put("aws:TagKeys", List.copyOf(tags.keySet()));
        tags.forEach((key, value) -> context.put("aws:RequestTag/" + key, List.of(value)));
        return context;
    }

    private static String arn(Call call, String group, String stream) {
        return groupArn(call, group) + ":log-stream:" + stream;
    }

    private static String groupArn(Call call, String group) {
        return Arn.of("logs", call.region(), call.account(), "log-group:" + group)
                .toString();
    }
}
