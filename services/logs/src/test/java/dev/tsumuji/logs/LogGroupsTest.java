package dev.tsumuji.logs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.cloudwatchlogs.model.CloudWatchLogsException;
import software.amazon.awssdk.services.cloudwatchlogs.model.InvalidParameterException;
import software.amazon.awssdk.services.cloudwatchlogs.model.LogGroup;
import software.amazon.awssdk.services.cloudwatchlogs.model.LogGroupClass;
import software.amazon.awssdk.services.cloudwatchlogs.model.ResourceAlreadyExistsException;
import software.amazon.awssdk.services.cloudwatchlogs.model.ResourceNotFoundException;
import software.amazon.awssdk.services.cloudwatchlogs.model.TooManyTagsException;

class LogGroupsTest {
    private final Fixture it = new Fixture();

    @AfterEach
    void close() {
        it.close();
    }

    private List<LogGroup> described() {
        return it.call(() -> it.logs.describeLogGroups(r -> {}).logGroups());
    }

    private static void fails(Class<? extends CloudWatchLogsException> type, String message, Runnable operation) {
        assertThatThrownBy(operation::run).isInstanceOfSatisfying(type, e -> {
            assertThat(e.awsErrorDetails().errorMessage()).isEqualTo(message);
            assertThat(e.awsErrorDetails().errorCode()).isEqualTo(type.getSimpleName());
            assertThat(e.statusCode()).isEqualTo(400);
        });
    }

    @Test
    void a_new_group_is_described_with_the_members_that_aws_shows() {
        it.withGroup("g");
        assertThat(described())
                .containsExactly(LogGroup.builder()
                        .logGroupName("g")
                        .arn("arn:aws:logs:eu-central-1:000000000000:log-group:g:*")
                        .logGroupArn("arn:aws:logs:eu-central-1:000000000000:log-group:g")
                        .creationTime(it.now())
                        .logGroupClass(LogGroupClass.STANDARD)
                        .metricFilterCount(0)
                        .storedBytes(0L)
                        .deletionProtectionEnabled(false)
                        .build());
    }

    @Test
    void class_and_key_are_kept() {
        it.call(() -> it.logs.createLogGroup(
                r -> r.logGroupName("g").logGroupClass("INFREQUENT_ACCESS").kmsKeyId("arn:aws:kms:x:y:key/z")));
        assertThat(described().getFirst().logGroupClassAsString()).isEqualTo("INFREQUENT_ACCESS");
        assertThat(described().getFirst().kmsKeyId()).isEqualTo("arn:aws:kms:x:y:key/z");
    }

    @Test
    void a_name_is_taken_only_once() {
        it.withGroup("g");
        fails(ResourceAlreadyExistsException.class, "The specified log group already exists", () -> it.withGroup("g"));
    }

    @Test
    void names_are_bounded() {
        fails(
                InvalidParameterException.class,
                "Invalid LogGroup or LogStream, both must have length less than or equal to 512.",
                () -> it.withGroup("x".repeat(513)));
        fails(
                InvalidParameterException.class,
                "Log groups starting with AWS/ are reserved for AWS.",
                () -> it.withGroup("aws/x"));
    }

    @Test
    void names_hold_no_characters_that_would_confuse_an_arn() {
        fails(
                InvalidParameterException.class,
                "1 validation error detected: Value 'a:b' at 'logGroupName' failed to satisfy constraint: "
                        + "Member must satisfy regular expression pattern: [\\.\\-_/#A-Za-z0-9]+",
                () -> it.withGroup("a:b"));
        it.withGroup("g");
        fails(
                InvalidParameterException.class,
                "1 validation error detected: Value 'a*' at 'logStreamName' failed to satisfy constraint: "
                        + "Member must satisfy regular expression pattern: [^:*]*",
                () -> it.withStream("g", "a*"));
    }

    @Test
    void accounts_and_regions_have_groups_of_their_own() {
        it.withGroup("g");
        it.region = "us-east-1";
        assertThat(described()).isEmpty();
        it.withGroup("g");
        it.account = "111111111111";
        assertThat(described()).isEmpty();
        it.account = "000000000000";
        assertThat(described()).hasSize(1);
    }

    @Test
    void groups_are_listed_by_prefix_and_page_in_ascii_order() {
        var names = IntStream.range(0, 120).mapToObj(i -> "p-" + i).toList();
        names.forEach(it::withGroup);
        it.withGroup("o").withGroup("q");
        var pages = new ArrayList<Integer>();
        var found = it.call(() -> {
            var all = new ArrayList<String>();
            for (var page : it.logs.describeLogGroupsPaginator(r -> r.logGroupNamePrefix("p-"))) {
                pages.add(page.logGroups().size());
                page.logGroups().forEach(group -> all.add(group.logGroupName()));
            }
            return all;
        });
        assertThat(found).isEqualTo(names.stream().sorted().toList());
        assertThat(pages).containsExactly(50, 50, 20);
    }

    @Test
    void a_pattern_is_a_substring_and_shows_less() {
        it.withGroup("aws/x".replace("aws", "app")).withGroup("other");
        var found = it.call(() ->
                it.logs.describeLogGroups(r -> r.logGroupNamePattern("pp/")).logGroups());
        assertThat(found).extracting(LogGroup::logGroupName).containsExactly("app/x");
        assertThat(found.getFirst().storedBytes()).isNull();
        fails(
                InvalidParameterException.class,
                "LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters.",
                () -> it.call(() -> it.logs.describeLogGroups(
                        r -> r.logGroupNamePattern("x").logGroupNamePrefix("y"))));
    }

    @Test
    void groups_are_listed_by_identifiers_and_by_class() {
        it.withGroup("a").withGroup("b");
        var arn = "arn:aws:logs:eu-central-1:000000000000:log-group:b";
        assertThat(it.call(() -> it.logs
                        .describeLogGroups(r -> r.logGroupIdentifiers("a", arn, "missing"))
                        .logGroups()))
                .extracting(LogGroup::logGroupName)
                .containsExactly("a", "b");
        assertThat(it.call(() -> it.logs
                        .describeLogGroups(r -> r.logGroupClass("DELIVERY"))
                        .logGroups()))
                .isEmpty();
        assertThat(it.call(() -> it.logs
                        .listLogGroups(r -> r.logGroupNamePattern("^b|zzz"))
                        .logGroups()))
                .extracting(summary -> summary.logGroupName())
                .containsExactly("b");
    }

    @Test
    void a_foreign_token_is_refused() {
        fails(
                InvalidParameterException.class,
                "The specified nextToken is invalid.",
                () -> it.call(() -> it.logs.describeLogGroups(r -> r.nextToken("!"))));
    }

    @Test
    void deleting_a_group_leaves_nothing_of_it() {
        it.withGroup(Fixture.GROUP).withStream(Fixture.GROUP, "s");
        it.print("s", "old");
        it.call(() ->
                it.logs.putRetentionPolicy(r -> r.logGroupName(Fixture.GROUP).retentionInDays(1)));
        it.call(() -> it.logs.deleteLogGroup(r -> r.logGroupName(Fixture.GROUP)));
        assertThat(described()).isEmpty();
        assertThat(it.kv.<Integer>read(snapshot -> snapshot.scan(dev.tsumuji.kernel.kv.Tuple.range("logs"), 10)
                        .size()))
                .isZero();
        it.withGroup(Fixture.GROUP).withStream(Fixture.GROUP, "s");
        assertThat(it.read("s")).isEmpty();
        assertThat(described().getFirst().retentionInDays()).isNull();
    }

    @Test
    void a_missing_group_is_named_as_such() {
        var message = "The specified log group does not exist.";
        fails(
                ResourceNotFoundException.class,
                message,
                () -> it.call(() -> it.logs.deleteLogGroup(r -> r.logGroupName("g"))));
        fails(ResourceNotFoundException.class, message, () -> it.withStream("g", "s"));
        fails(
                ResourceNotFoundException.class,
                message,
                () -> it.call(() ->
                        it.logs.putRetentionPolicy(r -> r.logGroupName("g").retentionInDays(1))));
        fails(
                ResourceNotFoundException.class,
                message,
                () -> it.call(() -> it.logs.listTagsForResource(
                        r -> r.resourceArn("arn:aws:logs:eu-central-1:000000000000:log-group:g"))));
        fails(
                ResourceNotFoundException.class,
                message,
                () -> it.call(() -> it.logs.filterLogEvents(r -> r.logGroupName("g"))));
    }

    @Test
    void a_protected_group_is_not_deleted() {
        it.withGroup("g");
        it.call(() -> it.logs.putLogGroupDeletionProtection(
                r -> r.logGroupIdentifier("g").deletionProtectionEnabled(true)));
        assertThatThrownBy(() -> it.call(() -> it.logs.deleteLogGroup(r -> r.logGroupName("g"))))
                .isInstanceOfSatisfying(
                        CloudWatchLogsException.class,
                        e -> assertThat(e.awsErrorDetails().errorCode()).isEqualTo("ValidationException"));
        assertThat(described().getFirst().deletionProtectionEnabled()).isTrue();
    }

    @Test
    void tags_are_set_changed_and_removed_by_either_api() {
        var arn = "arn:aws:logs:eu-central-1:000000000000:log-group:g";
        it.call(() -> it.logs.createLogGroup(r -> r.logGroupName("g").tags(Map.of("env", "testing"))));
        it.call(() -> it.logs.tagResource(r -> r.resourceArn(arn).tags(Map.of("a", "1", "env", "x"))));
        it.call(() -> it.logs.tagLogGroup(r -> r.logGroupName("g").tags(Map.of("b", "2"))));
        assertThat(it.call(() -> it.logs
                        .listTagsForResource(r -> r.resourceArn(arn + ":*"))
                        .tags()))
                .isEqualTo(Map.of("env", "x", "a", "1", "b", "2"));
        it.call(() -> it.logs.untagResource(r -> r.resourceArn(arn).tagKeys("env")));
        it.call(() -> it.logs.untagLogGroup(r -> r.logGroupName("g").tags("b", "missing")));
        assertThat(it.call(
                        () -> it.logs.listTagsLogGroup(r -> r.logGroupName("g")).tags()))
                .isEqualTo(Map.of("a", "1"));
    }

    @Test
    void fifty_tags_are_enough() {
        it.withGroup("g");
        for (int i = 0; i < 50; i++) {
            var key = "k" + i;
            it.call(() -> it.logs.tagLogGroup(r -> r.logGroupName("g").tags(Map.of(key, ""))));
        }
        assertThatThrownBy(() -> it.call(
                        () -> it.logs.tagLogGroup(r -> r.logGroupName("g").tags(Map.of("k", "")))))
                .isInstanceOf(TooManyTagsException.class);
    }

    @Test
    void arns_of_other_things_and_places_are_refused() {
        it.withGroup("g");
        for (var arn : List.of("g", "arn:aws:s3:::g", "arn:aws:logs:eu-central-1:000000000000:destination:g")) {
            assertThatThrownBy(() -> it.call(() -> it.logs.listTagsForResource(r -> r.resourceArn(arn))))
                    .isInstanceOf(InvalidParameterException.class);
        }
        assertThatThrownBy(() -> it.call(() -> it.logs.listTagsForResource(
                        r -> r.resourceArn("arn:aws:logs:eu-central-1:111111111111:log-group:g"))))
                .isInstanceOf(ResourceNotFoundException.class);
    }

    @Test
    void metric_filters_are_kept_listed_and_counted() {
        it.withGroup("g");
        it.call(() -> it.logs.putMetricFilter(r -> r.logGroupName("g")
                .filterName("f")
                .filterPattern("{$.message = \"test\"}")
                .metricTransformations(m ->
                        m.metricName("m").metricNamespace("n").metricValue("1").defaultValue(0.0))));
        var filter = it.call(() -> it.logs
                        .describeMetricFilters(r -> r.metricName("m").metricNamespace("n"))
                        .metricFilters())
                .getFirst();
        assertThat(filter.filterName()).isEqualTo("f");
        assertThat(filter.logGroupName()).isEqualTo("g");
        assertThat(filter.filterPattern()).isEqualTo("{$.message = \"test\"}");
        assertThat(filter.applyOnTransformedLogs()).isFalse();
        assertThat(filter.metricTransformations().getFirst().defaultValue()).isZero();
        assertThat(described().getFirst().metricFilterCount()).isEqualTo(1);
        assertThat(it.call(() -> it.logs
                        .describeMetricFilters(r -> r.logGroupName("g").filterNamePrefix("x"))
                        .metricFilters()))
                .isEmpty();
        it.call(() -> it.logs.deleteMetricFilter(r -> r.logGroupName("g").filterName("f")));
        assertThatThrownBy(() -> it.call(() ->
                        it.logs.deleteMetricFilter(r -> r.logGroupName("g").filterName("f"))))
                .isInstanceOf(ResourceNotFoundException.class);
    }

    @Test
    void what_is_not_built_says_so() {
        assertThatThrownBy(() -> it.call(() -> it.logs.startQuery(r -> r.queryString("fields @message"))))
                .isInstanceOf(UnsupportedOperationException.class);
    }
}
