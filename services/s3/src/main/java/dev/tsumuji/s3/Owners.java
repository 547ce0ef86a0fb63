package dev.tsumuji.s3;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import software.amazon.awssdk.services.s3.model.Owner;

/** Canonical user ids: accounts as S3's access control lists name them. Nothing is stored: the id is derived from the account's number. */
final class Owners {
    private Owners() {}

    static String id(String account) {
        try {
            var hash = MessageDigest.getInstance("SHA-256")
                    .digest(("canonical user of " + account).getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(hash);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK has SHA-256", e);
        }
    }

    static Owner of(String account) {
        return Owner.builder().id(id(account)).build();
    }
}
