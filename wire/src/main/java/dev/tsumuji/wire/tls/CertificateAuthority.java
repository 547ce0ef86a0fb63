package dev.tsumuji.wire.tls;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Signs the certificates by which the platform answers for AWS's names. Made once, for ten years, with a key of its own on
 * the curve P-256: whoever trusts it trusts this platform and no other. Immutable, thread-safe.
 *
 * <p>On disk: {@code authority.key}, the private key and the certificate in one file that only its owner reads, so that both
 * appear at once; and {@code authority.pem}, a copy of the certificate for everybody who shall trust it.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc5280">RFC 5280</a>
 */
public final class CertificateAuthority {
    private static final Duration AUTHORITY_LIFE = Duration.ofDays(3_652);
    private static final Duration LEAF_LIFE = Duration.ofDays(90);

    /** Clocks of clients may be behind. */
    private static final Duration BACKDATED = Duration.ofHours(1);

    private static final int COMMON_NAME_MAX = 64;
    private static final byte[] ECDSA_SHA256 = Der.sequence(Der.oid("1.2.840.10045.4.3.2"));
    private static final Pattern PEM =
            Pattern.compile("-----BEGIN ([A-Z ]+)-----\\s+([A-Za-z0-9+/=\\s]+)-----END \\1-----");

    private final X509Certificate certificate;
    private final PrivateKey key;
    private final Path file;
    private final InstantSource clock;
    private final SecureRandom random;

    private CertificateAuthority(
            X509Certificate certificate, PrivateKey key, Path file, InstantSource clock, SecureRandom random) {
        this.certificate = certificate;
        this.key = key;
        this.file = file;
        this.clock = clock;
        this.random = random;
    }

    /**
     * Opens the authority of a folder, or makes it when there is none or when its time is over.
     *
     * @throws IOException also when the file there isn't an authority's
     */
    public static CertificateAuthority open(Path folder, InstantSource clock) throws IOException {
        Files.createDirectories(folder);
        var secret = folder.resolve("authority.key");
        var open = folder.resolve("authority.pem");
        var random = new SecureRandom();
        try {
            if (Files.exists(secret)) {
                var known = read(secret, open, clock, random);
                if (known.certificate.getNotAfter().toInstant().isAfter(clock.instant())) {
                    known.publish();
                    return known;
                }
            }
            var made = make(open, clock, random);
            var text = pem("PRIVATE KEY", made.key.getEncoded()) + made.pem();
            write(secret, text, "rw-------");
            made.publish();
            return made;
        } catch (GeneralSecurityException e) {
            throw new IOException("no certificate authority in " + folder + ": " + e.getMessage(), e);
        }
    }

    private static CertificateAuthority make(Path file, InstantSource clock, SecureRandom random)
            throws GeneralSecurityException {
        var keys = newKeys(random);
        var id = keyId(keys.getPublic());
        // Lower case and single spaces: then the name is its own canonical form, of which OpenSSL makes file names.
        var name = name("tsumuji local authority " + HexFormat.of().formatHex(id, 0, 6));
        var now = clock.instant();
        var extensions = Der.sequence(
                extension("2.5.29.19", true, Der.sequence(Der.TRUE)),
                extension("2.5.29.15", true, Der.bits(1, new byte[] {0x06})), // signs certificates and revocations
                extension("2.5.29.14", false, Der.octets(id)));
        var certificate = sign(
                keys.getPrivate(),
                toBeSigned(name, name, keys.getPublic(), now, now.plus(AUTHORITY_LIFE), extensions, random));
        return new CertificateAuthority(certificate, keys.getPrivate(), file, clock, random);
    }

    private static CertificateAuthority read(Path secret, Path open, InstantSource clock, SecureRandom random)
            throws IOException, GeneralSecurityException {
        PrivateKey key = null;
        X509Certificate certificate = null;
        for (var block = PEM.matcher(Files.readString(secret)); block.find(); ) {
            var bytes = Base64.getMimeDecoder().decode(block.group(2));
            switch (block.group(1)) {
                case "PRIVATE KEY" ->
                    key = KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(bytes));
                case "CERTIFICATE" -> certificate = parse(bytes);
                default -> throw new IOException(secret + " holds a " + block.group(1));
            }
        }
        if (key == null || certificate == null) {
            throw new IOException(secret + " is damaged; move it away to have a new authority made, which everybody"
                    + " who trusted the old one has to trust anew");
        }
        return new CertificateAuthority(certificate, key, open, clock, random);
    }

    static KeyPair newKeys(SecureRandom random) throws GeneralSecurityException {
        var generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"), random);
        return generator.generateKeyPair();
    }

    /** Who trusts it trusts everything that this platform signs. */
    public X509Certificate certificate() {
        return certificate;
    }

    /** The certificate in PEM, readable by everybody. */
    public Path file() {
        return file;
    }

    /**
     * A certificate for a server, valid for ninety days.
     *
     * @param names host names, wildcards and IP addresses; at least one
     */
    X509Certificate issue(PublicKey subject, List<String> names) {
        var first = names.getFirst();
        var subjectName = name(first.length() <= COMMON_NAME_MAX ? first : "tsumuji");
        var alternatives = new ArrayList<byte[]>();
        for (var name : names) {
            alternatives.add(alternative(name));
        }
        var now = clock.instant();
        var end = now.plus(LEAF_LIFE);
        var last = certificate.getNotAfter().toInstant();
        try {
            var extensions = Der.sequence(
                    extension("2.5.29.19", true, Der.sequence()),
                    extension("2.5.29.15", true, Der.bits(7, new byte[] {(byte) 0x80})), // signs handshakes
                    extension("2.5.29.37", false, Der.sequence(Der.oid("1.3.6.1.5.5.7.3.1"))), // of servers
                    extension("2.5.29.17", false, Der.sequence(alternatives.toArray(byte[][]::new))),
                    extension("2.5.29.14", false, Der.octets(keyId(subject))),
                    extension("2.5.29.35", false, Der.sequence(Der.tagged(0x80, keyId(certificate.getPublicKey())))));
            return sign(
                    key,
                    toBeSigned(
                            certificate.getSubjectX500Principal().getEncoded(),
                            subjectName,
                            subject,
                            now,
                            end.isBefore(last) ? end : last,
                            extensions,
                            random));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("signing a certificate for " + first, e);
        }
    }

    private static byte[] alternative(String name) {
        if (name.matches("[0-9.]+|[0-9a-f:]*:[0-9a-f:.]*")) {
            return Der.tagged(0x87, InetAddress.ofLiteral(name).getAddress());
        }
        return Der.tagged(0x82, name.getBytes(StandardCharsets.US_ASCII));
    }

    private static byte[] name(String commonName) {
        return Der.sequence(Der.set(Der.sequence(Der.oid("2.5.4.3"), Der.utf8(commonName))));
    }

    private static byte[] extension(String oid, boolean critical, byte[] value) {
        return critical
                ? Der.sequence(Der.oid(oid), Der.TRUE, Der.octets(value))
                : Der.sequence(Der.oid(oid), Der.octets(value));
    }

    private static byte[] toBeSigned(
            byte[] issuer,
            byte[] subject,
            PublicKey key,
            Instant now,
            Instant end,
            byte[] extensions,
            SecureRandom random) {
        return Der.sequence(
                Der.tagged(0xa0, Der.integer(BigInteger.TWO)), // version 3
                Der.integer(new BigInteger(127, random).setBit(126)),
                ECDSA_SHA256,
                issuer,
                Der.sequence(Der.time(now.minus(BACKDATED)), Der.time(end)),
                subject,
                key.getEncoded(),
                Der.tagged(0xa3, extensions));
    }

    private static X509Certificate sign(PrivateKey key, byte[] toBeSigned) throws GeneralSecurityException {
        var signature = Signature.getInstance("SHA256withECDSA");
        signature.initSign(key);
        signature.update(toBeSigned);
        return parse(Der.sequence(toBeSigned, ECDSA_SHA256, Der.bits(0, signature.sign())));
    }

    private static X509Certificate parse(byte[] bytes) throws CertificateException {
        return (X509Certificate)
                CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(bytes));
    }

    /** The first method of RFC 5280, 4.2.1.2, over the whole key information: an id has only to tell keys apart. */
    private static byte[] keyId(PublicKey key) throws GeneralSecurityException {
        return MessageDigest.getInstance("SHA-1").digest(key.getEncoded());
    }

    private String pem() throws GeneralSecurityException {
        return pem("CERTIFICATE", certificate.getEncoded());
    }

    private static String pem(String kind, byte[] bytes) {
        var text = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(bytes);
        return "-----BEGIN " + kind + "-----\n" + text + "\n-----END " + kind + "-----\n";
    }

    private void publish() throws IOException, GeneralSecurityException {
        var text = pem();
        if (!Files.exists(file) || !Files.readString(file).equals(text)) {
            write(file, text, "rw-r--r--");
        }
    }

    private static void write(Path file, String text, String mode) throws IOException {
        var fresh = file.resolveSibling(file.getFileName() + ".new");
        Files.deleteIfExists(fresh);
        Files.createFile(fresh, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(mode)));
        try (var channel = FileChannel.open(fresh, StandardOpenOption.WRITE)) {
            for (var bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII)); bytes.hasRemaining(); ) {
                channel.write(bytes);
            }
            channel.force(true);
        }
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
    }
}
