package dev.tsumuji.sandbox;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Which parts of the platform's SDK functions in Node.js and Python ask for in their own sources, so that they start from a
 * stem that has just those loaded and used. The sources are read once for each directory, which never changes, up to a bound;
 * a part that isn't seen there is loaded by the function itself, as without a stem. Thread-safe.
 *
 * <p>A layer is written down as names with commas between them, in order: packages of {@code /var/runtime/node_modules}, after
 * {@code import} when ES modules ask for them; or {@code boto3} and then services.
 */
final class SdkLayers {

    private static final System.Logger LOG = System.getLogger(SdkLayers.class.getName());
    private static final int CODES_MAX = 1024;
    private static final int ENTRIES_MAX = 2000;
    private static final int NAMES_MAX = 12;
    private static final int FILE_BYTES_MAX = 4 << 20;
    private static final int BYTES_MAX = 16 << 20;
    private static final String IMPORT = "import";
    private static final String BOTO = "boto3";

    private static final Pattern NODE_SOURCE = Pattern.compile(".*\\.[cm]?js");
    private static final Pattern NODE_USE =
            Pattern.compile("\\b(require\\s{0,9}\\(|from\\b|import\\b\\s{0,9}\\(?)\\s{0,9}"
                    + "[\"'`](@aws-sdk/[a-z0-9-]{1,60}|aws-sdk(?:/clients/[a-z0-9]{1,60})?)[\"'`]");
    private static final Pattern PYTHON_SOURCE = Pattern.compile(".*\\.py");
    private static final Pattern PYTHON_USE =
            Pattern.compile("(?m)^[ \\t]*(?:import[ \\t][^#\\n]{0,200}\\b|from[ \\t]+)(?:boto3|botocore)\\b");
    private static final Pattern PYTHON_SERVICE = Pattern.compile(
            "\\b(?:client|resource)\\s{0,9}\\(\\s{0,99}(?:service_name\\s{0,9}=\\s{0,9})?[\"']([a-z0-9-]{2,40})[\"']");

    /** What boto3 consists of. A function that brings one of them gets its own SDK, loaded by itself. */
    private static final List<String> PYTHON_PARTS =
            List.of(BOTO, "botocore", "s3transfer", "jmespath", "dateutil", "urllib3", "six", "awscrt");

    private final @Nullable Path nodeModules;

    /** Names by directory; guarded by itself. */
    private final LinkedHashMap<Path, List<String>> codes = new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Path, List<String>> eldest) {
            return size() > CODES_MAX;
        }
    };

    /** @param nodeModules what functions in Node.js find at {@code /var/runtime/node_modules}, once it is there */
    SdkLayers(@Nullable Path nodeModules) {
        this.nodeModules = nodeModules;
    }

    boolean isRead(Path code) {
        synchronized (codes) {
            return codes.containsKey(code);
        }
    }

    /** The layer for a function whose code has been {@link #read}; empty for none, and while that isn't known. */
    Optional<String> layer(Runtimes.Language language, Sandbox.Spec spec) {
        List<String> names;
        synchronized (codes) {
            names = codes.getOrDefault(spec.code(), List.of());
        }
        if (names.isEmpty() || StartVariables.anyReadBySdk(language, spec.environment())) {
            return Optional.empty();
        }
        if (language == Runtimes.Language.PYTHON) {
            return spec.layers().stream().anyMatch(SdkLayers::bringsBoto)
                    ? Optional.empty()
                    : Optional.of(String.join(",", names));
        }
        var there = names.stream()
                .filter(name -> name.equals(IMPORT) || isOfPlatform(name, spec.layers()))
                .toList();
        return there.isEmpty() || there.equals(List.of(IMPORT))
                ? Optional.empty()
                : Optional.of(String.join(",", there));
    }

    private boolean isOfPlatform(String name, List<Path> layers) {
        var folder = nodeModules;
        return folder != null
                && (Files.isDirectory(folder.resolve(name)) || Files.exists(folder.resolve(name + ".js")))
                && layers.stream().noneMatch(layer -> Files.exists(layer.resolve("nodejs/node_modules/" + name)));
    }

    /** Looks through the sources of a function. Takes as long as reading them does. */
    void read(Runtimes.Language language, Path code) {
        if (isRead(code)) {
            return;
        }
        List<String> names;
        try {
            names = language == Runtimes.Language.NODE ? node(code) : python(code);
        } catch (IOException e) {
            LOG.log(Level.DEBUG, "the sources in " + code + " can't be read", e);
            return;
        }
        synchronized (codes) {
            codes.put(code, names);
        }
    }

    private static List<String> node(Path code) throws IOException {
        var names = new TreeSet<String>();
        var imports = new boolean[1];
        eachSource(code, NODE_SOURCE, text -> {
            var uses = NODE_USE.matcher(text);
            while (uses.find()) {
                var name = uses.group(2);
                if (!Files.exists(code.resolve("node_modules").resolve(name)) && names.size() < NAMES_MAX) {
                    names.add(name);
                    imports[0] |= !uses.group(1).startsWith("require");
                }
            }
        });
        return Stream.concat(imports[0] ? Stream.of(IMPORT) : Stream.empty(), names.stream())
                .toList();
    }

    private static List<String> python(Path code) throws IOException {
        if (bringsAny(code)) {
            return List.of();
        }
        var services = new TreeSet<String>();
        var used = new boolean[1];
        eachSource(code, PYTHON_SOURCE, text -> {
            if (PYTHON_USE.matcher(text).find()) {
                used[0] = true;
            }
            var service = PYTHON_SERVICE.matcher(text);
            while (service.find() && services.size() < NAMES_MAX) {
                services.add(service.group(1));
            }
        });
        return used[0] ? Stream.concat(Stream.of(BOTO), services.stream()).toList() : List.of();
    }

    private static boolean bringsAny(Path directory) {
        return PYTHON_PARTS.stream()
                .anyMatch(
                        name -> Files.exists(directory.resolve(name)) || Files.exists(directory.resolve(name + ".py")));
    }

    private static boolean bringsBoto(Path layer) {
        var python = layer.resolve("python");
        if (!Files.isDirectory(python)) {
            return false;
        }
        if (bringsAny(python)) {
            return true;
        }
        var versions = python.resolve("lib");
        if (!Files.isDirectory(versions)) {
            return false;
        }
        try (var each = Files.list(versions)) {
            return each.anyMatch(version -> bringsAny(version.resolve("site-packages")));
        } catch (IOException e) {
            return true; // then it loads what it needs by itself
        }
    }

    private interface Reader {
        void read(String text);
    }

    /** The function's own sources, not those of packages that it brings; links aren't followed. */
    private static void eachSource(Path code, Pattern name, Reader reader) throws IOException {
        Files.walkFileTree(code, new SimpleFileVisitor<>() {
            private int entries;
            private int left = BYTES_MAX;

            @Override
            public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) {
                var packages = directory.endsWith("node_modules");
                return packages ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                if (++entries > ENTRIES_MAX || left <= 0) {
                    return FileVisitResult.TERMINATE;
                }
                if (attributes.isRegularFile() && name.matcher(file.toString()).matches()) {
                    try (var in = Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS)) {
                        var bytes = in.readNBytes(Math.min(left, FILE_BYTES_MAX));
                        left -= bytes.length;
                        reader.read(new String(bytes, StandardCharsets.ISO_8859_1));
                    }
                }
                return FileVisitResult.CONTINUE;
            }
        });
    }
}
