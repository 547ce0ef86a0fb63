package dev.tsumuji.dynamodb.expression;

import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.protocols.jsoncore.JsonNode;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** Attribute values as they are written on the wire. */
public final class Json {
    private Json() {}

    public static Map<String, AttributeValue> item(JsonNode node) {
        var item = new LinkedHashMap<String, AttributeValue>();
        node.asObject().forEach((name, value) -> item.put(name, value(value)));
        return item;
    }

    public static AttributeValue value(JsonNode node) {
        var builder = AttributeValue.builder();
        node.asObject().forEach((type, value) -> {
            switch (type) {
                case "S" -> builder.s(value.asString());
                case "N" -> builder.n(value.asString());
                case "B" -> builder.b(bytes(value));
                case "BOOL" -> builder.bool(value.asBoolean());
                case "NULL" -> builder.nul(value.asBoolean());
                case "SS" -> builder.ss(strings(value));
                case "NS" -> builder.ns(strings(value));
                case "BS" ->
                    builder.bs(value.asArray().stream().map(Json::bytes).toList());
                case "L" -> builder.l(value.asArray().stream().map(Json::value).toList());
                case "M" -> builder.m(item(value));
                default -> throw new IllegalArgumentException(type);
            }
        });
        return builder.build();
    }

    private static List<String> strings(JsonNode node) {
        var strings = new ArrayList<String>();
        node.asArray().forEach(each -> strings.add(each.asString()));
        return strings;
    }

    private static SdkBytes bytes(JsonNode node) {
        return SdkBytes.fromByteArray(Base64.getDecoder().decode(node.asString()));
    }
}
