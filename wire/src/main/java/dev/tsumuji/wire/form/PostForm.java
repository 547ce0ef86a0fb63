package dev.tsumuji.wire.form;

import dev.tsumuji.kernel.cloud.Failures;
import dev.tsumuji.wire.http.BucketHost;
import dev.tsumuji.wire.http.Headers;
import dev.tsumuji.wire.http.Request;
import dev.tsumuji.wire.sign.Uri;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.awscore.exception.AwsServiceException;

/**
 * A form that a browser sends to a bucket: read up to its file, which is a stream. It is served as the {@code PutObject} that
 * it means. Used by one thread.
 *
 * @see <a href="https://docs.aws.amazon.com/AmazonS3/latest/API/RESTObjectPOST.html">POST Object</a>
 */
public final class PostForm {
    private static final int FIELDS_MAX_BYTES = 20 * 1024;
    private static final int FIELDS_MAX = 100;
    private static final String TYPE = "multipart/form-data";
    private static final Pattern TAG =
            Pattern.compile("<Tag>\\s*<Key>([^<]*)</Key>\\s*<Value>([^<]*)</Value>\\s*</Tag>");

    private final Request request;
    private final String bucket;
    private final Map<String, String> fields;
    private final InputStream file;

    private PostForm(Request request, String bucket, Map<String, String> fields, InputStream file) {
        this.request = request;
        this.bucket = bucket;
        this.fields = fields;
        this.file = file;
    }

    /** Whether this is a POST to a bucket itself, with nothing in its query that would make it another operation. */
    public static boolean isFor(Request request) {
        if (!request.method().equals("POST")
                || request.query() != null && !request.query().isEmpty()) {
            return false;
        }
        var path = request.path();
        if (BucketHost.of(request.host()).bucket() != null) {
            return path.equals("/");
        }
        int slash = path.indexOf('/', 1);
        return path.length() > 1 && (slash < 0 || slash == path.length() - 1);
    }

    /**
     * Reads the fields in front of the file.
     *
     * @throws AwsServiceException when it is no form with a file and a key
     */
    public static PostForm read(Request request) throws IOException {
        var type = request.header("content-type");
        if (type == null || !type.toLowerCase(Locale.ROOT).startsWith(TYPE)) {
            throw detailed(
                    "PreconditionFailed",
                    412,
                    "At least one of the pre-conditions you specified did not hold",
                    Map.of("Condition", "Bucket POST must be of the enclosure-type multipart/form-data"));
        }
        var boundary = Multipart.parameters(type).get("boundary");
        if (boundary == null || boundary.isEmpty() || boundary.length() > 200) {
            throw Multipart.malformed();
        }
        var inHost = BucketHost.of(request.host()).bucket();
        var bucket = inHost != null ? inHost : Uri.decode(request.path().replace("/", ""));
        return read(request, bucket, new Multipart(request.body(), boundary));
    }

    private static PostForm read(Request request, String bucket, Multipart parts) throws IOException {
        var fields = new LinkedHashMap<String, String>();
        int left = FIELDS_MAX_BYTES;
        for (var head = parts.next(); head != null; head = parts.next()) {
            var name = head.name().toLowerCase(Locale.ROOT);
            if (name.equals("file")) {
                if (head.filename() != null) {
                    var filename = baseName(head.filename());
                    fields.replaceAll((field, value) -> value.replace("${filename}", filename));
                }
                require(fields);
                return new PostForm(request, bucket, fields, parts.content());
            }
            var value = parts.text(left);
            left -= name.length() + value.length();
            if (left < 0 || fields.size() == FIELDS_MAX) {
                throw Multipart.tooLong();
            }
            fields.putIfAbsent(name, value);
        }
        require(fields);
        throw detailed(
                "InvalidArgument",
                400,
                "POST requires exactly one file upload per request.",
                Map.of("ArgumentName", "file", "ArgumentValue", "0"));
    }

    private static void require(Map<String, String> fields) {
        if (!fields.containsKey("key")) {
            throw detailed(
                    "InvalidArgument",
                    400,
                    "Bucket POST must contain a field named 'key'.  If it is specified, please check the order of the fields.",
                    Map.of("ArgumentName", "key", "ArgumentValue", ""));
        }
        if (fields.getOrDefault("key", "").isEmpty()) {
            throw detailed(
                    "InvalidArgument",
                    400,
                    "User key must have a length greater than 0.",
                    Map.of("ArgumentName", "key", "ArgumentValue", ""));
        }
    }

    private static String baseName(String filename) {
        return filename.substring(Math.max(filename.lastIndexOf('/'), filename.lastIndexOf('\\')) + 1);
    }

    /** By name in lower case. */
    public Map<String, String> fields() {
        return fields;
    }

    /**
     * The upload as the request that it means.
     *
     * @param signed whether a policy was signed, which then decides what may be sent
     * @throws AwsServiceException when the policy doesn't allow it
     */
    public Request asPut(boolean signed, Instant now) {
        var size = PostPolicy.Size.ANY;
        if (signed) {
            var checked = new LinkedHashMap<>(fields);
            checked.put("bucket", bucket);
            size = PostPolicy.parse(fields.getOrDefault("policy", "")).check(checked, now);
        }
        var headers = new ArrayList<String>(List.of("host", request.host()));
        fields.forEach((name, value) -> {
            var header = header(name);
            if (header != null && !value.isEmpty()) {
                headers.add(header);
                headers.add(name.equals("tagging") ? tagging(value) : value);
            }
        });
        var inHost = BucketHost.of(request.host()).bucket() != null;
        var path = (inHost ? "/" : "/" + Uri.encode(bucket, false) + "/") + Uri.encode(key(), true);
        return new Request(
                "PUT",
                request.host(),
                path,
                null,
                Headers.of(headers.toArray(String[]::new)),
                request.remoteAddress(),
                request.secure(),
                -1,
                new Sized(file, size));
    }

    /** What a field is as a header; null when it is none. */
    private static @Nullable String header(String field) {
        return switch (field) {
            case "acl" -> "x-amz-acl";
            case "tagging" -> "x-amz-tagging";
            case "content-type",
                    "content-md5",
                    "cache-control",
                    "content-disposition",
                    "content-encoding",
                    "content-language",
                    "expires" -> field;
            case "x-amz-signature",
                    "x-amz-credential",
                    "x-amz-algorithm",
                    "x-amz-date",
                    "x-amz-security-token",
                    "x-amz-content-sha256" -> null;
            default -> field.startsWith("x-amz-") ? field : null;
        };
    }

    /** Tags come as a document in a form, and as a query string in a header. */
    private static String tagging(String document) {
        if (!document.contains("<Tagging")) {
            throw Failures.of(
                    "MalformedXML",
                    400,
                    "The XML you provided was not well-formed or did not validate against our published schema");
        }
        var pairs = new ArrayList<String>();
        for (var tag = TAG.matcher(document); tag.find(); ) {
            pairs.add(Uri.encode(plain(tag.group(1)), false) + "=" + Uri.encode(plain(tag.group(2)), false));
        }
        return String.join("&", pairs);
    }

    private static String plain(String xml) {
        return xml.replace("&lt;", "<")
                .replace("&gt;", ">")
                .replace("&quot;", "\"")
                .replace("&apos;", "'")
                .replace("&amp;", "&");
    }

    public String bucket() {
        return bucket;
    }

    public String key() {
        return fields.getOrDefault("key", "");
    }

    private static AwsServiceException detailed(String code, int status, String message, Map<String, String> elements) {
        AwsErrorDetails details = Failures.details(code, status, message, elements, Map.of());
        return AwsServiceException.builder()
                .statusCode(status)
                .message(message)
                .awsErrorDetails(details)
                .build();
    }

    /** A file that may neither be shorter nor longer than the policy says. Used by one thread. */
    private static final class Sized extends InputStream {
        private final InputStream in;
        private final PostPolicy.Size size;
        private long count;

        Sized(InputStream in, PostPolicy.Size size) {
            this.in = in;
            this.size = size;
        }

        @Override
        public int read() throws IOException {
            var one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            int n = in.read(bytes, offset, length);
            count += Math.max(n, 0);
            if (count > size.max()) {
                // AWS tells the whole length, so the rest is counted; the server bounds how long a body may be
                count += in.transferTo(java.io.OutputStream.nullOutputStream());
                throw detailed(
                        "EntityTooLarge",
                        400,
                        "Your proposed upload exceeds the maximum allowed size",
                        elements("MaxSizeAllowed", size.max()));
            }
            if (n < 0 && count < size.min()) {
                throw detailed(
                        "EntityTooSmall",
                        400,
                        "Your proposed upload is smaller than the minimum allowed size",
                        elements("MinSizeAllowed", size.min()));
            }
            return n;
        }

        private Map<String, String> elements(String limit, long value) {
            var elements = new LinkedHashMap<String, String>();
            elements.put("ProposedSize", Long.toString(count));
            elements.put(limit, Long.toString(value));
            return elements;
        }
    }
}
