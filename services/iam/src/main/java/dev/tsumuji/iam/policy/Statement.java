package dev.tsumuji.iam.policy;

import dev.tsumuji.kernel.call.Principal;
import java.util.List;
import java.util.Optional;

/**
 * One statement of a policy. Immutable.
 *
 * @param sid empty when it has none
 * @param index its place in the document, from 0
 * @param principals empty for a policy of an identity
 * @param actions in lower case
 * @param resources empty where the document names none: a trust policy is about its role
 * @param place where it stands in the document
 */
record Statement(
        String sid,
        int index,
        Effect effect,
        Optional<Principals> principals,
        boolean notAction,
        List<Glob> actions,
        boolean notResource,
        List<Template> resources,
        List<Condition> conditions,
        Place place) {

    enum Effect {
        ALLOW,
        DENY
    }

    /** Lines and columns as simulations report them, from 1. */
    record Place(int beginLine, int beginColumn, int endLine, int endColumn) {}

    boolean denies() {
        return effect == Effect.DENY;
    }

    /** What an explanation calls it. */
    String label() {
        return sid.isEmpty() ? "statement " + (index + 1) : "statement " + sid;
    }

    /** Whether it speaks about this action on this resource under these circumstances, whoever asks. */
    boolean covers(String lowerAction, String resource, Context context) {
        return coversAction(lowerAction) && coversResource(resource, context) && conditionsHold(context);
    }

    boolean coversAction(String lowerAction) {
        for (var action : actions) {
            if (action.matches(lowerAction)) {
                return !notAction;
            }
        }
        return notAction;
    }

    private boolean coversResource(String resource, Context context) {
        if (resources.isEmpty()) {
            return true;
        }
        boolean unknown = false;
        for (var template : resources) {
            var glob = template.glob(context);
            if (glob.isEmpty()) {
                unknown = true;
            } else if (glob.get().matches(resource)) {
                return !notResource;
            }
        }
        return notResource && (!unknown || denies());
    }

    private boolean conditionsHold(Context context) {
        for (var condition : conditions) {
            if (!condition.holds(context, denies())) {
                return false;
            }
        }
        return true;
    }

    /** How its principal element stands to somebody. */
    Principals.Match principal(Principal who) {
        return principals.map(named -> named.match(who, denies())).orElse(Principals.Match.NONE);
    }
}
