package dev.tsumuji.kernel.cloud;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the {@link Gate} denied of a call that it let through: the parts that are {@linkplain Access#apart refused alone}. The
 * operation must do nothing of them. Immutable.
 */
public final class Denied {
    private static final ScopedValue<Denied> CURRENT = ScopedValue.newInstance();
    private static final Denied NOTHING = new Denied(Map.of());

    private final Map<String, String> messages;

    private Denied(Map<String, String> messages) {
        this.messages = messages;
    }

    /** Of the call that is bound. Every call that came by the gate has one; a service that is called without it is asked for nothing. */
    public static Denied current() {
        return CURRENT.orElse(NOTHING);
    }

    /** @return what to tell of the resource, named as its {@link Access} names it; null when it is not denied */
    public @Nullable String message(String resource) {
        return messages.get(resource);
    }

    static ScopedValue.Carrier bind(Map<String, String> messages) {
        return ScopedValue.where(CURRENT, messages.isEmpty() ? NOTHING : new Denied(Map.copyOf(messages)));
    }
}
