package dev.tsumuji.iam;

import dev.tsumuji.iam.policy.MalformedPolicy;
import dev.tsumuji.iam.policy.PolicyCheck;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;

/** Policy documents on their way in and out. */
final class Documents {
    private Documents() {}

    static void identity(String document) {
        try {
            PolicyCheck.identity(document);
        } catch (MalformedPolicy e) {
            throw IamErrors.malformed(String.valueOf(e.getMessage()));
        }
    }

    static void trust(String document) {
        try {
            PolicyCheck.trust(document);
        } catch (MalformedPolicy e) {
            throw IamErrors.malformed(String.valueOf(e.getMessage()));
        }
    }

    /** What quotas count. */
    static int sizeChars(String document) {
        return (int) document.chars().filter(c -> !Character.isWhitespace(c)).count();
    }

    /** As answers carry documents: RFC 3986, a space as %20. */
    static String encoded(String document) {
        return URLEncoder.encode(document, StandardCharsets.UTF_8)
                .replace("+", "%20")
                .replace("*", "%2A")
                .replace("%7E", "~");
    }
}
