package dev.tsumuji.dynamodb.expression;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads the parts that all expressions share: paths, functions, operands in parentheses. Used by one thread, once.
 *
 * <p>Recursive descent whose depth is bounded by {@link #DEPTH_MAX}: an expression of at most 4 KB that has more parentheses
 * within each other either has redundant ones, or more operators than may be. Functions within each other are operators.
 */
class Parser {
    static final int TEXT_MAX = 4 * 1024;
    private static final int DEPTH_MAX = 700;
    private static final int OPERATORS_MAX = 300;

    private final Place place;
    private final String text;
    private final List<Token> tokens;
    /** Of each opening parenthesis of a group, where its group ends. */
    private final int[] groupEnds;

    private int at;
    private int depth;
    private int functions;
    private boolean redundantParentheses;

    Parser(Place place, String text) {
        this.place = place;
        this.text = text;
        if (text.isEmpty()) {
            throw place.error("The expression can not be empty;");
        }
        int size = text.length() > TEXT_MAX / 3 ? text.getBytes(StandardCharsets.UTF_8).length : 0;
        if (size > TEXT_MAX) {
            throw place.error("Expression size has exceeded the maximum allowed size; expression size: " + size);
        }
        this.tokens = Token.of(text);
        this.groupEnds = new int[tokens.size()];
    }

    static Syntax.OfProjection projection(String text) {
        var parser = new Parser(Place.PROJECTION, text);
        var paths = new ArrayList<Syntax.PathOf>();
        do {
            paths.add(parser.path());
        } while (parser.accept(","));
        parser.expectEnd();
        return new Syntax.OfProjection(List.copyOf(paths));
    }

    final boolean redundantParentheses() {
        return redundantParentheses;
    }

    final Token peek() {
        return tokens.get(at);
    }

    final Token peekBehind() {
        return tokens.get(Math.min(at + 1, tokens.size() - 1));
    }

    final Token take() {
        return tokens.get(at++);
    }

    final boolean accept(String symbolOrKeyword) {
        boolean there = peek().is(symbolOrKeyword);
        at += there ? 1 : 0;
        return there;
    }

    final void expect(String symbolOrKeyword) {
        if (!accept(symbolOrKeyword)) {
            throw unexpected();
        }
    }

    final void expectEnd() {
        if (peek().type() != Token.Type.END) {
            throw unexpected();
        }
    }

    /** The next token is not what may follow. DynamoDB shows it together with its neighbours. */
    final RuntimeException unexpected() {
        int from = at == 0 ? 0 : tokens.get(at - 1).start();
        int to = at + 1 < tokens.size() && tokens.get(at + 1).type() != Token.Type.END
                ? tokens.get(at + 1).end()
                : text.length();
        return place.error(
                "Syntax error; token: \"" + peek().text() + "\", near: \"" + text.substring(from, to) + "\"");
    }

    /** Opens a group; returns what {@link #close} needs. */
    final int open() {
        if (++depth > DEPTH_MAX) {
            throw place.error("The expression has redundant parentheses;");
        }
        expect("(");
        return at - 1;
    }

    /** Closes a group, which is redundant when there is nothing but a group within. */
    final void close(int opened) {
        expect(")");
        depth--;
        int end = at - 1;
        groupEnds[opened] = end;
        redundantParentheses |=
                groupEnds[opened + 1] == end - 1 && tokens.get(opened + 1).is("(");
    }

    final Syntax.Operand operand() {
        var token = peek();
        if (token.type() == Token.Type.VALUE) {
            return new Syntax.ValueOf(take().text());
        }
        if (token.is("(")) {
            int opened = open();
            var inner = operand();
            close(opened);
            return inner;
        }
        return token.type() == Token.Type.WORD && peekBehind().is("(") ? function() : path();
    }

    private Syntax.Function function() {
        if (++functions > OPERATORS_MAX) {
            throw place.error("The expression contains too many operators; operator count: " + functions);
        }
        var name = take().text();
        expect("(");
        var operands = new ArrayList<Syntax.Operand>();
        do {
            operands.add(operand());
        } while (accept(","));
        expect(")");
        functions--;
        return new Syntax.Function(name, List.copyOf(operands));
    }

    final Syntax.PathOf path() {
        var parts = new ArrayList<Syntax.Part>();
        parts.add(named());
        while (true) {
            if (accept(".")) {
                parts.add(named());
            } else if (accept("[")) {
                if (peek().type() != Token.Type.NUMBER) {
                    throw unexpected();
                }
                parts.add(new Syntax.Part.Index(take().text()));
                expect("]");
            } else {
                return new Syntax.PathOf(List.copyOf(parts));
            }
        }
    }

    private Syntax.Part named() {
        return switch (peek().type()) {
            case WORD -> new Syntax.Part.Word(take().text());
            case NAME -> new Syntax.Part.Name(take().text());
            default -> throw unexpected();
        };
    }
}
