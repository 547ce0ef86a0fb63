package dev.tsumuji.conformance.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;

/**
 * What the processes take that wait for a function of this process's sandboxes, in kilobytes and for each of them: read from
 * {@code /proc}, the runtime's and that of the launcher beside it added up.
 *
 * @param pss what is shared with others counted by its share
 * @param rss what is shared counted in full: of one stem no more than that can be its own
 * @param anonymous of it, what is no file's
 */
record StemMemory(int stems, long pss, long rss, long anonymous) {

    static StemMemory read() throws IOException {
        int stems = 0;
        long pss = 0;
        long rss = 0;
        long anonymous = 0;
        for (var process : ProcessHandle.current().descendants().toList()) {
            if (!isStem(process)) {
                continue;
            }
            stems++;
            for (var part : List.of(process, process.parent().orElseThrow())) {
                var lines = Files.readAllLines(of(part, "smaps_rollup"));
                pss += kilobytes(lines, "Pss:");
                rss += kilobytes(lines, "Rss:");
                anonymous += kilobytes(lines, "Anonymous:");
            }
        }
        if (stems == 0) {
            throw new IOException("nothing waits for a function");
        }
        return new StemMemory(stems, pss / stems, rss / stems, anonymous / stems);
    }

    /** The runtime itself; what launched it has no variables. */
    private static boolean isStem(ProcessHandle process) throws IOException {
        try {
            var variables = new String(Files.readAllBytes(of(process, "environ")), StandardCharsets.ISO_8859_1);
            return ("\0" + variables).contains("\0TSUMUJI_STEM=");
        } catch (NoSuchFileException e) {
            return false; // it has just ended
        }
    }

    private static Path of(ProcessHandle process, String file) {
        return Path.of("/proc", Long.toString(process.pid()), file);
    }

    private static long kilobytes(List<String> lines, String name) {
        return lines.stream()
                .filter(line -> line.startsWith(name))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                .sum();
    }
}
