package dev.tsumuji.sandbox;

import java.util.HashMap;
import java.util.Map;

/**
 * Which functions may reach what: one for all, and others for functions by name, with semicolons between:
 *
 * <pre>
 * none; mailer = smtp.example.com:587; crawler = all
 * </pre>
 *
 * Immutable.
 *
 * @param usual for functions without one of their own
 * @param byFunction a function's name, in every account and region
 */
public record EgressPolicy(Egress usual, Map<String, Egress> byFunction) {

    /** Nothing but the platform. */
    public static final EgressPolicy NONE = new EgressPolicy(Egress.NONE, Map.of());

    public EgressPolicy {
        byFunction = Map.copyOf(byFunction);
    }

    /** @throws IllegalArgumentException when it isn't written so; says which part */
    public static EgressPolicy parse(String text) {
        var usual = Egress.NONE;
        var others = new HashMap<String, Egress>();
        for (var part : text.split(";", -1)) {
            int equals = part.indexOf('=');
            if (equals < 0) {
                usual = part.isBlank() ? usual : Egress.parse(part);
            } else if (others.put(part.substring(0, equals).strip(), Egress.parse(part.substring(equals + 1)))
                    != null) {
                throw new IllegalArgumentException(
                        "egress of " + part.substring(0, equals).strip() + " is given twice");
            }
        }
        return new EgressPolicy(usual, others);
    }

    public Egress of(String function) {
        return byFunction.getOrDefault(function, usual);
    }
}
