package dev.tsumuji.conformance.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;

/** Folders on a disk rather than in memory, where {@code /tmp} may be, that functions can look into. */
final class BenchFolder {

    private BenchFolder() {}

    static Path make(String name) throws IOException {
        var folder = Files.createTempDirectory(Path.of("/var/tmp"), name);
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
        return folder;
    }

    static void delete(Path folder) throws IOException {
        try (var files = Files.walk(folder)) {
            for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
