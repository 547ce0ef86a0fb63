package dev.tsumuji.lambda;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.util.JsonRecyclerPools;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The JSON that Lambda itself needs: checking payloads, reading patterns and answers, writing policies and events. Stateless. */
final class Json {
    /** Buffers are shared, as invocations come in threads of their own. */
    private static final JsonFactory FACTORY = JsonFactory.builder()
            .recyclerPool(JsonRecyclerPools.newBoundedPool(64))
            .enable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION) // as refusals show it
            .build();

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
            return e.getOriginalMessage() + at(e);
        } catch (IOException e) {
            return e.getMessage();
        }
    }

    /**
     * Reads one JSON value as maps (in the order of the text), lists, strings, {@link BigDecimal}, booleans and null. Of a
     * repeated member the last counts.
     *
     * @throws IOException when it is none; nesting is bounded by the parser, at 1,000
     */
    static @Nullable Object read(byte[] json) throws IOException {
        try (var parser = FACTORY.createParser(json)) {
            if (parser.nextToken() == null) {
                throw new IOException("no JSON value");
            }
            var value = read(parser);
            if (parser.nextToken() != null) {
                throw new IOException("more than one JSON value");
            }
            return value;
        }
    }

    /** As {@link #read}, of JSON that this class has written; an empty object when it isn't. */
    static @Nullable Object readOrEmpty(String json) {
        try {
            return read(json.getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            return Map.of();
        }
    }

    private static @Nullable Object read(JsonParser parser) throws IOException {
        return switch (parser.currentToken()) {
            case START_OBJECT -> {
                var members = new LinkedHashMap<String, @Nullable Object>();
                while (parser.nextToken() != JsonToken.END_OBJECT) {
                    var name = parser.currentName();
                    parser.nextToken();
                    members.put(name, read(parser));
                }
                yield members;
            }
            case START_ARRAY -> {
                var items = new ArrayList<@Nullable Object>();
                while (parser.nextToken() != JsonToken.END_ARRAY) {
                    items.add(read(parser));
                }
                yield items;
            }
            case VALUE_STRING -> parser.getText();
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> number(parser);
            case VALUE_TRUE -> true;
            case VALUE_FALSE -> false;
            case VALUE_NULL -> null;
            default -> throw new IOException("no JSON value: " + parser.currentToken());
        };
    }

    private static BigDecimal number(JsonParser parser) throws IOException {
        try {
            return new BigDecimal(parser.getText());
        } catch (NumberFormatException | ArithmeticException e) {
            throw new IOException("a number out of bounds", e);
        }
    }

    /** Where the error is: AWS's parser has already gone past a character that it didn't expect. */
    private static String at(JsonParseException e) {
        var location = e.getLocation();
        int past = e.getOriginalMessage().startsWith("Unexpected character") ? 1 : 0;
        return "\n at [Source: " + location.sourceDescription() + "; line: " + location.getLineNr() + ", column: "
                + (location.getColumnNr() + past) + "]";
    }

    /**
     * Reads one JSON value, as {@link #read(byte[])}.
     *
     * @return empty for {@code null} and for what is no JSON
     */
    static Optional<Object> parsed(byte[] json) {
        try {
            return Optional.ofNullable(read(json));
        } catch (IOException e) {
            return Optional.empty();
        }
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
            case BigDecimal number -> to.writeNumber(number);
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
