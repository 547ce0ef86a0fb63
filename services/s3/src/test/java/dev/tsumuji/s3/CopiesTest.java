package dev.tsumuji.s3;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.s3.model.CopyObjectRequest;
import software.amazon.awssdk.services.s3.model.CopyObjectResponse;

class CopiesTest {
    private final Fixture fixture = Fixture.withBucket();

    @AfterEach
    void close() {
        fixture.close();
    }

    private CopyObjectResponse copy(
            String source, String target, java.util.function.Consumer<CopyObjectRequest.Builder> more) {
        var request = CopyObjectRequest.builder()
                .copySource(source)
                .destinationBucket(Fixture.BUCKET)
                .destinationKey(target);
        more.accept(request);
        return fixture.s3(s3 -> s3.copyObject(request.build()));
    }

    @Test
    void a_copy_is_like_its_source_unless_it_is_told_otherwise() {
        fixture.put(
                "a b",
                "text",
                r -> r.contentType("text/plain")
                        .metadata(Map.of("colour", "blue"))
                        .tagging("t=1"));
        copy("things/a%20b", "copy", r -> {});
        copy(
                "/things/a b",
                "other",
                r -> r.metadataDirective("REPLACE").contentType("text/html").taggingDirective("REPLACE"));
        var copied =
                fixture.s3(s3 -> s3.headObject(r -> r.bucket(Fixture.BUCKET).key("copy")));
        assertThat(copied.contentType()).isEqualTo("text/plain");
        assertThat(copied.metadata()).containsEntry("colour", "blue");
        assertThat(copied.tagCount()).isEqualTo(1);
        var other = fixture.s3(s3 -> s3.headObject(r -> r.bucket(Fixture.BUCKET).key("other")));
        assertThat(other.contentType()).isEqualTo("text/html");
        assertThat(other.metadata()).isEmpty();
        assertThat(other.tagCount()).isNull();
        assertThat(fixture.get("other")).isEqualTo("text");
    }

    @Test
    void a_copy_onto_itself_must_change_something() {
        fixture.put("k", "text");
        fixture.assertRefused(() -> copy("things/k", "k", r -> {}), "InvalidRequest", 400);
        copy("things/k", "k", r -> r.storageClass("STANDARD_IA"));
        assertThat(fixture.get("k")).isEqualTo("text");
    }

    @Test
    void a_copy_holds_to_conditions_on_its_source_and_its_target() {
        var etag = fixture.put("k", "text").eTag();
        fixture.assertRefused(
                () -> copy("things/k", "c", r -> r.copySourceIfNoneMatch(etag)), "PreconditionFailed", 412);
        copy("things/k", "c", r -> r.copySourceIfMatch(etag).ifNoneMatch("*"));
        fixture.assertRefused(() -> copy("things/k", "c", r -> r.ifNoneMatch("*")), "PreconditionFailed", 412);
        fixture.assertRefused(() -> copy("things/none", "c", r -> {}), "NoSuchKey", 404);
    }

    @Test
    void a_version_can_be_the_source() {
        fixture.versioning("Enabled");
        var first = fixture.put("k", "first").versionId();
        fixture.put("k", "second");
        assertThat(copy("things/k?versionId=" + first, "k", r -> {}).copySourceVersionId())
                .isEqualTo(first);
        assertThat(fixture.get("k")).isEqualTo("first");
    }
}
