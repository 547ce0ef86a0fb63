package dev.tsumuji.dynamodb.expression;

import dev.tsumuji.dynamodb.value.Kind;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** Binds an update, from its last action to its first, as DynamoDB does. Used by one thread, once. */
final class UpdateBinder extends Binder {
    private UpdateBinder(Place place, Placeholders placeholders) {
        super(place, placeholders);
    }

    static Update bind(Place place, Syntax.OfUpdate syntax, Placeholders placeholders) {
        if (syntax.redundantParentheses()) {
            throw place.error("The expression has redundant parentheses;");
        }
        var binder = new UpdateBinder(place, placeholders);
        for (var action : syntax.actions()) {
            binder.checkWords(action.path());
            action.operand().forEach(binder::checkWords);
        }
        binder.requireSectionsOnce(syntax.sections());
        var paths = new ArrayList<Path>(syntax.actions().size());
        var overlaps = new Overlaps(place);
        for (var action : syntax.actions().reversed()) {
            var path = binder.path(action.path());
            overlaps.add(path);
            paths.addFirst(path);
        }
        var assignments = new ArrayList<Update.Assignment>(paths.size());
        for (int i = paths.size() - 1; i >= 0; i--) {
            var change = binder.change(syntax.actions().get(i));
            assignments.addFirst(new Update.Assignment(paths.get(i), change));
        }
        return new Update(assignments);
    }

    private void requireSectionsOnce(List<Syntax.Section> sections) {
        var seen = EnumSet.noneOf(Syntax.Section.class);
        for (var section : sections) {
            if (!seen.add(section)) {
                throw place.error("The \"" + section + "\" section can only be used once in an update expression;");
            }
        }
    }

    @Override
    void checkFunction(String name) {
        switch (name) {
            case "if_not_exists", "list_append" -> {}
            case "attribute_exists", "attribute_not_exists", "attribute_type", "begins_with", "contains", "size" ->
                throw place.error("The function is not allowed in an update expression; function: " + name);
            default -> throw place.error("Invalid function name; function: " + name);
        }
    }

    private Update.Change change(Syntax.Action action) {
        return switch (action.section()) {
            case REMOVE -> new Update.Change.Remove();
            case SET -> new Update.Change.Set(value(action.operand().getFirst()));
            case ADD -> new Update.Change.Add(literal(action));
            case DELETE -> new Update.Change.Delete(literal(action));
        };
    }

    private AttributeValue literal(Syntax.Action action) {
        if (!(operand(action.operand().getFirst()) instanceof Operand.Literal(var value))) {
            throw new IllegalArgumentException("no literal: " + action);
        }
        var kind = Kind.of(value);
        boolean number = action.section() == Syntax.Section.ADD && kind == Kind.N;
        if (!kind.set() && !number) {
            throw place.error("Incorrect operand type for operator or function; operator: " + action.section()
                    + ", operand type: " + kind.word() + ", typeSet: ALLOWED_FOR_" + action.section() + "_OPERAND");
        }
        return value;
    }

    /** What is set: of the functions only {@code if_not_exists} may also be within another or within an operation. */
    private Operand value(Syntax.Operand operand) {
        return operand instanceof Syntax.Function function && function.name().equals("list_append")
                ? listAppend(function)
                : operand(operand);
    }

    @Override
    Operand function(Syntax.Function function) {
        if (!function.name().equals("if_not_exists")) {
            throw misplaced(function.name());
        }
        var operands = operands(function.operands());
        requireOperands("if_not_exists", 2, operands.size());
        var path = requirePath("if_not_exists", operands.getFirst());
        requireDistinct("if_not_exists", operands.getFirst(), operands.subList(1, 2));
        return new Operand.IfNotExists(path, operands.getLast());
    }

    private Operand listAppend(Syntax.Function function) {
        var operands = operands(function.operands());
        requireOperands("list_append", 2, operands.size());
        for (var each : operands) {
            var kind = each.kind();
            if (kind != null && kind != Kind.L) {
                throw wrongType("list_append", kind.name());
            }
        }
        return new Operand.ListAppend(operands.getFirst(), operands.getLast());
    }

    @Override
    Operand arithmetic(Syntax.Arithmetic arithmetic) {
        var left = operand(arithmetic.left());
        var right = operand(arithmetic.right());
        for (var each : List.of(left, right)) {
            var kind = each.kind();
            if (kind != null && kind != Kind.N) {
                throw wrongType(arithmetic.operator(), kind.name());
            }
        }
        return new Operand.Arithmetic(arithmetic.operator().equals("+"), left, right);
    }
}
