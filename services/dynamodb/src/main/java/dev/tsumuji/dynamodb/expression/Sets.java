package dev.tsumuji.dynamodb.expression;

import dev.tsumuji.dynamodb.value.Kind;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** Unions and differences of sets of the same type. */
final class Sets {
    private Sets() {}

    static AttributeValue union(AttributeValue left, AttributeValue right) {
        return switch (sameKind(left, right)) {
            case SS -> AttributeValue.fromSs(union(left.ss(), right.ss()));
            case NS -> AttributeValue.fromNs(union(left.ns(), right.ns()));
            case BS -> AttributeValue.fromBs(union(left.bs(), right.bs()));
            default -> throw Operand.wrongType();
        };
    }

    /** @return null when nothing is left */
    static @Nullable AttributeValue difference(AttributeValue left, AttributeValue right) {
        var rest = switch (sameKind(left, right)) {
            case SS -> AttributeValue.fromSs(difference(left.ss(), right.ss()));
            case NS -> AttributeValue.fromNs(difference(left.ns(), right.ns()));
            case BS -> AttributeValue.fromBs(difference(left.bs(), right.bs()));
            default -> throw Operand.wrongType();
        };
        return rest.ss().isEmpty() && rest.ns().isEmpty() && rest.bs().isEmpty() ? null : rest;
    }

    private static Kind sameKind(AttributeValue left, AttributeValue right) {
        var kind = Kind.of(left);
        if (kind != Kind.of(right)) {
            throw Operand.wrongType();
        }
        return kind;
    }

    private static <T> List<T> union(Collection<T> left, Collection<T> right) {
        var union = new LinkedHashSet<>(left);
        union.addAll(right);
        return new ArrayList<>(union);
    }

    private static <T> List<T> difference(Collection<T> left, Collection<T> right) {
        var gone = Set.copyOf(right);
        return left.stream().filter(each -> !gone.contains(each)).toList();
    }
}
