package dev.tsumuji.sandbox;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The certificate authorities that programs inside sandboxes believe: the machine's, and the platform's own. A folder that
 * becomes {@code /etc/ssl/certs} inside, with a bundle, with one file for each authority by OpenSSL's names, and with Java's
 * store; the same for every sandbox. Made anew only when one of its sources changed. Immutable.
 */
final class Trust {

    private static final Path CERTIFICATES = Path.of("/etc/ssl/certs");
    private static final String BUNDLE = "ca-certificates.crt";
    private static final String JAVA_STORE = "java/cacerts";
    private static final char[] JAVA_STORE_PASSWORD = "changeit".toCharArray();

    private static final List<Path> BUNDLES = List.of(
            CERTIFICATES.resolve(BUNDLE),
            Path.of("/etc/pki/tls/certs/ca-bundle.crt"),
            Path.of("/etc/ssl/ca-bundle.pem"),
            Path.of("/etc/ssl/cert.pem"));

    /** Inside, where programs for Amazon Linux look; the jail makes it lead to the bundle. */
    private static final String BUNDLE_INSIDE = "/etc/pki/tls/certs/ca-bundle.crt";

    private final Path folder;
    private final Path authority;
    private final @Nullable Path javaStore;

    /**
     * @param directory belongs to this object
     * @param authority the platform's certificate in PEM
     * @param java the program of the Java runtime, when there is one
     */
    Trust(Path directory, Path authority, Optional<Path> java) throws IOException {
        this.folder = directory.resolve("certs");
        this.authority = authority;
        this.javaStore = java.map(Trust::storeOf).orElse(null);
        var stamp = directory.resolve("made-from");
        var sources = sources();
        if (!Files.exists(stamp) || !Files.readString(stamp).equals(sources)) {
            FileTree.delete(directory);
            Bootstraps.readable(Files.createDirectories(directory));
            Bootstraps.readable(Files.createDirectories(folder.resolve("java")));
            try {
                make();
            } catch (GeneralSecurityException e) {
                throw new IOException("certificates for sandboxes: " + e.getMessage(), e);
            }
            Files.writeString(stamp, sources);
        }
    }

    private static @Nullable Path storeOf(Path java) {
        var bin = java.getParent();
        var home = bin == null ? null : bin.getParent();
        var store = home == null ? null : home.resolve("lib/security/cacerts");
        return store != null && Files.exists(store) ? store : null;
    }

    /** What it is made from, so that a change is seen. */
    private String sources() throws IOException {
        var text = new StringBuilder(Files.readString(authority));
        var files = new java.util.ArrayList<>(BUNDLES);
        files.add(CERTIFICATES);
        if (javaStore != null) {
            files.add(javaStore);
        }
        for (var file : files) {
            if (Files.exists(file)) {
                text.append(file)
                        .append(' ')
                        .append(Files.getLastModifiedTime(file))
                        .append(' ');
                text.append(Files.size(file)).append('\n');
            }
        }
        return text.toString();
    }

    private void make() throws IOException, GeneralSecurityException {
        if (Files.isDirectory(CERTIFICATES)) {
            try (var files = Files.list(CERTIFICATES)) {
                for (var file : files.toList()) {
                    copy(file);
                }
            }
        }
        var pem = Files.readString(authority);
        var certificate = parse(pem);
        write("tsumuji.pem", pem);
        write(openSslName(certificate), pem);
        var store = store(certificate);
        var bundle = BUNDLES.stream().filter(Files::isRegularFile).findFirst();
        var others = bundle.isPresent() ? Files.readString(bundle.get()) : pem(store);
        write(BUNDLE, others.endsWith("\n") ? others + pem : others + "\n" + pem);
        try (var out = Files.newOutputStream(folder.resolve(JAVA_STORE))) {
            store.store(out, JAVA_STORE_PASSWORD);
        }
        readable(folder.resolve(JAVA_STORE));
    }

    /** Links into the system's folders are right inside too; what else is linked to isn't there. */
    private void copy(Path file) throws IOException {
        var target = folder.resolve(file.getFileName());
        if (Files.isSymbolicLink(file)) {
            var to = Files.readSymbolicLink(file);
            if (to.startsWith("/usr") || !to.isAbsolute() && to.getNameCount() == 1) {
                Files.createSymbolicLink(target, to);
                return;
            }
        }
        if (Files.isRegularFile(file) && !file.endsWith(BUNDLE)) {
            Files.copy(file, target);
            readable(target);
        }
    }

    private void write(String name, String text) throws IOException {
        Files.writeString(folder.resolve(name), text);
        readable(folder.resolve(name));
    }

    private static void readable(Path file) throws IOException {
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
    }

    private static X509Certificate parse(String pem) throws GeneralSecurityException {
        return (X509Certificate) CertificateFactory.getInstance("X.509")
                .generateCertificate(new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII)));
    }

    /**
     * The file name by which OpenSSL finds an authority: a digest of the subject's canonical form, which leaves away the outer
     * head. The platform's authority has a name that is canonical as it is: lower case, single spaces.
     */
    private static String openSslName(X509Certificate certificate) throws GeneralSecurityException {
        var name = certificate.getSubjectX500Principal().getEncoded();
        int head = name[1] >= 0 ? 2 : 2 + (name[1] & 0x7f);
        var digest = MessageDigest.getInstance("SHA-1");
        digest.update(name, head, name.length - head);
        var hash = digest.digest();
        return HexFormat.of().formatHex(new byte[] {hash[3], hash[2], hash[1], hash[0]}) + ".0";
    }

    /** In the old form, which every version of Java reads and needs no password for. */
    private KeyStore store(X509Certificate certificate) throws IOException, GeneralSecurityException {
        var made = KeyStore.getInstance("JKS");
        made.load(null, null);
        if (javaStore != null) {
            var known = KeyStore.getInstance(javaStore.toFile(), JAVA_STORE_PASSWORD);
            for (var aliases = known.aliases(); aliases.hasMoreElements(); ) {
                var alias = aliases.nextElement();
                if (known.isCertificateEntry(alias)) {
                    made.setCertificateEntry(alias, known.getCertificate(alias));
                }
            }
        }
        made.setCertificateEntry("tsumuji", certificate);
        return made;
    }

    private static String pem(KeyStore store) throws GeneralSecurityException {
        var text = new StringBuilder();
        for (var aliases = store.aliases(); aliases.hasMoreElements(); ) {
            var encoded = Base64.getMimeEncoder(64, new byte[] {'\n'})
                    .encodeToString(store.getCertificate(aliases.nextElement()).getEncoded());
            text.append("-----BEGIN CERTIFICATE-----\n").append(encoded).append("\n-----END CERTIFICATE-----\n");
        }
        return text.toString();
    }

    /** Gives the jail its part. */
    void order(Jail.Order order) throws IOException {
        order.put("trust", folder);
        if (javaStore != null) {
            var real = javaStore.toRealPath();
            if (!real.startsWith(CERTIFICATES) || !real.equals(CERTIFICATES.resolve(JAVA_STORE))) {
                order.put("java_trust", real);
            }
        }
    }

    /** Puts the authority where Node.js on AWS has Amazon's own. */
    void publish(Path runtimeDirectory) throws IOException {
        var target = runtimeDirectory.resolve("ca-cert.pem");
        Files.writeString(target, Files.readString(authority), StandardCharsets.UTF_8);
        Files.setPosixFilePermissions(target, PosixFilePermissions.fromString("rw-r--r--"));
    }

    /** For programs that bring authorities of their own along and look nowhere else. */
    static Map<String, String> variables(Runtimes.Language language) {
        return switch (language) {
            case NODE -> Map.of("NODE_EXTRA_CA_CERTS", "/var/runtime/ca-cert.pem");
            case PYTHON -> Map.of("AWS_CA_BUNDLE", BUNDLE_INSIDE, "REQUESTS_CA_BUNDLE", BUNDLE_INSIDE);
            case JAVA -> Map.of();
            case OWN ->
                Map.of(
                        "AWS_CA_BUNDLE",
                        BUNDLE_INSIDE,
                        "REQUESTS_CA_BUNDLE",
                        BUNDLE_INSIDE,
                        "NODE_EXTRA_CA_CERTS",
                        "/var/runtime/ca-cert.pem");
        };
    }
}
