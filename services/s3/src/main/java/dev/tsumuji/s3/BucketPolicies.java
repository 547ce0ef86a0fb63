package dev.tsumuji.s3;

import dev.tsumuji.kernel.call.Call;
import dev.tsumuji.kernel.call.Principal;
import dev.tsumuji.kernel.kv.Snapshot;
import dev.tsumuji.s3.Setting.Document;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.s3.model.AccessControlPolicy;
import software.amazon.awssdk.services.s3.model.PutBucketPolicyRequest;

/**
 * Policies of buckets, and the one document that the gate judges by: the bucket's policy, what access control lists grant,
 * and what blocked public access takes away. Thread-safe.
 *
 * @see <a href="https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-policies.html">Bucket policies</a>
 */
final class BucketPolicies {
    private static final int SIZE_MAX = 20 * 1024;

    private final BucketSettings settings;

    BucketPolicies(BucketSettings settings) {
        this.settings = settings;
    }

    /** @param principals says whom a policy may name */
    void put(PutBucketPolicyRequest request, Predicate<String> principals) {
        var text = request.policy() == null ? "" : request.policy();
        settings.read(request.bucket(), request.expectedBucketOwner(), (snapshot, bucket) -> bucket);
        if (text.length() > SIZE_MAX) {
            throw S3Errors.of("PolicyTooLarge", 400, "Policy exceeds the maximum allowed document size.");
        }
        var policy = PolicyDocument.checked(text, request.bucket());
        if (!policy.principals().allMatch(principals)) {
            throw PolicyDocument.strangePrincipal();
        }
        settings.change(request.bucket(), request.expectedBucketOwner(), (txn, bucket) -> {
            if (policy.isPublic() && PublicAccess.of(txn, bucket).blockPublicPolicy()) {
                throw S3Errors.of(
                        "AccessDenied",
                        403,
                        "User: " + Call.current().principal().arn()
                                + " is not authorized to perform: s3:PutBucketPolicy on resource: \"" + bucket.arn()
                                + "\" because public policies are blocked by the BlockPublicPolicy block public access setting.");
            }
            Setting.POLICY.put(txn, bucket, new Document(text));
        });
    }

    String get(String bucket, @Nullable String owner) {
        return settings.read(bucket, owner, (snapshot, found) -> {
            var policy = Setting.POLICY.find(snapshot, found);
            if (policy == null) {
                throw noPolicy(bucket);
            }
            return policy.text();
        });
    }

    void delete(String bucket, @Nullable String owner) {
        settings.change(bucket, owner, (txn, found) -> Setting.POLICY.delete(txn, found));
    }

    boolean isPublic(String bucket, @Nullable String owner) {
        return PolicyDocument.parse(get(bucket, owner)).isPublic();
    }

    private static RuntimeException noPolicy(String bucket) {
        return S3Errors.of("NoSuchBucketPolicy", 404, "The bucket policy does not exist", "BucketName", bucket);
    }

    /**
     * What the gate judges an access by.
     *
     * @param object access control list of the object that is asked for, null when it has none or there is none
     * @param key null for an access to the bucket itself
     * @param ofNew whether it is about what an object that is being written begins with
     * @return null when nothing says anything
     */
    static @Nullable String effective(
            Snapshot snapshot,
            Bucket bucket,
            @Nullable AccessControlPolicy object,
            @Nullable String key,
            boolean ofNew,
            Call call) {
        var stored = Setting.POLICY.find(snapshot, bucket);
        var access = PublicAccess.of(snapshot, bucket);
        var statements = new ArrayList<@Nullable Object>();
        var version = "2012-10-17";
        boolean lists = !AccessLists.disabled(snapshot, bucket);
        boolean restricted = access.restrictPublicBuckets() && !own(bucket, call);
        if (!lists && !restricted) {
            return stored == null ? null : stored.text();
        }
        if (stored != null) {
            var policy = PolicyDocument.parse(stored.text());
            version = policy.version();
            statements.addAll(policy.statements());
            if (restricted && policy.isPublic()) {
                statements.add(nobody());
            }
        }
        if (lists) {
            var own = AccessLists.ACL.find(snapshot, bucket);
            if (own != null) {
                AccessLists.bucketStatements(own, bucket, access.ignorePublicAcls(), ofNew, call)
                        .forEach(statements::add);
            }
            if (object != null && key != null) {
                AccessLists.objectStatements(object, bucket, key, access.ignorePublicAcls(), call)
                        .forEach(statements::add);
            }
        }
        return statements.isEmpty() ? null : document(version, statements);
    }

    /**
     * What the gate judges an access by to an object that another account owns: the object's list grants, and the bucket's policy only
     * takes away.
     *
     * @return null when nothing says anything
     */
    static @Nullable String ofForeign(
            Snapshot snapshot, Bucket bucket, @Nullable AccessControlPolicy object, String key, Call call) {
        var stored = Setting.POLICY.find(snapshot, bucket);
        var statements = new ArrayList<@Nullable Object>();
        var version = "2012-10-17";
        if (stored != null) {
            var policy = PolicyDocument.parse(stored.text());
            version = policy.version();
            policy.statements().stream()
                    .filter(statement -> "Deny".equals(statement.get("Effect")))
                    .forEach(statements::add);
        }
        if (object != null) {
            boolean ignorePublic = PublicAccess.of(snapshot, bucket).ignorePublicAcls();
            AccessLists.objectStatements(object, bucket, key, ignorePublic, call)
                    .forEach(statements::add);
        }
        return statements.isEmpty() ? null : document(version, statements);
    }

    private static String document(String version, List<@Nullable Object> statements) {
        var document = new LinkedHashMap<String, @Nullable Object>();
        document.put("Version", version);
        document.put("Statement", statements);
        return Json.write(document);
    }

    private static boolean own(Bucket bucket, Call call) {
        return call.principal().account().equals(bucket.account()) || call.principal() instanceof Principal.Service;
    }

    private static Map<String, Object> nobody() {
        var statement = new LinkedHashMap<String, Object>();
        statement.put("Sid", "RestrictPublicBuckets");
        statement.put("Effect", "Deny");
        statement.put("Principal", "*");
        statement.put("Action", "s3:*");
        statement.put("Resource", "*");
        return statement;
    }
}
