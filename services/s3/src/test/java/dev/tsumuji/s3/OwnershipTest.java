package dev.tsumuji.s3;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tsumuji.kernel.call.Call;
import dev.tsumuji.kernel.call.Principal;
import dev.tsumuji.kernel.cloud.Access;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.SdkRequest;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.model.BucketCannedACL;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.DeleteObjectRequest;
import software.amazon.awssdk.services.s3.model.GetBucketPolicyRequest;
import software.amazon.awssdk.services.s3.model.GetObjectRequest;
import software.amazon.awssdk.services.s3.model.HeadObjectRequest;
import software.amazon.awssdk.services.s3.model.ObjectCannedACL;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.PutObjectRetentionRequest;

/** Whose objects are, and what that asks of those who come for them. */
class OwnershipTest {
    private static final String OWNER = "000000000000";
    private static final String WRITER = "111111111111";
    private final Fixture fixture = Fixture.withBucket();

    @AfterEach
    void close() {
        fixture.close();
    }

    private void rule(String ownership) {
        fixture.account = OWNER;
        fixture.s3(s3 -> s3.putBucketOwnershipControls(
                r -> r.bucket(Fixture.BUCKET).ownershipControls(c -> c.rules(o -> o.objectOwnership(ownership)))));
        fixture.account = WRITER;
    }

    private String ownerOf(String key) {
        return fixture.s3(s3 -> s3.getObjectAcl(r -> r.bucket(Fixture.BUCKET).key(key)))
                .owner()
                .id();
    }

    @Test
    void the_bucket_decides_whether_a_writer_owns_what_it_writes() {
        rule("BucketOwnerEnforced");
        fixture.put("enforced", "x");
        assertThat(ownerOf("enforced")).isEqualTo(Owners.id(OWNER));
        fixture.assertRefused(
                () -> fixture.put("k", "x", r -> r.acl(ObjectCannedACL.PRIVATE)), "AccessControlListNotSupported", 400);
        rule("BucketOwnerPreferred");
        fixture.put("kept", "x");
        fixture.put("given", "x", r -> r.acl(ObjectCannedACL.BUCKET_OWNER_FULL_CONTROL));
        assertThat(ownerOf("kept")).isEqualTo(Owners.id(WRITER));
        assertThat(ownerOf("given")).isEqualTo(Owners.id(OWNER));
        rule("ObjectWriter");
        fixture.put("writers", "x", r -> r.acl(ObjectCannedACL.BUCKET_OWNER_FULL_CONTROL));
        assertThat(ownerOf("writers")).isEqualTo(Owners.id(WRITER));
        var listed =
                fixture.s3(s3 -> s3.listObjectsV2(r -> r.bucket(Fixture.BUCKET).fetchOwner(true)));
        assertThat(listed.contents().stream().map(object -> object.owner().id()).distinct())
                .containsExactlyInAnyOrder(Owners.id(OWNER), Owners.id(WRITER));
        rule("BucketOwnerEnforced");
        assertThat(ownerOf("writers")).isEqualTo(Owners.id(OWNER));
    }

    @Test
    void an_upload_is_the_writers_as_the_object_will_be() {
        rule("ObjectWriter");
        var upload = fixture.s3(s3 ->
                        s3.createMultipartUpload(r -> r.bucket(Fixture.BUCKET).key("k")))
                .uploadId();
        var parts = fixture.s3(
                s3 -> s3.listParts(r -> r.bucket(Fixture.BUCKET).key("k").uploadId(upload)));
        assertThat(parts.owner().id()).isEqualTo(Owners.id(WRITER));
        assertThat(parts.initiator().id()).isEqualTo(Owners.id(WRITER));
        var part = fixture.s3(s3 -> s3.uploadPart(
                r -> r.bucket(Fixture.BUCKET).key("k").uploadId(upload).partNumber(1), RequestBody.fromString("x")));
        fixture.s3(s3 -> s3.completeMultipartUpload(r -> r.bucket(Fixture.BUCKET)
                .key("k")
                .uploadId(upload)
                .multipartUpload(m -> m.parts(
                        CompletedPart.builder().partNumber(1).eTag(part.eTag()).build()))));
        assertThat(ownerOf("k")).isEqualTo(Owners.id(WRITER));
    }

    private List<Access> needed(String operation, SdkRequest request, Principal who) {
        var call = new Call(
                who.account(),
                "us-east-1",
                who,
                null,
                null,
                "request",
                "127.0.0.1",
                "test",
                fixture.time.instant(),
                false,
                Map.of());
        return ScopedValue.where(Call.CURRENT, call)
                .call(() -> fixture.s3.service().actions().of(operation, request, call));
    }

    @Test
    void the_objects_owner_decides_who_reads_it_and_the_buckets_who_deletes_it() {
        rule("ObjectWriter");
        fixture.put("k", "x");
        var root = new Principal.Root(OWNER);
        var get = GetObjectRequest.builder().bucket(Fixture.BUCKET).key("k").build();
        var delete =
                DeleteObjectRequest.builder().bucket(Fixture.BUCKET).key("k").build();
        assertThat(needed("GetObject", get, root).getFirst().resourceAccount()).isEqualTo(WRITER);
        assertThat(needed("DeleteObject", delete, root).getFirst().resourceAccount())
                .isEqualTo(OWNER);
        rule("BucketOwnerEnforced");
        assertThat(needed("GetObject", get, root).getFirst().resourceAccount()).isEqualTo(OWNER);
    }

    @Test
    void the_root_reads_a_policy_that_shuts_it_out() {
        fixture.s3(s3 -> s3.putBucketPolicy(r -> r.bucket(Fixture.BUCKET).policy("""
                {"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":"arn:aws:s3:::things"}]}""")));
        var request = GetBucketPolicyRequest.builder().bucket(Fixture.BUCKET).build();
        var user = new Principal.User(OWNER, "/", "someone", "AIDAEXAMPLE");
        assertThat(needed("GetBucketPolicy", request, new Principal.Root(OWNER))
                        .getFirst()
                        .resourcePolicy()
                        .get())
                .isNull();
        assertThat(needed("GetBucketPolicy", request, user)
                        .getFirst()
                        .resourcePolicy()
                        .get())
                .contains("Deny");
    }

    @Test
    void conditional_writes_and_deletions_need_to_read() {
        var root = new Principal.Root(OWNER);
        var put = PutObjectRequest.builder()
                .bucket(Fixture.BUCKET)
                .key("k")
                .ifMatch("\"tag\"")
                .build();
        var delete = DeleteObjectRequest.builder()
                .bucket(Fixture.BUCKET)
                .key("k")
                .ifMatch("*")
                .build();
        assertThat(needed("PutObject", put, root))
                .extracting(Access::action)
                .containsExactly("s3:PutObject", "s3:GetObject");
        assertThat(needed("PutObject", put, root).getFirst().context())
                .containsEntry("s3:if-match", List.of("\"tag\""))
                .containsEntry("s3:ObjectCreationOperation", List.of("true"))
                .containsEntry("s3:ResourceAccount", List.of(OWNER));
        assertThat(needed("DeleteObject", delete, root))
                .extracting(Access::action)
                .containsExactly("s3:DeleteObject");
    }

    @Test
    void a_missing_object_is_told_to_who_may_list_its_key() {
        var head = HeadObjectRequest.builder()
                .bucket(Fixture.BUCKET)
                .key("private/k")
                .build();
        var list = needed("HeadObject", head, new Principal.Root(OWNER)).get(1);
        assertThat(list.action()).isEqualTo("s3:ListBucket");
        assertThat(list.context()).containsEntry("s3:prefix", List.of("private/k"));
    }

    @Test
    void nobody_learns_what_is_missing_but_who_may_list_the_bucket() {
        fixture.s3(s3 -> s3.deletePublicAccessBlock(r -> r.bucket(Fixture.BUCKET)));
        rule("ObjectWriter");
        fixture.account = OWNER;
        fixture.put("hidden", "x");
        fixture.s3(s3 -> s3.putBucketAcl(r -> r.bucket(Fixture.BUCKET).acl(BucketCannedACL.PUBLIC_READ)));
        assertThat(mayRead("missing")).contains("s3:GetObject");
        assertThat(mayRead("hidden")).doesNotContain("s3:GetObject");
        fixture.s3(s3 -> s3.putBucketAcl(r -> r.bucket(Fixture.BUCKET).acl(BucketCannedACL.PRIVATE)));
        assertThat(mayRead("missing")).doesNotContain("s3:GetObject");
    }

    private String mayRead(String key) {
        var get = GetObjectRequest.builder().bucket(Fixture.BUCKET).key(key).build();
        return String.valueOf(needed("GetObject", get, new Principal.Anonymous())
                .getFirst()
                .resourcePolicy()
                .get());
    }

    @Test
    void a_policy_can_ask_how_long_an_object_is_to_be_retained() {
        var until = fixture.time.instant().plusSeconds(10 * 86_400 + 1);
        var retain = PutObjectRetentionRequest.builder()
                .bucket(Fixture.BUCKET)
                .key("k")
                .retention(r -> r.mode("GOVERNANCE").retainUntilDate(until))
                .build();
        assertThat(needed("PutObjectRetention", retain, new Principal.Root(OWNER))
                        .getFirst()
                        .context())
                .containsEntry("s3:object-lock-mode", List.of("GOVERNANCE"))
                .containsEntry("s3:object-lock-remaining-retention-days", List.of("11"));
    }
}
