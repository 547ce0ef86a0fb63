package dev.tsumuji.dynamodb.expression;

import java.util.ArrayList;
import java.util.List;

/**
 * Gives an expression's placeholders their names and values, in the order in which DynamoDB finds what is wrong with an
 * expression: its function names and reserved words first, then what its placeholders stand for, then how operands fit.
 */
abstract class Binder {
    /** How many operators an expression may have. */
    private static final int OPERATORS_MAX = 300;

    final Place place;
    final Placeholders placeholders;
    private int operators;

    Binder(Place place, Placeholders placeholders) {
        this.place = place;
        this.placeholders = placeholders;
    }

    /** Refuses functions that there are not or that have no place here, reserved words, and indexes that no list can have. */
    final void checkWords(Syntax.Operand operand) {
        switch (operand) {
            case Syntax.PathOf path -> checkWords(path);
            case Syntax.ValueOf _ -> {}
            case Syntax.Arithmetic arithmetic -> {
                operator();
                checkWords(arithmetic.left());
                checkWords(arithmetic.right());
            }
            case Syntax.Function function -> {
                operator();
                checkOperandFunction(function.name());
                function.operands().forEach(this::checkWords);
            }
        }
    }

    /** Refuses a function that has no place here as an operand. */
    void checkOperandFunction(String name) {
        checkFunction(name);
    }

    abstract void checkFunction(String name);

    final void checkWords(Syntax.PathOf path) {
        for (var part : path.parts()) {
            if (part instanceof Syntax.Part.Word(var text) && ReservedWords.has(text)) {
                throw place.error("Attribute name is a reserved keyword; reserved keyword: " + text);
            }
        }
        for (var part : path.parts()) {
            if (part instanceof Syntax.Part.Index(var digits) && digits.length() > 9) {
                throw place.error("List index is not within the allowable range; index: [" + digits + "]");
            }
        }
    }

    final void operator() {
        if (++operators > OPERATORS_MAX) {
            throw place.error("The expression contains too many operators; operator count: " + operators);
        }
    }

    final Path path(Syntax.PathOf path) {
        var steps = new ArrayList<Path.Step>(path.parts().size());
        for (var part : path.parts()) {
            steps.add(
                    switch (part) {
                        case Syntax.Part.Word(var text) -> new Path.Member(text);
                        case Syntax.Part.Name(var placeholder) ->
                            new Path.Member(placeholders.name(place, placeholder));
                        case Syntax.Part.Index(var digits) -> new Path.Element(Integer.parseInt(digits));
                    });
        }
        if (steps.size() > Path.STEPS_MAX) {
            throw place.error("The document path has too many nesting levels; nesting levels: " + steps.size());
        }
        return new Path(steps);
    }

    final Operand operand(Syntax.Operand operand) {
        return switch (operand) {
            case Syntax.PathOf path -> new Operand.At(path(path));
            case Syntax.ValueOf(var placeholder) -> new Operand.Literal(placeholders.value(place, placeholder));
            case Syntax.Function function -> function(function);
            case Syntax.Arithmetic arithmetic -> arithmetic(arithmetic);
        };
    }

    abstract Operand function(Syntax.Function function);

    Operand arithmetic(Syntax.Arithmetic arithmetic) {
        throw new IllegalArgumentException("arithmetic outside of an update");
    }

    final List<Operand> operands(List<Syntax.Operand> operands) {
        var bound = new ArrayList<Operand>(operands.size());
        for (var each : operands) {
            bound.add(operand(each));
        }
        return bound;
    }

    final void requireOperands(String function, int expected, int count) {
        if (count != expected) {
            throw place.error("Incorrect number of operands for operator or function; operator or function: " + function
                    + ", number of operands: " + count);
        }
    }

    final Path requirePath(String function, Operand operand) {
        if (operand instanceof Operand.At(var path)) {
            return path;
        }
        throw place.error("Operator or function requires a document path; operator or function: " + function);
    }

    final void requireDistinct(String operator, Operand first, List<Operand> others) {
        if (first instanceof Operand.At(var path) && others.contains(first)) {
            throw place.error("The first operand must be distinct from the remaining operands for this operator or"
                    + " function; operator: " + operator + ", first operand: " + path);
        }
    }

    final RuntimeException wrongType(String operator, String type) {
        return place.error("Incorrect operand type for operator or function; operator or function: " + operator
                + ", operand type: " + type);
    }

    final RuntimeException misplaced(String function) {
        return place.error("The function is not allowed to be used this way in an expression; function: " + function);
    }
}
