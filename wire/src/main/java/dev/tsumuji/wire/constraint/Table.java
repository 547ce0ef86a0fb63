package dev.tsumuji.wire.constraint;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * What the SDK's classes don't tell about one service: constraints, success statuses, names in older protocols. Generated
 * from AWS's models by {@code wire/tables/generate.py}; a service without a table has no constraints and the defaults of its
 * protocol. Thread-safe.
 */
public final class Table {
    private static final String FOLDER = "dev/tsumuji/wire/tables/";

    private final Map<String, Object> facts;
    private final Map<String, Integer> statuses = new HashMap<>();
    private final Map<String, Rule> rules = new ConcurrentHashMap<>();

    private Table(Map<String, Object> facts) {
        this.facts = facts;
        section("statuses").forEach((status, operations) -> {
            for (var operation : list(operations)) {
                statuses.put(operation, Integer.valueOf(status));
            }
        });
    }

    /** @param module the SDK module's name, {@code cloudwatchlogs} */
    public static Table of(String module) {
        try (var in = Table.class.getClassLoader().getResourceAsStream(FOLDER + module + ".json")) {
            if (in == null) {
                return new Table(Map.of());
            }
            try (var parser = new JsonFactory().createParser(in)) {
                parser.nextToken();
                return new Table(object(parser));
            }
        } catch (IOException e) {
            throw new UncheckedIOException("the table of " + module + " can't be read", e);
        }
    }

    private static Map<String, Object> object(JsonParser in) throws IOException {
        var values = new LinkedHashMap<String, Object>();
        for (var key = in.nextFieldName(); key != null; key = in.nextFieldName()) {
            in.nextToken();
            values.put(key, value(in));
        }
        return values;
    }

    private static Object value(JsonParser in) throws IOException {
        return switch (in.currentToken()) {
            case START_OBJECT -> object(in);
            case START_ARRAY -> {
                var values = new ArrayList<Object>();
                while (in.nextToken() != JsonToken.END_ARRAY) {
                    values.add(value(in));
                }
                yield values;
            }
            case VALUE_TRUE -> true;
            case VALUE_FALSE -> false;
            case VALUE_NUMBER_INT -> in.getLongValue();
            case VALUE_NUMBER_FLOAT -> in.getDoubleValue();
            default -> in.getText();
        };
    }

    @SuppressWarnings("unchecked")
    private Map<String, Object> section(String name) {
        return (Map<String, Object>) facts.getOrDefault(name, Map.of());
    }

    @SuppressWarnings("unchecked")
    static List<String> list(@Nullable Object value) {
        return value == null ? List.of() : (List<String>) value;
    }

    private @Nullable String text(String name) {
        return facts.get(name) instanceof String text && !text.isEmpty() ? text : null;
    }

    private boolean flag(String name) {
        return Boolean.TRUE.equals(facts.get(name));
    }

    /** The namespace of XML answers. */
    public @Nullable String namespace() {
        return text("namespace");
    }

    public @Nullable String targetPrefix() {
        return text("targetPrefix");
    }

    /** What stands before the name of a modeled error in {@code __type}. */
    public @Nullable String errorNamespace() {
        return text("errorNamespace");
    }

    /** Of an answer that names no status itself. */
    public int status(String operation) {
        return statuses.getOrDefault(operation, 200);
    }

    /** Whether the modeled error's message is spelled {@code Message}. */
    public boolean capitalMessage(String error) {
        return list(facts.get("capitalMessages")).contains(error);
    }

    /** Whether the modeled error's message is spelled {@code Message} where it tells something beside it, and only there. */
    public boolean capitalBeside(String error) {
        return list(facts.get("capitalMessagesBeside")).contains(error);
    }

    /** The error's code in the query protocol. */
    public @Nullable String queryError(String error) {
        return section("queryErrors").get(error) instanceof String code ? code : null;
    }

    /** Whether clients that used to speak query expect {@code x-amzn-query-error}. */
    public boolean queryCompatible() {
        return flag("queryCompatible");
    }

    /** A collection's names in the older query protocol. */
    public record QueryName(String name, String key, String value) {}

    public @Nullable QueryName queryName(String operation, String member) {
        var names = section("queryNames");
        var own = names.getOrDefault(operation + "." + member, names.get(member));
        if (!(own instanceof String text)) {
            return null;
        }
        var parts = text.split(" ");
        return parts.length == 3
                ? new QueryName(parts[0], parts[1], parts[2])
                : new QueryName(parts[0], "key", "value");
    }

    /** Whether an answer in the query protocol has a result although there is nothing in it. */
    public boolean emptyResult(String operation) {
        return list(facts.get("emptyResults")).contains(operation);
    }

    /** Name of the root element of a restXml answer. */
    public String root(String operation) {
        return section("roots").get(operation) instanceof String root ? root : operation + "Result";
    }

    /** What the service itself calls an operation, which is mostly its name. */
    public String nameInside(String operation) {
        return section("namesInside").get(operation) instanceof String name ? name : operation;
    }

    /** Bytes that a request's body may have, or the given number when AWS's own limit isn't known. */
    public long maxBody(String operation, long otherwise) {
        return section("maxBodies").get(operation) instanceof Long max ? max : otherwise;
    }

    /** Whether times in XML always have three decimals. */
    public boolean timesWithMillis() {
        return flag("timesWithMillis");
    }

    /** The error code of a request that breaks a constraint. */
    public String validationCode() {
        var code = text("validationCode");
        return code == null ? "ValidationException" : code;
    }

    /** Whether refusals leave out the refused value. */
    boolean hidesValues() {
        return flag("hidesValues");
    }

    /** The rule of an operation's input, or null when it demands nothing. */
    @Nullable
    Rule input(String operation) {
        return section("inputs").get(operation) instanceof String shape ? rule(shape) : null;
    }

    @SuppressWarnings("unchecked")
    @Nullable
    Rule rule(@Nullable Object shape) {
        if (!(shape instanceof String name)) {
            return null;
        }
        var known = rules.get(name);
        if (known == null && section("shapes").get(name) instanceof Map<?, ?> source) {
            known = new Rule((Map<String, Object>) source, this);
            rules.put(name, known);
        }
        return known;
    }

    /** Names of all shapes that demand something. */
    List<String> shapes() {
        return List.copyOf(section("shapes").keySet());
    }
}
