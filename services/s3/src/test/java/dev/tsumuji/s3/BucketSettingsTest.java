package dev.tsumuji.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tsumuji.engines.memory.MemoryKv;
import dev.tsumuji.kernel.call.Call;
import dev.tsumuji.kernel.call.Principal;
import dev.tsumuji.kernel.kv.Kv;
import dev.tsumuji.kernel.time.Ids;
import dev.tsumuji.testkit.VirtualTime;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.s3.model.AccessControlPolicy;
import software.amazon.awssdk.services.s3.model.BucketCannedACL;
import software.amazon.awssdk.services.s3.model.CORSRule;
import software.amazon.awssdk.services.s3.model.CreateBucketRequest;
import software.amazon.awssdk.services.s3.model.ExpirationStatus;
import software.amazon.awssdk.services.s3.model.LifecycleRule;
import software.amazon.awssdk.services.s3.model.ObjectOwnership;
import software.amazon.awssdk.services.s3.model.PublicAccessBlockConfiguration;
import software.amazon.awssdk.services.s3.model.PutBucketAclRequest;
import software.amazon.awssdk.services.s3.model.PutBucketPolicyRequest;
import software.amazon.awssdk.services.s3.model.S3Exception;
import software.amazon.awssdk.services.s3.model.Tag;

class BucketSettingsTest {
    private static final String OWNER = "000000000000";
    private static final String BUCKET = "photos";
    private static final String PUBLIC = """
            {"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"s3:GetObject",\
            "Resource":"arn:aws:s3:::photos/*"}]}""";

    private final VirtualTime time = new VirtualTime();
    private final Kv kv = new MemoryKv(time);
    private final Buckets buckets = new Buckets(kv, new Ids(new SplittableRandom(1)));
    private final BucketSettings settings = new BucketSettings(kv, buckets);

    @BeforeEach
    void aBucket() {
        call(
                new Principal.Root(OWNER),
                () -> buckets.create(
                        CreateBucketRequest.builder().bucket(BUCKET).build()));
    }

    @AfterEach
    void close() {
        kv.close();
    }

    private <T> T call(Principal principal, Supplier<T> body) {
        return ScopedValue.where(Call.CURRENT, as(principal)).call(body::get);
    }

    private Call as(Principal principal) {
        return new Call(
                principal.account(),
                "us-east-1",
                principal,
                null,
                null,
                "request",
                "127.0.0.1",
                "test",
                time.instant(),
                false,
                Map.of());
    }

    private void asOwner(Runnable body) {
        call(new Principal.Root(OWNER), () -> {
            body.run();
            return true;
        });
    }

    private void putPolicy(String policy) {
        asOwner(() -> new BucketPolicies(settings)
                .put(
                        PutBucketPolicyRequest.builder()
                                .bucket(BUCKET)
                                .policy(policy)
                                .build(),
                        principal -> !principal.endsWith("/nobody")));
    }

    private void open() {
        settings.change(
                BUCKET,
                null,
                (txn, bucket) -> PublicAccess.put(
                        txn, bucket, PublicAccessBlockConfiguration.builder().build()));
    }

    private void enableLists() {
        settings.change(BUCKET, null, (txn, bucket) -> new Ownership("ObjectWriter").store(txn, bucket));
    }

    private void putAcl(BucketCannedACL acl) {
        asOwner(() -> settings.change(
                BUCKET,
                null,
                (txn, bucket) -> AccessLists.putBucket(
                        txn,
                        bucket,
                        PutBucketAclRequest.builder().bucket(BUCKET).acl(acl).build())));
    }

    private String effective(Principal principal) {
        return String.valueOf((Object) settings.read(
                BUCKET,
                null,
                (snapshot, bucket) -> BucketPolicies.effective(snapshot, bucket, null, null, false, as(principal))));
    }

    private String effectiveForNew(Principal principal) {
        return String.valueOf((Object) settings.read(
                BUCKET,
                null,
                (snapshot, bucket) -> BucketPolicies.effective(snapshot, bucket, null, "k", true, as(principal))));
    }

    private void createAgain(BucketCannedACL acl) {
        asOwner(() -> buckets.create(
                CreateBucketRequest.builder().bucket(BUCKET).acl(acl).build()));
    }

    private AccessControlPolicy acl() {
        return settings.read(BUCKET, null, AccessLists::of);
    }

    private static void refused(ThrowingCallable what, String code, String message) {
        assertThatThrownBy(what).isInstanceOfSatisfying(S3Exception.class, e -> {
            assertThat(e.awsErrorDetails().errorCode()).isEqualTo(code);
            assertThat(e.awsErrorDetails().errorMessage()).isEqualTo(message);
        });
    }

    @Test
    void a_policy_may_only_name_those_whom_there_are() {
        var policy = """
                {"Statement": [{"Effect": "Deny", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::photos/*",
                  "%s": {"AWS": ["111111111111", "arn:aws:iam::111111111111:role/%s"]}}]}""";
        refused(
                () -> putPolicy(policy.formatted("Principal", "nobody")),
                "MalformedPolicy",
                "Invalid principal in policy");
        refused(
                () -> putPolicy(policy.formatted("NotPrincipal", "nobody")),
                "MalformedPolicy",
                "Invalid principal in policy");
        putPolicy(policy.formatted("Principal", "somebody"));
        var canonical = """
                {"Statement": [{"Effect": "Deny", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::photos/*",
                  "Principal": {"CanonicalUser": "%s"}}]}""";
        refused(() -> putPolicy(canonical.formatted("nobody")), "MalformedPolicy", "Invalid principal in policy");
        putPolicy(canonical.formatted(Owners.id(OWNER)));
    }

    @Test
    void whom_a_list_lets_write_it_lets_give_the_new_object_a_list_but_no_old_one() {
        open();
        enableLists();
        putAcl(BucketCannedACL.PUBLIC_READ_WRITE);
        assertThat(effectiveForNew(new Principal.Anonymous())).contains("s3:PutObjectAcl");
        assertThat(effective(new Principal.Anonymous()))
                .contains("s3:PutObject")
                .doesNotContain("s3:PutObjectAcl");
        putAcl(BucketCannedACL.PUBLIC_READ);
        assertThat(effectiveForNew(new Principal.Anonymous())).doesNotContain("s3:PutObject");
    }

    @Test
    void a_bucket_that_is_created_again_begins_again_with_its_list() {
        open();
        enableLists();
        putAcl(BucketCannedACL.PUBLIC_READ);
        assertThat(acl().grants()).hasSize(2);
        createAgain(null);
        assertThat(acl().grants()).hasSize(1);
        createAgain(BucketCannedACL.PUBLIC_READ_WRITE);
        assertThat(acl().grants()).hasSize(3);
    }

    @Test
    void a_name_that_no_bucket_can_ever_have_had_is_no_name() {
        for (var name : List.of("a", "ab", "a/b", "b".repeat(256), "naïve")) {
            assertThat(BucketNames.unknown(name).awsErrorDetails().errorCode()).isEqualTo("InvalidBucketName");
        }
        for (var name : List.of("abc", "Old_Style.", "b".repeat(255))) {
            assertThat(BucketNames.unknown(name).awsErrorDetails().errorCode()).isEqualTo("NoSuchBucket");
        }
    }

    @Test
    void a_new_bucket_refuses_a_public_policy_until_that_is_allowed() {
        refused(
                () -> putPolicy(PUBLIC),
                "AccessDenied",
                "User: arn:aws:iam::000000000000:root is not authorized to perform: s3:PutBucketPolicy on resource: "
                        + "\"arn:aws:s3:::photos\" because public policies are blocked by the BlockPublicPolicy block public access setting.");
        open();
        putPolicy(PUBLIC);
        assertThat(new BucketPolicies(settings).isPublic(BUCKET, null)).isTrue();
    }

    @Test
    void policies_are_refused_in_awss_words() {
        var broken = "Policies must be valid JSON and the first byte must be '{'";
        refused(() -> putPolicy("random"), "MalformedPolicy", broken);
        refused(() -> putPolicy(""), "MalformedPolicy", broken);
        refused(() -> putPolicy("{}"), "MalformedPolicy", "Missing required field Statement");
        refused(
                () -> putPolicy(PUBLIC.replace("photos/*", "other/*")),
                "MalformedPolicy",
                "Policy has invalid resource");
        refused(
                () -> putPolicy(PUBLIC.replace("s3:GetObject", "s3:ListBucket").replace("photos/*", "photos/x")),
                "MalformedPolicy",
                "Action does not apply to any resource(s) in statement");
        refused(
                () -> putPolicy(PUBLIC.replace("s3:GetObject", "sqs:SendMessage")),
                "MalformedPolicy",
                "Policy has invalid action");
        refused(
                () -> putPolicy(PUBLIC.replace("\"*\",\"Action", "{\"AWS\":\"nobody\"},\"Action")),
                "MalformedPolicy",
                "Invalid principal in policy");
    }

    @Test
    void a_policy_allows_by_name_and_asks_only_what_its_actions_know() {
        refused(
                () -> putPolicy(PUBLIC.replace("arn:aws:s3:::photos/*", "*")),
                "MalformedPolicy",
                "Policy has invalid resource");
        refused(
                () -> putPolicy(PUBLIC.replace("\"Principal\":\"*\"", "\"NotPrincipal\":{\"AWS\":\"000000000000\"}")),
                "MalformedPolicy",
                "Allow with NotPrincipal is not allowed");
        refused(
                () -> putPolicy(when("{\"StringEqual\":{\"aws:Referer\":\"x\"}}")),
                "MalformedPolicy",
                "Invalid Condition type : StringEqual");
        refused(
                () -> putPolicy(when("{\"StringEquals\":{\"s3:nothing\":\"x\"}}")),
                "MalformedPolicy",
                "Policy has an invalid condition key");
        refused(
                () -> putPolicy(when("{\"StringEquals\":{\"s3:prefix\":\"x\"}}")),
                "MalformedPolicy",
                "Conditions do not apply to combination of actions and resources in statement");
        open();
        putPolicy(
                when(
                        "{\"ForAnyValue:StringLikeIfExists\":{\"s3:ExistingObjectTag/a\":\"x\"},\"Null\":{\"aws:Referer\":\"true\"}}"));
        putPolicy(when("{\"StringLike\":{\"s3:prefix\":\"x\"}}")
                .replace("s3:GetObject", "s3:ListBucket")
                .replace("photos/*", "photos"));
    }

    private static String when(String condition) {
        return PUBLIC.replace("\"Effect\"", "\"Condition\":" + condition + ",\"Effect\"");
    }

    @Test
    void a_policy_with_an_identifying_condition_is_not_public() {
        var narrow = PUBLIC.replace(
                "\"Effect\"",
                "\"Condition\":{\"StringEquals\":{\"aws:PrincipalAccount\":\"111111111111\"}},\"Effect\"");
        assertThat(PolicyDocument.parse(narrow).isPublic()).isFalse();
        assertThat(PolicyDocument.parse(narrow.replace("StringEquals", "StringNotEquals"))
                        .isPublic())
                .isTrue();
        assertThat(PolicyDocument.parse(narrow.replace("111111111111", "*")).isPublic())
                .isTrue();
        var network = PUBLIC.replace(
                "\"Effect\"", "\"Condition\":{\"IpAddress\":{\"aws:SourceIp\":\"10.0.0.0/8\"}},\"Effect\"");
        assertThat(PolicyDocument.parse(network).isPublic()).isFalse();
        assertThat(PolicyDocument.parse(network.replace("10.0.0.0/8", "0.0.0.0/0"))
                        .isPublic())
                .isTrue();
    }

    @Test
    void restricted_public_buckets_shut_out_everybody_but_their_own_account() {
        open();
        putPolicy(PUBLIC);
        settings.change(
                BUCKET,
                null,
                (txn, bucket) -> PublicAccess.put(
                        txn,
                        bucket,
                        PublicAccessBlockConfiguration.builder()
                                .restrictPublicBuckets(true)
                                .build()));
        assertThat(effective(new Principal.Anonymous())).contains("\"Effect\":\"Deny\"");
        assertThat(effective(new Principal.Root("111111111111"))).contains("\"Effect\":\"Deny\"");
        assertThat(effective(new Principal.Root(OWNER))).doesNotContain("Deny");
    }

    @Test
    void lists_are_disabled_until_the_bucket_is_the_writers() {
        refused(
                () -> putAcl(BucketCannedACL.PUBLIC_READ),
                "AccessControlListNotSupported",
                "The bucket does not allow ACLs");
        refused(
                () -> putAcl(BucketCannedACL.PRIVATE),
                "AccessControlListNotSupported",
                "The bucket does not allow ACLs");
        enableLists();
        refused(
                () -> putAcl(BucketCannedACL.PUBLIC_READ),
                "AccessDenied",
                "User: arn:aws:iam::000000000000:root is not authorized to perform: s3:PutBucketAcl on resource: "
                        + "\"arn:aws:s3:::photos\" because public access control lists (ACLs) are blocked by the BlockPublicAcls block public access setting.");
        open();
        putAcl(BucketCannedACL.PUBLIC_READ);
        assertThat(effective(new Principal.Anonymous()))
                .contains("s3:ListBucket")
                .doesNotContain("s3:PutObject");
        putAcl(BucketCannedACL.AUTHENTICATED_READ);
        assertThat(effective(new Principal.Anonymous())).isEqualTo("null");
        assertThat(effective(new Principal.Root("111111111111")))
                .contains("arn:aws:iam::111111111111:root")
                .contains("s3:ListBucket");
    }

    @Test
    void ignored_public_lists_grant_nothing() {
        enableLists();
        open();
        putAcl(BucketCannedACL.PUBLIC_READ);
        settings.change(
                BUCKET,
                null,
                (txn, bucket) -> PublicAccess.put(
                        txn,
                        bucket,
                        PublicAccessBlockConfiguration.builder()
                                .ignorePublicAcls(true)
                                .build()));
        assertThat(effective(new Principal.Anonymous())).isEqualTo("null");
    }

    @Test
    void an_account_is_granted_by_its_canonical_id() {
        enableLists();
        var stranger = "222222222222";
        asOwner(() -> settings.change(
                BUCKET,
                null,
                (txn, bucket) -> AccessLists.putBucket(
                        txn,
                        bucket,
                        PutBucketAclRequest.builder()
                                .bucket(BUCKET)
                                .grantRead("id=\"" + Owners.id(stranger) + "\"")
                                .build())));
        assertThat(effective(new Principal.Root(stranger))).contains("s3:ListBucket");
        assertThat(effective(new Principal.Root("333333333333"))).isEqualTo("null");
        assertThat(effective(new Principal.Anonymous())).isEqualTo("null");
    }

    @Test
    void a_bucket_can_not_be_made_with_a_list_that_its_ownership_disables() {
        refused(
                () -> asOwner(() -> buckets.create(CreateBucketRequest.builder()
                        .bucket("other")
                        .acl(BucketCannedACL.PUBLIC_READ)
                        .build())),
                "InvalidBucketAclWithObjectOwnership",
                "Bucket cannot have ACLs set with ObjectOwnership's BucketOwnerEnforced setting");
        refused(
                () -> asOwner(() -> buckets.create(CreateBucketRequest.builder()
                        .bucket("other")
                        .objectOwnership("RandomValue")
                        .build())),
                "InvalidArgument",
                "Invalid x-amz-object-ownership header: RandomValue");
        asOwner(() -> buckets.create(CreateBucketRequest.builder()
                .bucket("other")
                .objectOwnership(ObjectOwnership.OBJECT_WRITER)
                .build()));
    }

    @Test
    void the_first_fitting_cors_rule_answers_a_browser() {
        var rules = List.of(
                CORSRule.builder()
                        .allowedOrigins("https://*.example.com")
                        .allowedMethods("PUT", "GET")
                        .allowedHeaders("x-amz-*")
                        .exposeHeaders("ETag")
                        .maxAgeSeconds(3000)
                        .build(),
                CORSRule.builder().allowedOrigins("*").allowedMethods("GET").build());
        settings.put(CorsRules.SETTING, BUCKET, null, CorsRules.checked(cors(rules)));
        assertThat(preflight("https://app.example.com", "PUT", "x-amz-acl"))
                .containsEntry("Access-Control-Allow-Origin", "https://app.example.com")
                .containsEntry("Access-Control-Allow-Methods", "PUT, GET")
                .containsEntry("Access-Control-Allow-Headers", "x-amz-acl")
                .containsEntry("Access-Control-Expose-Headers", "ETag")
                .containsEntry("Access-Control-Max-Age", "3000")
                .containsEntry("Access-Control-Allow-Credentials", "true");
        assertThat(preflight("https://elsewhere.org", "GET"))
                .containsEntry("Access-Control-Allow-Origin", "*")
                .doesNotContainKey("Access-Control-Allow-Credentials");
        refused(
                () -> preflight("https://elsewhere.org", "PUT"),
                "AccessForbidden",
                "CORSResponse: This CORS request is not allowed. This is usually because the evalution of Origin, request "
                        + "method / Access-Control-Request-Method or Access-Control-Request-Headers are not whitelisted by the resource's CORS spec.");
        refused(
                () -> CorsRules.checked(cors(List.of(CORSRule.builder()
                        .allowedOrigins("*")
                        .allowedMethods("MYMETHOD")
                        .build()))),
                "InvalidRequest",
                "Found unsupported HTTP method in CORS config. Unsupported method is MYMETHOD");
    }

    private static software.amazon.awssdk.services.s3.model.CORSConfiguration cors(List<CORSRule> rules) {
        return software.amazon.awssdk.services.s3.model.CORSConfiguration.builder()
                .corsRules(rules)
                .build();
    }

    private Map<String, String> preflight(String origin, String method, String... headers) {
        return settings.read(
                BUCKET,
                null,
                (snapshot, bucket) -> CorsRules.preflight(snapshot, bucket, true, origin, method, List.of(headers)));
    }

    @Test
    void the_earliest_rule_that_covers_an_object_tells_its_expiry() {
        var rules = software.amazon.awssdk.services.s3.model.BucketLifecycleConfiguration.builder()
                .rules(
                        rule("late", "logs/", 30),
                        rule("soon", "logs/old/", 1),
                        rule("off", "logs/", 1).toBuilder()
                                .status(ExpirationStatus.DISABLED)
                                .build())
                .build();
        var written = Instant.parse("2026-01-01T10:00:00Z");
        assertThat(LifecycleRules.header(rules, "logs/a", 1, Map.of(), written))
                .isEqualTo("expiry-date=\"Sun, 01 Feb 2026 00:00:00 GMT\", rule-id=\"late\"");
        assertThat(LifecycleRules.header(rules, "logs/old/a", 1, Map.of(), written))
                .isEqualTo("expiry-date=\"Sat, 03 Jan 2026 00:00:00 GMT\", rule-id=\"soon\"");
        assertThat(LifecycleRules.header(rules, "other", 1, Map.of(), written)).isNull();
    }

    private static LifecycleRule rule(String id, String prefix, int days) {
        return LifecycleRule.builder()
                .id(id)
                .status(ExpirationStatus.ENABLED)
                .filter(filter -> filter.prefix(prefix))
                .expiration(expiration -> expiration.days(days))
                .build();
    }

    @Test
    void bucket_tags_are_checked_and_gone_with_their_bucket() {
        refused(() -> putTags(tag("aws:x", "v")), "InvalidTag", "System tags cannot be added/updated by requester");
        refused(
                () -> putTags(tag("a", "v"), tag("a", "w")),
                "InvalidTag",
                "Cannot provide multiple Tags with the same key");
        putTags(tag("team", "wind"));
        assertThat(settings.read(BUCKET, null, BucketTags::get)).containsExactly(tag("team", "wind"));
        asOwner(() -> buckets.delete(BUCKET, null, (txn, bucket) -> {}));
        aBucket();
        refused(() -> settings.read(BUCKET, null, BucketTags::get), "NoSuchTagSet", "The TagSet does not exist");
    }

    private void putTags(Tag... tags) {
        settings.change(BUCKET, null, (txn, bucket) -> BucketTags.put(txn, bucket, List.of(tags), false));
    }

    private static Tag tag(String key, String value) {
        return Tag.builder().key(key).value(value).build();
    }
}
