package dev.tsumuji.sandbox;

import org.jspecify.annotations.Nullable;

/**
 * What walls there are on this machine, found out by trying.
 *
 * @param groups null where no limits can be set
 * @param diskTmp whether {@code /tmp} can be on disk; else it is memory
 * @param reason why it isn't more, empty when nothing is missing
 */
record Isolation(Level level, @Nullable ControlGroups groups, boolean diskTmp, String reason) {

    enum Level {
        /** Namespaces, a user per sandbox, system call filter. */
        ROOT,
        /** The same in a user namespace: all sandboxes are the same user outside. */
        ROOTLESS,
        NONE
    }

    boolean isolated() {
        return level != Level.NONE;
    }

    /** Whether the platform can open ports inside: entering another user's namespaces takes a process of one thread. */
    boolean hasNetworks() {
        return level == Level.ROOT;
    }

    /** One line, truthfully. */
    String description() {
        var walls = switch (level) {
            case ROOT ->
                "full: namespaces (mount, pid, net, ipc, uts), own user per sandbox, system call filter, no capabilities";
            case ROOTLESS ->
                "rootless: namespaces (user, mount, pid, net, ipc, uts), system call filter; all sandboxes share one user outside, and reach nothing, not even the platform";
            case NONE ->
                "NONE: functions run as ordinary processes of this user and can read and change all that it can";
        };
        var limits = groups == null
                ? "; memory, CPU and number of processes are NOT limited"
                : "; memory, CPU and processes limited by " + groups.description();
        var tmp = switch (level) {
            case NONE -> "";
            case ROOT, ROOTLESS -> diskTmp ? "; /tmp on disk" : "; /tmp in memory";
        };
        return walls + limits + tmp + (reason.isEmpty() ? "" : " (" + reason + ")");
    }
}
