package dev.tsumuji.sandbox;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * How sandboxes are made on this machine.
 *
 * @param directory belongs to the sandboxes alone; made when it isn't there
 * @param unsafeNoIsolation start functions as ordinary processes where nothing can isolate them
 * @param stemsMebibytes memory that processes may take which wait for a function; 0: none wait
 * @param stemsIdleTime after which they end when no function was started that could have used them
 * @param cachesMebibytes disk that may be taken by what is recorded in the background so that functions in Java start faster;
 *     0: nothing is recorded
 * @param programs where to look first for a language's program, by {@code node}, {@code python3}, {@code java}
 * @param authority certificate in PEM that functions shall trust besides the machine's; null for none
 * @param egress what functions may reach besides the platform
 * @param nodeModules folder of packages that functions in Node.js find besides their own, once it is there; null for none
 * @param pythonModules the same for Python
 * @param sockets how threads wait for what sandboxes say
 */
public record SandboxSettings(
        Path directory,
        boolean unsafeNoIsolation,
        Map<String, Path> programs,
        int stemsMebibytes,
        Duration stemsIdleTime,
        int cachesMebibytes,
        @Nullable Path authority,
        EgressPolicy egress,
        @Nullable Path nodeModules,
        @Nullable Path pythonModules,
        Sockets sockets) {

    private static final int STEMS_MEBIBYTES = 256;
    private static final Duration STEMS_IDLE_TIME = Duration.ofMinutes(10);
    private static final int CACHES_MEBIBYTES = 2048;

    public SandboxSettings {
        directory = directory.toAbsolutePath();
        programs = Map.copyOf(programs);
    }

    /** No authority besides the machine's, and nothing reached but the platform. */
    public SandboxSettings(Path directory, boolean unsafeNoIsolation, Map<String, Path> programs) {
        this(
                directory,
                unsafeNoIsolation,
                programs,
                STEMS_MEBIBYTES,
                STEMS_IDLE_TIME,
                CACHES_MEBIBYTES,
                null,
                EgressPolicy.NONE,
                null,
                null,
                Sockets.BLOCKING);
    }

    /** These settings with other bounds for what waits for a function. */
    public SandboxSettings stems(int mebibytes, Duration idleTime) {
        return with(draft -> {
            draft.stemsMebibytes = mebibytes;
            draft.stemsIdleTime = idleTime;
        });
    }

    /** These settings with another size of what is recorded. */
    public SandboxSettings caches(int mebibytes) {
        return with(draft -> draft.cachesMebibytes = mebibytes);
    }

    /** Isolation required; programs found on the path. */
    public static SandboxSettings in(Path directory) {
        return new SandboxSettings(directory, false, Map.of());
    }

    /** These settings with a certificate authority that functions trust. */
    public SandboxSettings authority(Path certificate) {
        return with(draft -> draft.authority = certificate);
    }

    /** These settings with packages that functions in Node.js find besides their own. */
    public SandboxSettings nodeModules(@Nullable Path folder) {
        return with(draft -> draft.nodeModules = folder);
    }

    /** These settings with packages that functions in Python find besides their own. */
    public SandboxSettings pythonModules(@Nullable Path folder) {
        return with(draft -> draft.pythonModules = folder);
    }

    /** These settings with a policy for what functions may reach outside. */
    public SandboxSettings egress(EgressPolicy policy) {
        return with(draft -> draft.egress = policy);
    }

    /** These settings with another way to wait. */
    public SandboxSettings sockets(Sockets sockets) {
        return with(draft -> draft.sockets = sockets);
    }

    private SandboxSettings with(Consumer<Draft> change) {
        var draft = new Draft(this);
        change.accept(draft);
        return draft.settings();
    }

    /** What of the settings may be set by itself, while it is. */
    private static final class Draft {
        private final SandboxSettings before;
        private int stemsMebibytes;
        private Duration stemsIdleTime;
        private int cachesMebibytes;
        private @Nullable Path authority;
        private EgressPolicy egress;
        private @Nullable Path nodeModules;
        private @Nullable Path pythonModules;
        private Sockets sockets;

        Draft(SandboxSettings before) {
            this.before = before;
            stemsMebibytes = before.stemsMebibytes;
            stemsIdleTime = before.stemsIdleTime;
            cachesMebibytes = before.cachesMebibytes;
            authority = before.authority;
            egress = before.egress;
            nodeModules = before.nodeModules;
            pythonModules = before.pythonModules;
            sockets = before.sockets;
        }

        SandboxSettings settings() {
            return new SandboxSettings(
                    before.directory,
                    before.unsafeNoIsolation,
                    before.programs,
                    stemsMebibytes,
                    stemsIdleTime,
                    cachesMebibytes,
                    authority,
                    egress,
                    nodeModules,
                    pythonModules,
                    sockets);
        }
    }
}
