package dev.tsumuji.sandbox;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingDeque;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;

/**
 * AOT caches (JDK 25) made in the background of the class paths that functions have. Two kinds:
 *
 * <ul>
 *   <li>a <b>layer</b>: exactly the {@link KnownLibraries known} jars of a function, shared by all functions with the same jars.
 *       Its cache is recorded while a general program uses the libraries; stems have it loaded and have run the same program.
 *   <li>of a <b>function</b>: all of its jars and classes. Its classes are loaded and linked, none of its code runs.
 * </ul>
 *
 * A cache belongs to JDK, flags, bootstrap and jars; any change makes another one. Each is a directory, which becomes {@code
 * /var/runtime}. One thread makes them, one after the other, each in a sandbox without a way out and behind everything else; it
 * sleeps when there is none to make. Those used longest ago give way when all together are larger than allowed. Thread-safe.
 */
final class JavaCaches implements AutoCloseable {

    static final List<String> OPENED = List.of(
            "--add-opens=java.base/java.lang=ALL-UNNAMED",
            "--add-opens=java.base/java.util=ALL-UNNAMED",
            "--add-opens=java.base/jdk.internal.loader=ALL-UNNAMED",
            "--enable-native-access=ALL-UNNAMED");

    /** What rehearsals find where functions find their own; no function does. */
    static final Map<String, String> REHEARSED = Map.of(
            "AWS_ACCESS_KEY_ID", "AKIDREHEARSAL",
            "AWS_SECRET_ACCESS_KEY", "rehearsal",
            "AWS_SESSION_TOKEN", "rehearsal",
            "AWS_REGION", "us-east-1");

    private static final System.Logger LOG = System.getLogger(JavaCaches.class.getName());
    private static final int CODES_MAX = 1024;
    private static final int QUEUE_MAX = 1024;
    private static final String CACHE = "cache.aot";
    private static final String CLASSES = "classes.jar";
    private static final Path RUNTIME = Path.of("/var/runtime");

    /** Of all that a cache is recorded from: the JVM compares times. */
    static final FileTime TIME = FileTime.from(Instant.parse("2020-01-01T00:00:00Z"));

    private final Path directory;
    private final JavaBootstrap bootstrap;
    private final Runtimes runtimes;
    private final Training training;
    private final KnownLibraries known = new KnownLibraries();
    private final long sizeMaxBytes;
    private final LinkedBlockingDeque<Task> tasks = new LinkedBlockingDeque<>(QUEUE_MAX);
    private final Set<String> wanted = ConcurrentHashMap.newKeySet();
    private final Set<String> failed = ConcurrentHashMap.newKeySet();
    private final Map<String, Integer> uses = new ConcurrentHashMap<>();
    private final Thread thread;

    /** What is known of unpacked code, by its directory, which never changes; guarded by itself. */
    private final LinkedHashMap<Path, JavaCode> codes = new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Path, JavaCode> eldest) {
            return size() > CODES_MAX;
        }
    };

    /**
     * A cache that is there.
     *
     * @param classPath inside, as it was recorded
     */
    record Cache(String id, Path directory, List<String> classPath) {
        String option() {
            return "-XX:AOTCache=" + RUNTIME.resolve(CACHE);
        }
    }

    private record Task(String id, boolean layer, Path code, JavaCode java, Runnable then) {}

    JavaCaches(Path directory, JavaBootstrap bootstrap, Runtimes runtimes, Training training, long sizeMaxBytes)
            throws IOException {
        this.directory = Files.createDirectories(directory);
        this.bootstrap = bootstrap;
        this.runtimes = runtimes;
        this.training = training;
        this.sizeMaxBytes = sizeMaxBytes;
        this.thread = Thread.ofPlatform().daemon().name("sandbox-training").unstarted(this::run);
        if (training.isPossible() && sizeMaxBytes > 0) {
            thread.start();
        }
    }

    /** What is known of a function's code; empty until {@link #want} has read it. */
    Optional<JavaCode> code(Path code) {
        synchronized (codes) {
            return Optional.ofNullable(codes.get(code));
        }
    }

    /** The layer that a function's stem should have, when it has been made. */
    Optional<Cache> layer(JavaCode code) {
        return code.shared().isEmpty() ? Optional.empty() : find(layerId(code));
    }

    Optional<Cache> ofFunction(JavaCode code) {
        return code.cacheable() ? find(functionId(code)) : Optional.empty();
    }

    /** @param id of a cache that was there */
    Optional<Cache> find(String id) {
        var path = directory.resolve(id);
        try {
            if (!Files.exists(path.resolve(CACHE))) {
                return Optional.empty();
            }
            return Optional.of(new Cache(id, path, Files.readAllLines(path.resolve("path"))));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /**
     * Reads a function's code, and has its caches made when they aren't there. Takes as long as reading all jars does.
     *
     * @param then run when its layer is there after it wasn't
     */
    void want(Path code, Runnable then) {
        if (!thread.isAlive()) {
            return;
        }
        try {
            var java = code(code).orElse(null);
            if (java == null) {
                java = JavaCode.read(code, known);
                synchronized (codes) {
                    codes.put(code, java);
                }
            }
            if (!java.shared().isEmpty()) {
                add(new Task(layerId(java), true, code, java, then));
            }
            if (java.cacheable()) {
                add(new Task(functionId(java), false, code, java, () -> {}));
            }
        } catch (IOException e) {
            LOG.log(Level.DEBUG, "the class path in " + code + " can't be read", e);
        }
    }

    private void add(Task task) {
        if (!failed.contains(task.id) && find(task.id).isEmpty() && wanted.add(task.id)) {
            var taken = task.layer ? tasks.offerFirst(task) : tasks.offerLast(task);
            if (!taken) {
                wanted.remove(task.id);
            }
        }
    }

    private String layerId(JavaCode code) {
        var digest = JavaCode.sha256();
        digest.update(bootstrap.key().getBytes(StandardCharsets.UTF_8));
        for (var jar : code.shared()) {
            digest.update((jar.name() + jar.sha256()).getBytes(StandardCharsets.UTF_8));
        }
        return "layer-" + HexFormat.of().formatHex(digest.digest(), 0, 16);
    }

    private String functionId(JavaCode code) {
        var digest = JavaCode.sha256();
        digest.update((bootstrap.key() + code.digest()).getBytes(StandardCharsets.UTF_8));
        return "function-" + HexFormat.of().formatHex(digest.digest(), 0, 16);
    }

    /** Keeps a cache while something runs from it; to be {@link #release released}. */
    void use(String id) {
        uses.merge(id, 1, Integer::sum);
        try {
            Files.setLastModifiedTime(directory.resolve(id), FileTime.from(Instant.now()));
        } catch (IOException e) {
            // only its age is wrong
        }
    }

    void release(String id) {
        uses.computeIfPresent(id, (key, count) -> count == 1 ? null : Integer.valueOf(count - 1));
    }

    /** How many are still to be made. */
    int pending() {
        return wanted.size();
    }

    // ---- the thread

    private void run() {
        try {
            while (true) {
                var task = tasks.take();
                try {
                    make(task);
                    task.then.run();
                } catch (IOException e) {
                    if (failed.size() < CODES_MAX && Files.exists(task.code)) {
                        failed.add(task.id); // it would fail again until the platform, the JDK or the code is another
                    }
                    LOG.log(Level.WARNING, "no AOT cache " + task.id + "; functions start slower: " + e.getMessage());
                } finally {
                    wanted.remove(task.id);
                }
            }
        } catch (InterruptedException e) {
            // closed
        }
    }

    private void make(Task task) throws IOException, InterruptedException {
        var fresh = directory.resolve("new");
        FileTree.delete(fresh);
        Files.createDirectories(fresh);
        Bootstraps.readable(fresh);
        var path = new ArrayList<String>();
        for (var name : List.of("bootstrap.jar", "surroundings.so", "serialization.jar")) {
            Files.createLink(fresh.resolve(name), bootstrap.directory().resolve(name));
        }
        path.add(RUNTIME.resolve("bootstrap.jar").toString());
        var lib = task.code.resolve("lib");
        if (task.layer) {
            var own = Files.createDirectory(fresh.resolve("lib"));
            Bootstraps.readable(own);
            for (var jar : task.java.shared()) {
                copy(lib.resolve(jar.name()), own.resolve(jar.name()));
                path.add(RUNTIME.resolve("lib").resolve(jar.name()).toString());
            }
        } else {
            if (!task.java.classes().isEmpty()) {
                pack(task.code, fresh.resolve(CLASSES));
                path.add(RUNTIME.resolve(CLASSES).toString());
            }
            for (var jar : JavaCode.jars(lib)) {
                path.add(Path.of("/var/task/lib", jar).toString());
            }
        }
        write(fresh.resolve("path"), path);
        write(fresh.resolve("classes"), task.layer ? List.of() : task.java.classes());
        var made = Path.of("/tmp/cache.aot");
        training.run(
                command(task, path, made),
                REHEARSED,
                task.layer ? fresh : task.code,
                fresh,
                Runtimes.binds(runtimes.program("java").orElseThrow()),
                made,
                fresh.resolve(CACHE));
        publish(fresh, task.id);
    }

    private List<String> command(Task task, List<String> path, Path made) throws IOException {
        var command = new ArrayList<String>();
        command.add(runtimes.program("java").orElseThrow().toString());
        command.addAll(JavaBootstrap.FLAGS);
        command.add("-Xmx512m");
        if (task.layer) {
            command.addAll(OPENED);
        }
        command.add("-XX:AOTCacheOutput=" + made);
        command.addAll(List.of("-cp", String.join(":", path), "dev.tsumuji.bootstrap.LibraryRehearsal"));
        return command;
    }

    /** The bytes were read a while ago: what is copied is what was allowed, or nothing. */
    private void copy(Path from, Path to) throws IOException {
        Files.copy(from, to);
        Files.setPosixFilePermissions(to, PosixFilePermissions.fromString("rw-r--r--"));
        Files.setLastModifiedTime(to, TIME);
        if (!known.has(JavaCode.hash(to))) {
            throw new IOException(from + " is not what it was");
        }
    }

    private static void pack(Path code, Path to) throws IOException {
        try (var out = new JarOutputStream(Files.newOutputStream(to))) {
            for (var file : JavaCode.beside(code)) {
                if (file.toString().endsWith(".class")) {
                    var entry = new JarEntry(code.relativize(file).toString());
                    entry.setTime(0);
                    out.putNextEntry(entry);
                    Files.copy(file, out);
                }
            }
        }
        Files.setPosixFilePermissions(to, PosixFilePermissions.fromString("rw-r--r--"));
    }

    private static void write(Path file, List<String> lines) throws IOException {
        Files.write(file, lines);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
    }

    private void publish(Path fresh, String id) throws IOException {
        Files.setPosixFilePermissions(fresh.resolve(CACHE), PosixFilePermissions.fromString("rw-r--r--"));
        var target = directory.resolve(id);
        FileTree.delete(target);
        Files.move(fresh, target, StandardCopyOption.ATOMIC_MOVE);
        shrink(id);
    }

    private void shrink(String kept) throws IOException {
        record Entry(Path path, long bytes, FileTime used) {}
        var all = new ArrayList<Entry>();
        try (var paths = Files.list(directory)) {
            for (var path : paths.toList()) {
                all.add(new Entry(path, size(path), Files.getLastModifiedTime(path)));
            }
        }
        all.sort(Comparator.comparing(Entry::used));
        var size = all.stream().mapToLong(Entry::bytes).sum();
        for (var entry : all) {
            var id = entry.path.getFileName().toString();
            if (size > sizeMaxBytes && !id.equals(kept) && !uses.containsKey(id)) {
                FileTree.delete(entry.path);
                size -= entry.bytes;
            }
        }
    }

    private static long size(Path tree) throws IOException {
        try (var files = Files.walk(tree)) {
            return files.mapToLong(file -> file.toFile().length()).sum();
        }
    }

    @Override
    public void close() {
        thread.interrupt();
        try {
            thread.join(5_000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
