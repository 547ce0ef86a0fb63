package dev.tsumuji.iam.policy;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** A policy document as it is meant. Immutable. */
public final class Policy {
    private final List<Statement> statements;

    Policy(List<Statement> statements) {
        this.statements = List.copyOf(statements);
    }

    /** The condition keys that it asks for, in conditions and as variables. */
    public Set<String> contextKeys() {
        var keys = new TreeSet<String>();
        for (var statement : statements) {
            statement.resources().forEach(resource -> keys.addAll(resource.variables()));
            for (var condition : statement.conditions()) {
                keys.add(condition.key());
                condition.values().forEach(value -> keys.addAll(value.variables()));
            }
        }
        return keys;
    }

    List<Statement> statements() {
        return statements;
    }
}
