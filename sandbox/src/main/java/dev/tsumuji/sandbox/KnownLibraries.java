package dev.tsumuji.sandbox;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Set;

/**
 * The published jars that functions may share, by the SHA-256 of their bytes: libraries that behave the same whether the
 * function's own code or a stem has loaded them. The list is part of the product. Immutable.
 */
final class KnownLibraries {

    private static final String LIST = "java/libraries.txt";

    private final Set<String> hashes = new HashSet<>();

    KnownLibraries() throws IOException {
        try (var resource = KnownLibraries.class.getResourceAsStream(LIST)) {
            if (resource == null) {
                throw new IOException("missing from this build: " + LIST);
            }
            var lines = new BufferedReader(new InputStreamReader(resource, StandardCharsets.UTF_8));
            for (var line = lines.readLine(); line != null; line = lines.readLine()) {
                if (!line.startsWith("#") && line.length() > 64) {
                    hashes.add(line.substring(0, 64));
                }
            }
        }
    }

    boolean has(String sha256) {
        return hashes.contains(sha256);
    }
}
