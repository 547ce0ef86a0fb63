package dev.tsumuji.sandbox;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The programs inside a sandbox that load a function's code: puts them on disk and knows how each is started. Immutable. */
final class Bootstraps {

    /**
     * What is started, with which variables, what must be visible for it, and whether it starts from a cache.
     *
     * @param runtime host directory that becomes {@code /var/runtime}
     * @param cache id of the {@link JavaCaches cache} that it starts from; empty for none that may go away
     */
    record Launch(
            List<String> arguments,
            Map<String, String> variables,
            List<Path> binds,
            Sandbox.StartPath startPath,
            Path runtime,
            String cache) {

        Launch(List<String> arguments, Map<String, String> variables, List<Path> binds, Path runtime) {
            this(arguments, variables, binds, Sandbox.StartPath.ORDINARY, runtime, "");
        }

        /** The wrapper is started and given the command to start. */
        private Launch wrappedBy(String wrapper) {
            var whole = new ArrayList<>(List.of(wrapper));
            whole.addAll(arguments);
            return new Launch(whole, variables, binds, startPath, runtime, cache);
        }
    }

    /** Where things are, seen from the function. */
    record View(Path task, Path runtime, Path socket) {}

    /** From within a sandbox with files of its own. */
    static final View INSIDE =
            new View(Path.of("/var/task"), Path.of("/var/runtime"), Path.of("/run/tsumuji/platform"));

    /** A variable that tells a bootstrap to wait for a function; the function never sees it. */
    private static final String STEM = "TSUMUJI_STEM";

    /** The account that a function belongs to: for its extensions, which may ask for it; the function never sees it. */
    static final String ACCOUNT = "TSUMUJI_ACCOUNT_ID";

    private static final String LEAN = "1";

    /** What of {@link #flags} gives way, by how it begins, to which options of a function. */
    private static final Map<String, Pattern> CHOICES = Map.of(
            "-XX:TieredStopAtLevel", Pattern.compile("-XX:(TieredStopAtLevel=|[+-]TieredCompilation)"),
            "-XX:+UseSerialGC", Pattern.compile("-XX:\\+Use\\w+GC"),
            "-Xmx", Pattern.compile("-Xmx|-XX:Max(Heap|RAM)"));

    private static final Duration STEM_TIMEOUT = Duration.ofSeconds(60);
    private static final Path TASK = INSIDE.task;
    private static final String SYSTEM_PATH = "/var/lang/bin:/usr/local/bin:/usr/bin/:/bin:/opt/bin";
    private static final String SYSTEM_LIBRARIES =
            "/var/lang/lib:/lib64:/usr/lib64:/var/runtime:/var/runtime/lib:/var/task:/var/task/lib:/opt/lib";

    private final Path directory;
    private final Runtimes runtimes;
    private final boolean trusts;
    private final JavaBootstrap java;
    private final JavaCaches caches;

    /** @param trusts whether programs have to be told of the platform's certificate authority */
    Bootstraps(Path directory, Runtimes runtimes, boolean trusts, Training training, long cachesMaxBytes)
            throws IOException {
        this.directory = directory;
        this.trusts = trusts;
        this.runtimes = runtimes;
        unpack("node", "bootstrap.cjs");
        unpack("python", "bootstrap.py");
        for (var language : List.of(Runtimes.Language.NODE, Runtimes.Language.PYTHON)) {
            var name = packages(language).getFileName();
            readable(Files.createDirectories(runtimeDirectory(language).resolve(name))); // where others may be mounted
        }
        readable(Files.createDirectories(directory.resolve("own")));
        unpack("java", "surroundings.so");
        unpack("java", "serialization.jar");
        this.java = new JavaBootstrap(directory.resolve("java"));
        this.caches = new JavaCaches(directory.resolve("caches"), java, runtimes, training, cachesMaxBytes);
    }

    private void unpack(String language, String file) throws IOException {
        var parent = Files.createDirectories(directory.resolve(language));
        readable(parent);
        var target = parent.resolve(file);
        try (var resource = Bootstraps.class.getResourceAsStream(language + "/" + file)) {
            if (resource == null) {
                throw new IOException("missing from this build: " + language + "/" + file);
            }
            var content = resource.readAllBytes();
            // left as it is where it is the same: it may be shared with a cache, and a large one costs time
            if (!Files.exists(target) || !Arrays.equals(content, Files.readAllBytes(target))) {
                var fresh = target.resolveSibling(file + ".new");
                Files.write(fresh, content);
                Files.move(fresh, target, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
            }
        }
        Files.setPosixFilePermissions(target, PosixFilePermissions.fromString("rw-r--r--"));
    }

    static void readable(Path directory) throws IOException {
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    /** Where functions in Node.js or Python find the platform's packages. */
    static Path packages(Runtimes.Language language) {
        return Path.of("/var/runtime", language == Runtimes.Language.NODE ? "node_modules" : "site-packages");
    }

    JavaCaches caches() {
        return caches;
    }

    JavaBootstrap java() {
        return java;
    }

    /** Host directory that becomes {@code /var/runtime}. */
    Path runtimeDirectory(Runtimes.Language language) {
        return directory.resolve(
                switch (language) {
                    case NODE -> "node";
                    case PYTHON -> "python";
                    case JAVA -> "java";
                    case OWN -> "own";
                });
    }

    /** A process of that kind which has no function: its directory is empty, its variables are the platform's own. */
    Sandbox.Spec stem(Stems.Kind kind) {
        var variables = new HashMap<>(Map.of(STEM, kind.layer().isEmpty() ? LEAN : kind.layer()));
        if (kind.language() == Runtimes.Language.JAVA && !kind.layer().isEmpty()) {
            variables.putAll(JavaCaches.REHEARSED);
        }
        return new Sandbox.Spec(
                "stem",
                "stem",
                directory.resolve("own"),
                "",
                variables,
                kind.memoryMebibytes(),
                kind.tmpMebibytes(),
                STEM_TIMEOUT,
                kind.ways());
    }

    /** All that the program finds in its environment. */
    Map<String, String> variables(Runtimes.Language language, Sandbox.Spec spec, View view) {
        var variables = new HashMap<String, String>();
        variables.put("PATH", SYSTEM_PATH);
        variables.put("LD_LIBRARY_PATH", SYSTEM_LIBRARIES);
        variables.put("LANG", "en_US.UTF-8"); // what AWS sets
        variables.put("LC_ALL", "C.UTF-8"); // what every machine has: without, the JVM takes text for ASCII
        variables.put("TZ", ":UTC");
        variables.put("_HANDLER", spec.handler());
        variables.put("LAMBDA_TASK_ROOT", view.task.toString());
        variables.put("LAMBDA_RUNTIME_DIR", view.runtime.toString());
        variables.put("AWS_EXECUTION_ENV", "AWS_Lambda_" + spec.runtime());
        variables.putAll(spec.environment());
        variables.remove(ACCOUNT);
        switch (language) {
            case NODE -> {
                variables.putIfAbsent(
                        "NODE_PATH",
                        nodeLayer(spec.runtime()) + "/opt/nodejs/node_modules:/var/runtime/node_modules:/var/runtime:"
                                + view.task);
                variables.putAll(ofShell(view));
            }
            case PYTHON -> {
                variables.putIfAbsent("PYTHONPATH", "/var/runtime");
                variables.putAll(ofShell(view));
            }
            case JAVA, OWN -> {}
        }
        if (trusts && view.task.equals(TASK)) {
            Trust.variables(language).forEach(variables::putIfAbsent);
        }
        return variables;
    }

    /** AWS starts some languages by a shell, which leaves its own. */
    private static Map<String, String> ofShell(View view) {
        return Map.of("PWD", view.task.toString(), "SHLVL", "0");
    }

    /** A layer may hold packages for one version of Node.js. */
    private static String nodeLayer(String runtime) {
        var version = runtime.replaceAll("\\D", " ").strip().split(" ")[0];
        return version.isEmpty() ? "" : "/opt/nodejs/node" + version + "/node_modules:";
    }

    Launch launch(Runtimes.Language language, Sandbox.Spec spec, View view) throws IOException {
        var variables = variables(language, spec, view);
        var launch = switch (language) {
            case NODE -> node(spec, view, variables);
            case PYTHON -> python(view, variables);
            case JAVA -> java(spec, view, variables);
            case OWN -> own(spec, view, variables);
        };
        var wrapper = variables.getOrDefault("AWS_LAMBDA_EXEC_WRAPPER", "");
        return wrapper.isEmpty() || language == Runtimes.Language.OWN ? launch : launch.wrappedBy(wrapper);
    }

    private Launch node(Sandbox.Spec spec, View view, Map<String, String> variables) {
        var program = runtimes.program("node").orElseThrow();
        var memory = spec.memoryMebibytes();
        var arguments = List.of(
                program.toString(),
                "--max-old-space-size=" + memory * 9 / 10,
                "--max-semi-space-size=" + Math.max(1, memory / 20),
                view.runtime.resolve("bootstrap.cjs").toString(),
                view.socket.toString());
        return new Launch(arguments, variables, Runtimes.binds(program), runtimeDirectory(Runtimes.Language.NODE));
    }

    private Launch python(View view, Map<String, String> variables) {
        var program = runtimes.program("python3").orElseThrow();
        var arguments =
                List.of(program.toString(), view.runtime.resolve("bootstrap.py").toString(), view.socket.toString());
        return new Launch(arguments, variables, Runtimes.binds(program), runtimeDirectory(Runtimes.Language.PYTHON));
    }

    private Launch java(Sandbox.Spec spec, View view, Map<String, String> variables) throws IOException {
        var program = runtimes.program("java").orElseThrow();
        var arguments = new ArrayList<>(List.of(program.toString()));
        arguments.addAll(flags(variables, spec.memoryMebibytes()));
        var binds = Runtimes.binds(program);
        var stem = variables.getOrDefault(STEM, "");
        var prepared = view.task.equals(TASK) ? cache(spec, stem) : Optional.<JavaCaches.Cache>empty();
        if (prepared.isPresent()) {
            var cache = prepared.get();
            arguments.add(cache.option());
            arguments.addAll(stem.isEmpty() ? List.of() : JavaCaches.OPENED);
            var path = new ArrayList<>(cache.classPath());
            if (stem.isEmpty()) {
                path.add(view.task.toString());
                path.addAll(layerJars(spec));
            }
            arguments.addAll(List.of("-cp", String.join(":", path), "dev.tsumuji.bootstrap.Main"));
            return new Launch(arguments, variables, binds, Sandbox.StartPath.AOT, cache.directory(), cache.id());
        }
        var own = java.cacheName(program);
        own.ifPresent(name -> arguments.add("-XX:AOTCache=" + view.runtime.resolve(name)));
        if (stem.isEmpty()) {
            arguments.addAll(List.of("-cp", classPath(spec, view), "dev.tsumuji.bootstrap.Main"));
        } else {
            // the jar says what a stem may do to the JVM that others need not
            arguments.addAll(
                    List.of("-jar", view.runtime.resolve("bootstrap.jar").toString()));
        }
        var startPath = own.isPresent() ? Sandbox.StartPath.AOT : Sandbox.StartPath.ORDINARY;
        return new Launch(arguments, variables, binds, startPath, java.directory(), "");
    }

    /**
     * Our choice of compiler, collector and heap, but where the function made its own by a variable: the JVM would take ours, or
     * refuse both.
     */
    private static List<String> flags(Map<String, String> variables, int memoryMebibytes) {
        var own = Stream.of("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS")
                .map(name -> variables.getOrDefault(name, ""))
                .collect(Collectors.joining(" "));
        return Stream.concat(JavaBootstrap.FLAGS.stream(), Stream.of("-Xmx" + heapMebibytes(memoryMebibytes) + "m"))
                .filter(flag -> !CHOICES.entrySet().stream()
                        .anyMatch(choice -> flag.startsWith(choice.getKey())
                                && choice.getValue().matcher(own).find()))
                .toList();
    }

    private Optional<JavaCaches.Cache> cache(Sandbox.Spec spec, String stem) {
        return stem.isEmpty()
                ? caches.code(spec.code()).flatMap(caches::ofFunction)
                : stem.equals(LEAN) ? Optional.empty() : caches.find(stem);
    }

    /** The function's classes are on the class path itself, behind the bootstrap's: such classes load fastest. */
    private static String classPath(Sandbox.Spec spec, View view) throws IOException {
        var path = new ArrayList<String>();
        path.add(view.runtime.resolve("bootstrap.jar").toString());
        path.add(view.task.toString());
        for (var jar : JavaCode.jars(spec.code().resolve("lib"))) {
            path.add(view.task.resolve("lib").resolve(jar).toString());
        }
        path.addAll(layerJars(spec));
        return String.join(":", path);
    }

    /** The jars that layers put on the class path, as the function sees them. */
    private static List<String> layerJars(Sandbox.Spec spec) throws IOException {
        var jars = new TreeSet<String>();
        for (var layer : spec.layers()) {
            for (var jar : JavaCode.jars(layer.resolve("java/lib"))) {
                jars.add("/opt/java/lib/" + jar);
            }
        }
        return List.copyOf(jars);
    }

    /** What the JVM needs besides is about sixty megabytes, and more with more code. */
    private static int heapMebibytes(int memory) {
        return Math.max(32, Math.min(memory - 64, memory * 8 / 10));
    }

    private Launch own(Sandbox.Spec spec, View view, Map<String, String> variables) {
        var program = Files.exists(spec.code().resolve("bootstrap"))
                ? view.task.resolve("bootstrap").toString()
                : Exit.LAST_BOOTSTRAP;
        return new Launch(
                new ArrayList<>(List.of(program)), variables, List.of(), runtimeDirectory(Runtimes.Language.OWN));
    }
}
