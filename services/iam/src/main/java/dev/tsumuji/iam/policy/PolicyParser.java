package dev.tsumuji.iam.policy;

import dev.tsumuji.iam.policy.Statement.Effect;
import dev.tsumuji.iam.policy.Statement.Place;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads policy documents. Lenient where a document is only evaluated: it was checked by {@link PolicyCheck} when it was
 * stored, and what the evaluator doesn't understand it judges against the caller. Without {@code Version}, or with that of
 * 2008, a document has no variables.
 *
 * @see <a href="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html">Grammar of the policy language</a>
 */
public final class PolicyParser {
    static final Set<String> DOCUMENT_FIELDS = Set.of("Version", "Id", "Statement");
    static final Set<String> STATEMENT_FIELDS = Set.of(
            "Sid",
            "Effect",
            "Principal",
            "NotPrincipal",
            "Action",
            "NotAction",
            "Resource",
            "NotResource",
            "Condition");

    private final String text;
    private final boolean variables;

    private PolicyParser(String text, boolean variables) {
        this.text = text;
        this.variables = variables;
    }

    /** @throws MalformedPolicy with AWS's message when the text isn't a policy of any kind */
    public static Policy parse(String text) {
        var document = document(text);
        boolean variables = document.members().get("Version") instanceof Json.Text version
                && version.value().equals("2012-10-17");
        var parser = new PolicyParser(text, variables);
        var statements = new ArrayList<Statement>();
        for (var statement : statements(document)) {
            statements.add(parser.statement(statement, statements.size()));
        }
        return new Policy(statements);
    }

    static Json.Obj document(String text) {
        if (Json.parse(text) instanceof Json.Obj document
                && DOCUMENT_FIELDS.containsAll(document.members().keySet())) {
            return document;
        }
        throw broken();
    }

    static List<Json.Obj> statements(Json.Obj document) {
        var statements = new ArrayList<Json.Obj>();
        switch (document.members().get("Statement")) {
            case Json.Obj one -> statements.add(one);
            case Json.Arr several -> {
                for (var item : several.items()) {
                    if (!(item instanceof Json.Obj one)) {
                        throw broken();
                    }
                    statements.add(one);
                }
            }
            case null -> throw broken();
            default -> throw broken();
        }
        return statements;
    }

    private Statement statement(Json.Obj json, int index) {
        var members = json.members();
        if (!STATEMENT_FIELDS.containsAll(members.keySet())
                || members.containsKey("Action") == members.containsKey("NotAction")
                || members.containsKey("Resource") && members.containsKey("NotResource")
                || members.containsKey("Principal") && members.containsKey("NotPrincipal")) {
            throw broken();
        }
        boolean notAction = members.containsKey("NotAction");
        boolean notResource = members.containsKey("NotResource");
        var actions = texts(members.get(notAction ? "NotAction" : "Action")).stream()
                .map(action -> Glob.of(action.toLowerCase(Locale.ROOT)))
                .toList();
        var named = members.get(notResource ? "NotResource" : "Resource");
        var resources = named == null
                ? List.<Template>of()
                : texts(named).stream().map(this::template).toList();
        return new Statement(
                members.get("Sid") instanceof Json.Text sid ? sid.value() : "",
                index,
                effect(members.get("Effect")),
                principals(members),
                notAction,
                actions,
                notResource,
                resources,
                conditions(members.get("Condition")),
                place(json));
    }

    private static Effect effect(@Nullable Json json) {
        return switch (json) {
            case Json.Text(var value) when value.equals("Allow") -> Effect.ALLOW;
            case Json.Text(var value) when value.equals("Deny") -> Effect.DENY;
            case null -> throw broken();
            default -> throw broken();
        };
    }

    private static Optional<Principals> principals(Map<String, Json> members) {
        boolean not = members.containsKey("NotPrincipal");
        var json = members.get(not ? "NotPrincipal" : "Principal");
        if (json == null) {
            return Optional.empty();
        }
        var named = new ArrayList<Principals.Named>();
        switch (json) {
            case Json.Text(var value) when value.equals("*") -> named.add(new Principals.Named("*", "*"));
            case Json.Obj object ->
                object.members()
                        .forEach((type, values) ->
                                texts(values).forEach(value -> named.add(new Principals.Named(type, value))));
            default -> throw broken();
        }
        return Optional.of(new Principals(not, List.copyOf(named)));
    }

    private List<Condition> conditions(@Nullable Json json) {
        if (json == null) {
            return List.of();
        }
        if (!(json instanceof Json.Obj operators)) {
            throw broken();
        }
        var conditions = new ArrayList<Condition>();
        operators.members().forEach((operator, keys) -> {
            if (!(keys instanceof Json.Obj object)) {
                throw broken();
            }
            object.members().forEach((key, values) -> conditions.add(condition(operator, key, values)));
        });
        return List.copyOf(conditions);
    }

    private Condition condition(String operator, String key, Json values) {
        var name = operator;
        var set = Condition.SetOperator.NONE;
        if (name.startsWith("ForAnyValue:")) {
            set = Condition.SetOperator.ANY;
            name = name.substring("ForAnyValue:".length());
        } else if (name.startsWith("ForAllValues:")) {
            set = Condition.SetOperator.ALL;
            name = name.substring("ForAllValues:".length());
        }
        boolean ifExists = name.endsWith("IfExists") && !name.equals("NullIfExists");
        if (ifExists) {
            name = name.substring(0, name.length() - "IfExists".length());
        }
        var templates = texts(values).stream().map(this::template).toList();
        return new Condition(Operator.named(name), ifExists, set, key, templates);
    }

    private Template template(String value) {
        return Template.of(value, variables);
    }

    /** One value or a list of them. */
    static List<String> texts(@Nullable Json json) {
        return json instanceof Json.Arr several
                ? several.items().stream().map(PolicyParser::text).toList()
                : List.of(text(json));
    }

    private static String text(@Nullable Json json) {
        return switch (json) {
            case Json.Text(var value) -> value;
            case Json.Num(var literal) -> literal;
            case Json.Bool(var value) -> Boolean.toString(value);
            case null -> throw broken();
            default -> throw broken();
        };
    }

    /** AWS reports the place behind each brace. */
    private Place place(Json.Obj json) {
        return new Place(line(json.begin()), column(json.begin()), line(json.end()), column(json.end()));
    }

    private int line(int offset) {
        return 1
                + (int) text.substring(0, offset).chars().filter(c -> c == '\n').count();
    }

    private int column(int offset) {
        return offset - text.lastIndexOf('\n', offset) + 1;
    }

    static MalformedPolicy broken() {
        return new MalformedPolicy("Syntax errors in policy.");
    }
}
