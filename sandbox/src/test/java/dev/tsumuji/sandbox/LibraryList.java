package dev.tsumuji.sandbox;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Writes the list of known libraries from a local Maven repository: of these groups, every jar that Maven fetched from Maven
 * Central and verified. Arguments: the repository, and the list to write. To add a version, let Maven fetch it
 * ({@code mvn dependency:get}) and run this again; entries are added, never lost.
 */
public final class LibraryList {

    private static final List<String> PLACES = List.of(
            "software/amazon/awssdk",
            "software/amazon/eventstream",
            "com/amazonaws/aws-lambda-java-core",
            "com/amazonaws/aws-lambda-java-events",
            "com/amazonaws/aws-lambda-java-serialization",
            "com/fasterxml/jackson",
            "org/reactivestreams/reactive-streams",
            "org/slf4j/slf4j-api",
            "org/apache/httpcomponents",
            "commons-codec/commons-codec",
            "commons-logging/commons-logging",
            "io/netty",
            "joda-time/joda-time",
            "com/google/code/gson/gson");

    private LibraryList() {}

    public static void main(String[] arguments) throws IOException {
        var repository = Path.of(arguments[0]);
        var list = Path.of(arguments[1]);
        var lines = new java.util.TreeMap<String, String>();
        if (Files.exists(list)) {
            for (var line : Files.readAllLines(list)) {
                if (!line.startsWith("#")) {
                    lines.put(line.substring(65), line.substring(0, 64));
                }
            }
        }
        for (var place : PLACES) {
            if (!Files.isDirectory(repository.resolve(place))) {
                continue;
            }
            try (var files = Files.walk(repository.resolve(place))) {
                for (var jar : files.filter(LibraryList::isFromCentral).toList()) {
                    lines.put(coordinates(repository.relativize(jar)), JavaCode.hash(jar));
                }
            }
        }
        var text = new ArrayList<>(
                List.of("# SHA-256 of a jar on Maven Central, and its coordinates. Written by LibraryList."));
        lines.forEach((name, hash) -> text.add(hash + " " + name));
        Files.write(list, text);
    }

    private static boolean isFromCentral(Path file) {
        var name = file.getFileName().toString();
        var marker = file.resolveSibling("_remote.repositories");
        try {
            return name.endsWith(".jar")
                    && !name.matches(".*-(sources|javadoc|tests|linux-.*|osx-.*|windows-.*)\\.jar")
                    && Files.exists(marker)
                    && Files.readString(marker).contains(name + ">central=");
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static String coordinates(Path jar) {
        int names = jar.getNameCount();
        var group = jar.subpath(0, names - 3).toString().replace('/', '.');
        return group + ":" + jar.getName(names - 3) + ":" + jar.getName(names - 2);
    }
}
