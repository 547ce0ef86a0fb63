package dev.tsumuji.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.async.AsyncRequestBody;
import software.amazon.awssdk.core.async.AsyncResponseTransformer;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3AsyncClient;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3Configuration;
import software.amazon.awssdk.services.s3.model.BucketVersioningStatus;
import software.amazon.awssdk.services.s3.model.ChecksumAlgorithm;
import software.amazon.awssdk.services.s3.model.ChecksumMode;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;
import software.amazon.awssdk.services.s3.model.ObjectIdentifier;
import software.amazon.awssdk.services.s3.model.S3Exception;
import software.amazon.awssdk.services.s3.presigner.S3Presigner;
import software.amazon.awssdk.transfer.s3.S3TransferManager;

/** Buckets by the AWS SDK for Java, version 2: its clients, its presigner, and its transfer manager without native code. */
class JavaBucketsIT {
    private static S3Client s3;
    private static S3AsyncClient async;

    @TempDir
    Path folder;

    @BeforeAll
    static void connect() {
        s3 = RunningPlatform.shared().client(S3Client.builder().forcePathStyle(true));
        async = RunningPlatform.shared()
                .client(S3AsyncClient.builder().forcePathStyle(true).multipartEnabled(true));
    }

    @AfterAll
    static void disconnect() {
        s3.close();
        async.close();
    }

    private static byte[] bytes(int length) {
        var bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return bytes;
    }

    @Test
    void objects_have_checksums_ranges_and_versions() {
        var bucket = "java2-objects";
        s3.createBucket(r -> r.bucket(bucket));
        s3.waiter().waitUntilBucketExists(r -> r.bucket(bucket));
        s3.putBucketVersioning(
                r -> r.bucket(bucket).versioningConfiguration(v -> v.status(BucketVersioningStatus.ENABLED)));
        var key = "a/b c+ü%2F//☃.txt";
        for (var algorithm : new ChecksumAlgorithm[] {
            ChecksumAlgorithm.CRC32, ChecksumAlgorithm.CRC32_C, ChecksumAlgorithm.SHA1, ChecksumAlgorithm.SHA256
        }) {
            s3.putObject(
                    r -> r.bucket(bucket).key(key).checksumAlgorithm(algorithm),
                    RequestBody.fromString("hello " + algorithm));
            var got = s3.getObjectAsBytes(r -> r.bucket(bucket).key(key).checksumMode(ChecksumMode.ENABLED));
            assertThat(got.asUtf8String()).isEqualTo("hello " + algorithm);
            assertThat(got.response().toString())
                    .contains("Checksum" + algorithm.toString().replace("_", "") + "=");
        }
        assertThat(s3.getObjectAsBytes(r -> r.bucket(bucket).key(key).range("bytes=-6"))
                        .asUtf8String())
                .isEqualTo("SHA256");
        var versions = s3.listObjectVersionsPaginator(r -> r.bucket(bucket).maxKeys(1)).versions().stream()
                .toList();
        assertThat(versions).hasSize(4);
        assertThat(s3.getObjectAsBytes(r -> r.bucket(bucket)
                                .key(key)
                                .versionId(versions.getLast().versionId()))
                        .asUtf8String())
                .isEqualTo("hello CRC32");
        s3.deleteObject(r -> r.bucket(bucket).key(key));
        assertThatThrownBy(() -> s3.getObject(r -> r.bucket(bucket).key(key))).isInstanceOf(NoSuchKeyException.class);
        assertThatThrownBy(() -> s3.headObject(r -> r.bucket(bucket).key("none")))
                .isInstanceOf(NoSuchKeyException.class);
        assertThatThrownBy(() -> s3.putObject(
                        r -> r.bucket(bucket).key("sum").checksumSHA256("AAAA"), RequestBody.fromString("x")))
                .isInstanceOf(S3Exception.class);
        assertThatThrownBy(() -> s3.deleteBucket(r -> r.bucket(bucket)))
                .hasMessageContaining("The bucket you tried to delete is not empty");
        empty(bucket);
    }

    @Test
    void an_upload_in_parts_is_one_object() {
        var bucket = "java2-parts";
        s3.createBucket(r -> r.bucket(bucket));
        var whole = bytes(11 * 1024 * 1024);
        var id = s3.createMultipartUpload(r -> r.bucket(bucket).key("large").checksumAlgorithm(ChecksumAlgorithm.CRC32))
                .uploadId();
        var parts = new ArrayList<CompletedPart>();
        for (int from = 0; from < whole.length; from += 5 * 1024 * 1024) {
            int number = parts.size() + 1;
            var part = Arrays.copyOfRange(whole, from, Math.min(whole.length, from + 5 * 1024 * 1024));
            var put = s3.uploadPart(
                    r -> r.bucket(bucket)
                            .key("large")
                            .uploadId(id)
                            .partNumber(number)
                            .checksumAlgorithm(ChecksumAlgorithm.CRC32),
                    RequestBody.fromBytes(part));
            parts.add(CompletedPart.builder()
                    .partNumber(number)
                    .eTag(put.eTag())
                    .checksumCRC32(put.checksumCRC32())
                    .build());
        }
        assertThat(s3
                        .listPartsPaginator(
                                r -> r.bucket(bucket).key("large").uploadId(id).maxParts(2))
                        .parts()
                        .stream())
                .hasSize(3);
        var done = s3.completeMultipartUpload(
                r -> r.bucket(bucket).key("large").uploadId(id).multipartUpload(m -> m.parts(parts)));
        assertThat(done.eTag()).endsWith("-3\"");
        assertThat(s3.getObjectAsBytes(r -> r.bucket(bucket).key("large")).asByteArray())
                .isEqualTo(whole);
        var abandoned =
                s3.createMultipartUpload(r -> r.bucket(bucket).key("never")).uploadId();
        s3.abortMultipartUpload(r -> r.bucket(bucket).key("never").uploadId(abandoned));
        assertThat(s3.listMultipartUploads(r -> r.bucket(bucket)).uploads()).isEmpty();
        empty(bucket);
    }

    @Test
    void presigned_requests_need_no_credentials() throws IOException, InterruptedException {
        var bucket = "java2-links";
        s3.createBucket(r -> r.bucket(bucket));
        try (var presigner = S3Presigner.builder()
                        .endpointOverride(URI.create(RunningPlatform.shared().url()))
                        .region(Region.of(RunningPlatform.REGION))
                        .serviceConfiguration(S3Configuration.builder()
                                .pathStyleAccessEnabled(true)
                                .build())
                        .credentialsProvider(StaticCredentialsProvider.create(
                                AwsBasicCredentials.create(RunningPlatform.ACCESS_KEY, RunningPlatform.SECRET_KEY)))
                        .build();
                var http = HttpClient.newHttpClient()) {
            var put = presigner.presignPutObject(p -> p.signatureDuration(Duration.ofMinutes(1))
                    .putObjectRequest(r ->
                            r.bucket(bucket).key("l ü").contentType("text/x").metadata(Map.of("a", "b"))));
            var request = HttpRequest.newBuilder(URI.create(put.url().toString()))
                    .PUT(HttpRequest.BodyPublishers.ofString("linked"));
            put.signedHeaders().forEach((name, values) -> {
                if (!name.equalsIgnoreCase("host")) {
                    values.forEach(value -> request.header(name, value));
                }
            });
            assertThat(http.send(request.build(), HttpResponse.BodyHandlers.ofString())
                            .statusCode())
                    .isEqualTo(200);
            var get = presigner.presignGetObject(p -> p.signatureDuration(Duration.ofMinutes(1))
                    .getObjectRequest(r -> r.bucket(bucket).key("l ü")));
            assertThat(get.isBrowserExecutable()).isTrue();
            var answer = http.send(
                    HttpRequest.newBuilder(URI.create(get.url().toString())).build(),
                    HttpResponse.BodyHandlers.ofString());
            assertThat(answer.body()).isEqualTo("linked");
            assertThat(answer.headers().firstValue("x-amz-meta-a")).contains("b");
            var forged = URI.create(get.url().toString().replace("l%20", "m%20"));
            assertThat(http.send(HttpRequest.newBuilder(forged).build(), HttpResponse.BodyHandlers.ofString())
                            .body())
                    .contains("<Code>SignatureDoesNotMatch</Code>");
        }
        empty(bucket);
    }

    @Test
    void the_asynchronous_client_and_the_transfer_manager_move_files_in_parts() throws Exception {
        var bucket = "java2-transfers";
        async.createBucket(r -> r.bucket(bucket)).get(20, TimeUnit.SECONDS);
        async.putObject(r -> r.bucket(bucket).key("small"), AsyncRequestBody.fromString("small"))
                .get(20, TimeUnit.SECONDS);
        assertThat(async.getObject(r -> r.bucket(bucket).key("small"), AsyncResponseTransformer.toBytes())
                        .get(20, TimeUnit.SECONDS)
                        .asUtf8String())
                .isEqualTo("small");
        var file = Files.write(folder.resolve("large"), bytes(20 * 1024 * 1024 + 3));
        var tree = Files.createDirectories(folder.resolve("tree/sub"));
        for (int i = 0; i < 20; i++) {
            Files.writeString(tree.resolve(i + ".txt"), "file " + i);
        }
        try (var transfers = S3TransferManager.builder().s3Client(async).build()) {
            transfers
                    .uploadFile(u -> u.source(file)
                            .putObjectRequest(r -> r.bucket(bucket).key("large")))
                    .completionFuture()
                    .get(60, TimeUnit.SECONDS);
            assertThat(s3.headObject(r -> r.bucket(bucket).key("large")).eTag()).contains("-");
            transfers
                    .downloadFile(d -> d.destination(folder.resolve("back"))
                            .getObjectRequest(r -> r.bucket(bucket).key("large")))
                    .completionFuture()
                    .get(60, TimeUnit.SECONDS);
            assertThat(Files.mismatch(file, folder.resolve("back"))).isEqualTo(-1);
            assertThat(transfers
                            .uploadDirectory(u -> u.source(folder.resolve("tree"))
                                    .bucket(bucket)
                                    .s3Prefix("tree"))
                            .completionFuture()
                            .get(60, TimeUnit.SECONDS)
                            .failedTransfers())
                    .isEmpty();
            assertThat(transfers
                            .downloadDirectory(d -> d.destination(folder.resolve("again"))
                                    .bucket(bucket)
                                    .listObjectsV2RequestTransformer(l -> l.prefix("tree/")))
                            .completionFuture()
                            .get(60, TimeUnit.SECONDS)
                            .failedTransfers())
                    .isEmpty();
            try (var files = Files.walk(folder.resolve("again"))) {
                assertThat(files.filter(Files::isRegularFile)).hasSize(20);
            }
            transfers
                    .copy(c -> c.copyObjectRequest(r -> r.sourceBucket(bucket)
                            .sourceKey("large")
                            .destinationBucket(bucket)
                            .destinationKey("copy")))
                    .completionFuture()
                    .get(60, TimeUnit.SECONDS);
            assertThat(s3.headObject(r -> r.bucket(bucket).key("copy")).contentLength())
                    .isEqualTo(Files.size(file));
        }
        empty(bucket);
    }

    private static void empty(String bucket) {
        var all = new ArrayList<ObjectIdentifier>();
        for (var page : s3.listObjectVersionsPaginator(r -> r.bucket(bucket))) {
            page.versions()
                    .forEach(v -> all.add(ObjectIdentifier.builder()
                            .key(v.key())
                            .versionId(v.versionId())
                            .build()));
            page.deleteMarkers()
                    .forEach(v -> all.add(ObjectIdentifier.builder()
                            .key(v.key())
                            .versionId(v.versionId())
                            .build()));
        }
        assertThat(s3.deleteObjects(r -> r.bucket(bucket).delete(d -> d.objects(all)))
                        .errors())
                .isEmpty();
        s3.deleteBucket(r -> r.bucket(bucket));
    }
}
