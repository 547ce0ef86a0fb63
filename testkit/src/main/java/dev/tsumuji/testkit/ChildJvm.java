package dev.tsumuji.testkit;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A process of its own with this test's class path, to be killed without warning. What it prints is what it has acknowledged:
 * a line that was printed before the kill is read, however late. Thread-safe: {@code lock} guards the lines.
 */
public final class ChildJvm implements AutoCloseable {
    private final Process process;
    private final Thread reader;
    private final ReentrantLock lock = new ReentrantLock();
    private final List<String> lines = new ArrayList<>();

    private ChildJvm(Process process) {
        this.process = process;
        this.reader = Thread.ofPlatform().daemon().start(this::read);
    }

    /** @param main a class with a main method; its errors go to this process's */
    public static ChildJvm start(Class<?> main, Map<String, String> environment, String... arguments)
            throws IOException {
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-XX:TieredStopAtLevel=1", "--enable-native-access=ALL-UNNAMED", "-cp"));
        command.add(System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")));
        command.add(main.getName());
        command.addAll(List.of(arguments));
        var builder = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
        builder.environment().putAll(environment);
        return new ChildJvm(builder.start());
    }

    private void read() {
        try (BufferedReader in = process.inputReader()) {
            for (var line = in.readLine(); line != null; line = in.readLine()) {
                lock.lock();
                try {
                    lines.add(line);
                } finally {
                    lock.unlock();
                }
            }
        } catch (IOException e) {
            // the pipe broke with the process: what was printed before has been read
        }
    }

    public List<String> lines() {
        lock.lock();
        try {
            return List.copyOf(lines);
        } finally {
            lock.unlock();
        }
    }

    /** Waits until the process has printed so many lines, and says whether it did before it ended. */
    public boolean awaitLines(int count) throws InterruptedException {
        while (lines().size() < count) {
            if (process.waitFor(5, TimeUnit.MILLISECONDS)) {
                reader.join();
                return lines().size() >= count;
            }
        }
        return true;
    }

    /** Kills the process as a power failure would, and waits until all that it printed is here. */
    public void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
        reader.join();
    }

    public int awaitExit() throws InterruptedException {
        int code = process.waitFor();
        reader.join();
        return code;
    }

    @Override
    public void close() throws InterruptedException {
        kill();
    }
}
