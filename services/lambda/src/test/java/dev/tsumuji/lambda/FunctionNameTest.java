package dev.tsumuji.lambda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tsumuji.kernel.call.Call;
import dev.tsumuji.kernel.call.Principal;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.awscore.exception.AwsServiceException;

class FunctionNameTest {
    private static final Call CALL = new Call(
            "111111111111",
            "eu-central-1",
            new Principal.Root("111111111111"),
            null,
            null,
            "request",
            "127.0.0.1",
            "test",
            Instant.EPOCH,
            true,
            Map.of());

    private static String code(Throwable error) {
        return ((AwsServiceException) error).awsErrorDetails().errorCode();
    }

    @ParameterizedTest
    @CsvSource({
        "f,                                                        f, ",
        "f:$LATEST,                                                f, $LATEST",
        "f:prod,                                                   f, prod",
        "function:f,                                               f, ",
        "111111111111:function:f,                                  f, ",
        "111111111111:f:1,                                         f, 1",
        "arn:aws:lambda:eu-central-1:111111111111:function:f,      f, ",
        "arn:aws:lambda:eu-central-1:111111111111:function:f:2,    f, 2",
        "arn:aws:lambda:eu-central-1:111111111111:function,        function, ",
    })
    void names_partial_arns_and_arns_are_understood(String text, String name, String qualifier) {
        assertThat(FunctionName.of(text, null, CALL))
                .isEqualTo(new FunctionName(new FunctionId("111111111111", "eu-central-1", name), qualifier));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "*",
                "my-function!",
                "function:my-function:$LATEST:extra",
                "invalid-account:function:my-function",
                "arn:aws:lambda:invalid-region:111111111111:function:my-function",
                "arn:aws:lambda::111111111111:function:my-function",
                "arn:aws:lambda:eu-central-1::function:my-function",
                "arn:aws:lambda:eu-central-1:111111111111:function:my-function:$LATES",
                "arn:aws:lambda:eu-central-1:111111111111:function:my-function:1:2",
                "arn:aws:ec2:eu-central-1:111111111111:instance:i-1234567890abcdef0",
            })
    void what_is_no_name_is_refused_with_the_pattern(String text) {
        assertThatThrownBy(() -> FunctionName.of(text, null, CALL))
                .hasMessageContaining("1 validation error detected: Value '" + text
                        + "' at 'functionName' failed to satisfy constraint: Member must satisfy regular expression"
                        + " pattern: (arn:(aws[a-zA-Z-]*)?:lambda:)?((eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\\d{1}:)?"
                        + "(\\d{12}:)?(function:)?([a-zA-Z0-9-_\\.]+)(:(\\$LATEST(\\.PUBLISHED)?|[a-zA-Z0-9-_]+))?")
                .satisfies(error -> assertThat(code(error)).isEqualTo("ValidationException"));
        assertThatThrownBy(() -> FunctionName.ofNew(text, CALL))
                .hasMessageContaining("(\\d{12}:)?(function:)?([a-zA-Z0-9-_]+)(:(\\$LATEST|[a-zA-Z0-9-_]+))?")
                .satisfies(error -> assertThat(code(error)).isEqualTo("ValidationException"));
    }

    @Test
    void a_new_functions_name_has_64_characters_at_most() {
        assertThat(FunctionName.ofNew("a".repeat(64), CALL).name()).hasSize(64);
        assertThatThrownBy(() -> FunctionName.ofNew("a".repeat(65), CALL))
                .hasMessageContaining("1 validation error detected: Value '" + "a".repeat(65)
                        + "' at 'functionName' failed to satisfy constraint: Member must have length less than or equal"
                        + " to 64")
                .satisfies(error -> assertThat(code(error)).isEqualTo("InvalidParameterValueException"));
        assertThatThrownBy(() -> FunctionName.ofNew("a".repeat(141), CALL))
                .hasMessageContaining("Member must have length less than or equal to 140")
                .satisfies(error -> assertThat(code(error)).isEqualTo("ValidationException"));
    }

    @Test
    void a_qualifier_beside_the_name_must_be_legal_and_agree_with_it() {
        assertThat(FunctionName.of("f", "$latest", CALL).qualifier()).isEqualTo("$latest");
        assertThatThrownBy(() -> FunctionName.of("f", "invalid!", CALL))
                .hasMessageContaining(
                        "Value 'invalid!' at 'qualifier' failed to satisfy constraint: Member must satisfy"
                                + " regular expression pattern: \\$(LATEST(\\.PUBLISHED)?)|[a-zA-Z0-9-_$]+");
        assertThatThrownBy(() -> FunctionName.of("f", "a".repeat(129), CALL))
                .hasMessageContaining(
                        "at 'qualifier' failed to satisfy constraint: Member must have length less than or"
                                + " equal to 128");
        assertThatThrownBy(() -> FunctionName.of("f:$LATEST", "1", CALL))
                .hasMessageContaining(
                        "The derived qualifier from the function name does not match the specified qualifier.")
                .satisfies(error -> assertThat(code(error)).isEqualTo("InvalidParameterValueException"));
    }

    @Test
    void another_region_is_not_reachable() {
        assertThatThrownBy(() -> FunctionName.of("arn:aws:lambda:ap-southeast-1:111111111111:function:f", null, CALL))
                .hasMessageContaining(
                        "Functions from 'ap-southeast-1' are not reachable in this region ('eu-central-1')")
                .satisfies(error -> assertThat(code(error)).isEqualTo("ResourceNotFoundException"));
    }

    @Test
    void a_function_can_be_named_but_not_made_in_another_account() {
        var other = "arn:aws:lambda:eu-central-1:222222222222:function:f";
        assertThat(FunctionName.of(other, null, CALL).id().account()).isEqualTo("222222222222");
        assertThatThrownBy(() -> FunctionName.ofNew(other, CALL))
                .satisfies(error -> assertThat(code(error)).isEqualTo("AccessDeniedException"));
    }
}
