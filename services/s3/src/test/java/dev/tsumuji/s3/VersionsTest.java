package dev.tsumuji.s3;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.model.ChecksumAlgorithm;
import software.amazon.awssdk.services.s3.model.DeleteMarkerEntry;
import software.amazon.awssdk.services.s3.model.ObjectIdentifier;
import software.amazon.awssdk.services.s3.model.ObjectVersion;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.S3Error;

class VersionsTest {
    private final Fixture fixture = Fixture.versioned();

    @AfterEach
    void close() {
        fixture.close();
    }

    private List<ObjectVersion> versions() {
        return fixture.s3(s3 -> s3.listObjectVersions(r -> r.bucket(Fixture.BUCKET)))
                .versions();
    }

    private List<DeleteMarkerEntry> markers() {
        return fixture.s3(s3 -> s3.listObjectVersions(r -> r.bucket(Fixture.BUCKET)))
                .deleteMarkers();
    }

    @Test
    void every_write_is_a_version_and_each_can_be_read() {
        var first = fixture.put("k", "1").versionId();
        var second = fixture.put("k", "2").versionId();
        assertThat(fixture.get("k")).isEqualTo("2");
        assertThat(fixture.get("k", r -> r.versionId(first))).isEqualTo("1");
        assertThat(versions()).extracting(ObjectVersion::versionId).containsExactly(second, first);
        assertThat(versions()).extracting(ObjectVersion::isLatest).containsExactly(true, false);
    }

    @Test
    void deleting_hides_and_deleting_the_marker_shows_again() {
        var version = fixture.put("k", "1").versionId();
        var marker =
                fixture.s3(s3 -> s3.deleteObject(r -> r.bucket(Fixture.BUCKET).key("k")));
        assertThat(marker.deleteMarker()).isTrue();
        fixture.assertRefused(() -> fixture.get("k"), "NoSuchKey", 404);
        fixture.assertRefused(() -> fixture.get("k", r -> r.versionId(marker.versionId())), "MethodNotAllowed", 405);
        assertThat(markers()).extracting(DeleteMarkerEntry::isLatest).containsExactly(true);
        fixture.s3(s3 -> s3.deleteObject(r -> r.bucket(Fixture.BUCKET).key("k").versionId(marker.versionId())));
        assertThat(fixture.get("k")).isEqualTo("1");
        assertThat(versions()).extracting(ObjectVersion::versionId).containsExactly(version);
    }

    @Test
    void deleting_the_latest_version_brings_back_the_one_before() {
        var first = fixture.put("k", "1").versionId();
        var second = fixture.put("k", "2").versionId();
        fixture.s3(s3 -> s3.deleteObject(r -> r.bucket(Fixture.BUCKET).key("k").versionId(second)));
        assertThat(fixture.get("k")).isEqualTo("1");
        fixture.s3(s3 -> s3.deleteObject(r -> r.bucket(Fixture.BUCKET).key("k").versionId(first)));
        fixture.assertRefused(() -> fixture.get("k"), "NoSuchKey", 404);
        fixture.s3(s3 -> s3.deleteBucket(r -> r.bucket(Fixture.BUCKET)));
    }

    @Test
    void a_bucket_that_has_stopped_keeping_versions_has_one_null_version_of_a_key() {
        var kept = fixture.put("k", "kept").versionId();
        fixture.versioning("Suspended");
        fixture.put("k", "null 1");
        fixture.put("k", "null 2");
        assertThat(versions()).extracting(ObjectVersion::versionId).containsExactly("null", kept);
        fixture.versioning("Enabled");
        var newest = fixture.put("k", "newest").versionId();
        assertThat(versions()).extracting(ObjectVersion::versionId).containsExactly(newest, "null", kept);
        assertThat(fixture.get("k", r -> r.versionId("null"))).isEqualTo("null 2");
        fixture.versioning("Suspended");
        fixture.put("k", "null 3");
        assertThat(versions()).extracting(ObjectVersion::versionId).containsExactly("null", newest, kept);
        var marker =
                fixture.s3(s3 -> s3.deleteObject(r -> r.bucket(Fixture.BUCKET).key("k")));
        assertThat(marker.versionId()).isEqualTo("null");
        assertThat(versions()).extracting(ObjectVersion::versionId).containsExactly(newest, kept);
    }

    @Test
    void what_was_there_before_versions_were_kept_becomes_the_null_version() {
        fixture.s3(s3 -> s3.createBucket(r -> r.bucket("plain-bucket")));
        fixture.s3(s3 -> s3.putObject(
                r -> r.bucket("plain-bucket").key("k"),
                software.amazon.awssdk.core.sync.RequestBody.fromString("old")));
        fixture.s3(s3 -> s3.putBucketVersioning(
                r -> r.bucket("plain-bucket").versioningConfiguration(v -> v.status("Enabled"))));
        fixture.s3(s3 -> s3.putObject(
                r -> r.bucket("plain-bucket").key("k"),
                software.amazon.awssdk.core.sync.RequestBody.fromString("new")));
        var old = fixture.s3(
                s3 -> s3.getObjectAsBytes(r -> r.bucket("plain-bucket").key("k").versionId("null")));
        assertThat(old.asUtf8String()).isEqualTo("old");
    }

    @Test
    void a_listing_goes_on_behind_a_version_that_is_gone() {
        for (int i = 0; i < 4; i++) {
            fixture.put("k", "" + i);
        }
        var page = fixture.s3(
                s3 -> s3.listObjectVersions(r -> r.bucket(Fixture.BUCKET).maxKeys(2)));
        page.versions()
                .forEach(version -> fixture.s3(s3 ->
                        s3.deleteObject(r -> r.bucket(Fixture.BUCKET).key("k").versionId(version.versionId()))));

        var rest = fixture.s3(s3 -> s3.listObjectVersions(r -> r.bucket(Fixture.BUCKET)
                        .keyMarker(page.nextKeyMarker())
                        .versionIdMarker(page.nextVersionIdMarker())))
                .versions();

        assertThat(rest).extracting(ObjectVersion::isLatest).containsExactly(true, false);
    }

    @Test
    void many_are_deleted_at_once_and_each_that_cannot_be_is_told() {
        var version = fixture.put("a", "1").versionId();
        fixture.put("b", "1");
        var answer = fixture.s3(s3 -> s3.deleteObjects(r -> r.bucket(Fixture.BUCKET)
                .delete(d -> d.objects(
                        ObjectIdentifier.builder().key("a").versionId(version).build(),
                        ObjectIdentifier.builder().key("b").build(),
                        ObjectIdentifier.builder()
                                .key("c")
                                .versionId("nonsense")
                                .build()))));
        assertThat(answer.deleted()).hasSize(2);
        assertThat(answer.errors()).extracting(S3Error::code).containsExactly("NoSuchVersion");
    }

    @Test
    void a_listing_of_versions_goes_on_only_from_a_version_that_can_be() {
        var rows = Map.of("", "A version-id marker cannot be empty.", "nonsense", "Invalid version id specified");
        rows.forEach((marker, message) -> fixture.assertRefused(
                        () -> fixture.s3(s3 -> s3.listObjectVersions(
                                r -> r.bucket(Fixture.BUCKET).keyMarker("k").versionIdMarker(marker))),
                        "InvalidArgument",
                        400)
                .hasMessageContaining(message));
    }

    @Test
    void governance_is_tightened_by_nobody_who_may_not_pass_over_it() {
        fixture.s3(s3 -> s3.createBucket(r -> r.bucket("governed").objectLockEnabledForBucket(true)));
        var until = fixture.time.instant().plus(Duration.ofDays(3));
        fixture.s3(s3 -> s3.putObject(
                r -> r.bucket("governed")
                        .key("k")
                        .objectLockMode("GOVERNANCE")
                        .objectLockRetainUntilDate(until)
                        .checksumAlgorithm(ChecksumAlgorithm.CRC32),
                RequestBody.fromString("x")));
        retain("GOVERNANCE", until.plusSeconds(60), false);
        fixture.assertRefused(() -> retain("COMPLIANCE", until.plusSeconds(60), false), "AccessDenied", 403);
        fixture.assertRefused(() -> retain("GOVERNANCE", until, false), "AccessDenied", 403);
        retain("GOVERNANCE", until, true);
        retain("COMPLIANCE", until, true);
        fixture.assertRefused(() -> retain("GOVERNANCE", until, true), "AccessDenied", 403);
    }

    private void retain(String mode, java.time.Instant until, boolean bypass) {
        fixture.s3(s3 -> s3.putObjectRetention(r -> r.bucket("governed")
                .key("k")
                .bypassGovernanceRetention(bypass)
                .retention(t -> t.mode(mode).retainUntilDate(until))));
    }

    @Test
    void a_bucket_that_locks_by_itself_takes_nothing_without_a_digest() {
        fixture.s3(s3 -> s3.createBucket(r -> r.bucket("locking").objectLockEnabledForBucket(true)));
        fixture.s3(s3 -> s3.putObjectLockConfiguration(r -> r.bucket("locking")
                .objectLockConfiguration(c -> c.objectLockEnabled("Enabled")
                        .rule(rule ->
                                rule.defaultRetention(d -> d.mode("GOVERNANCE").days(1))))));
        fixture.assertRefused(
                        () -> fixture.s3(
                                s3 -> s3.putObject(r -> r.bucket("locking").key("k"), RequestBody.fromString("x"))),
                        "InvalidRequest",
                        400)
                .hasMessageContaining("Content-MD5 OR x-amz-checksum- HTTP header is required");
        fixture.assertRefused(
                        () -> fixture.s3(s3 -> s3.putObjectLockConfiguration(r -> r.bucket("locking")
                                .objectLockConfiguration(c -> c.objectLockEnabled("Enabled")
                                        .rule(rule -> rule.defaultRetention(
                                                d -> d.mode("GOVERNANCE").days(0)))))),
                        "InvalidArgument",
                        400)
                .hasMessageContaining("Default retention period must be a positive integer value.");
    }

    @Test
    void a_version_under_retention_stays_until_its_day() {
        fixture.s3(s3 -> s3.createBucket(r -> r.bucket("locked-bucket").objectLockEnabledForBucket(true)));
        var until = fixture.time.instant().plus(Duration.ofDays(1));
        var put = PutObjectRequest.builder()
                .bucket("locked-bucket")
                .key("k")
                .objectLockMode("COMPLIANCE")
                .objectLockRetainUntilDate(until)
                .build();
        fixture.assertRefused(
                        () -> fixture.s3(s3 -> s3.putObject(put, RequestBody.fromString("x"))), "InvalidRequest", 400)
                .hasMessageContaining("Content-MD5 OR x-amz-checksum- HTTP header is required");
        var digested =
                put.toBuilder().checksumAlgorithm(ChecksumAlgorithm.CRC32).build();
        var version = fixture.s3(s3 -> s3.putObject(digested, RequestBody.fromString("x")))
                .versionId();
        fixture.assertRefused(
                () -> fixture.s3(s3 -> s3.deleteObject(r ->
                        r.bucket("locked-bucket").key("k").versionId(version).bypassGovernanceRetention(true))),
                "AccessDenied",
                403);
        fixture.time.advance(Duration.ofDays(2));
        fixture.s3(s3 -> s3.deleteObject(r -> r.bucket("locked-bucket").key("k").versionId(version)));
    }
}
