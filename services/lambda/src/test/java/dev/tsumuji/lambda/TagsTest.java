package dev.tsumuji.lambda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.awscore.exception.AwsServiceException;

class TagsTest {
    private static final String ARN = "arn:aws:lambda:eu-central-1:000000000000:function:f";

    private final Platform platform = new Platform();

    @AfterEach
    void close() {
        platform.close();
    }

    private void refused(org.assertj.core.api.ThrowableAssert.ThrowingCallable call, String code, String message) {
        assertThatThrownBy(call).isInstanceOfSatisfying(AwsServiceException.class, error -> {
            assertThat(error.awsErrorDetails().errorCode()).isEqualTo(code);
            assertThat(error.awsErrorDetails().errorMessage()).startsWith(message);
        });
    }

    private Map<String, String> tags() {
        return platform.call(() -> platform.lambda.listTags(r -> r.resource(ARN)))
                .tags();
    }

    @Test
    void tags_are_added_replaced_and_removed() {
        platform.create(Platform.request("f", Zips.program("echo")).tags(Map.of("a", "1")));
        platform.call(() -> platform.lambda.tagResource(r -> r.resource(ARN).tags(Map.of("a", "2", "b", "3"))));
        assertThat(tags()).isEqualTo(Map.of("a", "2", "b", "3"));

        platform.call(() -> platform.lambda.untagResource(r -> r.resource(ARN).tagKeys(List.of("a", "nobody"))));
        assertThat(tags()).isEqualTo(Map.of("b", "3"));
        assertThat(platform.call(() -> platform.lambda.getFunction(r -> r.functionName("f")))
                        .tags())
                .isEqualTo(Map.of("b", "3"));
    }

    @Test
    void wrong_tags_are_refused_in_awss_words() {
        platform.with("f", "echo");
        var many = new HashMap<String, String>();
        for (int i = 0; i < 51; i++) {
            many.put("k" + i, "v");
        }
        refused(
                () -> platform.call(
                        () -> platform.lambda.tagResource(r -> r.resource(ARN).tags(many))),
                "InvalidParameterValueException",
                "Number of tags exceeds resource tag limit.");
        refused(
                () -> platform.create(
                        Platform.request("g", Zips.program("echo")).tags(many)),
                "InvalidParameterValueException",
                "Number of tags exceeds resource tag limit.");
        refused(
                () -> platform.call(
                        () -> platform.lambda.tagResource(r -> r.resource(ARN).tags(Map.of()))),
                "InvalidParameterValueException",
                "An error occurred and the request cannot be processed.");
        refused(
                () -> platform.call(() -> platform.lambda.tagResource(
                        r -> r.resource(ARN + ":$LATEST").tags(Map.of("a", "b")))),
                "InvalidParameterValueException",
                "Tags on function aliases and versions are not supported. Please specify a function ARN.");
        refused(
                () -> platform.call(() -> platform.lambda.listTags(r -> r.resource("arn:aws:something"))),
                "ValidationException",
                "1 validation error detected: Value 'arn:aws:something' at 'resource' failed to satisfy constraint: Member"
                        + " must satisfy regular expression pattern: arn:(aws[a-zA-Z-]*):lambda:");
        refused(
                () -> platform.call(() -> platform.lambda.listTags(r -> r.resource(ARN + "nobody"))),
                "ResourceNotFoundException",
                "Function not found: " + ARN + "nobody");
        refused(
                () -> platform.call(() -> platform.lambda.untagResource(r -> r.resource(ARN))),
                "ValidationException",
                "1 validation error detected: Value null at 'tagKeys' failed to satisfy constraint: Member must not be"
                        + " null");
    }
}
