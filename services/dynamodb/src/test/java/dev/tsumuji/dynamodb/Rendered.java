package dev.tsumuji.dynamodb;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.core.SdkPojo;
import software.amazon.awssdk.core.util.SdkAutoConstructList;
import software.amazon.awssdk.core.util.SdkAutoConstructMap;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** Answers as text in which everything that has no order is in order, so that equal answers are equal texts. */
final class Rendered {
    private Rendered() {}

    static String of(Object value) {
        return switch (value) {
            case AttributeValue attribute -> attribute(attribute);
            case SdkPojo pojo -> {
                var members = new TreeMap<String, String>();
                for (var field : pojo.sdkFields()) {
                    var member = field.getValueOrDefault(pojo);
                    if (member != null
                            && !field.memberName().equals("ConsumedCapacity")
                            && !(member instanceof SdkAutoConstructList)
                            && !(member instanceof SdkAutoConstructMap)) {
                        members.put(field.memberName(), of(member));
                    }
                }
                yield members.toString();
            }
            case Map<?, ?> map -> {
                var members = new TreeMap<String, String>();
                map.forEach((key, member) -> members.put(key.toString(), of(member)));
                yield members.toString();
            }
            case Collection<?> list -> list.stream().map(Rendered::of).toList().toString();
            case SdkBytes bytes -> bytes.asByteBuffer().toString() + java.util.Arrays.toString(bytes.asByteArray());
            default -> String.valueOf(value);
        };
    }

    private static String attribute(AttributeValue value) {
        return value.type() + ":"
                + switch (value.type()) {
                    case SS -> sorted(value.ss());
                    case NS -> sorted(value.ns().stream().map(Rendered::number).toList());
                    case BS -> sorted(value.bs().stream().map(Rendered::of).toList());
                    case M -> of(value.m());
                    case L -> of(value.l());
                    case S -> value.s();
                    case N -> number(value.n());
                    case B -> of(value.b());
                    case BOOL -> String.valueOf(value.bool());
                    default -> "";
                };
    }

    /** DynamoDB Local leaves numbers within lists and maps as they were written. */
    private static String number(String text) {
        return new BigDecimal(text).stripTrailingZeros().toPlainString();
    }

    static String sorted(Collection<String> values) {
        List<String> sorted = new ArrayList<>(values);
        sorted.sort(null);
        return sorted.toString();
    }
}
