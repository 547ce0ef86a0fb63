package dev.tsumuji.wire.constraint;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TableTest {
    @ParameterizedTest
    @ValueSource(
            strings = {"lambda", "iam", "sts", "cloudwatchlogs", "dynamodb", "dynamodb.streams", "kinesis", "cloudwatch"
            })
    void every_rule_of_a_table_can_be_read(String module) {
        var table = Table.of(module);
        assertThat(table.shapes())
                .isNotEmpty()
                .allSatisfy(shape -> assertThat(table.rule(shape)).isNotNull());
    }

    @Test
    void a_service_without_a_table_demands_nothing() {
        assertThat(Table.of("none").input("Anything")).isNull();
        assertThat(Table.of("none").status("Anything")).isEqualTo(200);
    }

    @Test
    void collections_have_their_old_names_by_operation() {
        var sqs = Table.of("sqs");
        assertThat(sqs.queryName("SendMessageBatch", "Entries"))
                .isEqualTo(new Table.QueryName("SendMessageBatchRequestEntry", "key", "value"));
        assertThat(sqs.queryName("CreateQueue", "Attributes"))
                .isEqualTo(new Table.QueryName("Attribute", "Name", "Value"));
        assertThat(sqs.queryName("CreateQueue", "QueueName")).isNull();
    }

    @Test
    void catastrophic_patterns_end() {
        Assertions.assertTimeout(
                Duration.ofSeconds(5),
                () -> assertThat(Matching.matches(Pattern.compile("(a+)+b"), "a".repeat(60)))
                        .isFalse());
        assertThat(Matching.matches(Pattern.compile("(a|b)*"), "ab".repeat(1_000_000)))
                .isIn(true, false);
        assertThat(Matching.matches(Pattern.compile("[a-z]+"), "abc")).isTrue();
    }
}
