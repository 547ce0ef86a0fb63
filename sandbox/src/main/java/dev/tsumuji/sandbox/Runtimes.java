package dev.tsumuji.sandbox;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;

/**
 * The languages: which runtime name needs which program of this machine, and how it is started inside a sandbox. Whatever its
 * version, a runtime gets the one program of its language that this machine has: {@code nodejs8.10} runs on the same Node.js
 * as {@code nodejs22.x}. Programs are looked for once. Thread-safe.
 */
final class Runtimes {

    private static final Pattern NODE =
            Pattern.compile("nodejs(4\\.3(-edge)?|6\\.10|8\\.10|(10|12|14|16|18|20|22|24)\\.x)?");
    private static final Pattern PYTHON = Pattern.compile("python3\\.([6-9]|10|11|12|13|14)");
    private static final Pattern JAVA = Pattern.compile("java(8|8\\.al2|11|17|21|25)");
    private static final Pattern OWN = Pattern.compile("provided(\\.al2(023)?)?");
    private static final Pattern KNOWN_TO_AWS =
            Pattern.compile("nodejs.*|python.*|java.*|dotnet.*|ruby.*|go1\\.x|provided.*");

    private final SandboxSettings settings;
    private final Map<String, Optional<Path>> programs = new ConcurrentHashMap<>();
    private final Map<String, String> versions = new TreeMap<>();

    Runtimes(SandboxSettings settings) {
        this.settings = settings;
    }

    /** The languages that share a bootstrap. */
    enum Language {
        NODE,
        PYTHON,
        JAVA,
        OWN
    }

    /** @return empty for a runtime that can't run anywhere here */
    static Optional<Language> language(String runtime) {
        if (NODE.matcher(runtime).matches()) {
            return Optional.of(Language.NODE);
        }
        if (PYTHON.matcher(runtime).matches()) {
            return Optional.of(Language.PYTHON);
        }
        if (JAVA.matcher(runtime).matches()) {
            return Optional.of(Language.JAVA);
        }
        return OWN.matcher(runtime).matches() ? Optional.of(Language.OWN) : Optional.empty();
    }

    Optional<String> missing(String runtime) {
        return switch (language(runtime).orElse(null)) {
            case NODE -> absent("node", runtime + " needs Node.js: install the nodejs package");
            case PYTHON -> absent("python3", runtime + " needs Python 3: install the python3 package");
            case JAVA -> absent("java", runtime + " needs a JDK 25, the one that runs the platform");
            case OWN -> Optional.empty();
            case null -> Optional.of(unknown(runtime));
        };
    }

    /** What this machine runs functions with, by its programs; each is asked for its version once. */
    synchronized Map<String, String> versions() {
        if (!versions.isEmpty()) {
            return Collections.unmodifiableMap(versions);
        }
        for (var name : List.of("node", "python3", "java")) {
            program(name).ifPresent(path -> versions.put(name, version(path)));
        }
        return Collections.unmodifiableMap(versions);
    }

    private static String version(Path program) {
        try {
            var builder = new ProcessBuilder(program.toString(), "--version").redirectErrorStream(true);
            builder.environment().keySet().removeIf(name -> name.startsWith("JAVA_") || name.startsWith("NODE_"));
            var process = builder.redirectInput(ProcessBuilder.Redirect.from(new java.io.File("/dev/null")))
                    .start();
            try (var out = process.inputReader()) {
                var line = out.readLine();
                return (line == null ? "no version" : line.strip()) + " (" + program + ")";
            }
        } catch (IOException e) {
            return "no version (" + program + ")";
        }
    }

    private Optional<String> absent(String program, String sentence) {
        return program(program).isPresent() ? Optional.empty() : Optional.of(sentence);
    }

    private static String unknown(String runtime) {
        if (runtime.equals("go1.x")) {
            return "go1.x can't run here: use provided.al2023 with the program as bootstrap, which is the same code built"
                    + " with another name";
        }
        if (runtime.equals("python2.7")) {
            return "python2.7 can't run here: Python 2 isn't made any more; use python3.9 to python3.14";
        }
        return KNOWN_TO_AWS.matcher(runtime).matches()
                ? runtime
                        + " can't run here: use nodejs4.3 to nodejs24.x, python3.6 to python3.14, java8 to java25,"
                        + " or provided.al2023 with the program as bootstrap"
                : runtime + " isn't a runtime of AWS Lambda";
    }

    /** The real file of a program, links followed. */
    Optional<Path> program(String name) {
        return programs.computeIfAbsent(name, this::find);
    }

    private Optional<Path> find(String name) {
        var candidates = new ArrayList<Path>();
        var set = settings.programs().get(name);
        if (set != null) {
            candidates.add(set);
        }
        if (name.equals("java")) {
            candidates.add(Path.of(System.getProperty("java.home"), "bin", "java"));
        }
        for (var directory : List.of("/usr/local/bin", "/usr/bin", "/bin")) {
            candidates.add(Path.of(directory, name));
        }
        var path = System.getenv("PATH");
        for (var directory : path == null ? new String[0] : path.split(":")) {
            candidates.add(Path.of(directory, name));
        }
        for (var candidate : candidates) {
            if (Files.isExecutable(candidate) && isBinary(candidate)) {
                try {
                    return Optional.of(candidate.toRealPath());
                } catch (IOException e) {
                    // it went away; the next may do
                }
            }
        }
        return Optional.empty();
    }

    /** A script that picks a version for its user would find no home directory inside. */
    private static boolean isBinary(Path program) {
        try (var in = Files.newInputStream(program)) {
            return in.read() == 0x7f && in.read() == 'E';
        } catch (IOException e) {
            return false;
        }
    }

    /** What has to be visible inside for a program outside of the system's directories: the tree that it is installed in. */
    static List<Path> binds(Path program) {
        var parent = program.getParent();
        if (parent == null || program.startsWith("/usr") || program.startsWith("/bin")) {
            return List.of();
        }
        var home = parent.endsWith("bin") && parent.getParent() != null ? parent.getParent() : parent;
        return home.getNameCount() == 0 ? List.of(parent) : List.of(home);
    }
}
