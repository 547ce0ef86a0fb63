package dev.tsumuji.s3;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The little JSON that S3 itself needs: reading and writing policies. Stateless. */
final class Json {
    private static final JsonFactory FACTORY = JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .streamReadConstraints(
                    StreamReadConstraints.builder().maxNestingDepth(32).build())
            .build();

    private Json() {}

    /**
     * Objects as maps, arrays as lists, scalars as strings.
     *
     * @throws IOException when the text is anything else than one JSON value
     */
    static @Nullable Object read(String text) throws IOException {
        try (var in = FACTORY.createParser(text)) {
            in.nextToken();
            var value = value(in);
            if (in.nextToken() != null) {
                throw new IOException("something follows the value");
            }
            return value;
        }
    }

    private static @Nullable Object value(JsonParser in) throws IOException {
        return switch (in.currentToken()) {
            case START_OBJECT -> {
                var members = new LinkedHashMap<String, @Nullable Object>();
                for (var name = in.nextFieldName(); name != null; name = in.nextFieldName()) {
                    in.nextToken();
                    members.put(name, value(in));
                }
                yield members;
            }
            case START_ARRAY -> {
                var items = new ArrayList<@Nullable Object>();
                while (in.nextToken() != JsonToken.END_ARRAY) {
                    items.add(value(in));
                }
                yield items;
            }
            case VALUE_NULL -> null;
            case null -> throw new IOException("empty");
            default -> in.getText();
        };
    }

    /** Of what {@link #read} gives, without blanks. */
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

    /** One value or a list of them. */
    static List<String> texts(@Nullable Object value) {
        return switch (value) {
            case String text -> List.of(text);
            case List<?> items ->
                items.stream()
                        .map(item -> item instanceof String text ? text : "")
                        .toList();
            case null -> List.of();
            default -> List.of("");
        };
    }
}
