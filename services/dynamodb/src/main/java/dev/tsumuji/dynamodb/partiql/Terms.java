package dev.tsumuji.dynamodb.partiql;

import dev.tsumuji.dynamodb.expression.Condition;
import dev.tsumuji.dynamodb.expression.Expressions;
import dev.tsumuji.dynamodb.expression.Path;
import dev.tsumuji.dynamodb.expression.Placeholders;
import dev.tsumuji.dynamodb.expression.Syntax;
import dev.tsumuji.dynamodb.value.Kind;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * Reads paths, operands and conditions into the syntax that expressions have, so that they are judged and evaluated as those are.
 * Names and values become placeholders: a name of a statement is never a reserved word. Used by one thread.
 */
class Terms extends Literals {
    /** What {@code IS} tells apart, by the names that it takes. */
    private static final Map<String, Kind> TYPES = Map.ofEntries(
            Map.entry("null", Kind.NULL),
            Map.entry("bool", Kind.BOOL),
            Map.entry("boolean", Kind.BOOL),
            Map.entry("string", Kind.S),
            Map.entry("int", Kind.N),
            Map.entry("integer", Kind.N),
            Map.entry("decimal", Kind.N),
            Map.entry("numeric", Kind.N),
            Map.entry("blob", Kind.B),
            Map.entry("list", Kind.L),
            Map.entry("struct", Kind.M),
            Map.entry("tuple", Kind.M));

    private final Map<String, String> names = new LinkedHashMap<>();
    private final Map<String, AttributeValue> values = new LinkedHashMap<>();
    private boolean updating;
    private @Nullable Word firstArgument;

    Terms(String text, List<AttributeValue> parameters) {
        super(text, parameters);
    }

    final Placeholders placeholders() {
        return Placeholders.ofChecked(names, values);
    }

    final Condition condition() {
        updating = false;
        var term = or();
        if (!(term instanceof Syntax.Test) && !(term instanceof Syntax.Function)) {
            throw refused("WHERE clause must contain an expression that resolves to a boolean");
        }
        return Expressions.ofStatement(test(term, ""), placeholders());
    }

    /** Where the arguments of the function that was read last begin. */
    final String firstArgumentPlace() {
        return firstArgument == null ? "" : firstArgument.place();
    }

    /** What an update sets. */
    final Syntax.Operand assigned() {
        updating = true;
        if (!(sum() instanceof Syntax.Operand operand)) {
            throw malformed();
        }
        return operand;
    }

    private Syntax or() {
        var left = and();
        while (accept("or")) {
            left = new Syntax.Connected(false, argument(left), argument(and()));
        }
        return left;
    }

    private Syntax and() {
        var left = not();
        while (accept("and")) {
            left = new Syntax.Connected(true, argument(left), argument(not()));
        }
        return left;
    }

    private Syntax.Test argument(Syntax term) {
        return test(term, "The arguments to AND/OR must be Expressions");
    }

    private Syntax not() {
        if (!accept("not")) {
            return compared();
        }
        deeper();
        var inner = test(not(), "The argument to NOT must be a Type or Expression");
        back();
        return new Syntax.Not(inner);
    }

    private Syntax.Test test(Syntax term, String otherwise) {
        return switch (term) {
            case Syntax.Test test -> test;
            case Syntax.Function function -> new Syntax.Tested(function);
            case Syntax.Operand _ -> throw refused(otherwise);
        };
    }

    private Syntax compared() {
        var left = sum();
        if (peek().is("not")
                && (peekBehind().is("in")
                        || peekBehind().is("between")
                        || peekBehind().is("like"))) {
            take();
            return new Syntax.Not(test(comparison(left), ""));
        }
        return comparison(left);
    }

    private Syntax comparison(Syntax left) {
        var word = peek();
        if (accept("is")) {
            return is(left);
        } else if (accept("in")) {
            return new Syntax.In(operand(left), among());
        } else if (accept("between")) {
            var low = operand(sum());
            expect("and");
            return new Syntax.Between(operand(left), low, operand(sum()));
        } else if (word.is("like") || word.is("||")) {
            throw refused("Unsupported operator in Condition Expression. Operator: "
                    + word.text().toLowerCase(Locale.ROOT));
        }
        for (var operator : List.of("=", "<>", "!=", "<", "<=", ">", ">=")) {
            if (accept(operator)) {
                var symbol = operator.equals("!=") ? "<>" : operator;
                return compared(symbol, left, operand(sum()));
            }
        }
        return left;
    }

    /** A function that tells true or false may be compared with one of them. */
    private Syntax compared(String symbol, Syntax left, Syntax.Operand right) {
        boolean tells = left instanceof Syntax.Test
                || left instanceof Syntax.Function(var name, var _) && !name.equals("size") && !updating;
        if (tells
                && right instanceof Syntax.ValueOf(var placeholder)
                && values.get(placeholder) instanceof AttributeValue value
                && value.bool() != null
                && (symbol.equals("=") || symbol.equals("<>"))) {
            var test = test(left, "");
            return value.bool() == symbol.equals("=") ? test : new Syntax.Not(test);
        }
        return new Syntax.Compared(symbol, operand(left), right);
    }

    private Syntax.Operand operand(Syntax term) {
        if (term instanceof Syntax.Operand operand) {
            return operand;
        }
        throw malformed();
    }

    private Syntax is(Syntax left) {
        boolean negated = accept("not");
        if (!(left instanceof Syntax.PathOf) && !(left instanceof Syntax.ValueOf)) {
            throw refused("The left hand side argument to IS must be a Variable Reference, Literal, or Path");
        }
        Syntax.Test test;
        if (accept("missing")) {
            test = new Syntax.Tested(new Syntax.Function("attribute_not_exists", List.of(operand(left))));
        } else {
            var kind = TYPES.get(
                    peek().type() == Word.Type.QUOTED ? "" : peek().text().toLowerCase(Locale.ROOT));
            if (kind == null) {
                throw malformed();
            }
            take();
            var type = literal(AttributeValue.fromS(kind.name()));
            test = new Syntax.Tested(new Syntax.Function("attribute_type", List.of(operand(left), type)));
        }
        return negated ? new Syntax.Not(test) : test;
    }

    private List<Syntax.Operand> among() {
        var closing = accept("[") ? "]" : accept("(") ? ")" : accept("<<") ? ">>" : "";
        var among = new ArrayList<Syntax.Operand>();
        while (!closing.isEmpty() && !accept(closing)) {
            if (!among.isEmpty()) {
                expect(",");
            }
            among.add(operand(sum()));
        }
        if (among.isEmpty()) {
            throw refused(
                    "IN operator must have a left hand argument of type Variable Reference and right hand argument"
                            + " of type Seq with at least one member");
        }
        return among;
    }

    private Syntax sum() {
        var left = term();
        while (true) {
            var word = peek();
            boolean additive = word.is("+") || word.is("-");
            if (!additive && !word.is("*") && !word.is("/") && !word.is("%")) {
                return left;
            } else if (!updating || !additive) {
                throw refused("Unsupported operator in " + (updating ? "Update" : "Condition")
                        + " Expression. Operator: " + word.text());
            }
            take();
            left = new Syntax.Arithmetic(word.text(), operand(left), operand(term()));
        }
    }

    private Syntax term() {
        var word = peek();
        if (accept("(")) {
            deeper();
            var inner = updating ? sum() : or();
            expect(")");
            back();
            return inner;
        } else if (word.is("missing")) {
            throw refused("MISSING must be compared using IS operator");
        } else if (literal()) {
            return literal(value("root"));
        } else if ((name() || word.is("size")) && peekBehind().is("(")) {
            return function();
        } else if (word.is("exists") && peekBehind().is("(")) {
            take();
            take();
            throw peek().is("select")
                    ? refused("Unsupported token in expression: " + peek().text() + peek().place())
                    : unrecognized(word);
        }
        return path();
    }

    private Syntax.ValueOf literal(AttributeValue value) {
        var placeholder = ":" + values.size();
        values.put(placeholder, value);
        return new Syntax.ValueOf(placeholder);
    }

    /** The value that a literal operand stands for, if it is one. */
    final boolean isSet(Syntax.Operand operand) {
        return operand instanceof Syntax.ValueOf(var placeholder)
                && values.get(placeholder) instanceof AttributeValue value
                && (value.hasSs() || value.hasNs() || value.hasBs());
    }

    private static RuntimeException unrecognized(Word name) {
        return refused("Unrecognized function: " + name.text().toLowerCase(Locale.ROOT) + name.place());
    }

    private Syntax.Function function() {
        var word = take();
        var name = word.text().toLowerCase(Locale.ROOT);
        switch (name) {
            case "attribute_exists",
                    "attribute_not_exists",
                    "attribute_type",
                    "begins_with",
                    "contains",
                    "size",
                    "if_not_exists",
                    "list_append" -> {}
            case "set_add", "set_delete" -> {
                if (!updating) {
                    throw unrecognized(word);
                }
            }
            default -> throw unrecognized(word);
        }
        expect("(");
        deeper();
        var operands = new ArrayList<Syntax.Operand>();
        firstArgument = peek();
        while (!accept(")")) {
            if (!operands.isEmpty()) {
                expect(",");
            }
            operands.add(operand(sum()));
        }
        back();
        return new Syntax.Function(name, List.copyOf(operands));
    }

    final Syntax.PathOf path() {
        var parts = new ArrayList<Syntax.Part>();
        parts.add(named());
        while (true) {
            if (accept(".")) {
                if (peek().is("*")) {
                    throw refused("Changing item's hierarchy while reading isn't supported");
                }
                if (!name()) {
                    throw malformed("Invalid path dot component");
                }
                parts.add(named());
            } else if (accept("[")) {
                var word = take();
                parts.add(
                        switch (word.type()) {
                            case NUMBER -> new Syntax.Part.Index(word.text());
                            case STRING -> placeholder(word.text());
                            default -> throw malformed();
                        });
                if (word.type() == Word.Type.NUMBER && !word.text().matches("\\d+")) {
                    throw malformed();
                }
                expect("]");
            } else {
                return new Syntax.PathOf(List.copyOf(parts));
            }
        }
    }

    private Syntax.Part named() {
        if (peek().is("from")) {
            throw malformed("Expected data manipulation");
        } else if (!name()) {
            throw malformed();
        }
        return placeholder(take().text());
    }

    private Syntax.Part placeholder(String name) {
        if (name.isEmpty()) {
            throw refused("Path component cannot be an empty string");
        }
        var placeholder = "#" + names.size();
        names.put(placeholder, name);
        return new Syntax.Part.Name(placeholder);
    }

    /** The path that a selection answers. */
    final Path resolved(Syntax.PathOf path) {
        return Expressions.ofStatement(path, placeholders());
    }
}
