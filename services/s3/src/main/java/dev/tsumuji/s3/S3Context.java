package dev.tsumuji.s3;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.core.SdkRequest;
import software.amazon.awssdk.services.s3.model.CreateBucketConfiguration;

/**
 * Condition keys of S3 that come from the request itself.
 *
 * @see <a href="https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html#amazons3-policy-keys">Condition keys of S3</a>
 */
final class S3Context {
    private static final Map<String, String> KEYS = Map.ofEntries(
            Map.entry("ACL", "s3:x-amz-acl"),
            Map.entry("GrantRead", "s3:x-amz-grant-read"),
            Map.entry("GrantWrite", "s3:x-amz-grant-write"),
            Map.entry("GrantReadACP", "s3:x-amz-grant-read-acp"),
            Map.entry("GrantWriteACP", "s3:x-amz-grant-write-acp"),
            Map.entry("GrantFullControl", "s3:x-amz-grant-full-control"),
            Map.entry("Prefix", "s3:prefix"),
            Map.entry("Delimiter", "s3:delimiter"),
            Map.entry("VersionId", "s3:VersionId"),
            Map.entry("ServerSideEncryption", "s3:x-amz-server-side-encryption"),
            Map.entry("SSEKMSKeyId", "s3:x-amz-server-side-encryption-aws-kms-key-id"),
            Map.entry("SSECustomerAlgorithm", "s3:x-amz-server-side-encryption-customer-algorithm"),
            Map.entry("StorageClass", "s3:x-amz-storage-class"),
            Map.entry("CopySource", "s3:x-amz-copy-source"),
            Map.entry("MetadataDirective", "s3:x-amz-metadata-directive"),
            Map.entry("WebsiteRedirectLocation", "s3:x-amz-website-redirect-location"),
            Map.entry("ObjectOwnership", "s3:x-amz-object-ownership"),
            Map.entry("ObjectLockMode", "s3:object-lock-mode"),
            Map.entry("ObjectLockLegalHoldStatus", "s3:object-lock-legal-hold"),
            Map.entry("IfMatch", "s3:if-match"),
            Map.entry("IfNoneMatch", "s3:if-none-match"));

    private S3Context() {}

    static Map<String, List<String>> of(SdkRequest request) {
        var context = new HashMap<String, List<String>>();
        for (var field : request.sdkFields()) {
            var key = KEYS.get(field.memberName());
            if (key != null && field.getValueOrDefault(request) instanceof String value) {
                context.put(key, List.of(value));
            }
        }
        request.getValueForField("MaxKeys", Integer.class)
                .ifPresent(max -> context.put("s3:max-keys", List.of(String.valueOf(max))));
        request.getValueForField("CreateBucketConfiguration", CreateBucketConfiguration.class)
                .map(CreateBucketConfiguration::locationConstraintAsString)
                .ifPresent(region -> context.put("s3:LocationConstraint", List.of(region)));
        return context;
    }
}
