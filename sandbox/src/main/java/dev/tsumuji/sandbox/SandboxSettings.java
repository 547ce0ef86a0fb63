package dev.tsumuji.sandbox;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

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
 */
public record SandboxSettings(
        Path directory,
        boolean unsafeNoIsolation,
        Map<String, Path> programs,
        int stemsMebibytes,
        Duration stemsIdleTime,
        int cachesMebibytes) {

    private static final int STEMS_MEBIBYTES = 256;
    private static final Duration STEMS_IDLE_TIME = Duration.ofMinutes(10);
    private static final int CACHES_MEBIBYTES = 2048;

    public SandboxSettings {
        directory = directory.toAbsolutePath();
        programs = Map.copyOf(programs);
    }

    public SandboxSettings(Path directory, boolean unsafeNoIsolation, Map<String, Path> programs) {
        this(directory, unsafeNoIsolation, programs, STEMS_MEBIBYTES, STEMS_IDLE_TIME, CACHES_MEBIBYTES);
    }

    /** These settings with other bounds for what waits for a function. */
    public SandboxSettings stems(int mebibytes, Duration idleTime) {
        return new SandboxSettings(directory, unsafeNoIsolation, programs, mebibytes, idleTime, cachesMebibytes);
    }

    /** These settings with another size of what is recorded. */
    public SandboxSettings caches(int mebibytes) {
        return new SandboxSettings(directory, unsafeNoIsolation, programs, stemsMebibytes, stemsIdleTime, mebibytes);
    }

    /** Isolation required; programs found on the path. */
    public static SandboxSettings in(Path directory) {
        return new SandboxSettings(directory, false, Map.of());
    }
}
