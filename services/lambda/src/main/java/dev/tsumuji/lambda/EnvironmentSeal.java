package dev.tsumuji.lambda;

import dev.tsumuji.kernel.kv.Codec;
import dev.tsumuji.kernel.kv.Kv;
import dev.tsumuji.kernel.kv.KvException;
import dev.tsumuji.kernel.kv.Tuple;
import dev.tsumuji.kernel.time.Ids;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.Base64;
import java.util.Map;
import java.util.Objects;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.lambda.model.EnvironmentResponse;
import software.amazon.awssdk.services.lambda.model.FunctionConfiguration;

/**
 * Keeps functions' environment variables encrypted in the store: AES-256-GCM under a key that lies in a file beside the
 * store, never in it, so that a copy of the store alone shows none of them. Thread-safe.
 *
 * <p>A stored configuration has, in place of its variables, a single one under a name that no function can use; the
 * function's ARN is authenticated with it, so that it opens nowhere else. Configurations that were stored in the clear are
 * read as they are, and sealed by their next change.
 *
 * @see <a href="https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars-encryption.html">Encryption at rest</a>
 */
final class EnvironmentSeal {
    /** Names of variables begin with a letter. */
    private static final String SEALED = "(sealed)";

    private static final byte[] WITNESS_KEY = Tuple.pack("lambda", "environment-key");
    private static final byte FORMAT = 1;
    private static final int KEY_BYTES = 32;
    private static final int NONCE_BYTES = 12;
    private static final int TAG_BITS = 128;
    private static final Codec<Variables> VARIABLES = Codec.of(Variables.class);

    private final SecretKeySpec key;
    private final Ids ids;

    private EnvironmentSeal(byte[] key, Ids ids) {
        this.key = new SecretKeySpec(key, "AES");
        this.ids = ids;
    }

    private record Variables(Map<String, String> variables) {}

    /**
     * Reads the key, or makes it when nothing was ever sealed.
     *
     * @param file mode 600
     * @throws UncheckedIOException with a message for people when the key is missing or another than the store's
     */
    static EnvironmentSeal open(Path file, Kv kv, Ids ids) {
        try {
            var witness = kv.read(snapshot -> snapshot.get(WITNESS_KEY));
            if (!Files.exists(file)) {
                if (witness != null) {
                    throw new IOException("functions' environment variables are encrypted with the key in " + file
                            + ", which is missing; bring it back from where the data folder was copied");
                }
                create(file, ids.bytes(KEY_BYTES));
            }
            var key = Files.readAllBytes(file);
            if (key.length != KEY_BYTES) {
                throw new IOException(file + " holds no key of " + KEY_BYTES + " bytes");
            }
            var seal = new EnvironmentSeal(key, ids);
            if (witness == null) {
                var made = seal.encrypt("witness", new byte[0]);
                kv.<@Nullable Object>transact(txn -> {
                    txn.put(WITNESS_KEY, made);
                    return null;
                });
            } else if (seal.decrypt("witness", witness) == null) {
                throw new IOException("the key in " + file
                        + " isn't the one that functions' environment variables are encrypted with");
            }
            return seal;
        } catch (IOException e) {
            throw new UncheckedIOException(e.getMessage(), e);
        }
    }

    /** Whole and on disk, or absent. */
    private static void create(Path file, byte[] key) throws IOException {
        var folder = Objects.requireNonNull(file.getParent());
        if (!Files.exists(folder)) {
            Files.createDirectories(
                    folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        }
        var fresh = file.resolveSibling(file.getFileName() + ".new");
        Files.deleteIfExists(fresh);
        Files.createFile(fresh, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        try (var channel = FileChannel.open(fresh, StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.wrap(key));
            channel.force(true);
        }
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
        for (var directory : new @Nullable Path[] {folder, folder.getParent()}) {
            if (directory != null) {
                try (var channel = FileChannel.open(directory)) {
                    channel.force(true);
                }
            }
        }
    }

    /** As it is stored. */
    Function seal(Function function) {
        var environment = function.configuration().environment();
        if (environment == null || environment.variables().isEmpty()) {
            return function;
        }
        var plain = VARIABLES.encode(new Variables(environment.variables()));
        var sealed = encrypt(function.configuration().functionArn(), plain);
        return with(function, Map.of(SEALED, Base64.getEncoder().encodeToString(sealed)));
    }

    /** As it was before it was sealed. */
    Function open(Function stored) {
        var environment = stored.configuration().environment();
        var sealed = environment == null ? null : environment.variables().get(SEALED);
        if (sealed == null) {
            return stored;
        }
        var arn = stored.configuration().functionArn();
        var plain = decrypt(arn, Base64.getDecoder().decode(sealed));
        if (plain == null) {
            throw new KvException(
                    KvException.Kind.CORRUPT, "the environment variables of " + arn + " can't be decrypted", null);
        }
        return with(stored, VARIABLES.decode(plain).variables());
    }

    private static Function with(Function function, Map<String, String> variables) {
        FunctionConfiguration configuration = function.configuration().toBuilder()
                .environment(EnvironmentResponse.builder().variables(variables).build())
                .build();
        return function.with(configuration);
    }

    private byte[] encrypt(String about, byte[] plain) {
        var nonce = ids.bytes(NONCE_BYTES);
        try {
            var sealed = cipher(Cipher.ENCRYPT_MODE, nonce, about).doFinal(plain);
            return ByteBuffer.allocate(1 + NONCE_BYTES + sealed.length)
                    .put(FORMAT)
                    .put(nonce)
                    .put(sealed)
                    .array();
        } catch (GeneralSecurityException e) {
            throw new AssertionError("encryption can't fail", e);
        }
    }

    /** Null when it was not encrypted with this key and for this purpose. */
    private byte @Nullable [] decrypt(String about, byte[] sealed) {
        if (sealed.length < 1 + NONCE_BYTES || sealed[0] != FORMAT) {
            return null;
        }
        var nonce = Arrays.copyOfRange(sealed, 1, 1 + NONCE_BYTES);
        try {
            return cipher(Cipher.DECRYPT_MODE, nonce, about)
                    .doFinal(sealed, 1 + NONCE_BYTES, sealed.length - 1 - NONCE_BYTES);
        } catch (GeneralSecurityException e) {
            return null;
        }
    }

    private Cipher cipher(int mode, byte[] nonce, String about) throws GeneralSecurityException {
        var cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(mode, key, new GCMParameterSpec(TAG_BITS, nonce));
        cipher.updateAAD(about.getBytes(StandardCharsets.UTF_8));
        return cipher;
    }
}
