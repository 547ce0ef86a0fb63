package dev.tsumuji.dynamodb.expression;

import java.util.ArrayList;
import java.util.List;

/**
 * Reads conditions: comparisons, {@code BETWEEN}, {@code IN} and functions, connected by {@code NOT}, {@code AND}, {@code OR} in
 * this order of binding.
 *
 * @see <a
 *     href="https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.OperatorsAndFunctions.html">Condition and
 *     filter expressions</a>
 */
final class ConditionParser extends Parser {
    private static final int OR = 1;
    private static final int AND = 2;

    private ConditionParser(Place place, String text) {
        super(place, text);
    }

    static Syntax.OfCondition parse(Place place, String text) {
        var parser = new ConditionParser(place, text);
        var test = parser.test(parser.term(OR));
        parser.expectEnd();
        return new Syntax.OfCondition(test, parser.redundantParentheses());
    }

    /** A chain of terms that bind at least so close. A group may turn out to be an operand; that is the caller's to judge. */
    private Syntax term(int binding) {
        var left = unary();
        while (true) {
            int found = peek().is("AND") ? AND : peek().is("OR") ? OR : 0;
            if (found == 0 || found < binding) {
                return left;
            }
            var first = test(left);
            take();
            left = new Syntax.Connected(found == AND, first, test(term(found + 1)));
        }
    }

    private Syntax unary() {
        int negations = 0;
        while (accept("NOT")) {
            negations++;
        }
        var term = peek().is("(") ? group() : compared(operand());
        for (; negations > 0; negations--) {
            term = new Syntax.Not(test(term));
        }
        return term;
    }

    private Syntax group() {
        int opened = open();
        var inner = term(OR);
        close(opened);
        return inner instanceof Syntax.Operand operand ? compared(operand) : inner;
    }

    private Syntax compared(Syntax.Operand left) {
        var token = peek();
        if (accept("BETWEEN")) {
            var low = operand();
            expect("AND");
            return new Syntax.Between(left, low, operand());
        } else if (accept("IN")) {
            return new Syntax.In(left, list());
        } else if (token.type() == Token.Type.SYMBOL && comparator(token.text())) {
            return new Syntax.Compared(take().text(), left, operand());
        }
        return left;
    }

    private static boolean comparator(String symbol) {
        return switch (symbol) {
            case "=", "<>", "<", "<=", ">", ">=" -> true;
            default -> false;
        };
    }

    private List<Syntax.Operand> list() {
        expect("(");
        var among = new ArrayList<Syntax.Operand>();
        do {
            among.add(operand());
        } while (accept(","));
        expect(")");
        return List.copyOf(among);
    }

    /** A term that has to be true or false: an operand is so only when it is a function. */
    private Syntax.Test test(Syntax term) {
        return switch (term) {
            case Syntax.Test test -> test;
            case Syntax.Function function -> new Syntax.Tested(function);
            case Syntax.Operand _ -> throw unexpected();
        };
    }
}
