package dev.tsumuji.s3;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkRequest;

/** What is copied: {@code bucket/key} or {@code /bucket/key}, URL-encoded or not, perhaps with {@code ?versionId=} behind it. */
record CopySource(String bucket, String key, @Nullable String versionId) {

    static CopySource of(SdkRequest request) {
        var text = request.getValueForField("CopySource", String.class).orElse(null);
        if (text == null) {
            // The SDK's in-process callers may name the parts, which its interceptors would put together.
            var bucket = request.getValueForField("SourceBucket", String.class).orElse("");
            var key = request.getValueForField("SourceKey", String.class).orElse("");
            return checked(
                    bucket,
                    key,
                    request.getValueForField("SourceVersionId", String.class).orElse(null));
        }
        return parse(text);
    }

    static CopySource parse(String text) {
        int query = text.indexOf("?versionId=");
        var version = query < 0 ? null : text.substring(query + "?versionId=".length());
        var path = decoded(query < 0 ? text : text.substring(0, query));
        var relative = path.startsWith("/") ? path.substring(1) : path;
        int slash = relative.indexOf('/');
        return slash < 0
                ? checked(relative, "", null)
                : checked(relative.substring(0, slash), relative.substring(slash + 1), version);
    }

    private static CopySource checked(String bucket, String key, @Nullable String version) {
        if (bucket.isEmpty() && key.isEmpty()) {
            throw S3Errors.invalidArgument("Invalid copy source bucket name", "x-amz-copy-source", "x-amz-copy-source");
        }
        if (bucket.isEmpty() || key.isEmpty()) {
            throw S3Errors.invalidArgument("Invalid copy source object key", "x-amz-copy-source", "x-amz-copy-source");
        }
        return new CopySource(bucket, key, version == null || version.isEmpty() ? null : version);
    }

    /** Percent-encoded bytes are decoded; what is no encoding stays as it is, and so does a plus. */
    private static String decoded(String text) {
        var in = text.getBytes(StandardCharsets.UTF_8);
        var out = new ByteArrayOutputStream(in.length);
        for (int i = 0; i < in.length; i++) {
            int high = i + 2 < in.length && in[i] == '%' ? Character.digit(in[i + 1], 16) : -1;
            int low = high < 0 ? -1 : Character.digit(in[i + 2], 16);
            if (low >= 0) {
                out.write(high << 4 | low);
                i += 2;
            } else {
                out.write(in[i]);
            }
        }
        return out.toString(StandardCharsets.UTF_8);
    }
}
