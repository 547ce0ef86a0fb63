package dev.tsumuji.dynamodb.expression;

import dev.tsumuji.dynamodb.value.ItemSize;
import dev.tsumuji.dynamodb.value.Kind;
import dev.tsumuji.dynamodb.value.Refusal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * What an update does to an item, bound to its request's names and values. Immutable.
 *
 * <p>All operands are taken from the item as it was before, and all indexes of lists mean the lists as they were before: what is
 * set behind a list's end is appended in the order of the indexes, and removed elements leave no gap.
 *
 * @see <a href="https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.UpdateExpressions.html">Using update
 *     expressions</a>
 */
public final class Update {
    private static final int UPDATE_BYTES = 3;
    private static final int SET_BYTES = 19;
    private static final int REMOVE_BYTES = 2;
    private static final int ELEMENT_BYTES = 1;

    private final List<Assignment> assignments;

    Update(List<Assignment> assignments) {
        this.assignments = List.copyOf(assignments);
    }

    /** A path and what becomes of the value there. */
    record Assignment(Path path, Change change) {
        private int costBytes() {
            boolean element = path.steps().getLast() instanceof Path.Element;
            return switch (change) {
                case Change.Remove _, Change.Delete _ -> REMOVE_BYTES;
                default -> SET_BYTES + (element ? ELEMENT_BYTES : 0);
            };
        }
    }

    /**
     * The item after the update; the given one is not changed.
     *
     * @param item with its keys, also when it does not exist yet
     * @throws software.amazon.awssdk.services.dynamodb.model.DynamoDbException ValidationException when a path leads nowhere, an
     *     operand is not there or has the wrong type, or a number leaves the range
     */
    public Map<String, AttributeValue> apply(Map<String, AttributeValue> item) {
        var changes = new Changes();
        for (var assignment : assignments.reversed()) {
            requireParent(assignment.path(), item);
            if (!(assignment.change() instanceof Change.Delete)) {
                changes.add(assignment, item);
            }
        }
        for (var assignment : assignments.reversed()) {
            if (assignment.change() instanceof Change.Delete) {
                changes.add(assignment, item);
            }
        }
        return changes.of(item);
    }

    /** Whether it only takes away: such an update makes no item where there is none, and finds nothing wrong there. */
    public boolean onlyRemoves() {
        return assignments.stream().allMatch(each -> switch (each.change()) {
            case Change.Remove _, Change.Delete _ -> true;
            case Change.Legacy(var change, var _) -> change instanceof Change.Delete;
            case Change.Set _, Change.Add _ -> false;
        });
    }

    private static void requireParent(Path path, Map<String, AttributeValue> item) {
        if (!path.nested()) {
            return;
        }
        var parent = path.parent().in(item);
        boolean member = path.steps().getLast() instanceof Path.Member;
        if (parent == null || !(member ? parent.hasM() : parent.hasL())) {
            throw nowhere();
        }
    }

    private static RuntimeException nowhere() {
        return Refusal.validation("The document path provided in the update expression is invalid for update");
    }

    /** The places that it touches. */
    public List<Path> paths() {
        return assignments.stream().map(Assignment::path).toList();
    }

    /** The places that it touches and those that it takes values from. */
    public List<Path> allPaths() {
        var all = new ArrayList<Path>();
        for (var assignment : assignments) {
            all.add(assignment.path());
            if (assignment.change() instanceof Change.Set(var operand)) {
                operand.paths(all::add);
            }
        }
        return all;
    }

    /** The attributes that it touches. */
    public Set<String> attributes() {
        var attributes = new LinkedHashSet<String>();
        assignments.forEach(assignment -> attributes.add(assignment.path().attribute()));
        return attributes;
    }

    /** The attributes that get a value whose type does not depend on the item, with that type. */
    public Map<String, Kind> knownKinds() {
        var kinds = new LinkedHashMap<String, Kind>();
        for (var assignment : assignments) {
            var kind = assignment.path().nested() ? null : assignment.change().kind();
            if (kind != null) {
                kinds.put(assignment.path().attribute(), kind);
            }
        }
        return kinds;
    }

    /** Picks what {@code UPDATED_OLD} answers from the old item and {@code UPDATED_NEW} from the new one. */
    public Projection touched() {
        return Projection.of(paths());
    }

    /**
     * What {@code UpdateItem} holds against the limit of an item beside the item itself: the attributes that the update writes,
     * and what its clauses cost, as measured on AWS. The key and what the update leaves alone don't count.
     *
     * @param after the item after the update
     */
    public long writtenBytes(Map<String, AttributeValue> after) {
        long bytes = UPDATE_BYTES;
        for (var assignment : assignments) {
            bytes += assignment.costBytes();
        }
        for (var attribute : attributes()) {
            var value = after.get(attribute);
            bytes += value == null ? 0 : ItemSize.of(Map.of(attribute, value));
        }
        return bytes;
    }

    /** What becomes of one value. */
    sealed interface Change {
        /** @return null for nothing */
        @Nullable
        AttributeValue of(Map<String, AttributeValue> item, @Nullable AttributeValue old);

        /** The type of what it makes, or null when that depends on the item or it makes nothing. */
        default @Nullable Kind kind() {
            return null;
        }

        record Set(Operand operand) implements Change {
            @Override
            public AttributeValue of(Map<String, AttributeValue> item, @Nullable AttributeValue old) {
                return operand.required(item);
            }

            @Override
            public @Nullable Kind kind() {
                return operand.kind();
            }
        }

        record Remove() implements Change {
            @Override
            public @Nullable AttributeValue of(Map<String, AttributeValue> item, @Nullable AttributeValue old) {
                return null;
            }
        }

        /** Adds a number or the members of a set. */
        record Add(AttributeValue value) implements Change {
            @Override
            public AttributeValue of(Map<String, AttributeValue> item, @Nullable AttributeValue old) {
                if (old == null) {
                    return value;
                } else if (value.n() != null && old.n() != null) {
                    return Operand.Arithmetic.sum(true, old.n(), value.n());
                }
                return Sets.union(old, value);
            }

            @Override
            public Kind kind() {
                return Kind.of(value);
            }
        }

        /** Takes members from a set; an empty set is none. */
        record Delete(AttributeValue value) implements Change {
            @Override
            public @Nullable AttributeValue of(Map<String, AttributeValue> item, @Nullable AttributeValue old) {
                return old == null ? null : Sets.difference(old, value);
            }
        }

        /** An {@code ADD} or {@code DELETE} of {@code AttributeUpdates}, which also appends to lists and has its own error. */
        record Legacy(Change change, AttributeValue value) implements Change {
            @Override
            public @Nullable AttributeValue of(Map<String, AttributeValue> item, @Nullable AttributeValue old) {
                if (old != null && Kind.of(old) != Kind.of(value)) {
                    throw Refusal.validation("Type mismatch for attribute to update");
                } else if (old != null && old.hasL()) {
                    var joined = new ArrayList<>(old.l());
                    joined.addAll(value.l());
                    return AttributeValue.fromL(joined);
                }
                return change.of(item, old);
            }

            @Override
            public @Nullable Kind kind() {
                return change.kind();
            }
        }
    }

    /** The changes by the steps of their paths. */
    private static final class Changes {
        private final Map<String, Changes> members = new TreeMap<>();
        private final TreeMap<Integer, Changes> elements = new TreeMap<>();
        private boolean end;
        private @Nullable AttributeValue value;

        void add(Assignment assignment, Map<String, AttributeValue> item) {
            var path = assignment.path();
            var changed = assignment.change().of(item, path.in(item));
            var node = this;
            for (var step : path.steps()) {
                node = switch (step) {
                    case Path.Member(var name) -> node.members.computeIfAbsent(name, _ -> new Changes());
                    case Path.Element(var index) -> node.elements.computeIfAbsent(index, _ -> new Changes());
                };
            }
            node.end = true;
            node.value = changed;
        }

        Map<String, AttributeValue> of(Map<String, AttributeValue> item) {
            var changed = new LinkedHashMap<>(item);
            members.forEach((name, node) -> {
                var value = node.of(item.get(name));
                if (value != null) {
                    changed.put(name, value);
                } else {
                    changed.remove(name);
                }
            });
            return changed;
        }

        private @Nullable AttributeValue of(@Nullable AttributeValue old) {
            if (end) {
                return value;
            } else if (old != null && !members.isEmpty() && old.hasM()) {
                return AttributeValue.fromM(of(old.m()));
            } else if (old != null && !elements.isEmpty() && old.hasL()) {
                return AttributeValue.fromL(of(old.l()));
            }
            throw Refusal.validation("The document path provided in the update expression is invalid for update");
        }

        private List<AttributeValue> of(List<AttributeValue> list) {
            var changed = new ArrayList<AttributeValue>(list.size());
            for (int i = 0; i < list.size(); i++) {
                var node = elements.get(i);
                var value = node == null ? list.get(i) : node.of(list.get(i));
                if (value != null) {
                    changed.add(value);
                }
            }
            elements.tailMap(list.size()).values().forEach(node -> {
                if (node.of((AttributeValue) null) instanceof AttributeValue appended) {
                    changed.add(appended);
                }
            });
            return changed;
        }
    }
}
