package dev.tsumuji.wire.protocol;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.tsumuji.wire.shape.Kind;
import dev.tsumuji.wire.shape.Member;
import dev.tsumuji.wire.shape.Shape;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.core.SdkPojo;
import software.amazon.awssdk.core.document.Document;
import software.amazon.awssdk.core.traits.TimestampFormatTrait.Format;

/**
 * Fills a structure from JSON or CBOR in one streaming walk along its shape. Members that the shape doesn't know are
 * skipped, nulls count as absent, of a repeated member the last wins. Depth, name and number lengths are bounded by the parser's
 * constraints.
 */
final class JsonReader {
    private final JsonParser in;
    private final boolean millis;
    private final WrongTypes wrong;
    private boolean nulls;

    /** @param millis whether bare numbers are timestamps in milliseconds, as in AWS's older CBOR form */
    JsonReader(JsonParser in, boolean millis, WrongTypes wrong) {
        this.in = in;
        this.millis = millis;
        this.wrong = wrong;
    }

    /**
     * Reads the whole document, to its end. An empty one is an empty structure.
     *
     * @return whether a list or a map in it holds a null
     *
     * @throws Malformed when a value is not of the member's type
     */
    boolean document(SdkPojo builder) throws IOException {
        var first = in.nextToken();
        if (first == null) {
            return false;
        }
        if (first != JsonToken.START_OBJECT) {
            throw new Malformed(first == JsonToken.START_ARRAY ? "Unexpected list" : "Unexpected field type");
        }
        structure(builder, Shape.of(builder));
        if (in.nextToken() != null) {
            throw new Malformed("Unexpected content after the end of the document");
        }
        return nulls;
    }

    private void structure(SdkPojo builder, Shape shape) throws IOException {
        for (var name = in.nextFieldName(); name != null; name = in.nextFieldName()) {
            var member = shape.inBody(name);
            var token = in.nextToken();
            if (member == null) {
                in.skipChildren();
            } else if (token != JsonToken.VALUE_NULL) {
                member.set(builder, value(member, false));
            }
        }
        if (in.currentToken() != JsonToken.END_OBJECT) {
            throw new Malformed("Unexpected end of the document");
        }
    }

    /** @param within whether it is an element of a list or a map */
    private @Nullable Object value(Member member, boolean within) throws IOException {
        var token = in.currentToken();
        if (token == JsonToken.VALUE_NULL) {
            return null;
        }
        return switch (member.kind()) {
            case STRING -> token == JsonToken.VALUE_STRING ? in.getText() : refuse(member);
            case INTEGER -> number(member) ? (Integer) in.getIntValue() : refuse(member);
            case LONG -> number(member) ? (Long) in.getLongValue() : refuse(member);
            case SHORT -> number(member) ? (Short) in.getShortValue() : refuse(member);
            case BYTE -> number(member) ? (Byte) in.getByteValue() : refuse(member);
            case FLOAT -> (float) real(member);
            case DOUBLE -> real(member);
            case BIG_DECIMAL -> number(member) ? in.getDecimalValue() : refuse(member);
            case BOOLEAN -> token.isBoolean() ? (Boolean) in.getBooleanValue() : truth(member);
            case TIMESTAMP -> time(member);
            case BLOB -> blob(member);
            case STRUCTURE -> nested(member, within);
            case LIST -> list(member, within);
            case MAP -> map(member, within);
            case DOCUMENT -> tree();
        };
    }

    private boolean number(Member member) {
        var token = in.currentToken();
        return token == JsonToken.VALUE_NUMBER_INT
                || token == JsonToken.VALUE_NUMBER_FLOAT && member.kind() != Kind.BYTE;
    }

    private double real(Member member) throws IOException {
        if (number(member)) {
            return in.getDoubleValue();
        }
        return switch (in.currentToken() == JsonToken.VALUE_STRING ? in.getText() : "") {
            case "NaN" -> Double.NaN;
            case "Infinity" -> Double.POSITIVE_INFINITY;
            case "-Infinity" -> Double.NEGATIVE_INFINITY;
            default -> throw refuse(member);
        };
    }

    private Boolean truth(Member member) throws IOException {
        var said = in.currentToken() == JsonToken.VALUE_STRING ? wrong.truth(in.getText()) : null;
        if (said == null) {
            throw refuse(member);
        }
        return said;
    }

    private Instant time(Member member) throws IOException {
        var format = member.timestampFormat();
        try {
            if (in.currentToken() == JsonToken.VALUE_STRING) {
                return Text.instant(in.getText(), format);
            }
            if (!number(member)) {
                throw refuse(member);
            }
            if (millis && format == null || format == Format.UNIX_TIMESTAMP_MILLIS) {
                return Text.ofMillis(in.getLongValue());
            }
            if (in.currentToken() == JsonToken.VALUE_NUMBER_INT
                    && in.getNumberType() != JsonParser.NumberType.BIG_INTEGER
                    && Math.abs(in.getLongValue()) < 100_000_000_000L) {
                return Text.ofMillis(in.getLongValue() * 1000);
            }
            if (Double.isInfinite(in.getDoubleValue()) || Double.isNaN(in.getDoubleValue())) {
                throw refuse(member);
            }
            return Text.ofSeconds(in.getDecimalValue());
        } catch (DateTimeException | IllegalArgumentException | ArithmeticException e) {
            throw refuse(member);
        }
    }

    private SdkBytes blob(Member member) throws IOException {
        var token = in.currentToken();
        if (token != JsonToken.VALUE_STRING && token != JsonToken.VALUE_EMBEDDED_OBJECT) {
            throw refuse(member);
        }
        var bytes = token == JsonToken.VALUE_STRING && wrong.namesClasses()
                ? WrongTypes.bytes(in.getText())
                : in.getBinaryValue();
        return SdkBytes.fromByteArrayUnsafe(bytes);
    }

    private Object nested(Member member, boolean within) throws IOException {
        if (in.currentToken() != JsonToken.START_OBJECT) {
            throw refuse(member, within);
        }
        var builder = member.newBuilder();
        structure(builder, member.shape());
        return Member.build(builder);
    }

    private List<@Nullable Object> list(Member member, boolean within) throws IOException {
        if (in.currentToken() != JsonToken.START_ARRAY) {
            throw refuse(member, within);
        }
        var values = new ArrayList<@Nullable Object>();
        var element = member.element();
        for (var token = in.nextToken(); token != JsonToken.END_ARRAY; token = in.nextToken()) {
            if (token == null) {
                throw new Malformed("Unexpected end of the document");
            }
            nulls |= token == JsonToken.VALUE_NULL;
            values.add(value(element, true));
        }
        return values;
    }

    private Map<String, @Nullable Object> map(Member member, boolean within) throws IOException {
        if (in.currentToken() != JsonToken.START_OBJECT) {
            throw refuse(member, within);
        }
        var values = new LinkedHashMap<String, @Nullable Object>();
        var element = member.element();
        for (var key = in.nextFieldName(); key != null; key = in.nextFieldName()) {
            nulls |= in.nextToken() == JsonToken.VALUE_NULL;
            values.put(key, value(element, true));
        }
        if (in.currentToken() != JsonToken.END_OBJECT) {
            throw new Malformed("Unexpected end of the document");
        }
        return values;
    }

    private Document tree() throws IOException {
        return switch (in.currentToken()) {
            case VALUE_STRING -> Document.fromString(in.getText());
            case VALUE_TRUE -> Document.fromBoolean(true);
            case VALUE_FALSE -> Document.fromBoolean(false);
            case VALUE_NULL -> Document.fromNull();
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> Document.fromNumber(in.getText());
            case START_ARRAY -> {
                var values = new ArrayList<Document>();
                while (in.nextToken() != JsonToken.END_ARRAY) {
                    values.add(tree());
                }
                yield Document.fromList(values);
            }
            case START_OBJECT -> {
                var values = new LinkedHashMap<String, Document>();
                for (var key = in.nextFieldName(); key != null; key = in.nextFieldName()) {
                    in.nextToken();
                    values.put(key, tree());
                }
                yield Document.fromMap(values);
            }
            default -> throw new Malformed("Unexpected token received from parser");
        };
    }

    /** Throws; what it returns lets a caller end an expression or a branch with it. */
    private Malformed refuse(Member member) {
        throw refuse(member, false);
    }

    private Malformed refuse(Member member, boolean within) {
        throw wrong.refusal(member, in.currentToken(), within);
    }
}
