package dev.tsumuji.dynamodb.value;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

class ValuesTest {
    @ParameterizedTest
    @CsvSource({
        "1,1",
        "1.0,1",
        "+1,1",
        "-0,0",
        "1e5,100000",
        ".5,0.5",
        "5.,5",
        "0E125,0",
        "0.0E126,0",
        "00012,12",
        "1.50,1.5",
        "-1.5e-3,-0.0015",
        "12345678901234567890123456789012345678,12345678901234567890123456789012345678",
        "1e2,100",
        "100e-2,1"
    })
    void a_number_is_answered_without_exponent_and_without_zeros_that_say_nothing(String given, String answered) {
        assertThat(Values.checked(AttributeValue.fromN(given)).n()).isEqualTo(answered);
    }

    @ParameterizedTest
    @CsvSource({
        "1E126,Number overflow. Attempting to store a number with magnitude larger than supported range",
        "-1E126,Number overflow. Attempting to store a number with magnitude larger than supported range",
        "1E999999999,Number overflow. Attempting to store a number with magnitude larger than supported range",
        "1E99999999999,Number overflow. Attempting to store a number with magnitude larger than supported range",
        "1E-99999999999,Number underflow. Attempting to store a number with magnitude smaller than supported range",
        "1E9223372036854775808,The parameter cannot be converted to a numeric value: 1E9223372036854775808",
        "0E126,Number overflow. Attempting to store a number with magnitude larger than supported range",
        "0E-131,Number underflow. Attempting to store a number with magnitude smaller than supported range",
        "1E-131,Number underflow. Attempting to store a number with magnitude smaller than supported range",
        "123456789012345678901234567890123456789,Attempting to store more than 38 significant digits in a Number",
        "x,The parameter cannot be converted to a numeric value: x",
        "NaN,The parameter cannot be converted to a numeric value: NaN",
        "0x1,The parameter cannot be converted to a numeric value: 0x1",
        "1_0,The parameter cannot be converted to a numeric value: 1_0",
        "1e,The parameter cannot be converted to a numeric value: 1e",
        "'',The parameter cannot be converted to a numeric value"
    })
    void a_number_that_dynamodb_has_not_is_refused(String given, String message) {
        refused(AttributeValue.fromN(given), message);
    }

    @Test
    void a_value_has_exactly_one_type() {
        refused(
                AttributeValue.builder().build(),
                "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes");
        refused(
                AttributeValue.builder().s("x").n("1").build(),
                "Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported"
                        + " datatypes");
        refused(
                AttributeValue.builder().s("x").n("b").build(),
                "The parameter cannot be converted to a numeric value: b");
        refused(
                AttributeValue.fromL(List.of(AttributeValue.builder().build())),
                "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes");
        refused(
                AttributeValue.fromNul(false),
                "One or more parameter values were invalid: Null attribute value types must have the value of true");
    }

    @Test
    void a_set_is_neither_empty_nor_has_it_a_member_twice() {
        var invalid = "One or more parameter values were invalid: ";
        refused(AttributeValue.fromSs(List.of()), invalid + "An string set  may not be empty");
        refused(AttributeValue.fromNs(List.of()), invalid + "An number set  may not be empty");
        refused(AttributeValue.fromBs(List.of()), invalid + "Binary sets should not be empty");
        refused(AttributeValue.fromSs(List.of("a", "a")), invalid + "Input collection [a, a] contains duplicates.");
        refused(AttributeValue.fromNs(List.of("1", "1.0")), "Input collection contains duplicates");
        var bytes = SdkBytes.fromUtf8String("a");
        refused(
                AttributeValue.fromBs(List.of(bytes, bytes)),
                invalid + "Input collection [YQ==, YQ==]of type BS contains duplicates.");
    }

    @Test
    void maps_and_lists_within_each_other_have_up_to_32_levels() {
        var value = AttributeValue.fromS("x");
        for (int level = 2; level <= 32; level++) {
            value = AttributeValue.fromL(List.of(value));
        }
        assertThat(Values.checked(value)).isNotNull();
        refused(
                AttributeValue.fromL(List.of(value)),
                "Nesting Levels have exceeded supported limits: Attributes in the item have nested levels beyond supported"
                        + " limit");
    }

    @Test
    void strings_are_in_the_order_of_their_utf8_bytes() {
        assertThat(Values.compare(AttributeValue.fromS("\uffee"), AttributeValue.fromS("\ud83d\ude00")))
                .isNegative();
        assertThat(Values.compare(AttributeValue.fromS("a"), AttributeValue.fromS("ab")))
                .isNegative();
        assertThat(Values.compare(AttributeValue.fromN("10"), AttributeValue.fromN("9")))
                .isPositive();
        var high = AttributeValue.fromB(SdkBytes.fromByteArray(new byte[] {(byte) 0x80}));
        var low = AttributeValue.fromB(SdkBytes.fromByteArray(new byte[] {0x7f}));
        assertThat(Values.compare(high, low)).isPositive();
    }

    @Test
    void sets_are_equal_in_any_order() {
        assertThat(Values.equal(AttributeValue.fromSs(List.of("a", "b")), AttributeValue.fromSs(List.of("b", "a"))))
                .isTrue();
        assertThat(Values.equal(AttributeValue.fromS("1"), AttributeValue.fromN("1")))
                .isFalse();
    }

    @Test
    void a_sum_is_exact_or_refused() {
        var large = new BigDecimal("99999999999999999999999999999999999999");
        assertThat(Numbers.text(Numbers.add(large, BigDecimal.ONE))).isEqualTo("1" + "0".repeat(38));
        assertThatThrownBy(() -> Numbers.add(large, new BigDecimal("0.1"))).isInstanceOf(AwsServiceException.class);
    }

    @Test
    void an_item_counts_its_names_and_its_values() {
        assertThat(ItemSize.of(Map.of("pk", AttributeValue.fromS("a")))).isEqualTo(3);
        assertThat(ItemSize.of(Map.of("n", AttributeValue.fromN("123")))).isEqualTo(1 + 3);
        assertThat(ItemSize.of(Map.of("n", AttributeValue.fromN("-123")))).isEqualTo(1 + 4);
        assertThat(ItemSize.of(Map.of("\u00e9", AttributeValue.fromBool(true)))).isEqualTo(3);
        assertThat(ItemSize.of(AttributeValue.fromL(List.of()))).isEqualTo(3);
        assertThat(ItemSize.of(AttributeValue.fromL(List.of(AttributeValue.fromS("ab")))))
                .isEqualTo(3 + 1 + 2);
        assertThat(ItemSize.of(AttributeValue.fromM(Map.of("k", AttributeValue.fromS("ab")))))
                .isEqualTo(3 + 1 + 1 + 2);
    }

    private static void refused(AttributeValue value, String message) {
        assertThatThrownBy(() -> Values.checked(value)).isInstanceOfSatisfying(AwsServiceException.class, refusal -> {
            assertThat(refusal.awsErrorDetails().errorCode()).isEqualTo("ValidationException");
            assertThat(refusal.awsErrorDetails().errorMessage()).isEqualTo(message);
        });
    }
}
