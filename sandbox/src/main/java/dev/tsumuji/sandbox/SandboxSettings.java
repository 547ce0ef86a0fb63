package dev.tsumuji.sandbox;

import java.nio.file.Path;
import java.util.Map;

/**
 * How sandboxes are made on this machine.
 *
 * @param directory belongs to the sandboxes alone; made when it isn't there
 * @param unsafeNoIsolation start functions as ordinary processes where nothing can isolate them
 * @param programs where to look first for a language's program, by {@code node}, {@code python3}, {@code java}
 */
public record SandboxSettings(Path directory, boolean unsafeNoIsolation, Map<String, Path> programs) {

    public SandboxSettings {
        directory = directory.toAbsolutePath();
        programs = Map.copyOf(programs);
    }

    /** Isolation required; programs found on the path. */
    public static SandboxSettings in(Path directory) {
        return new SandboxSettings(directory, false, Map.of());
    }
}
