package dev.tsumuji.wire.sign;

import dev.tsumuji.wire.http.BucketHost;
import dev.tsumuji.wire.http.Request;

/** Percent-encoding of UTF-8, as S3 writes and reads it. */
public final class Uri {
    private Uri() {}

    public static String encode(String text, boolean keepSlash) {
        var out = new StringBuilder(text.length() + 16);
        Text.encode(out, text, keepSlash);
        return out.toString();
    }

    /** The URL of an object, at the host that a request has reached and in its style: with the bucket in the host or in the path. */
    public static String ofObject(Request request, String bucket, String key) {
        var path = BucketHost.of(request.host()).bucket() == null ? encode(bucket, false) + "/" : "";
        return (request.secure() ? "https://" : "http://") + request.host() + "/" + path + encode(key, false);
    }

    /** What is not a valid escape stands for itself. */
    public static String decode(String text) {
        return Text.decode(text);
    }
}
