package dev.tsumuji.dynamodb.expression;

import dev.tsumuji.dynamodb.value.Kind;
import dev.tsumuji.dynamodb.value.Values;
import java.util.ArrayList;
import java.util.List;

/** Binds a condition. Used by one thread, once. */
final class ConditionBinder extends Binder {
    private static final int IN_MAX = 100;

    private ConditionBinder(Place place, Placeholders placeholders) {
        super(place, placeholders);
    }

    static Condition bind(Place place, Syntax.OfCondition syntax, Placeholders placeholders) {
        if (syntax.redundantParentheses()) {
            throw place.error("The expression has redundant parentheses;");
        }
        var binder = new ConditionBinder(place, placeholders);
        binder.checkWords(syntax.test());
        return binder.condition(syntax.test());
    }

    private void checkWords(Syntax.Test test) {
        switch (test) {
            case Syntax.Connected connected -> {
                operator();
                checkWords(connected.left());
                checkWords(connected.right());
            }
            case Syntax.Not(var inner) -> {
                operator();
                checkWords(inner);
            }
            case Syntax.Compared compared -> {
                operator();
                checkWords(compared.left());
                checkWords(compared.right());
            }
            case Syntax.Between(var operand, var low, var high) -> {
                operator();
                checkWords(operand);
                checkWords(low);
                checkWords(high);
            }
            case Syntax.In(var operand, var among) -> {
                operator();
                checkWords(operand);
                among.forEach(this::checkWords);
            }
            case Syntax.Tested(var function) -> {
                operator();
                checkFunction(function.name());
                if (function.name().equals("size")) {
                    throw misplaced("size");
                }
                function.operands().forEach(this::checkWords);
            }
        }
    }

    @Override
    void checkFunction(String name) {
        switch (name) {
            case "attribute_exists", "attribute_not_exists", "attribute_type", "begins_with", "contains", "size" -> {}
            case "if_not_exists", "list_append" ->
                throw place.error("The function is not allowed in a condition expression; function: " + name);
            default -> throw place.error("Invalid function name; function: " + name);
        }
    }

    @Override
    void checkOperandFunction(String name) {
        checkFunction(name);
        if (!name.equals("size")) {
            throw misplaced(name);
        }
    }

    private Condition condition(Syntax.Test test) {
        return switch (test) {
            case Syntax.Connected connected -> connected(connected);
            case Syntax.Not(var inner) -> new Condition.Not(condition(inner));
            case Syntax.Compared compared -> compared(compared);
            case Syntax.Between between -> between(between);
            case Syntax.In in -> in(in);
            case Syntax.Tested(var function) -> tested(function);
        };
    }

    /** A chain becomes one list, so that a long one is not deep. */
    private Condition connected(Syntax.Connected connected) {
        var chain = new ArrayList<Syntax.Test>();
        Syntax.Test left = connected;
        while (left instanceof Syntax.Connected(var and, var first, var last) && and == connected.and()) {
            chain.addFirst(last);
            left = first;
        }
        chain.addFirst(left);
        var parts = new ArrayList<Condition>(chain.size());
        for (var each : chain) {
            parts.add(condition(each));
        }
        return connected.and() ? new Condition.All(List.copyOf(parts)) : new Condition.Any(List.copyOf(parts));
    }

    private Condition compared(Syntax.Compared compared) {
        var symbol = compared.operator();
        var left = operand(compared.left());
        var right = operand(compared.right());
        requireDistinct(symbol, left, List.of(right));
        var comparator = Condition.Comparator.of(symbol);
        if (comparator != Condition.Comparator.EQUAL && comparator != Condition.Comparator.NOT_EQUAL) {
            requireOrdered(symbol, left, right);
        }
        return new Condition.Compared(comparator, left, right);
    }

    private Condition between(Syntax.Between between) {
        var operand = operand(between.operand());
        var low = operand(between.low());
        var high = operand(between.high());
        requireDistinct("BETWEEN", operand, List.of(low, high));
        requireOrdered("BETWEEN", operand, low, high);
        if (low instanceof Operand.Literal(var from) && high instanceof Operand.Literal(var to)) {
            var bounds = "; lower bound operand: AttributeValue: " + Values.display(from)
                    + ", upper bound operand: AttributeValue: " + Values.display(to);
            if (Kind.of(from) != Kind.of(to)) {
                throw place.error("The BETWEEN operator requires same data type for lower and upper bounds" + bounds);
            } else if (Values.compare(from, to) > 0) {
                throw place.error("The BETWEEN operator requires upper bound to be greater than or equal to lower bound"
                        + bounds);
            }
        }
        return new Condition.Between(operand, low, high);
    }

    private Condition in(Syntax.In in) {
        var operand = operand(in.operand());
        var among = operands(in.among());
        if (among.size() > IN_MAX) {
            throw place.error(
                    "The IN operator is provided with too many operands; number of operands: " + among.size());
        }
        requireDistinct("IN", operand, among);
        return new Condition.In(operand, among);
    }

    private Condition tested(Syntax.Function function) {
        var name = function.name();
        var operands = operands(function.operands());
        boolean one = name.equals("attribute_exists") || name.equals("attribute_not_exists");
        requireOperands(name, one ? 1 : 2, operands.size());
        var first = operands.getFirst();
        requireDistinct(name, first, operands.subList(1, operands.size()));
        return switch (name) {
            case "attribute_exists" -> new Condition.Exists(requirePath(name, first), true);
            case "attribute_not_exists" -> new Condition.Exists(requirePath(name, first), false);
            case "attribute_type" -> new Condition.TypeIs(first, typeNamed(operands.getLast()));
            case "begins_with" -> beginsWith(first, operands.getLast());
            case "contains" -> new Condition.Contains(first, operands.getLast());
            default -> throw new IllegalArgumentException("no condition: " + name);
        };
    }

    private Condition beginsWith(Operand operand, Operand prefix) {
        for (var each : List.of(operand, prefix)) {
            var kind = each.kind();
            if (kind != null && kind != Kind.S && kind != Kind.B) {
                throw wrongType("begins_with", kind.name());
            }
        }
        return new Condition.BeginsWith(operand, prefix);
    }

    private Kind typeNamed(Operand operand) {
        if (!(operand instanceof Operand.Literal(var value)) || value.s() == null) {
            var kind = operand.kind();
            throw wrongType("attribute_type", kind != null ? kind.name() : "{NS,SS,L,BS,N,M,B,BOOL,NULL,S}");
        }
        for (var kind : Kind.values()) {
            if (kind.name().equals(value.s())) {
                return kind;
            }
        }
        throw place.error("Invalid attribute type name found; type: " + value.s()
                + ", valid types: {B,NULL,SS,BOOL,L,BS,N,NS,S,M}");
    }

    @Override
    Operand function(Syntax.Function function) {
        var name = function.name();
        var operands = operands(function.operands());
        requireOperands(name, 1, operands.size());
        var kind = operands.getFirst().kind();
        if (kind == Kind.N || kind == Kind.BOOL || kind == Kind.NULL) {
            throw wrongType(name, kind.name());
        }
        return new Operand.Size(operands.getFirst());
    }

    private void requireOrdered(String operator, Operand... operands) {
        for (var operand : operands) {
            var kind = operand.kind();
            if (kind != null && !kind.ordered()) {
                throw wrongType(operator, kind.name());
            }
        }
    }
}
