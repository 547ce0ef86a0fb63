package dev.tsumuji.lambda;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The little JSON that Lambda itself needs: checking payloads and writing policies. Stateless. */
final class Json {
    private static final JsonFactory FACTORY = new JsonFactory();

    private Json() {}

    /**
     * Checks that the bytes are one JSON value.
     *
     * @return what is wrong, in the words of AWS's own parser; null when nothing is
     */
    static @Nullable String problem(byte[] payload) {
        try (var parser = FACTORY.createParser(payload)) {
            if (parser.nextToken() == null) {
                return "No content to map due to end-of-input";
            }
            parser.skipChildren();
            if (parser.nextToken() != null) {
                return "Trailing token (of type " + parser.currentToken() + ") found after value";
            }
            return null;
        } catch (JsonParseException e) {
            return e.getOriginalMessage() + at(e.getProcessor());
        } catch (IOException e) {
            return e.getMessage();
        }
    }

    private static String at(@Nullable JsonParser parser) {
        if (parser == null) {
            return "";
        }
        var location = parser.currentLocation();
        return "\n at [Source: (byte[]); line: " + location.getLineNr() + ", column: " + location.getColumnNr() + "]";
    }

    /**
     * Reads one JSON value: maps in their own order, lists, strings, longs, doubles, booleans.
     *
     * @return empty for {@code null} and for what is no JSON
     */
    static Optional<Object> read(byte[] json) {
        try (var parser = FACTORY.createParser(json)) {
            parser.nextToken();
            @Nullable Object value = value(parser);
            return parser.nextToken() == null ? Optional.ofNullable(value) : Optional.empty();
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private static @Nullable Object value(JsonParser from) throws IOException {
        return switch (from.currentToken()) {
            case null -> null;
            case START_OBJECT -> {
                var members = new LinkedHashMap<String, @Nullable Object>();
                while (from.nextToken() == JsonToken.FIELD_NAME) {
                    var name = from.currentName();
                    from.nextToken();
                    members.put(name, value(from));
                }
                yield members;
            }
            case START_ARRAY -> {
                var items = new ArrayList<@Nullable Object>();
                while (from.nextToken() != JsonToken.END_ARRAY) {
                    items.add(value(from));
                }
                yield items;
            }
            case VALUE_STRING -> from.getText();
            case VALUE_NUMBER_INT ->
                from.getNumberType() == JsonParser.NumberType.BIG_INTEGER
                        ? (Object) from.getDoubleValue()
                        : (Object) from.getLongValue();
            case VALUE_NUMBER_FLOAT -> from.getDoubleValue();
            case VALUE_TRUE -> true;
            case VALUE_FALSE -> false;
            default -> null;
        };
    }

    /** Writes maps, collections, strings, numbers, booleans and null, without blanks, in their own order. */
    static String write(@Nullable Object value) {
        var text = new StringWriter();
        try (var generator = FACTORY.createGenerator(text)) {
            write(generator, value);
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory", e);
        }
        return text.toString();
    }

    private static void write(JsonGenerator to, @Nullable Object value) throws IOException {
        switch (value) {
            case null -> to.writeNull();
            case String text -> to.writeString(text);
            case Boolean truth -> to.writeBoolean(truth);
            case Integer number -> to.writeNumber(number);
            case Long number -> to.writeNumber(number);
            case Double number -> to.writeNumber(number);
            case Collection<?> items -> {
                to.writeStartArray();
                for (var item : items) {
                    write(to, item);
                }
                to.writeEndArray();
            }
            case Map<?, ?> members -> {
                to.writeStartObject();
                for (var member : members.entrySet()) {
                    to.writeFieldName((String) member.getKey());
                    write(to, member.getValue());
                }
                to.writeEndObject();
            }
            default -> throw new IllegalArgumentException("no JSON for " + value.getClass());
        }
    }
}
