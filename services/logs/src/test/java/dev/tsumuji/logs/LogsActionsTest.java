package dev.tsumuji.logs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tsumuji.kernel.call.Call;
import dev.tsumuji.kernel.call.Principal;
import dev.tsumuji.kernel.cloud.Access;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.SdkRequest;
import software.amazon.awssdk.services.cloudwatchlogs.model.CreateLogGroupRequest;
import software.amazon.awssdk.services.cloudwatchlogs.model.DescribeLogGroupsRequest;
import software.amazon.awssdk.services.cloudwatchlogs.model.FilterLogEventsRequest;
import software.amazon.awssdk.services.cloudwatchlogs.model.ListTagsForResourceRequest;
import software.amazon.awssdk.services.cloudwatchlogs.model.PutLogEventsRequest;
import software.amazon.awssdk.services.cloudwatchlogs.model.TestMetricFilterRequest;

class LogsActionsTest {
    private static final String GROUP = "arn:aws:logs:eu-central-1:123456789012:log-group:";

    private static List<String> needed(String operation, SdkRequest request) {
        var call = new Call(
                "123456789012",
                "eu-central-1",
                new Principal.Root("123456789012"),
                null,
                null,
                "r",
                "127.0.0.1",
                "",
                Instant.EPOCH,
                true,
                Map.of());
        return new LogsActions()
                .of(operation, request, call).stream()
                        .map((Access access) -> access.action() + " " + access.resource())
                        .toList();
    }

    @Test
    void writing_is_about_the_stream() {
        assertThat(needed(
                        "PutLogEvents",
                        PutLogEventsRequest.builder()
                                .logGroupName("/g")
                                .logStreamName("s")
                                .build()))
                .containsExactly("logs:PutLogEvents " + GROUP + "/g:log-stream:s");
    }

    @Test
    void searching_is_about_the_group_however_it_is_named() {
        assertThat(needed(
                        "FilterLogEvents",
                        FilterLogEventsRequest.builder().logGroupName("/g").build()))
                .containsExactly("logs:FilterLogEvents " + GROUP + "/g:log-stream:");
        assertThat(needed(
                        "FilterLogEvents",
                        FilterLogEventsRequest.builder()
                                .logGroupIdentifier(GROUP + "/g")
                                .build()))
                .containsExactly("logs:FilterLogEvents " + GROUP + "/g:log-stream:");
    }

    @Test
    void listing_groups_is_about_a_prefix() {
        assertThat(needed(
                        "DescribeLogGroups", DescribeLogGroupsRequest.builder().build()))
                .containsExactly("logs:DescribeLogGroups " + GROUP + ":log-stream:");
    }

    @Test
    void tags_are_about_the_bare_arn() {
        assertThat(needed(
                        "ListTagsForResource",
                        ListTagsForResourceRequest.builder()
                                .resourceArn(GROUP + "/g")
                                .build()))
                .containsExactly("logs:ListTagsForResource " + GROUP + "/g");
        assertThat(needed(
                        "CreateLogGroup",
                        CreateLogGroupRequest.builder()
                                .logGroupName("/g")
                                .tags(Map.of("a", "b"))
                                .build()))
                .containsExactly("logs:CreateLogGroup " + GROUP + "/g:log-stream:", "logs:TagResource " + GROUP + "/g");
    }

    @Test
    void trying_a_pattern_is_about_nothing() {
        assertThat(needed("TestMetricFilter", TestMetricFilterRequest.builder().build()))
                .containsExactly("logs:TestMetricFilter *");
    }
}
