package dev.tsumuji.wire.http;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A host name by S3's rules: the bucket in front, where the request is addressed so, and the region.
 *
 * @param bucket null for a request in path style
 * @param region null when the host doesn't tell
 * @see <a href="https://docs.aws.amazon.com/AmazonS3/latest/userguide/VirtualHosting.html">Virtual hosting of buckets</a>
 */
public record BucketHost(@Nullable String bucket, @Nullable String region) {
    private static final BucketHost NONE = new BucketHost(null, null);
    private static final String REGION = "(?<region>[a-z]{2}(?:-[a-z]+)+-[0-9]{1,2})";
    private static final String SERVICE =
            "s3(?:-fips)?(?:-accelerate)?(?:[.-](?:dualstack\\.)?" + REGION + "|\\.dualstack|-external-1)?";

    /** A name may hold dots, and even {@code .s3.}: of the domains that are known the longest name is taken. */
    private static final Pattern KNOWN = Pattern.compile("(?:(?<bucket>.+)\\.)?" + SERVICE
            + "\\.(?:amazonaws\\.com(?:\\.cn)?|localhost|localhost\\.localstack\\.cloud)");

    private static final Pattern OTHER = Pattern.compile("(?:(?<bucket>.+?)\\.)?" + SERVICE + "\\.[a-z0-9.-]+");
    private static final String LOCAL = ".localhost";

    /** @param host as the client sent it, with or without a port */
    public static BucketHost of(String host) {
        var name = name(host);
        if (name.isEmpty() || name.equals("localhost") || Character.isDigit(name.charAt(name.length() - 1))) {
            return NONE;
        }
        for (var pattern : new Pattern[] {KNOWN, OTHER}) {
            var found = pattern.matcher(name);
            if (found.matches()) {
                return new BucketHost(found.group("bucket"), region(found));
            }
        }
        // What clients make of the endpoint http://localhost when they are not told to use paths.
        if (name.endsWith(LOCAL) && name.length() > LOCAL.length()) {
            return new BucketHost(name.substring(0, name.length() - LOCAL.length()), null);
        }
        return NONE;
    }

    private static @Nullable String region(Matcher found) {
        return found.group("region");
    }

    private static String name(String host) {
        int colon = host.lastIndexOf(':');
        var name = colon < 0 || host.endsWith("]") ? host : host.substring(0, colon);
        return name.length() > 255 ? "" : name.toLowerCase(Locale.ROOT);
    }
}
