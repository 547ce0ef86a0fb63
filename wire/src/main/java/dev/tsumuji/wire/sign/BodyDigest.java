package dev.tsumuji.wire.sign;

import dev.tsumuji.wire.http.Headers;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.HexFormat;

/**
 * What a client says of a document that it sends to S3, in {@code Content-MD5} and {@code x-amz-checksum-…}; bodies of
 * objects are checked by the service, while they stream.
 *
 * @see <a href="https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity.html">Checking object integrity</a>
 */
public final class BodyDigest {
    private static final int MD5_BYTES = 16;

    private BodyDigest() {}

    /**
     * @param checksums whether checksums in the headers are the body's, and not an object's
     * @throws Refusal when the body is another one
     */
    public static void check(Headers headers, byte[] body, boolean checksums) {
        var md5 = headers.get("content-md5");
        if (md5 != null) {
            checkMd5(md5.strip(), body);
        }
        headers.forEach((name, value) -> {
            if (checksums && name.startsWith("x-amz-checksum-") && named(name)) {
                var refusals = new Refusals(Dialect.S3);
                var checksum = Checksum.named(name, refusals);
                if (checksum != null) {
                    checksum.update(body, 0, body.length);
                    checksum.check(value.strip(), refusals);
                }
            }
        });
    }

    /** @throws Refusal when no header tells a digest */
    public static void require(Headers headers) {
        if (!headers.has("content-md5") && !follows(headers)) {
            throw new Refusal(
                    "InvalidRequest", 400, "Missing required header for this request: Content-MD5 OR x-amz-checksum-*");
        }
    }

    /** Whether a checksum stands in a header, or comes behind the body. */
    public static boolean follows(Headers headers) {
        var found = new boolean[] {headers.has("x-amz-trailer")};
        headers.forEach((name, value) -> found[0] |= name.startsWith("x-amz-checksum-") && named(name));
        return found[0];
    }

    /** Not the mode, the type and the algorithm, which stand in headers that begin alike. */
    private static boolean named(String header) {
        return switch (header.substring("x-amz-checksum-".length())) {
            case "crc32", "crc32c", "crc64nvme", "sha1", "sha256" -> true;
            default -> false;
        };
    }

    private static void checkMd5(String claimed, byte[] body) {
        byte[] expected;
        try {
            expected = Base64.getDecoder().decode(claimed);
        } catch (IllegalArgumentException _) {
            expected = new byte[0];
        }
        if (expected.length != MD5_BYTES) {
            throw new Refusal(
                    "InvalidDigest",
                    400,
                    "The Content-MD5 you specified was invalid.",
                    Refusal.ordered("Content-MD5", claimed));
        }
        var computed = Hash.digest("MD5").digest(body);
        if (!MessageDigest.isEqual(expected, computed)) {
            throw new Refusal(
                    "BadDigest",
                    400,
                    "The Content-MD5 you specified did not match what we received.",
                    Refusal.ordered(
                            "ExpectedDigest", HexFormat.of().formatHex(expected),
                            "CalculatedDigest", Base64.getEncoder().encodeToString(computed)));
        }
    }
}
