package dev.tsumuji.s3;

import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkRequest;
import software.amazon.awssdk.services.s3.model.CreateBucketRequest;
import software.amazon.awssdk.services.s3.model.PutObjectLegalHoldRequest;
import software.amazon.awssdk.services.s3.model.PutObjectRetentionRequest;
import software.amazon.awssdk.services.s3.model.S3Exception;
import software.amazon.awssdk.services.s3.model.Tagging;

/**
 * The condition keys whose values a request itself carries.
 *
 * @see <a href="https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html#amazons3-policy-keys">Condition keys of S3</a>
 */
final class RequestKeys {
    private static final String REMAINING = "s3:object-lock-remaining-retention-days";
    private static final long DAY_SECONDS = Duration.ofDays(1).toSeconds();

    private RequestKeys() {}

    private static final Map<String, String> CONDITIONS = Map.ofEntries(
            Map.entry("Prefix", "s3:prefix"),
            Map.entry("Delimiter", "s3:delimiter"),
            Map.entry("MaxKeys", "s3:max-keys"),
            Map.entry("VersionId", "s3:VersionId"),
            Map.entry("ACL", "s3:x-amz-acl"),
            Map.entry("GrantFullControl", "s3:x-amz-grant-full-control"),
            Map.entry("GrantRead", "s3:x-amz-grant-read"),
            Map.entry("GrantReadACP", "s3:x-amz-grant-read-acp"),
            Map.entry("GrantWrite", "s3:x-amz-grant-write"),
            Map.entry("GrantWriteACP", "s3:x-amz-grant-write-acp"),
            Map.entry("CopySource", "s3:x-amz-copy-source"),
            Map.entry("MetadataDirective", "s3:x-amz-metadata-directive"),
            Map.entry("ServerSideEncryption", "s3:x-amz-server-side-encryption"),
            Map.entry("SSEKMSKeyId", "s3:x-amz-server-side-encryption-aws-kms-key-id"),
            Map.entry("SSECustomerAlgorithm", "s3:x-amz-server-side-encryption-customer-algorithm"),
            Map.entry("StorageClass", "s3:x-amz-storage-class"),
            Map.entry("WebsiteRedirectLocation", "s3:x-amz-website-redirect-location"),
            Map.entry("ObjectOwnership", "s3:x-amz-object-ownership"),
            Map.entry("ObjectLockMode", "s3:object-lock-mode"),
            Map.entry("ObjectLockRetainUntilDate", "s3:object-lock-retain-until-date"),
            Map.entry("ObjectLockLegalHoldStatus", "s3:object-lock-legal-hold"),
            Map.entry("IfNoneMatch", "s3:if-none-match"),
            Map.entry("IfMatch", "s3:if-match"));

    static Map<String, List<String>> of(SdkRequest request, Instant now) {
        var context = new LinkedHashMap<String, List<String>>();
        for (var field : request.sdkFields()) {
            var name = CONDITIONS.get(field.memberName());
            var value = name == null ? null : field.getValueOrDefault(request);
            if (value != null) {
                context.put(name, List.of(value.toString()));
            }
        }
        var tags = request.getValueForField("Tagging", Object.class).orElse(null);
        if (tags != null) {
            requestTags(tags).forEach((tag, value) -> context.put("s3:RequestObjectTag/" + tag, List.of(value)));
            context.put("s3:RequestObjectTagKeys", List.copyOf(requestTags(tags).keySet()));
        }
        nested(request, context);
        var until = context.get("s3:object-lock-retain-until-date");
        if (until != null) {
            context.put(REMAINING, List.of(days(now, Instant.parse(until.getFirst()))));
        }
        return context;
    }

    /** Keys whose values stand in the body. */
    private static void nested(SdkRequest request, Map<String, List<String>> context) {
        switch (request) {
            case PutObjectRetentionRequest put
            when put.retention() != null -> {
                put(context, "s3:object-lock-mode", put.retention().modeAsString());
                put(context, "s3:object-lock-retain-until-date", put.retention().retainUntilDate());
            }
            case PutObjectLegalHoldRequest put
            when put.legalHold() != null ->
                put(context, "s3:object-lock-legal-hold", put.legalHold().statusAsString());
            case CreateBucketRequest create
            when create.createBucketConfiguration() != null ->
                put(
                        context,
                        "s3:LocationConstraint",
                        create.createBucketConfiguration().locationConstraintAsString());
            default -> {
                // all of its keys are headers and parameters
            }
        }
    }

    private static void put(Map<String, List<String>> context, String key, @Nullable Object value) {
        if (value != null) {
            context.put(key, List.of(value.toString()));
        }
    }

    /** Begun days count. */
    private static String days(Instant now, Instant until) {
        long seconds = Math.max(0, Duration.between(now, until).toSeconds());
        return Long.toString((seconds + DAY_SECONDS - 1) / DAY_SECONDS);
    }

    private static Map<String, String> requestTags(Object tagging) {
        try {
            return switch (tagging) {
                case String header -> Tags.ofHeader(header);
                case Tagging document -> Tags.checked(document.tagSet());
                default -> Map.of();
            };
        } catch (S3Exception e) {
            // Tags that can't be: the operation says so itself.
            return Map.of();
        }
    }
}
