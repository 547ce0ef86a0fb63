package dev.tsumuji.kernel.site;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;

/** S3's second id of a request, {@code x-amz-id-2}: made of the first, so that the two always belong together. */
public final class HostId {
    public static final String HEADER = "x-amz-id-2";
    private static final int BYTES = 56;

    private HostId() {}

    public static String of(String requestId) {
        try {
            var hash = MessageDigest.getInstance("SHA-512").digest(requestId.getBytes(StandardCharsets.UTF_8));
            return Base64.getEncoder().encodeToString(Arrays.copyOf(hash, BYTES));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK has SHA-512", e);
        }
    }
}
