package dev.tsumuji.wire.protocol;

import com.fasterxml.jackson.core.JsonToken;
import dev.tsumuji.wire.shape.Kind;
import dev.tsumuji.wire.shape.Member;
import java.util.Base64;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What AWS says of a JSON value that isn't of its member's type. Older services, which name the namespace of their errors, name
 * the Java classes that they would have made, too: {@code java.util.Map<java.lang.String,
 * com.amazonaws.dynamodb.v20120810.AttributeValue>}. Of a document that is no JSON those say nothing. Immutable.
 */
final class WrongTypes {
    private static final String NO_CLASS =
            "class sun.reflect.generics.reflectiveObjects.ParameterizedTypeImpl cannot be"
                    + " cast to class java.lang.Class (sun.reflect.generics.reflectiveObjects.ParameterizedTypeImpl and"
                    + " java.lang.Class are in module java.base of loader 'bootstrap')";

    /** Ends in a dot; null for services that name no classes. */
    private final @Nullable String classesOf;

    /** @param errorNamespace of the service, which ends in {@code #}; null when it names none */
    WrongTypes(@Nullable String errorNamespace) {
        classesOf = errorNamespace == null ? null : errorNamespace.replace('#', '.');
    }

    boolean namesClasses() {
        return classesOf != null;
    }

    /** @param within whether it is an element of a list or a map, rather than a member of a structure */
    Malformed refusal(Member member, JsonToken token, boolean within) {
        return new Malformed(
                switch (token) {
                    case START_OBJECT ->
                        "Start of structure or map found where not expected" + (classesOf == null ? "." : "");
                    case START_ARRAY -> "Unrecognized collection type " + collection(member);
                    case VALUE_STRING, VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT, VALUE_TRUE, VALUE_FALSE ->
                        scalar(member, token, within);
                    default -> "Unexpected token received from parser";
                });
    }

    private String scalar(Member member, JsonToken token, boolean within) {
        var kind = member.kind();
        boolean generic = kind == Kind.LIST || kind == Kind.MAP;
        if (classesOf != null && within && generic) {
            return NO_CLASS;
        }
        if (classesOf != null && within && kind == Kind.STRUCTURE) {
            return "Unexpected value type in payload";
        }
        if (generic || kind == Kind.STRUCTURE) {
            return "Unexpected field type";
        }
        if (classesOf != null && kind == Kind.BLOB) {
            return "only base-64-encoded strings are convertible to bytes";
        }
        if (classesOf != null && kind == Kind.BOOLEAN && token == JsonToken.VALUE_STRING) {
            return "Unexpected token received from parser";
        }
        return name(token) + " cannot be converted to " + Text.className(kind);
    }

    private String name(JsonToken token) {
        return switch (token) {
            case VALUE_STRING -> "STRING_VALUE";
            case VALUE_TRUE -> "TRUE_VALUE";
            case VALUE_FALSE -> "FALSE_VALUE";
            case VALUE_NUMBER_FLOAT -> classesOf == null ? "NUMBER_VALUE" : "DECIMAL_VALUE";
            default -> "NUMBER_VALUE";
        };
    }

    private String collection(Member member) {
        var name = Text.className(member.kind());
        return switch (member.kind()) {
            case LIST, MAP -> classesOf == null ? name : javaType(member);
            case STRUCTURE -> classesOf == null ? name : "class " + javaType(member);
            case BLOB -> "class " + (classesOf == null ? "java.lang." + name : javaType(member));
            default -> "class java.lang." + name;
        };
    }

    private String javaType(Member member) {
        return switch (member.kind()) {
            case LIST -> "java.util.List<" + javaType(member.element()) + ">";
            case MAP -> "java.util.Map<java.lang.String, " + javaType(member.element()) + ">";
            case STRUCTURE ->
                classesOf + Member.build(member.newBuilder()).getClass().getSimpleName();
            case BLOB -> "java.nio.ByteBuffer";
            default -> "java.lang." + Text.className(member.kind());
        };
    }

    /** Older services take several words for a truth. Null: it is none. */
    @Nullable
    Boolean truth(String text) {
        if (classesOf == null) {
            return null;
        }
        return switch (text.toLowerCase(Locale.ROOT)) {
            case "true", "1", "yes" -> true;
            case "false", "0", "no" -> false;
            default -> null;
        };
    }

    /** @throws Malformed when it isn't the one way to write some bytes, in the words of services that name classes */
    static byte[] bytes(String text) {
        if (text.length() % 4 != 0) {
            throw new Malformed("Base64 encoded length is expected a multiple of 4 bytes but found: " + text.length());
        }
        try {
            var bytes = Base64.getDecoder().decode(text);
            if (text.endsWith("=") && !Base64.getEncoder().encodeToString(bytes).equals(text)) {
                throw badEnd();
            }
            return bytes;
        } catch (IllegalArgumentException e) {
            throw badEnd();
        }
    }

    private static Malformed badEnd() {
        return new Malformed("Invalid last non-pad Base64 character dectected");
    }
}
