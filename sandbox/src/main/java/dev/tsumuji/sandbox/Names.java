package dev.tsumuji.sandbox;

import org.jspecify.annotations.Nullable;

/** What the names of hosts mean inside one sandbox. Thread-safe; must not block: one thread asks for all sandboxes. */
@FunctionalInterface
interface Names {

    /**
     * @param name lower case, without a dot at the end
     * @return an IPv4 address; null when there is no such host for this sandbox
     */
    byte @Nullable [] addressOf(String name);
}
