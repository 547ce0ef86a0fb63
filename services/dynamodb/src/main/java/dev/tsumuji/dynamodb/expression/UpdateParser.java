package dev.tsumuji.dynamodb.expression;

import java.util.ArrayList;
import java.util.List;

/**
 * Reads update expressions.
 *
 * @see <a href="https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.UpdateExpressions.html">Using update
 *     expressions</a>
 */
final class UpdateParser extends Parser {
    private final List<Syntax.Action> actions = new ArrayList<>();
    private final List<Syntax.Section> sections = new ArrayList<>();

    private UpdateParser(String text) {
        super(Place.UPDATE, text);
    }

    static Syntax.OfUpdate parse(String text) {
        var parser = new UpdateParser(text);
        do {
            parser.section();
        } while (parser.peek().type() != Token.Type.END);
        return new Syntax.OfUpdate(
                List.copyOf(parser.actions), List.copyOf(parser.sections), parser.redundantParentheses());
    }

    private void section() {
        for (var section : Syntax.Section.values()) {
            if (accept(section.name())) {
                sections.add(section);
                do {
                    actions.add(action(section));
                } while (accept(","));
                return;
            }
        }
        throw unexpected();
    }

    private Syntax.Action action(Syntax.Section section) {
        var path = path();
        return switch (section) {
            case SET -> {
                expect("=");
                yield new Syntax.Action(section, path, List.of(value()));
            }
            case REMOVE -> new Syntax.Action(section, path, List.of());
            case ADD, DELETE -> {
                if (peek().type() != Token.Type.VALUE) {
                    throw unexpected();
                }
                yield new Syntax.Action(section, path, List.of(new Syntax.ValueOf(take().text())));
            }
        };
    }

    /** An operand, or two with plus or minus between; the whole may stand in parentheses, an operation's operand may not be one. */
    private Syntax.Operand value() {
        if (!peek().is("(")) {
            return arithmetic(operand());
        }
        int opened = open();
        var inner = value();
        close(opened);
        return inner instanceof Syntax.Arithmetic ? inner : arithmetic(inner);
    }

    private Syntax.Operand arithmetic(Syntax.Operand left) {
        if (!peek().is("+") && !peek().is("-")) {
            return left;
        }
        return new Syntax.Arithmetic(take().text(), left, operand());
    }
}
