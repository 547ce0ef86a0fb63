package dev.tsumuji.cli;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.Deflater;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * Source code on its way into a function: which files make its package, and the package. A folder is packed as it is, with
 * {@code node_modules}; of a Maven or Gradle project its compiled classes, with the jars of {@code target/dependency} or
 * {@code build/dependency} in {@code lib}; a zip or jar file is a package already.
 */
final class Project {
    private static final int FILES_MAX = 100_000;
    private static final long ZIP_SIZE_MAX_BYTES = 50L << 20;

    private final List<Part> parts;
    private final Path archive;

    /** A folder and where in the package it goes, an empty text or ending in a slash. */
    private record Part(Path folder, String below) {}

    /** A file as it was seen. */
    record Seen(Path file, long size, long modifiedNanos, boolean executable) {}

    private Project(List<Part> parts, Path archive) {
        this.parts = parts;
        this.archive = archive;
    }

    static Project of(Path place) {
        if (Files.isRegularFile(place)) {
            return new Project(List.of(), place);
        }
        if (!Files.isDirectory(place)) {
            throw new CommandFailure(ExitCode.USAGE, "there is no " + place);
        }
        if (Files.exists(place.resolve("pom.xml"))) {
            return new Project(
                    List.of(
                            new Part(place.resolve("target/classes"), ""),
                            new Part(place.resolve("target/dependency"), "lib/")),
                    place);
        }
        if (Files.exists(place.resolve("build.gradle")) || Files.exists(place.resolve("build.gradle.kts"))) {
            return new Project(
                    List.of(
                            new Part(place.resolve("build/classes/java/main"), ""),
                            new Part(place.resolve("build/classes/kotlin/main"), ""),
                            new Part(place.resolve("build/resources/main"), ""),
                            new Part(place.resolve("build/dependency"), "lib/")),
                    place);
        }
        return new Project(List.of(new Part(place, "")), place);
    }

    /** What has to be watched: the folders that are there. */
    List<Path> folders() {
        if (parts.isEmpty()) {
            var parent = archive.toAbsolutePath().getParent();
            return parent == null ? List.of() : List.of(parent);
        }
        return parts.stream().map(Part::folder).filter(Files::isDirectory).toList();
    }

    /** The package's files as they are now, by their name in it. */
    Map<String, Seen> files() throws IOException {
        var found = new TreeMap<String, Seen>();
        if (parts.isEmpty()) {
            if (Files.exists(archive)) {
                found.put("", seen(archive, Files.readAttributes(archive, BasicFileAttributes.class)));
            }
            return found;
        }
        for (var part : parts) {
            if (Files.isDirectory(part.folder)) {
                collect(part, found);
            }
        }
        return found;
    }

    private static void collect(Part part, Map<String, Seen> found) throws IOException {
        var ignored = IgnoreList.of(part.folder);
        Files.walkFileTree(part.folder, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
                boolean skip = !folder.equals(part.folder) && ignored.ignores(part.folder.relativize(folder), true);
                return skip ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                var path = part.folder.relativize(file);
                var target = attributes.isSymbolicLink() && Files.isRegularFile(file)
                        ? Files.readAttributes(file, BasicFileAttributes.class)
                        : attributes;
                if (target.isRegularFile() && !ignored.ignores(path, false)) {
                    found.put(part.below + path.toString().replace('\\', '/'), seen(file, target));
                }
                if (found.size() > FILES_MAX) {
                    throw new CommandFailure(
                            ExitCode.USAGE,
                            part.folder + " has more than " + FILES_MAX + " files; is it the right one?");
                }
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException e) {
                // gone between being listed and being looked at, as editors' temporary files are
                return FileVisitResult.CONTINUE;
            }
        });
    }

    private static Seen seen(Path file, BasicFileAttributes attributes) {
        return new Seen(
                file,
                attributes.size(),
                attributes.lastModifiedTime().to(java.util.concurrent.TimeUnit.NANOSECONDS),
                Files.isExecutable(file));
    }

    /** Names of what differs, new and gone files among them. */
    static List<String> differences(Map<String, Seen> before, Map<String, Seen> after) {
        var names = new ArrayList<String>();
        var all = new HashMap<>(before);
        after.forEach((name, seen) -> {
            if (!seen.equals(all.remove(name))) {
                names.add(name);
            }
        });
        names.addAll(all.keySet());
        names.sort(null);
        return names;
    }

    /** Packs quickly rather than tightly; the same files make the same bytes. */
    byte[] zip(Map<String, Seen> files) throws IOException {
        if (parts.isEmpty()) {
            return limited(Files.readAllBytes(archive));
        }
        var bytes = new ByteArrayOutputStream(1 << 16);
        try (var zip = new ZipOutputStream(bytes)) {
            zip.setLevel(Deflater.BEST_SPEED);
            files.forEach((name, seen) -> {
                try {
                    var content = Files.readAllBytes(seen.file());
                    var entry = new ZipEntry(name);
                    entry.setTimeLocal(java.time.LocalDateTime.of(1980, 1, 1, 0, 0));
                    zip.putNextEntry(entry);
                    zip.write(content);
                    zip.closeEntry();
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
        return limited(Modes.set(bytes.toByteArray(), name -> {
            var seen = files.get(name);
            return seen != null && seen.executable();
        }));
    }

    private static byte[] limited(byte[] zip) {
        if (zip.length > ZIP_SIZE_MAX_BYTES) {
            throw new CommandFailure(
                    ExitCode.FAILED,
                    "the package has " + (zip.length >> 20) + " MB and may have 50; leave files out in "
                            + IgnoreList.FILE);
        }
        return zip;
    }
}
