package dev.tsumuji.s3;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.s3.model.Tag;

/**
 * Tags of objects, from a header or a document.
 *
 * @see <a href="https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-tagging.html">Object tags</a>
 */
final class Tags {
    private static final Pattern ALLOWED = Pattern.compile("[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*");

    private Tags() {}

    /** @param header {@code key=value&key=value}, URL-encoded */
    static Map<String, String> ofHeader(@Nullable String header) {
        if (header == null || header.isEmpty()) {
            return Map.of();
        }
        var pairs = new ArrayList<Tag>();
        try {
            for (var pair : header.split("&")) {
                int equals = pair.indexOf('=');
                var key = URLDecoder.decode(equals < 0 ? pair : pair.substring(0, equals), StandardCharsets.UTF_8);
                var value = equals < 0 ? "" : URLDecoder.decode(pair.substring(equals + 1), StandardCharsets.UTF_8);
                boolean plain = equals >= 0 && pair.indexOf('=', equals + 1) >= 0;
                boolean twice = pairs.stream().anyMatch(tag -> tag.key().equals(key));
                if (plain || twice) {
                    throw malformed(header);
                }
                pairs.add(Tag.builder().key(key).value(value).build());
            }
        } catch (IllegalArgumentException e) {
            throw malformed(header);
        }
        return checked(pairs);
    }

    private static RuntimeException malformed(String header) {
        return S3Errors.invalidArgument(
                "The header 'x-amz-tagging' shall be encoded as UTF-8 then URLEncoded URL query parameters without tag name duplicates.",
                "x-amz-tagging",
                header);
    }

    /** @throws software.amazon.awssdk.services.s3.model.S3Exception in AWS's words when one can't be */
    static Map<String, String> checked(List<Tag> tags) {
        var map = new LinkedHashMap<String, String>();
        for (var tag : tags) {
            var key = tag.key();
            var value = tag.value();
            if (key == null || value == null) {
                throw S3Errors.malformedXml();
            }
            if (key.isEmpty()
                    || key.length() > S3Limits.TAG_KEY_MAX
                    || !ALLOWED.matcher(key).matches()) {
                throw invalid("The TagKey you have provided is invalid", "TagKey", key);
            }
            if (value.length() > S3Limits.TAG_VALUE_MAX
                    || !ALLOWED.matcher(value).matches()) {
                throw invalid("The TagValue you have provided is invalid", "TagKey", key, "TagValue", value);
            }
            if (key.startsWith("aws:")) {
                throw invalid("Your TagKey cannot be prefixed with aws:", "TagKey", key);
            }
            if (map.put(key, value) != null) {
                throw invalid("Cannot provide multiple Tags with the same key", "TagKey", key);
            }
        }
        if (map.size() > S3Limits.TAGS_PER_OBJECT_MAX) {
            throw S3Errors.of("BadRequest", 400, "Object tags cannot be greater than " + S3Limits.TAGS_PER_OBJECT_MAX);
        }
        return map;
    }

    private static RuntimeException invalid(String message, String... elements) {
        return S3Errors.of("InvalidTag", 400, message, elements);
    }

    static List<Tag> list(Map<String, String> tags) {
        return tags.entrySet().stream()
                .map(tag ->
                        Tag.builder().key(tag.getKey()).value(tag.getValue()).build())
                .toList();
    }
}
