package dev.tsumuji.s3;

import java.time.Instant;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkRequest;

/**
 * Preconditions of reads, of copies' sources, and of writes.
 *
 * @see <a href="https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-requests.html">Conditional requests</a>
 */
record Conditions(
        @Nullable String match,
        @Nullable String noneMatch,
        @Nullable Instant modifiedSince,
        @Nullable Instant unmodifiedSince,
        String prefix) {

    static Conditions ofRead(SdkRequest request) {
        return new Conditions(
                text(request, "IfMatch"),
                text(request, "IfNoneMatch"),
                time(request, "IfModifiedSince"),
                time(request, "IfUnmodifiedSince"),
                "");
    }

    static Conditions ofSource(SdkRequest request) {
        return new Conditions(
                text(request, "CopySourceIfMatch"),
                text(request, "CopySourceIfNoneMatch"),
                time(request, "CopySourceIfModifiedSince"),
                time(request, "CopySourceIfUnmodifiedSince"),
                "x-amz-copy-source-");
    }

    private static @Nullable String text(SdkRequest request, String name) {
        return request.getValueForField(name, String.class).orElse(null);
    }

    private static @Nullable Instant time(SdkRequest request, String name) {
        return request.getValueForField(name, Instant.class).orElse(null);
    }

    /**
     * The name of the condition that does not hold; null when all do. Entity tags outrank times: where one is given and
     * holds, the time beside it is not looked at. A time in the future is no condition.
     */
    @Nullable
    String failing(Version version, Instant now) {
        var modified = Times.whole(version.modifiedAt());
        if (match != null && !names(match, version.etag())) {
            return prefix + "If-Match";
        }
        if (match == null && unmodifiedSince != null && modified.isAfter(unmodifiedSince)) {
            return prefix + "If-Unmodified-Since";
        }
        if (noneMatch != null && names(noneMatch, version.etag())) {
            return prefix + "If-None-Match";
        }
        if (noneMatch == null
                && modifiedSince != null
                && !modified.isAfter(modifiedSince)
                && !modifiedSince.isAfter(now)) {
            return prefix + "If-Modified-Since";
        }
        return null;
    }

    /** Whether the failing condition of a read means that the client has the newest already. */
    static boolean meansUnchanged(String failing) {
        return failing.equals("If-None-Match") || failing.equals("If-Modified-Since");
    }

    private static boolean names(String header, String etag) {
        return Arrays.stream(header.split(","))
                .map(Conditions::bare)
                .anyMatch(tag -> tag.equals("*") || tag.equals(etag));
    }

    static String bare(String tag) {
        var text = tag.strip();
        return text.length() >= 2 && text.startsWith("\"") && text.endsWith("\"")
                ? text.substring(1, text.length() - 1)
                : text;
    }

    // ---- of writes

    /** What a write asks of the object that it is to replace. */
    record OfWrite(@Nullable String match, boolean absent) {

        /** @throws software.amazon.awssdk.services.s3.model.S3Exception when the conditions are of another kind */
        static OfWrite of(SdkRequest request) {
            var match = text(request, "IfMatch");
            var noneMatch = text(request, "IfNoneMatch");
            if (match != null && noneMatch != null) {
                throw S3Errors.notImplemented(
                        "If-Match,If-None-Match",
                        "additionalMessage",
                        "Multiple conditional request headers present in the request");
            }
            if (match != null && bare(match).equals("*")) {
                throw unaccepted("If-Match");
            }
            if (noneMatch != null && !bare(noneMatch).equals("*")) {
                throw unaccepted("If-None-Match");
            }
            return new OfWrite(match == null ? null : bare(match), noneMatch != null);
        }

        private static RuntimeException unaccepted(String header) {
            return S3Errors.notImplemented(
                    header,
                    "additionalMessage",
                    "We don't accept the provided value of " + header + " header for this API");
        }

        /** @param current what is to be replaced; null for nothing */
        void check(@Nullable Version current, String key) {
            if (absent && current != null) {
                throw S3Errors.preconditionFailed("If-None-Match");
            }
            if (match == null) {
                return;
            }
            if (current == null) {
                throw S3Errors.noSuchKey(key);
            }
            if (!current.etag().equals(match)) {
                throw S3Errors.preconditionFailed("If-Match");
            }
        }

        boolean any() {
            return absent || match != null;
        }
    }
}
