package dev.tsumuji.dynamodb.partiql;

import dev.tsumuji.dynamodb.value.Kind;
import dev.tsumuji.dynamodb.value.Values;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.DynamoDbException;

/** Reads values: strings, numbers, booleans, null, lists, tuples (maps), bags (sets) and parameters. Used by one thread. */
class Literals extends Words {
    Literals(String text, List<AttributeValue> parameters) {
        super(text, parameters);
    }

    /** Whether a value begins here. */
    final boolean literal() {
        return switch (peek().type()) {
            case STRING, NUMBER, ION -> true;
            case KEYWORD -> peek().is("true") || peek().is("false") || peek().is("null") || peek().is("missing");
            case SYMBOL ->
                peek().is("[")
                        || peek().is("{")
                        || peek().is("<<")
                        || peek().is("?")
                        || (peek().is("-") || peek().is("+")) && peekBehind().type() == Word.Type.NUMBER;
            default -> false;
        };
    }

    /**
     * A checked value.
     *
     * @param key where it is, as DynamoDB's messages say it
     */
    final AttributeValue value(String key) {
        var word = peek();
        if (!literal()) {
            var function = peekBehind().is("(") ? word.text().toLowerCase(Locale.ROOT) : "VariableReference";
            throw name() ? unsupported(function, key, word) : malformed();
        }
        take();
        return switch (word.type()) {
            case STRING -> AttributeValue.fromS(word.text());
            case NUMBER -> number(word.text(), key);
            case ION ->
                throw refused(
                        "Ion Literals are not supported: " + ionType(word.text()) + " under key " + key + word.place());
            case KEYWORD -> constant(word, key);
            default -> composed(word, key);
        };
    }

    private static String ionType(String text) {
        return text.matches("[+-]?\\d+") ? "INT" : text.matches("[+-]?\\d.*") ? "DECIMAL" : "SYMBOL";
    }

    private AttributeValue constant(Word word, String key) {
        if (word.is("missing")) {
            throw unsupported("MISSING", key, word);
        }
        return word.is("null") ? AttributeValue.fromNul(true) : AttributeValue.fromBool(word.is("true"));
    }

    private AttributeValue composed(Word word, String key) {
        if (word.is("?")) {
            return parameter();
        } else if (word.is("-") || word.is("+")) {
            return number(word.text() + take().text(), key);
        }
        deeper();
        var value = word.is("[") ? list(key) : word.is("{") ? AttributeValue.fromM(tuple(key)) : bag(key);
        back();
        return value;
    }

    /** What is no number of DynamoDB's is refused with where it stands, what is none at all as no statement. */
    private static AttributeValue number(String text, String key) {
        if (!Decimals.readable(text)) {
            throw malformed("");
        }
        try {
            return Values.checked(AttributeValue.fromN(text));
        } catch (DynamoDbException refusal) {
            throw refused(refusal.awsErrorDetails().errorMessage() + " under " + key);
        }
    }

    private AttributeValue list(String key) {
        var elements = new ArrayList<AttributeValue>();
        while (!accept("]")) {
            if (!elements.isEmpty()) {
                expect(",");
            }
            elements.add(value(key + "[" + elements.size() + "]"));
            refuseOperator(key);
        }
        return AttributeValue.fromL(elements);
    }

    /** The members of a tuple, whose opening brace has been taken. */
    final Map<String, AttributeValue> tuple(String key) {
        var members = new LinkedHashMap<String, AttributeValue>();
        while (!accept("}")) {
            if (!members.isEmpty()) {
                expect(",");
            }
            var word = peek();
            if (word.type() != Word.Type.STRING) {
                throw name()
                        ? refused("Tuple keys must be of type String. Actual type: VariableReference under " + key
                                + word.place())
                        : malformed();
            }
            var name = take().text();
            expect(":");
            if (name.isEmpty()) {
                throw refused("Path component cannot be an empty string");
            } else if (members.containsKey(name)) {
                throw refused("Duplicate keys in tuple. Key: " + name + " under " + key + word.place());
            }
            members.put(name, value(within(key, name)));
            refuseOperator(key);
        }
        return members;
    }

    /** What a message calls a member: those of the item itself are called as the item is. */
    private String within(String key, String name) {
        return depth() == 0 ? key : key + "." + name;
    }

    private void refuseOperator(String key) {
        for (var operator : List.of("+", "-", "*", "/", "%", "||")) {
            if (peek().is(operator)) {
                throw unsupported(operator, key, peek());
            }
        }
    }

    private AttributeValue bag(String key) {
        var members = new ArrayList<AttributeValue>();
        var kind = Kind.NULL;
        while (!accept(">>")) {
            if (!members.isEmpty()) {
                expect(",");
            }
            var word = peek();
            var member = value(key);
            if (!Kind.of(member).ordered()) {
                throw refused("Unsupported data type in Bag. DynamoDB only supports either numbers or strings in bags"
                        + word.place());
            } else if (!members.isEmpty() && Kind.of(member) != kind) {
                throw refused("Unsupported data type in Bag. DynamoDB only supports either numbers or strings in bags");
            }
            kind = Kind.of(member);
            members.add(member);
        }
        if (members.isEmpty()) {
            throw refused("Empty bags are not supported");
        }
        return Values.checked(
                switch (kind) {
                    case S ->
                        AttributeValue.fromSs(
                                members.stream().map(AttributeValue::s).toList());
                    case N ->
                        AttributeValue.fromNs(
                                members.stream().map(AttributeValue::n).toList());
                    default ->
                        AttributeValue.fromBs(
                                members.stream().map(AttributeValue::b).toList());
                });
    }

    private static RuntimeException unsupported(String what, String key, Word word) {
        return refused("Unsupported data type: " + what + " under key " + key + word.place());
    }
}
