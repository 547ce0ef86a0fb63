package dev.tsumuji.sandbox;

import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How sandboxes are made on this machine.
 *
 * @param directory belongs to the sandboxes alone; made when it isn't there
 * @param unsafeNoIsolation start functions as ordinary processes where nothing can isolate them
 * @param programs where to look first for a language's program, by {@code node}, {@code python3}, {@code java}
 * @param authority certificate in PEM that functions shall trust besides the machine's; null for none
 * @param egress what functions may reach besides the platform
 */
public record SandboxSettings(
        Path directory,
        boolean unsafeNoIsolation,
        Map<String, Path> programs,
        @Nullable Path authority,
        EgressPolicy egress) {

    public SandboxSettings {
        directory = directory.toAbsolutePath();
        programs = Map.copyOf(programs);
    }

    /** No authority besides the machine's, and nothing reached but the platform. */
    public SandboxSettings(Path directory, boolean unsafeNoIsolation, Map<String, Path> programs) {
        this(directory, unsafeNoIsolation, programs, null, EgressPolicy.NONE);
    }

    /** Isolation required; programs found on the path. */
    public static SandboxSettings in(Path directory) {
        return new SandboxSettings(directory, false, Map.of());
    }

    /** These settings with a certificate authority that functions trust. */
    public SandboxSettings authority(Path certificate) {
        return new SandboxSettings(directory, unsafeNoIsolation, programs, certificate, egress);
    }

    /** These settings with a policy for what functions may reach outside. */
    public SandboxSettings egress(EgressPolicy policy) {
        return new SandboxSettings(directory, unsafeNoIsolation, programs, authority, policy);
    }
}
