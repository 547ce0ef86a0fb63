package dev.tsumuji.logs.pattern;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Fields of a message that are separated by spaces, {@code [ip, user, ..., status = 4*, bytes]}. What stands between
 * brackets or quotation marks is one field. Without an ellipsis, the last field takes all that is left.
 *
 * @param fields without the ellipsis
 * @param ellipsis index of the first field behind it, -1 without one
 */
record FieldsPattern(List<Field> fields, int ellipsis) implements FilterPattern {
    private static final String ENDS = ",]&|()";

    static FieldsPattern parse(String text) {
        var reader = new PatternReader(text);
        reader.expect("[");
        var fields = new ArrayList<Field>();
        int ellipsis = -1;
        do {
            if (reader.skipSpace().accept("...") || reader.accept("…")) {
                if (ellipsis >= 0) {
                    throw reader.error("has two ellipses");
                }
                ellipsis = fields.size();
            } else {
                fields.add(field(reader));
            }
        } while (reader.skipSpace().accept(","));
        reader.expect("]");
        reader.expectEnd();
        return new FieldsPattern(List.copyOf(fields), ellipsis);
    }

    private static Field field(PatternReader reader) {
        reader.skipSpace();
        if (reader.peek() == '(') {
            var condition = Condition.parse(reader, FieldsPattern::comparison);
            return new Field("", condition);
        }
        var name = reader.word(ENDS + "=!<>");
        if (!Comparison.Operator.startsHere(reader.skipSpace())) {
            return new Field(name, null);
        }
        var first = Comparison.parse(reader, ENDS);
        return new Field(name, Condition.continued(reader, first, FieldsPattern::comparison));
    }

    /** The field's name is repeated in every comparison; it always means this field. */
    private static Comparison comparison(PatternReader reader) {
        reader.skipSpace().word(ENDS + "=!<>");
        return Comparison.parse(reader, ENDS);
    }

    @Override
    public boolean matches(String message) {
        var values = values(message);
        return values != null && matches(values);
    }

    private boolean matches(List<String> values) {
        for (int i = 0; i < fields.size(); i++) {
            var condition = fields.get(i).condition();
            if (condition != null) {
                var value = values.get(place(i, values.size()));
                if (!condition.holds(comparison -> comparison.test(value))) {
                    return false;
                }
            }
        }
        return true;
    }

    /** Where a field of the pattern stands among the values. */
    private int place(int field, int values) {
        return ellipsis >= 0 && field >= ellipsis ? values - fields.size() + field : field;
    }

    private @Nullable List<String> values(String message) {
        var values = split(message, ellipsis < 0 ? fields.size() : Integer.MAX_VALUE);
        return values.size() < fields.size() ? null : values;
    }

    @Override
    public Map<String, String> extract(String message) {
        var values = values(message);
        if (values == null) {
            return Map.of();
        }
        var names = new LinkedHashMap<Integer, String>();
        for (int i = 0; i < fields.size(); i++) {
            names.put(place(i, values.size()), fields.get(i).name());
        }
        var extracted = new LinkedHashMap<String, String>();
        for (int i = 0; i < values.size(); i++) {
            var name = names.getOrDefault(i, "");
            extracted.put("$" + (name.isEmpty() ? String.valueOf(i + 1) : name), values.get(i));
        }
        return extracted;
    }

    @Override
    public int weight() {
        int weight = 1;
        for (var field : fields) {
            var condition = field.condition();
            weight += condition == null ? 0 : condition.sum(Comparison::weight);
        }
        return weight;
    }

    /** @param limit the last of so many values takes all that is left */
    static List<String> split(String message, int limit) {
        var values = new ArrayList<String>();
        int at = skipSpaces(message, 0);
        while (at < message.length()) {
            char open = message.charAt(at);
            int close = open == '"' || open == '[' ? message.indexOf(open == '"' ? '"' : ']', at + 1) : -1;
            boolean enclosed = close >= 0 && (close + 1 == message.length() || message.charAt(close + 1) == ' ');
            int end = enclosed ? close + 1 : endOfWord(message, at);
            if (values.size() == limit - 1 && skipSpaces(message, end) < message.length()) {
                values.add(message.substring(at));
                return values;
            }
            values.add(enclosed ? message.substring(at + 1, close) : message.substring(at, end));
            at = skipSpaces(message, end);
        }
        return values;
    }

    private static int skipSpaces(String message, int at) {
        while (at < message.length() && message.charAt(at) == ' ') {
            at++;
        }
        return at;
    }

    private static int endOfWord(String message, int at) {
        int space = message.indexOf(' ', at);
        return space < 0 ? message.length() : space;
    }

    /** @param name empty for a field that is only counted */
    record Field(String name, @Nullable Condition<Comparison> condition) {}
}
