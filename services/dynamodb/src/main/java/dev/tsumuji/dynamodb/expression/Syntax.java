package dev.tsumuji.dynamodb.expression;

import java.util.List;

/**
 * What an expression says, before its placeholders have names and values. Immutable, so that it can be kept and shared. PartiQL's
 * statements say their conditions and updates in it too.
 */
public sealed interface Syntax {
    /** Something that has a value. */
    sealed interface Operand extends Syntax {}

    /** A path, by steps of names, {@code #} placeholders and indexes. */
    record PathOf(List<Part> parts) implements Operand {}

    /** The placeholder of a value, with its colon. */
    record ValueOf(String placeholder) implements Operand {}

    /** A function with its operands; used as an operand or, if it tells true or false, as a test. */
    record Function(String name, List<Operand> operands) implements Operand {}

    /** Two operands of an update, added or subtracted. */
    record Arithmetic(String operator, Operand left, Operand right) implements Operand {}

    /** Something that is true or false. */
    sealed interface Test extends Syntax {}

    record Connected(boolean and, Test left, Test right) implements Test {}

    record Not(Test test) implements Test {}

    record Compared(String operator, Operand left, Operand right) implements Test {}

    record Between(Operand operand, Operand low, Operand high) implements Test {}

    record In(Operand operand, List<Operand> among) implements Test {}

    record Tested(Function function) implements Test {}

    /** One action of an update's section. */
    record Action(Section section, PathOf path, List<Operand> operand) {}

    /** A section of an update expression. */
    enum Section {
        SET,
        REMOVE,
        ADD,
        DELETE
    }

    /** A step of a path. */
    sealed interface Part {
        record Word(String text) implements Part {}

        record Name(String placeholder) implements Part {}

        record Index(String digits) implements Part {}
    }

    /** A whole condition. */
    record OfCondition(Test test, boolean redundantParentheses) {}

    /** A whole projection. */
    record OfProjection(List<PathOf> paths) {}

    /** A whole update. */
    record OfUpdate(List<Action> actions, List<Section> sections, boolean redundantParentheses) {}
}
