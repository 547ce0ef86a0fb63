package dev.tsumuji.logs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.protocols.jsoncore.JsonNode;
import software.amazon.awssdk.services.cloudwatchlogs.model.PutSubscriptionFilterRequest;
import software.amazon.awssdk.services.cloudwatchlogs.model.SubscriptionFilter;

class SubscriptionFiltersTest {
    private final Fixture fixture = Fixture.withStream();

    SubscriptionFiltersTest() {
        letIn();
    }

    @AfterEach
    void close() {
        fixture.close();
    }

    private void letIn() {
        fixture.letIn.add("arn:aws:logs:eu-central-1:000000000000:log-group:" + Fixture.GROUP + ":*");
    }

    private void subscribe(String name, String pattern) {
        subscribe(r -> r.filterName(name).filterPattern(pattern));
    }

    private void subscribe(Consumer<PutSubscriptionFilterRequest.Builder> settings) {
        fixture.call(() -> fixture.logs.putSubscriptionFilter(r -> {
            r.logGroupName(Fixture.GROUP).filterName("all").filterPattern("").destinationArn(Fixture.FUNCTION);
            settings.accept(r);
        }));
    }

    private List<SubscriptionFilter> filters() {
        return fixture.call(() -> fixture.logs
                .describeSubscriptionFilters(r -> r.logGroupName(Fixture.GROUP))
                .subscriptionFilters());
    }

    private void refused(String code, String message, Consumer<PutSubscriptionFilterRequest.Builder> settings) {
        assertThatThrownBy(() -> subscribe(settings)).isInstanceOfSatisfying(AwsServiceException.class, e -> {
            assertThat(e.awsErrorDetails().errorCode()).isEqualTo(code);
            assertThat(e.awsErrorDetails().errorMessage()).isEqualTo(message);
        });
    }

    /** The next message that the function is told, unpacked. */
    private JsonNode told() throws InterruptedException, IOException {
        var event = fixture.told.poll(20, TimeUnit.SECONDS);
        assertThat(event).isNotNull();
        var data = JsonNode.parser()
                .parse(event)
                .asObject()
                .get("awslogs")
                .asObject()
                .get("data")
                .asString();
        try (var unpacked =
                new GZIPInputStream(new ByteArrayInputStream(Base64.getDecoder().decode(data)))) {
            return JsonNode.parser().parse(unpacked);
        }
    }

    private static @Nullable String text(JsonNode node, String member) {
        return node.field(member).map(JsonNode::text).orElse(null);
    }

    private static List<JsonNode> events(JsonNode message) {
        return message.field("logEvents").orElseThrow().asArray();
    }

    private static List<String> messages(JsonNode message) {
        return events(message).stream()
                .map(event -> String.valueOf(text(event, "message")))
                .toList();
    }

    @Test
    void a_function_is_told_of_each_event_that_its_filter_passes() throws Exception {
        subscribe("errors", "ERROR");
        fixture.print(Fixture.STREAM, "fine", "ERROR one", "ERROR \"two\"");

        var message = told();
        assertThat(text(message, "messageType")).isEqualTo("DATA_MESSAGE");
        assertThat(text(message, "owner")).isEqualTo("000000000000");
        assertThat(text(message, "logGroup")).isEqualTo(Fixture.GROUP);
        assertThat(text(message, "logStream")).isEqualTo(Fixture.STREAM);
        assertThat(message.field("subscriptionFilters").orElseThrow().asArray())
                .extracting(JsonNode::asString)
                .containsExactly("errors");
        assertThat(messages(message)).containsExactly("ERROR one", "ERROR \"two\"");
        assertThat(events(message)).allSatisfy(event -> {
            assertThat(text(event, "id")).matches("\\d{56}");
            assertThat(text(event, "timestamp")).isEqualTo(Long.toString(fixture.now()));
            assertThat(event.field("extractedFields")).isEmpty();
        });
        assertThat(events(message))
                .extracting(event -> text(event, "id"))
                .isSorted()
                .doesNotHaveDuplicates();
    }

    @Test
    void what_no_filter_passes_is_told_to_nobody() throws Exception {
        subscribe("errors", "ERROR");
        fixture.print(Fixture.STREAM, "fine");
        fixture.print(Fixture.STREAM, "ERROR");

        assertThat(messages(told())).containsExactly("ERROR");
        assertThat(fixture.told).isEmpty();
    }

    @Test
    void the_fields_of_a_pattern_are_told_by_their_names() throws Exception {
        subscribe("fields", "[host, status = 5*, rest]");
        fixture.print(Fixture.STREAM, "a 200 well", "b 503 not at all");

        var event = events(told()).getFirst();
        assertThat(event.field("extractedFields").orElseThrow().asObject())
                .extractingByKeys("host", "status", "rest")
                .extracting(value -> ((JsonNode) value).asString())
                .containsExactly("b", "503", "not at all");
    }

    @Test
    void a_large_batch_is_told_in_messages_that_a_function_may_be_given() throws Exception {
        subscribe("all", "");
        var line = "x".repeat(100_000);
        fixture.print(Fixture.STREAM, line, line, line, line, line, line, line, line);

        var sizes = new ArrayList<Integer>();
        sizes.add(messages(told()).size());
        sizes.add(messages(told()).size());
        assertThat(sizes).containsExactlyInAnyOrder(6, 2);
    }

    @Test
    void a_function_that_is_busy_is_told_later() throws Exception {
        subscribe("all", "");
        fixture.throttled.set(2);
        fixture.print(Fixture.STREAM, "patience");
        for (int i = 0; fixture.told.isEmpty() && i < 4_000; i++) {
            fixture.time.advance(Duration.ofSeconds(1));
            Thread.sleep(5);
        }
        assertThat(messages(told())).containsExactly("patience");
    }

    @Test
    void a_function_that_lets_nobody_in_is_refused_and_told_nothing() throws Exception {
        subscribe("all", "");
        fixture.letIn.clear();
        fixture.print(Fixture.STREAM, "lost");
        assertThat(fixture.turnedAway.tryAcquire(20, TimeUnit.SECONDS)).isTrue();
        refused(
                "InvalidParameterException",
                "Could not execute the lambda function."
                        + " Make sure you have given CloudWatch Logs permission to execute your function.",
                r -> r.filterName("second"));
        fixture.time.advance(Duration.ofMinutes(1));
        letIn();
        fixture.print(Fixture.STREAM, "told");

        assertThat(messages(told())).containsExactly("told");
        assertThat(filters()).hasSize(1);
    }

    @Test
    void a_filter_that_is_put_again_is_replaced_and_a_third_is_one_too_many() {
        subscribe("one", "a");
        fixture.time.advance(Duration.ofMinutes(1));
        subscribe("one", "[]");
        subscribe("two", "b");
        refused("LimitExceededException", "Resource limit exceeded.", r -> r.filterName("three"));

        assertThat(filters())
                .extracting(SubscriptionFilter::filterName, SubscriptionFilter::filterPattern)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple("one", "[]"),
                        org.assertj.core.groups.Tuple.tuple("two", "b"));
        var one = filters().getFirst();
        assertThat(one.distributionAsString()).isEqualTo("ByLogStream");
        assertThat(one.applyOnTransformedLogs()).isFalse();
        assertThat(one.destinationArn()).isEqualTo(Fixture.FUNCTION);
        assertThat(one.creationTime()).isEqualTo(fixture.now() - 60_000);
    }

    @Test
    void filters_are_listed_in_pages_and_by_prefix() {
        subscribe("one", "");
        subscribe("two", "");
        var first = fixture.call(() -> fixture.logs.describeSubscriptionFilters(
                r -> r.logGroupName(Fixture.GROUP).limit(1)));
        var second = fixture.call(() -> fixture.logs.describeSubscriptionFilters(
                r -> r.logGroupName(Fixture.GROUP).limit(1).nextToken(first.nextToken())));
        var prefixed = fixture.call(() -> fixture.logs.describeSubscriptionFilters(
                r -> r.logGroupName(Fixture.GROUP).filterNamePrefix("t")));

        assertThat(first.subscriptionFilters())
                .extracting(SubscriptionFilter::filterName)
                .containsExactly("one");
        assertThat(second.subscriptionFilters())
                .extracting(SubscriptionFilter::filterName)
                .containsExactly("two");
        assertThat(second.nextToken()).isNull();
        assertThat(prefixed.subscriptionFilters())
                .extracting(SubscriptionFilter::filterName)
                .containsExactly("two");
    }

    @Test
    void a_deleted_filter_tells_nothing_any_more() throws Exception {
        subscribe("errors", "ERROR");
        subscribe("all", "");
        fixture.call(() -> fixture.logs.deleteSubscriptionFilter(
                r -> r.logGroupName(Fixture.GROUP).filterName("errors")));
        fixture.print(Fixture.STREAM, "ERROR");

        assertThat(text(told(), "messageType")).isEqualTo("DATA_MESSAGE");
        assertThat(fixture.told).isEmpty();
        assertThatThrownBy(() -> fixture.call(() -> fixture.logs.deleteSubscriptionFilter(
                        r -> r.logGroupName(Fixture.GROUP).filterName("errors"))))
                .hasMessageContaining("The specified subscription filter does not exist.");
        assertThatThrownBy(() -> fixture.call(() -> fixture.logs.deleteSubscriptionFilter(
                        r -> r.logGroupName("none").filterName("errors"))))
                .hasMessageContaining("The specified log group does not exist.");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "none | arn:aws:lambda:eu-central-1:111111111111:function:told | AccessDeniedException | Cross-account lambda invocation passing is not allowed. You must use DestinationPolicies to create cross account lambda triggers.",
                "none | arn:aws:lambda:eu-central-1:000000000000:function:told | ResourceNotFoundException | The specified log group does not exist.",
                "none | arn:aws:kinesis:eu-central-1:000000000000:stream/s | InvalidParameterException | destinationArn for vendor kinesis cannot be used without roleArn",
                "none | arn:aws:firehose:eu-central-1:000000000000:deliverystream/s | InvalidParameterException | destinationArn for vendor firehose cannot be used without roleArn",
                "none | arn:aws:sqs:eu-central-1:000000000000:queue | InvalidParameterException | PutSubscriptionFilter operation cannot work with destinationArn for vendor sqs",
            })
    void a_destination_that_cannot_be_is_refused_before_the_group_is_looked_for(
            String group, String destination, String code, String message) {
        refused(code, message, r -> r.logGroupName(group).destinationArn(destination));
    }

    @Test
    void a_role_is_not_for_functions_and_a_bad_pattern_is_none() {
        refused(
                "InvalidParameterException",
                "destinationArn for vendor lambda cannot be used with roleArn",
                r -> r.roleArn("arn:aws:iam::000000000000:role/r"));
        assertThatThrownBy(() -> subscribe("bad", "{ $.a = "))
                .hasMessageStartingWith("Invalid subscription filter pattern: ");
    }

    @Test
    void destinations_that_the_platform_lacks_are_named_as_not_built() {
        for (var destination : List.of("kinesis:eu-central-1:000000000000:stream/s", "firehose:eu-central-1:0:d/s")) {
            assertThatThrownBy(() -> subscribe(r ->
                            r.destinationArn("arn:aws:" + destination).roleArn("arn:aws:iam::000000000000:role/r")))
                    .isInstanceOf(UnsupportedOperationException.class)
                    .hasMessageContaining(destination.substring(0, destination.indexOf(':')));
        }
    }
}
