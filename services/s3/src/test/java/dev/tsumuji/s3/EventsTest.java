package dev.tsumuji.s3;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.s3.model.FilterRule;
import software.amazon.awssdk.services.s3.model.LambdaFunctionConfiguration;

class EventsTest {
    private final Fixture fixture = Fixture.withBucket();

    @AfterEach
    void close() {
        fixture.close();
    }

    private void tell(String function, String event, String prefix) {
        var configuration = LambdaFunctionConfiguration.builder()
                .id("rule")
                .lambdaFunctionArn(function)
                .eventsWithStrings(event)
                .filter(f -> f.key(key -> key.filterRules(
                        FilterRule.builder().name("prefix").value(prefix).build())))
                .build();
        fixture.s3(s3 -> s3.putBucketNotificationConfiguration(r -> r.bucket(Fixture.BUCKET)
                .notificationConfiguration(n -> n.lambdaFunctionConfigurations(configuration))));
    }

    private String told() throws InterruptedException {
        var message = fixture.told.poll(20, TimeUnit.SECONDS);
        assertThat(message).isNotNull();
        return message;
    }

    @Test
    void a_function_is_told_of_each_object_that_its_filter_passes() throws InterruptedException {
        tell(Fixture.FUNCTION, "s3:ObjectCreated:*", "in/");
        fixture.put("out/x", "1");
        fixture.put("in/a b+ü", "hello");
        assertThat(told())
                .contains("\"eventName\":\"ObjectCreated:Put\"")
                .contains("\"configurationId\":\"rule\"")
                .contains("\"key\":\"in/a+b%2B%C3%BC\",\"size\":5,\"eTag\":\"5d41402abc4b2a76b9719d911017c592\"");
        assertThat(fixture.told).isEmpty();
    }

    @Test
    void a_function_is_told_what_was_deleted() throws InterruptedException {
        fixture.put("k", "1");
        tell(Fixture.FUNCTION, "s3:ObjectRemoved:*", "");
        fixture.s3(s3 -> s3.deleteObject(r -> r.bucket(Fixture.BUCKET).key("k")));
        assertThat(told()).contains("\"eventName\":\"ObjectRemoved:Delete\"").contains("\"key\":\"k\",\"sequencer\"");
    }

    @Test
    void a_destination_that_is_not_there_is_refused() {
        fixture.assertRefused(() -> tell(Fixture.FUNCTION + "2", "s3:ObjectCreated:*", ""), "InvalidArgument", 400)
                .hasMessageContaining("Unable to validate the following destination configurations");
        fixture.assertRefused(() -> tell(Fixture.FUNCTION, "s3:Nonsense", ""), "InvalidArgument", 400);
    }

    @Test
    void what_was_configured_is_told_again_and_can_be_taken_back() {
        tell(Fixture.FUNCTION, "s3:ObjectCreated:*", "in/");
        var stored = fixture.s3(s3 -> s3.getBucketNotificationConfiguration(r -> r.bucket(Fixture.BUCKET)));
        assertThat(stored.lambdaFunctionConfigurations()
                        .getFirst()
                        .filter()
                        .key()
                        .filterRules()
                        .getFirst()
                        .nameAsString())
                .isEqualTo("Prefix");
        fixture.s3(s3 -> s3.putBucketNotificationConfiguration(
                r -> r.bucket(Fixture.BUCKET).notificationConfiguration(n -> {})));
        assertThat(fixture.s3(s3 -> s3.getBucketNotificationConfiguration(r -> r.bucket(Fixture.BUCKET)))
                        .lambdaFunctionConfigurations())
                .isEmpty();
    }
}
