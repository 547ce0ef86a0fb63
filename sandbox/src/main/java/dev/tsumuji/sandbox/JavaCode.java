package dev.tsumuji.sandbox;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.zip.ZipFile;

/**
 * What a function in Java has on its class path, by content.
 *
 * @param shared jars in {@code lib} that a stem may have loaded and used before: known, with nothing in them that the function's
 *     own code has too, so that it doesn't matter which comes first; and nothing in the function's own code that libraries
 *     look for when they are used first, as the implementation of a service is, so that it doesn't matter when that was
 * @param own the other jars in {@code lib}
 * @param classes names of the classes beside {@code lib}, at most so many as are worth to be linked ahead
 * @param cacheable whether the classes may be put in a jar before {@code lib}, and all else stay behind it, with nobody noticing
 * @param digest of all of it
 */
record JavaCode(List<Jar> shared, List<Jar> own, List<String> classes, boolean cacheable, String digest) {

    private static final int CLASSES_MAX = 2000;

    /** @param name of the file in {@code lib} */
    record Jar(String name, String sha256) {}

    boolean hasJars() {
        return !shared.isEmpty() || !own.isEmpty();
    }

    /** Reads all of it: takes as long as hashing does. */
    static JavaCode read(Path code, KnownLibraries known) throws IOException {
        var lib = code.resolve("lib");
        var shared = new ArrayList<Jar>();
        var own = new ArrayList<Jar>();
        var whole = sha256();
        for (var name : jars(lib)) {
            var jar = new Jar(name, hash(lib.resolve(name)));
            (known.has(jar.sha256) ? shared : own).add(jar);
            whole.update((name + jar.sha256).getBytes(StandardCharsets.UTF_8));
        }
        var names = new HashSet<String>();
        var classes = new ArrayList<String>();
        for (var file : beside(code)) {
            var name = code.relativize(file).toString();
            names.add(name);
            if (name.endsWith(".class")) {
                whole.update((name + hash(file)).getBytes(StandardCharsets.UTF_8));
                if (classes.size() < CLASSES_MAX && !name.contains("-info")) {
                    classes.add(name.substring(0, name.length() - 6).replace('/', '.'));
                }
            }
        }
        boolean cacheable = true;
        boolean separable = true;
        var resources = new HashSet<>(names);
        resources.removeIf(name -> name.endsWith(".class"));
        for (var jar : own) {
            var entries = entries(lib.resolve(jar.name));
            cacheable &= entries.stream().noneMatch(resources::contains);
            names.addAll(entries);
        }
        for (var jar : shared) {
            var entries = entries(lib.resolve(jar.name));
            cacheable &= entries.stream().noneMatch(resources::contains);
            separable &= entries.stream().noneMatch(names::contains);
        }
        separable &= names.stream().noneMatch(JavaCode::isLookedFor);
        if (!separable) {
            own.addAll(shared);
            shared.clear();
        }
        return new JavaCode(List.copyOf(shared), List.copyOf(own), List.copyOf(classes), cacheable, hex(whole));
    }

    /** The files that aren't in {@code lib}; links are none of them. */
    static List<Path> beside(Path code) throws IOException {
        try (var files = Files.walk(code)) {
            return files.filter(file -> Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS))
                    .filter(file -> !file.startsWith(code.resolve("lib")))
                    .sorted()
                    .toList();
        }
    }

    private static boolean isLookedFor(String name) {
        return name.startsWith("META-INF/services/")
                || name.endsWith("/execution.interceptors")
                || name.startsWith("org/slf4j/impl/")
                || name.equals("org/apache/log4j/Logger.class")
                || name.equals("commons-logging.properties");
    }

    /** What is looked up by name. Services and notices are read from all jars that have them, in whatever order. */
    private static Set<String> entries(Path jar) throws IOException {
        var names = new HashSet<String>();
        try (var zip = new ZipFile(jar.toFile())) {
            zip.stream()
                    .filter(entry -> !entry.isDirectory())
                    .map(java.util.zip.ZipEntry::getName)
                    .filter(name -> !name.startsWith("META-INF/") || name.startsWith("META-INF/services/"))
                    .filter(name -> !name.endsWith("module-info.class"))
                    .forEach(names::add);
        }
        return names;
    }

    static List<String> jars(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            return List.of();
        }
        try (var files = Files.list(directory)) {
            return files.filter(file -> Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS))
                    .map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(".jar"))
                    .sorted()
                    .toList();
        }
    }

    static String hash(Path file) throws IOException {
        var digest = sha256();
        try (var in = new DigestInputStream(Files.newInputStream(file), digest)) {
            in.transferTo(java.io.OutputStream.nullOutputStream());
        }
        return hex(digest);
    }

    private static String hex(MessageDigest digest) {
        return HexFormat.of().formatHex(digest.digest());
    }

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java has SHA-256", e);
        }
    }
}
