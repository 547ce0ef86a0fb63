package dev.tsumuji.conformance.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What a process has used of the processors so far; Linux only. Unlike throughput it hardly depends on who else is busy. */
final class ProcessorTime {
    /** Linux counts in hundredths of a second, whatever it is compiled for. */
    private static final long TICK_MICROS = 10_000;

    private ProcessorTime() {}

    static long micros(long pid) throws IOException {
        var stat = Files.readString(Path.of("/proc", String.valueOf(pid), "stat"));
        // the second field is a name in parentheses, which may have spaces
        var fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
        return (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) * TICK_MICROS;
    }
}
