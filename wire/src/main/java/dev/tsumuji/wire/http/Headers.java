package dev.tsumuji.wire.http;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The header fields of one request, in the order in which they came, repeated ones kept apart. Names are case-insensitive
 * and held in lower case. Immutable. Requests have a dozen fields, so looking one up scans.
 */
public final class Headers {
    public static final Headers NONE = new Headers(new String[0]);

    /** Name, value, name, value, …; names in lower case. */
    private final String[] fields;

    private Headers(String[] fields) {
        this.fields = fields;
    }

    /** @param namesAndValues name, value, name, value, … */
    public static Headers of(String... namesAndValues) {
        if (namesAndValues.length % 2 != 0) {
            throw new IllegalArgumentException("a header name without a value");
        }
        var fields = namesAndValues.clone();
        for (int i = 0; i < fields.length; i += 2) {
            fields[i] = fields[i].toLowerCase(Locale.ROOT);
        }
        return new Headers(fields);
    }

    /** @param namesInLowerCase taken over, not copied, when it is full */
    static Headers ofLowerCase(String[] namesInLowerCase, int count) {
        return new Headers(
                count == namesInLowerCase.length ? namesInLowerCase : Arrays.copyOf(namesInLowerCase, count));
    }

    public static Headers copyOf(Collection<Map.Entry<String, String>> entries) {
        var flat = new ArrayList<String>(entries.size() * 2);
        for (var entry : entries) {
            flat.add(entry.getKey());
            flat.add(entry.getValue());
        }
        return of(flat.toArray(String[]::new));
    }

    /** The first value, or null. */
    public @Nullable String get(String name) {
        for (int i = 0; i < fields.length; i += 2) {
            if (fields[i].equalsIgnoreCase(name)) {
                return fields[i + 1];
            }
        }
        return null;
    }

    /** All values in order; empty when the field is absent. */
    public List<String> all(String name) {
        var values = new ArrayList<String>(1);
        for (int i = 0; i < fields.length; i += 2) {
            if (fields[i].equalsIgnoreCase(name)) {
                values.add(fields[i + 1]);
            }
        }
        return values;
    }

    /** A copy in which the field has this one value, or is absent when the value is null. */
    public Headers with(String name, @Nullable String value) {
        var flat = new ArrayList<String>(fields.length + 2);
        forEach((field, old) -> {
            if (!field.equalsIgnoreCase(name)) {
                flat.add(field);
                flat.add(old);
            }
        });
        if (value != null) {
            flat.add(name);
            flat.add(value);
        }
        return of(flat.toArray(String[]::new));
    }

    public boolean has(String name) {
        return get(name) != null;
    }

    /** Visits every field, names in lower case. */
    public void forEach(BiConsumer<String, String> visitor) {
        for (int i = 0; i < fields.length; i += 2) {
            visitor.accept(fields[i], fields[i + 1]);
        }
    }

    /** Number of fields, repeated ones counted each. */
    public int size() {
        return fields.length / 2;
    }

    /** The names only: values may be secret. */
    @Override
    public String toString() {
        var names = new ArrayList<String>(size());
        forEach((name, value) -> names.add(name));
        return names.toString();
    }
}
