package dev.tsumuji.iam.policy;

import java.util.List;

/** A policy document as it is meant. Immutable. */
public final class Policy {
    private final List<Statement> statements;

    Policy(List<Statement> statements) {
        this.statements = List.copyOf(statements);
    }

    List<Statement> statements() {
        return statements;
    }
}
