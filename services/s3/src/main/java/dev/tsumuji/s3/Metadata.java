package dev.tsumuji.s3;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkRequest;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;

/**
 * What a write says about an object beside its bytes, and a read tells again.
 *
 * @param headers by the names of the model's members: {@code ContentType}, {@code CacheControl}, …
 * @param user what stands behind {@code x-amz-meta-}
 * @see <a href="https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingMetadata.html">Object metadata</a>
 */
record Metadata(Map<String, String> headers, Map<String, String> user) {
    static final String CONTENT_TYPE = "ContentType";
    static final String REDIRECT = "WebsiteRedirectLocation";
    static final String EXPIRES = "Expires";
    private static final String ENCODING = "ContentEncoding";
    private static final String DEFAULT_TYPE = "binary/octet-stream";
    private static final Set<String> TEXTS =
            Set.of(CONTENT_TYPE, "CacheControl", "ContentDisposition", ENCODING, "ContentLanguage", REDIRECT);
    private static final Set<String> STORAGE_CLASSES = Set.of(
            "STANDARD",
            "REDUCED_REDUNDANCY",
            "STANDARD_IA",
            "ONEZONE_IA",
            "INTELLIGENT_TIERING",
            "GLACIER",
            "DEEP_ARCHIVE",
            "GLACIER_IR");
    /** Classes whose objects are not there until they are restored. */
    private static final Set<String> ARCHIVES = Set.of("GLACIER", "DEEP_ARCHIVE");

    /** @throws software.amazon.awssdk.services.s3.model.S3Exception when the user's metadata is too large */
    static Metadata of(SdkRequest request) {
        var headers = new LinkedHashMap<String, String>();
        for (var name : TEXTS) {
            request.getValueForField(name, String.class).ifPresent(value -> headers.put(name, value));
        }
        headers.putIfAbsent(CONTENT_TYPE, DEFAULT_TYPE);
        headers.computeIfPresent(ENCODING, (_, codings) -> withoutChunks(codings));
        request.getValueForField(EXPIRES, Instant.class).ifPresent(time -> headers.put(EXPIRES, time.toString()));
        checkRedirect(headers.get(REDIRECT));
        return new Metadata(headers, user(request));
    }

    /** How the bytes came is no property of the object. */
    private static @Nullable String withoutChunks(String codings) {
        if (!codings.contains("aws-chunked")) {
            return codings;
        }
        var kept = Arrays.stream(codings.split(","))
                .map(String::strip)
                .filter(coding -> !coding.equals("aws-chunked"))
                .collect(Collectors.joining(","));
        return kept.isEmpty() ? null : kept;
    }

    private static void checkRedirect(@Nullable String location) {
        if (location != null
                && !location.startsWith("/")
                && !location.startsWith("http://")
                && !location.startsWith("https://")) {
            throw S3Errors.of(
                    "InvalidRedirectLocation",
                    400,
                    "The website redirect location must have a prefix of 'http://' or 'https://' or '/'.");
        }
    }

    @SuppressWarnings("unchecked") // the model's member is a map of strings
    private static Map<String, String> user(SdkRequest request) {
        Map<String, String> given =
                request.getValueForField("Metadata", Map.class).orElse(Map.of());
        var user = new LinkedHashMap<String, String>();
        int size = 0;
        for (var entry : given.entrySet()) {
            var name = entry.getKey().toLowerCase(java.util.Locale.ROOT);
            user.put(name, EncodedWords.read(entry.getValue()));
            size += name.getBytes(StandardCharsets.UTF_8).length
                    + entry.getValue().getBytes(StandardCharsets.UTF_8).length;
        }
        if (size > S3Limits.USER_METADATA_SIZE_MAX_BYTES) {
            throw S3Errors.of(
                    "MetadataTooLarge",
                    400,
                    "Your metadata headers exceed the maximum allowed metadata size",
                    "Size",
                    Integer.toString(size),
                    "MaxSizeAllowed",
                    Integer.toString(S3Limits.USER_METADATA_SIZE_MAX_BYTES));
        }
        return user;
    }

    static String storageClass(SdkRequest request) {
        var named = request.getValueForField("StorageClass", String.class).orElse("STANDARD");
        if (!STORAGE_CLASSES.contains(named)) {
            throw S3Errors.of("InvalidStorageClass", 400, "The storage class you specified is not valid");
        }
        return named;
    }

    static boolean archived(String storageClass) {
        return ARCHIVES.contains(storageClass);
    }

    static @Nullable String shownStorageClass(String storageClass) {
        return storageClass.equals("STANDARD") ? null : storageClass;
    }

    static void tell(Version version, GetObjectResponse.Builder answer) {
        var headers = version.headers();
        answer.contentType(headers.get(CONTENT_TYPE))
                .cacheControl(headers.get("CacheControl"))
                .contentDisposition(headers.get("ContentDisposition"))
                .contentEncoding(headers.get(ENCODING))
                .contentLanguage(headers.get("ContentLanguage"))
                .websiteRedirectLocation(headers.get(REDIRECT))
                .expires(expires(headers))
                .metadata(shownUser(version));
    }

    static void tell(Version version, HeadObjectResponse.Builder answer) {
        var headers = version.headers();
        answer.contentType(headers.get(CONTENT_TYPE))
                .cacheControl(headers.get("CacheControl"))
                .contentDisposition(headers.get("ContentDisposition"))
                .contentEncoding(headers.get(ENCODING))
                .contentLanguage(headers.get("ContentLanguage"))
                .websiteRedirectLocation(headers.get(REDIRECT))
                .expires(expires(headers))
                .metadata(shownUser(version));
    }

    private static Map<String, String> shownUser(Version version) {
        var shown = new LinkedHashMap<>(version.user());
        shown.replaceAll((name, value) -> EncodedWords.write(value));
        return shown;
    }

    private static @Nullable Instant expires(Map<String, String> headers) {
        var text = headers.get(EXPIRES);
        return text == null ? null : Instant.parse(text);
    }
}
