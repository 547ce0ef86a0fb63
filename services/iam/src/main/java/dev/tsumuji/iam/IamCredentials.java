package dev.tsumuji.iam;

import dev.tsumuji.iam.IamKeys.AccessKey;
import dev.tsumuji.iam.IamKeys.Seal;
import dev.tsumuji.kernel.call.Credential;
import dev.tsumuji.kernel.call.Credentials;
import dev.tsumuji.kernel.call.Principal;
import dev.tsumuji.kernel.call.Session;
import dev.tsumuji.kernel.kv.Codec;
import dev.tsumuji.kernel.kv.KvException;
import dev.tsumuji.kernel.kv.Snapshot;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * The keys of accounts and users, and sessions that need no storage: a session's token is itself, sealed with AES-GCM under
 * a key of the platform and bound to its access key id; its secret is derived from both. Thread-safe.
 *
 * <p>A deleted or deactivated key is not found from the moment on at which its deletion was acknowledged.
 */
public final class IamCredentials implements Credentials {
    private static final byte FORMAT = 1;
    private static final int NONCE_BYTES = 12;
    private static final int TAG_BITS = 128;
    private static final int TOKEN_MAX_CHARS = 24 << 10;
    private static final Codec<Sealed> CODEC = Codec.of(Sealed.class);

    private final Directory directory;
    private final Recall<String, Optional<Credential>> longTerm;
    private final SecretKeySpec sealing;
    private final SecretKeySpec deriving;

    IamCredentials(Directory directory) {
        this.directory = directory;
        this.longTerm = new Recall<>(directory, 10_000);
        var seal = directory.write(txn -> IamKeys.SEAL.get(txn).orElseGet(() -> {
            var made = new Seal(directory.ids().bytes(32));
            IamKeys.SEAL.put(txn, made);
            return made;
        }));
        this.sealing = new SecretKeySpec(mac(new SecretKeySpec(seal.key(), "HmacSHA256"), "seal"), "AES");
        this.deriving = new SecretKeySpec(mac(new SecretKeySpec(seal.key(), "HmacSHA256"), "secret"), "HmacSHA256");
    }

    @Override
    public Optional<Credential> find(String accessKeyId, @Nullable String sessionToken) {
        return sessionToken == null
                ? longTerm.get(accessKeyId, () -> read(accessKeyId))
                : open(accessKeyId, sessionToken);
    }

    private Optional<Credential> read(String accessKeyId) {
        return directory.read(snapshot -> IamKeys.KEYS
                .get(snapshot, accessKeyId)
                .filter(AccessKey::active)
                .map(key -> new Credential(key.id(), key.secret(), null, owner(snapshot, key), null)));
    }

    private static Principal owner(Snapshot snapshot, AccessKey key) {
        if (key.user() == null) {
            return new Principal.Root(key.account());
        }
        var user = Directory.user(snapshot, key.account(), key.user());
        return new Principal.User(key.account(), user.path(), user.name(), user.id());
    }

    @Override
    public Credential issue(Principal principal, Session session) {
        var id = "ASIA" + directory.ids().base32(16);
        var nonce = directory.ids().bytes(NONCE_BYTES);
        var sealed = cipher(Cipher.ENCRYPT_MODE, nonce, id, CODEC.encode(Sealed.of(principal, session)));
        if (sealed.isEmpty()) {
            throw new AssertionError("sealing can't fail");
        }
        var token = ByteBuffer.allocate(1 + NONCE_BYTES + sealed.get().length)
                .put(FORMAT)
                .put(nonce)
                .put(sealed.get())
                .array();
        return new Credential(id, secret(id, nonce), Base64.getEncoder().encodeToString(token), principal, session);
    }

    private Optional<Credential> open(String accessKeyId, String token) {
        if (token.length() > TOKEN_MAX_CHARS) {
            return Optional.empty();
        }
        byte[] bytes;
        try {
            bytes = Base64.getDecoder().decode(token);
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
        if (bytes.length <= 1 + NONCE_BYTES + TAG_BITS / 8 || bytes[0] != FORMAT) {
            return Optional.empty();
        }
        var nonce = Arrays.copyOfRange(bytes, 1, 1 + NONCE_BYTES);
        var sealed = Arrays.copyOfRange(bytes, 1 + NONCE_BYTES, bytes.length);
        try {
            return cipher(Cipher.DECRYPT_MODE, nonce, accessKeyId, sealed)
                    .map(CODEC::decode)
                    .map(opened -> new Credential(
                            accessKeyId, secret(accessKeyId, nonce), token, opened.principal(), opened.session()));
        } catch (KvException e) {
            // genuine, but of a newer format than this program knows
            return Optional.empty();
        }
    }

    /** Empty when what is to be opened was not sealed here, or for another key id. */
    private Optional<byte[]> cipher(int mode, byte[] nonce, String accessKeyId, byte[] in) {
        try {
            var cipher = Cipher.getInstance("AES/GCM/NoPadding");
            cipher.init(mode, sealing, new GCMParameterSpec(TAG_BITS, nonce));
            cipher.updateAAD(accessKeyId.getBytes(StandardCharsets.UTF_8));
            return Optional.of(cipher.doFinal(in));
        } catch (AEADBadTagException e) {
            return Optional.empty();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has AES-GCM", e);
        }
    }

    private String secret(String accessKeyId, byte[] nonce) {
        var mac = mac(deriving, accessKeyId + Base64.getEncoder().encodeToString(nonce));
        return Base64.getEncoder().encodeToString(mac).substring(0, 40);
    }

    private static byte[] mac(SecretKeySpec key, String text) {
        try {
            var mac = Mac.getInstance("HmacSHA256");
            mac.init(key);
            return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has HmacSHA256", e);
        }
    }
}
