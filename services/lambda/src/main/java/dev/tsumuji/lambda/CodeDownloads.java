package dev.tsumuji.lambda;

import dev.tsumuji.kernel.time.Ids;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Base64;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * The links under which {@code GetFunction} offers a function's code: good for ten minutes and without a signature, as AWS's
 * presigned ones. A link carries what it stands for and a code made with a key that lives as long as the process.
 * Thread-safe.
 */
final class CodeDownloads {
    /** Path on the platform; the token follows. */
    static final String PATH = "/_tsumuji/code/";

    private static final Duration VALIDITY = Duration.ofMinutes(10);

    private final Packages packages;
    private final InstantSource clock;
    private final SecretKeySpec key;
    private volatile @Nullable String platform;

    CodeDownloads(Packages packages, InstantSource clock, Ids ids) {
        this.packages = packages;
        this.clock = clock;
        this.key = new SecretKeySpec(ids.bytes(32), "HmacSHA256");
    }

    /** @param url of the platform, {@code http://127.0.0.1:4566} */
    void platform(String url) {
        platform = url;
    }

    String location(Function function) {
        return location(function.packageId(), function.configuration().codeSize());
    }

    String location(String packageId, long sizeBytes) {
        var expiry = clock.instant().plus(VALIDITY).getEpochSecond();
        var content = packageId + "." + sizeBytes + "." + expiry;
        var token = encode(content.getBytes(StandardCharsets.UTF_8)) + "." + encode(code(content));
        var url = platform;
        return (url == null ? "" : url) + PATH + token;
    }

    /**
     * The zip behind a link.
     *
     * @param token what follows {@link #PATH}
     * @return empty when the link is forged, too old, or the code is gone
     */
    Optional<Download> open(String token) throws IOException {
        try {
            int dot = token.indexOf('.');
            if (dot < 0) {
                return Optional.empty();
            }
            var content = new String(Base64.getUrlDecoder().decode(token.substring(0, dot)), StandardCharsets.UTF_8);
            var given = Base64.getUrlDecoder().decode(token.substring(dot + 1));
            if (!MessageDigest.isEqual(given, code(content))) {
                return Optional.empty();
            }
            var parts = content.split("\\.");
            if (Long.parseLong(parts[2]) < clock.instant().getEpochSecond()) {
                return Optional.empty();
            }
            long size = Long.parseLong(parts[1]);
            return Optional.of(new Download(packages.read(parts[0], size), size));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        } catch (java.nio.file.NoSuchFileException e) {
            return Optional.empty();
        }
    }

    /** A zip on its way; whoever gets it closes it. */
    record Download(InputStream in, long sizeBytes) {}

    private byte[] code(String content) {
        try {
            var mac = Mac.getInstance("HmacSHA256");
            mac.init(key);
            return mac.doFinal(content.getBytes(StandardCharsets.UTF_8));
        } catch (GeneralSecurityException e) {
            throw new AssertionError("every Java has HmacSHA256", e);
        }
    }

    private static String encode(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }
}
