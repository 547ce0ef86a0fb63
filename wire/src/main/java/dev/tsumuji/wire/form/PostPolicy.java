package dev.tsumuji.wire.form;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import dev.tsumuji.kernel.cloud.Failures;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import software.amazon.awssdk.awscore.exception.AwsServiceException;

/**
 * What the signer of a form allows its sender to send. Every field, and the bucket, must be named by a condition; every condition must hold.
 *
 * @param expiration from when on it allows nothing
 * @see <a href="https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-HTTPPOSTConstructPolicy.html">POST policy</a>
 */
record PostPolicy(Instant expiration, List<Condition> conditions) {
    private static final JsonFactory JSON = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(8)
                    .maxStringLength(20 * 1024)
                    .build())
            .build();
    private static final Set<String> FREE = Set.of("x-amz-signature", "file", "policy", "awsaccesskeyid", "signature");

    /**
     * One condition.
     *
     * @param field in lower case without the dollar sign; empty for {@code content-length-range}
     * @param shown as AWS repeats it when it doesn't hold
     */
    record Condition(String operator, String field, String first, String second, String shown) {}

    /** How long the file may be. */
    record Size(long min, long max) {
        static final Size ANY = new Size(0, Long.MAX_VALUE);
    }

    /** @throws AwsServiceException when the text is no policy */
    static PostPolicy parse(String base64) {
        Instant expiration = null;
        List<Condition> conditions = null;
        try (var in = JSON.createParser(Base64.getMimeDecoder().decode(base64))) {
            if (in.nextToken() != JsonToken.START_OBJECT) {
                throw broken("Invalid JSON.");
            }
            for (var name = in.nextFieldName(); name != null; name = in.nextFieldName()) {
                in.nextToken();
                switch (name) {
                    case "expiration" -> expiration = time(in.getText());
                    case "conditions" -> conditions = conditions(in);
                    default -> throw broken("Unexpected: '" + name + "'");
                }
            }
        } catch (IOException | IllegalArgumentException _) {
            throw broken("Invalid JSON.");
        }
        if (expiration == null) {
            throw broken("Policy missing expiration.");
        }
        if (conditions == null) {
            throw broken("Policy missing conditions.");
        }
        return new PostPolicy(expiration, List.copyOf(conditions));
    }

    private static Instant time(String text) {
        try {
            return Instant.parse(text);
        } catch (DateTimeException _) {
            throw broken("Invalid 'expiration' value: '" + text + "'");
        }
    }

    private static List<Condition> conditions(JsonParser in) throws IOException {
        if (in.currentToken() != JsonToken.START_ARRAY) {
            throw broken("Invalid 'conditions' value: must be a List");
        }
        var conditions = new ArrayList<Condition>();
        for (var token = in.nextToken(); token != JsonToken.END_ARRAY; token = in.nextToken()) {
            switch (token) {
                case START_OBJECT -> conditions.add(equality(in));
                case START_ARRAY -> conditions.add(operation(in));
                case null, default -> throw broken("Invalid JSON.");
            }
        }
        return conditions;
    }

    private static Condition equality(JsonParser in) throws IOException {
        var name = in.nextFieldName();
        if (name == null) {
            throw notOne();
        }
        if (in.nextToken() != JsonToken.VALUE_STRING) {
            throw broken("Invalid Simple-Condition: value must be a string.");
        }
        var value = in.getText();
        if (in.nextToken() != JsonToken.END_OBJECT) {
            throw notOne();
        }
        return new Condition(
                "eq", name.toLowerCase(Locale.ROOT), value, "", shown("\"eq\", \"$" + name + "\", " + quoted(value)));
    }

    private static AwsServiceException notOne() {
        return broken("Invalid Simple-Condition: Simple-Conditions must have exactly one property specified.");
    }

    private static Condition operation(JsonParser in) throws IOException {
        var items = new ArrayList<String>();
        while (in.nextToken() != JsonToken.END_ARRAY) {
            items.add(scalar(in));
        }
        if (items.size() != 3) {
            throw broken("Invalid Condition: wrong number of arguments");
        }
        var operator = items.get(0).toLowerCase(Locale.ROOT);
        var quoted = items.stream().map(PostPolicy::quoted).toList();
        var shown = shown(String.join(", ", quoted));
        return switch (operator) {
            case "content-length-range" -> new Condition(operator, "", items.get(1), items.get(2), shown);
            case "eq", "starts-with" -> {
                if (!items.get(1).startsWith("$")) {
                    throw broken("Invalid Condition: field '" + items.get(1) + "' must begin with $");
                }
                yield new Condition(
                        operator, items.get(1).substring(1).toLowerCase(Locale.ROOT), items.get(2), "", shown);
            }
            default -> throw broken("Invalid Condition: unknown operation '" + items.get(0) + "'.");
        };
    }

    private static String scalar(JsonParser in) throws IOException {
        if (in.currentToken() == null || !in.currentToken().isScalarValue()) {
            throw broken("Invalid JSON.");
        }
        return in.getText();
    }

    private static String quoted(String text) {
        return "\"" + text + "\"";
    }

    private static String shown(String inside) {
        return "[" + inside + "]";
    }

    /**
     * Checks the fields, all but the file's length.
     *
     * @param fields by name in lower case, {@code bucket} among them
     * @return how long the file may be
     * @throws AwsServiceException 403 when something is not as the policy wants it
     */
    Size check(Map<String, String> fields, Instant now) {
        if (!now.isBefore(expiration)) {
            throw refused("Policy expired.");
        }
        var named = new TreeSet<String>(FREE);
        var size = Size.ANY;
        for (var condition : conditions) {
            named.add(condition.field());
            if (condition.operator().equals("content-length-range")) {
                size = range(condition);
            } else {
                var value = fields.get(condition.field());
                boolean holds = value != null
                        && (condition.operator().equals("eq")
                                ? value.equals(condition.first())
                                : value.startsWith(condition.first()));
                if (!holds) {
                    throw failed(condition);
                }
            }
        }
        var extra = fields.keySet().stream()
                .filter(name -> !named.contains(name) && !name.startsWith("x-ignore-"))
                .sorted()
                .toList();
        if (!extra.isEmpty()) {
            throw refused("Extra input fields: " + String.join(", ", extra));
        }
        return size;
    }

    private static Size range(Condition condition) {
        try {
            return new Size(Long.parseLong(condition.first()), Long.parseLong(condition.second()));
        } catch (NumberFormatException _) {
            throw failed(condition);
        }
    }

    private static AwsServiceException failed(Condition condition) {
        return refused("Policy Condition failed: " + condition.shown());
    }

    private static AwsServiceException refused(String why) {
        return Failures.of("AccessDenied", 403, "Invalid according to Policy: " + why);
    }

    private static AwsServiceException broken(String why) {
        return Failures.of("InvalidPolicyDocument", 400, "Invalid Policy: " + why);
    }
}
