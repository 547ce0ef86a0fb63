package dev.tsumuji.iam.policy;

import dev.tsumuji.iam.policy.Operator.Match;
import java.util.List;
import java.util.Optional;

/**
 * One key compared with some values. Immutable.
 *
 * @param operator empty when nobody knows it; the statement then grants nothing and, if it denies, denies
 * @param ifExists true when a missing key satisfies it
 */
record Condition(Optional<Operator> operator, boolean ifExists, SetOperator set, String key, List<Template> values) {

    /** How a key with several values is judged. */
    enum SetOperator {
        /** No set operator: meant for keys with one value. */
        NONE,
        ANY,
        ALL
    }

    /** @param denying whether the statement denies: what can't be judged then counts as met, else as not met */
    boolean holds(Context context, boolean denying) {
        if (operator.isEmpty()) {
            return denying;
        }
        var actual = context.values(key);
        if (operator.get() == Operator.NULL) {
            return absenceHolds(actual == null || actual.isEmpty(), context);
        }
        if (actual == null) {
            return ifExists
                    || set == SetOperator.ALL
                    || set == SetOperator.NONE && operator.get().negated();
        }
        return switch (set) {
            case ANY -> actual.stream().anyMatch(value -> holds(value, context, denying));
            case ALL -> actual.stream().allMatch(value -> holds(value, context, denying));
            // several values where one is expected: grant only if all of them would, deny if one would
            case NONE ->
                denying
                        ? actual.stream().anyMatch(value -> holds(value, context, true))
                        : !actual.isEmpty() && actual.stream().allMatch(value -> holds(value, context, false));
        };
    }

    private boolean absenceHolds(boolean absent, Context context) {
        return values.stream()
                .flatMap(value -> value.text(context).stream())
                .anyMatch(text -> text.equalsIgnoreCase(Boolean.toString(absent)));
    }

    private boolean holds(String actual, Context context, boolean denying) {
        var how = operator.orElseThrow();
        boolean unknown = false;
        for (var value : values) {
            var match = how.compare(actual, value, context);
            if (match == Match.YES) {
                return !how.negated();
            }
            unknown |= match == Match.UNKNOWN;
        }
        return how.negated() && (!unknown || denying);
    }
}
