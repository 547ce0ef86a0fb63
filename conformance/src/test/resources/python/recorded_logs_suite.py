"""CloudWatch Logs' answers beside those that AWS gave to the same requests. Prints every difference and the count of steps."""
import os
import time

import boto3
from botocore.config import Config

from recorded import Replay

config = Config(retries={"max_attempts": 1}, parameter_validation=False)
logs = boto3.client("logs", region_name="us-east-1", config=config)
RUN = "recorded-" + os.urandom(4).hex()
made = 0


def name():
    global made
    made += 1
    return f"{RUN}-{made}"


def group(**more):
    made = name()
    logs.create_log_group(logGroupName=made, **more)
    return made


def arn(of):
    return logs.describe_log_groups(logGroupNamePrefix=of)["logGroups"][0]["logGroupArn"]


def case_groups(r):
    r.of("TestLogsGroups::test_create_log_group_duplicate_error")
    twice = group()
    r.step("error-duplicate-log-group", logs.create_log_group, logGroupName=twice)
    r.of("TestLogsGroups::test_create_log_group_invalid_name_length")
    r.step("error-invalid-name-length", logs.create_log_group, logGroupName="g" * 513)
    r.of("TestLogsGroups::test_describe_log_groups_with_prefix")
    prefix = name() + "-"
    for i in range(3):
        logs.create_log_group(logGroupName=f"{prefix}{i}")
    r.step("describe-log-groups-prefix", logs.describe_log_groups, logGroupNamePrefix=prefix)
    r.of("TestLogsGroups::test_create_log_group_with_kms_key")
    account = arn(twice).split(":")[4]
    sealed = group(kmsKeyId=f"arn:aws:kms:us-east-1:{account}:key/d0c4b33d-1c5b-4a9e-8f6f-3e1a4ccf3a55")
    r.step("describe-log-groups-with-kms", logs.describe_log_groups, logGroupNamePrefix=sealed)
    r.of("TestLogsGroups::test_list_log_groups_with_pattern")
    r.compare("list-log-groups-match", logs.describe_log_groups(logGroupNamePattern=twice[4:])["logGroups"][:1])
    r.step("list-log-groups-no-match", logs.describe_log_groups, logGroupNamePattern="no-such-group-anywhere")


def case_tags(r):
    r.of("TestLogsGroupsTags::test_create_log_group_with_tags")
    tagged = group(tags={"env": "testing"})
    r.step("list-tags-after-create", logs.list_tags_for_resource, resourceArn=arn(tagged))
    r.of("TestLogsGroupsTags::test_untag_log_group")
    tagged = group(tags={"tag_key_1": "tag_value_1", "tag_key_2": "tag_value_2"})
    logs.untag_log_group(logGroupName=tagged, tags=["tag_key_1"])
    r.step("list-tags-after-untag", logs.list_tags_log_group, logGroupName=tagged)


def case_streams(r):
    r.of("TestLogsStreams::test_create_log_stream_duplicate_error")
    of = group()
    stream = {"logGroupName": of, "logStreamName": "twice"}
    logs.create_log_stream(**stream)
    r.step("error-duplicate-log-stream", logs.create_log_stream, **stream)
    r.of("TestLogsStreams::test_describe_log_streams_with_prefix")
    for i in range(3):
        logs.create_log_stream(logGroupName=of, logStreamName=f"stream-{i}")
    r.step("describe-streams-with-prefix", logs.describe_log_streams, logGroupName=of, logStreamNamePrefix="stream-")
    r.of("TestLogsStreams::test_log_stream_arn_format")
    of = group()
    logs.create_log_stream(logGroupName=of, logStreamName="one")
    r.step("describe-log-streams-with-arn", logs.describe_log_streams, logGroupIdentifier=arn(of))


def case_events(r):
    now = int(time.time() * 1000)
    of = group()
    stream = {"logGroupName": of, "logStreamName": "stream"}
    logs.create_log_stream(**stream)
    put = lambda *times: {"logEvents": [{"timestamp": now + time, "message": "hello"} for time in times]}
    r.of("TestLogsEvents::test_get_log_events_limit_validation")
    r.step("error-limit-exceeded", logs.get_log_events, limit=10001, **stream)
    r.of("TestLogsEvents::test_put_log_events_to_invalid_stream")
    r.step("error-invalid-stream", logs.put_log_events, logGroupName=of, logStreamName="other", **put(0))
    r.of("TestLogsEvents::test_put_log_events_wrong_order")
    r.step("error-wrong-order", logs.put_log_events, **stream, **put(0, -1000))
    r.of("TestLogsEvents::test_put_log_events_too_new")
    r.step("response-too-new", logs.put_log_events, **stream, **put(3 * 3_600_000))
    r.of("TestLogsEventsErrors::test_resource_does_not_exist")
    r.step("error-log-group-does-not-exist", logs.get_log_events, logGroupName=name(), logStreamName="stream")
    r.step("error-log-stream-does-not-exist", logs.get_log_events, logGroupName=of, logStreamName="other")


def case_metric_filters(r):
    filters = "TestMetricFilters::"
    metric = [{"metricName": "metric", "metricNamespace": "namespace", "metricValue": "1"}]
    r.of(filters + "test_describe_metric_filters_by_log_group")
    of = group()
    logs.put_metric_filter(logGroupName=of, filterName="f", filterPattern="pattern", metricTransformations=metric)
    r.step("describe-by-log-group", logs.describe_metric_filters, logGroupName=of)
    with_default = [dict(metric[0], defaultValue=0)]
    for case, step, pattern in (
        ("test_put_metric_filter_basic", "describe-metric-filters", " "),
        ("test_put_metric_filter_json_pattern", "describe-metric-filters-json", '{$.message = "test"}'),
    ):
        r.of(filters + case)
        of = group()
        logs.put_metric_filter(logGroupName=of, filterName="f", filterPattern=pattern, metricTransformations=with_default)
        r.step(step, logs.describe_metric_filters, logGroupName=of, filterNamePrefix="f")


def case_metric_filters_refused(r):
    filters = "TestMetricFiltersValidation::"
    metric = [{"metricName": "metric", "metricNamespace": "namespace", "metricValue": "1"}]
    put = {"logGroupName": "g", "filterName": "f", "filterPattern": "pattern", "metricTransformations": metric}
    r.of(filters + "test_delete_metric_filter_invalid_filter_name")
    r.step("error-invalid-filter-name", logs.delete_metric_filter, logGroupName="g", filterName="X" * 513)
    r.of(filters + "test_describe_metric_filters_invalid_parameters")
    r.step("error-invalid-filter-prefix", logs.describe_metric_filters, filterNamePrefix="X" * 513)
    r.step("error-invalid-metric-name", logs.describe_metric_filters, metricName="X" * 256, metricNamespace="n")
    r.of(filters + "test_put_metric_filter_invalid_filter_name")
    r.step("error-invalid-filter-name", logs.put_metric_filter, **dict(put, filterName="X" * 513))
    r.of(filters + "test_put_metric_filter_invalid_filter_pattern")
    r.step("error-invalid-filter-pattern", logs.put_metric_filter, **dict(put, filterPattern="X" * 1025))


def case_subscription_filters(r):
    r.of("TestSubscriptionFilters::test_describe_subscription_filters_empty")
    of = group()
    r.step("describe-subscription-filters-empty", logs.describe_subscription_filters, logGroupName=of)
    r.of("TestSubscriptionFilterUpdates::test_put_subscription_filter_errors")
    elsewhere = "arn:aws:{}:us-east-1:123456789012:{}"
    for step, to, destination in (
        ("error-log-group-not-found", name(), elsewhere.format("lambda", "function:test")),
        ("error-lambda-not-found", of, elsewhere.format("lambda", "function:not-existing")),
        ("error-kinesis-not-found", of, elsewhere.format("kinesis", "stream/unknown-stream")),
    ):
        put = {"logGroupName": to, "filterName": "test", "filterPattern": "", "destinationArn": destination}
        r.step(step, logs.put_subscription_filter, **put)


if __name__ == "__main__":
    Replay("logs", globals())
