package dev.tsumuji.dynamodb.partiql;

import dev.tsumuji.dynamodb.expression.Expressions;
import dev.tsumuji.dynamodb.expression.Syntax;
import dev.tsumuji.dynamodb.expression.Update;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** Reads a statement. Used by one thread, once. */
final class StatementParser extends Terms {
    private StatementParser(String text, List<AttributeValue> parameters) {
        super(text, parameters);
    }

    static Statement parse(String text, List<AttributeValue> parameters) {
        var parser = new StatementParser(text, parameters);
        var statement = parser.statement();
        parser.expectEnd();
        return statement;
    }

    private Statement statement() {
        if (accept("select")) {
            return select();
        } else if (accept("insert")) {
            return insert();
        } else if (accept("update")) {
            return update();
        } else if (accept("delete")) {
            return delete();
        } else if (accept("from")) {
            return changeFrom();
        } else if (accept("exists")) {
            expect("(");
            expect("select");
            var select = select();
            expect(")");
            return new Statement.Exists(select);
        } else if (peek().is("drop") || peek().is("create")) {
            boolean drop = take().is("drop");
            expect("table");
            throw refused("Unsupported operation: " + (drop ? "DropTable" : "CreateTable"));
        }
        throw noStatement();
    }

    /** A name begins an expression, which may even have statements within, but is none. */
    private RuntimeException noStatement() {
        if (!name()) {
            return malformed();
        } else if (peekBehind().type() == Word.Type.END) {
            return refused("Unsupported operation: VariableReference");
        }
        take();
        return accept("*") && peek().is("from")
                ? malformed("Expected data manipulation")
                : malformed("Unexpected token after expression");
    }

    private Statement.Select select() {
        if (peek().is("distinct")) {
            throw refused("Unsupported token in expression: DISTINCT");
        } else if (peek().is("value") || peek().is("pivot")) {
            throw refused("Select projection doesn't support value or pivot keywords");
        }
        var columns = accept("*") ? List.<Column>of() : columns();
        expect("from");
        var source = unaliased();
        if (peek().is(",") || peek().is("join") || peek().is("cross") || peek().is("inner")) {
            throw refused("Only select from a single table or index is supported.");
        }
        var where = where();
        refuseClause("group", "GROUP BY");
        var orders = orders();
        if (accept("limit")) {
            throw refused("Unsupported clause: LIMIT" + peek().place());
        }
        return new Statement.Select(
                source.getFirst(), source.size() > 1 ? source.getLast() : null, columns, where, orders);
    }

    private void refuseClause(String keyword, String name) {
        if (peek().is(keyword)) {
            throw refused("Unsupported clause: " + name);
        }
    }

    private List<Column> columns() {
        var columns = new ArrayList<Column>();
        var names = new HashSet<String>();
        do {
            var word = peek();
            boolean function = peekBehind().is("(") && word.type() != Word.Type.SYMBOL;
            if (literal() || function) {
                throw refused("Unexpected path component" + word.place());
            }
            var path = path();
            if (peek().is("as")) {
                throw refused("Aliasing is not supported");
            }
            var column = Column.of(resolved(path));
            if (!names.add(column.name())) {
                throw refused("Duplicate identifiers in select clause: " + column.name());
            }
            columns.add(column);
        } while (accept(","));
        return columns;
    }

    private List<String> unaliased() {
        var source = source();
        if (peek().is("as") || name()) {
            throw refused("Aliasing is not supported");
        }
        return source;
    }

    /** A table's name, and an index's behind a point. */
    private List<String> source() {
        if (literal()) {
            throw refused("Unexpected from source");
        } else if (!name()) {
            throw malformed();
        }
        var path = new ArrayList<String>();
        do {
            if (!name()) {
                throw malformed();
            }
            path.add(take().text());
        } while (accept("."));
        if (path.size() > 2) {
            throw refused("A path may contain at most 2 components in the FROM clause");
        } else if (path.contains("")) {
            throw refused("Path component cannot be an empty string");
        }
        return path;
    }

    private @Nullable Where where() {
        return accept("where") ? new Where(condition()) : null;
    }

    private List<Order> orders() {
        var orders = new ArrayList<Order>();
        if (!accept("order")) {
            return orders;
        }
        expect("by");
        do {
            if (!name()) {
                throw malformed();
            }
            var attribute = take().text();
            boolean descending = accept("desc");
            if (!descending) {
                accept("asc");
            }
            orders.add(new Order(attribute, descending));
        } while (accept(","));
        return orders;
    }

    private Statement insert() {
        expect("into");
        var source = source();
        if (source.size() > 1) {
            throw refused("FROM clause may only contain a single table name in data manipulation statements");
        }
        if (peek().is("{") || peek().is("<<")) {
            throw refused("Unsupported operation: InsertOp");
        } else if (name()) {
            throw malformed("Unexpected token after expression");
        }
        expect("value");
        var word = peek();
        if (word.type() == Word.Type.END) {
            throw malformed();
        } else if (!accept("{")) {
            word = word.is("(") ? peekBehind() : word;
            throw refused("Unsupported format in item expression. Please use struct format {...} to express item values"
                    + " for insert statement." + word.place());
        }
        var item = tuple("root");
        if (peek().is("returning")) {
            throw refused("RETURNING is not supported in INSERT");
        }
        return new Statement.Insert(source.getFirst(), item);
    }

    private Statement update() {
        var source = unaliased();
        var update = Expressions.ofStatement(actions(), placeholders());
        return change(source, update, where());
    }

    /** The form that says first what is changed, and then how. */
    private Statement changeFrom() {
        var source = unaliased();
        var where = where();
        return change(source, Expressions.ofStatement(actions(), placeholders()), where);
    }

    private Statement change(List<String> source, Update update, @Nullable Where where) {
        var returning = returning();
        if (source.size() > 1) {
            throw refused("This operation is not supported on an index");
        }
        return new Statement.Change(source.getFirst(), update, where, returning);
    }

    private List<Syntax.Action> actions() {
        var actions = new ArrayList<Syntax.Action>();
        while (true) {
            if (accept("set")) {
                do {
                    actions.add(set());
                } while (accept(","));
            } else if (accept("remove")) {
                actions.add(new Syntax.Action(Syntax.Section.REMOVE, path(), List.of()));
            } else {
                break;
            }
        }
        if (actions.isEmpty()) {
            throw malformed("Expected data manipulation");
        }
        return actions;
    }

    private Syntax.Action set() {
        var path = path();
        expect("=");
        var function = peek();
        var operand = assigned();
        if (operand instanceof Syntax.Function(var name, var operands)
                && (name.equals("set_add") || name.equals("set_delete"))) {
            var shown = name.toUpperCase(Locale.ROOT);
            if (operands.size() != 2) {
                throw refused(shown + " must have exactly two arguments" + function.place());
            } else if (!(operands.getFirst() instanceof Syntax.PathOf first)
                    || !resolved(first).equals(resolved(path))) {
                throw refused("The first argument to " + shown + " must equal the assignment value" + function.place());
            } else if (!isSet(operands.getLast())) {
                throw refused(
                        "The second argument to " + shown + " must be a value with type SET" + firstArgumentPlace());
            }
            var section = name.equals("set_add") ? Syntax.Section.ADD : Syntax.Section.DELETE;
            return new Syntax.Action(section, path, List.of(operands.getLast()));
        }
        return new Syntax.Action(Syntax.Section.SET, path, List.of(operand));
    }

    private Statement delete() {
        expect("from");
        var source = unaliased();
        var where = where();
        var returning = returning();
        if (source.size() > 1) {
            throw refused("This operation is not supported on an index");
        } else if (returning != null && returning != Statement.Returning.ALL_OLD) {
            throw refused(
                    "Invalid returning clause: RETURNING " + returning.name().replace('_', ' ')
                            + " *. Only RETURNING ALL OLD * is allowed in DELETE statements.");
        }
        return new Statement.Delete(source.getFirst(), where, returning != null);
    }

    private Statement.@Nullable Returning returning() {
        if (!accept("returning")) {
            return null;
        }
        boolean all = accept("all");
        if (!all) {
            expect("modified");
        }
        boolean old = accept("old");
        if (!old) {
            expect("new");
        }
        if (!accept("*")) {
            throw refused("Expected '*' after ( MODIFIED | ALL ) ( NEW | OLD ) in RETURNING clause");
        }
        if (all) {
            return old ? Statement.Returning.ALL_OLD : Statement.Returning.ALL_NEW;
        }
        return old ? Statement.Returning.MODIFIED_OLD : Statement.Returning.MODIFIED_NEW;
    }
}
