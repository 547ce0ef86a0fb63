package dev.tsumuji.s3;

import dev.tsumuji.kernel.kv.Kv;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkRequest;
import software.amazon.awssdk.services.s3.model.CopyObjectRequest;
import software.amazon.awssdk.services.s3.model.CopyObjectResponse;
import software.amazon.awssdk.services.s3.model.CopyObjectResult;

/**
 * Copies of objects. The bytes are read, checked and sealed anew; the copy is whole, in however many parts its source was uploaded.
 *
 * @see <a href="https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html">CopyObject</a>
 */
final class Copies {
    private final Kv kv;
    private final Buckets buckets;
    private final Bodies bodies;
    private final Objects objects;
    private final InstantSource clock;

    Copies(Kv kv, Buckets buckets, Bodies bodies, Objects objects, InstantSource clock) {
        this.kv = kv;
        this.buckets = buckets;
        this.bodies = bodies;
        this.objects = objects;
        this.clock = clock;
    }

    /** A source as one snapshot has it. */
    record Source(Bucket bucket, Version version, Bodies.Source bytes, byte @Nullable [] customerKey) {}

    /** Finds what a request wants to copy, and holds it to the request's conditions. */
    Source source(SdkRequest request, CopySource from, @Nullable String expectedOwner) {
        var conditions = Conditions.ofSource(request);
        var key = CustomerKeys.ofSource(request);
        return kv.read(snapshot -> {
            var bucket = buckets.require(snapshot, from.bucket(), expectedOwner);
            var version = versionOf(() -> objects.require(snapshot, bucket, from.key(), from.versionId(), "GET"));
            var failing = conditions.failing(version, clock.instant());
            if (failing != null) {
                throw S3Errors.preconditionFailed(failing);
            }
            if (Metadata.archived(version.storageClass())) {
                throw S3Errors.of(
                        "ObjectNotInActiveTierError",
                        403,
                        "The source object of the COPY action is not in the active tier and is only stored in Amazon S3 Glacier.");
            }
            var customerKey = CustomerKeys.forRead(version.customerKeyMd5(), key);
            return new Source(bucket, version, bodies.find(snapshot, bucket.id(), version.body()), customerKey);
        });
    }

    private static Version versionOf(java.util.function.Supplier<Version> find) {
        try {
            return find.get();
        } catch (software.amazon.awssdk.services.s3.model.S3Exception e) {
            if (e.statusCode() == 405) {
                throw S3Errors.invalidRequest(
                        "The source of a copy request may not specifically refer to a delete marker by version id.");
            }
            throw e;
        }
    }

    InputStream open(Source source, long offset, long length) {
        try {
            return bodies.read(source.bytes, offset, length, source.customerKey);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    CopyObjectResponse copy(CopyObjectRequest request) {
        var from = CopySource.of(request);
        var target = buckets.read(request.destinationBucket(), request.expectedBucketOwner());
        ObjectKeys.check(request.destinationKey());
        var conditions = Conditions.OfWrite.of(request);
        var customerKey = CustomerKeys.forWrite(request);
        boolean replace = directive(
                request.metadataDirectiveAsString(), "x-amz-metadata-directive", "Unknown metadata directive.");
        boolean retag =
                directive(request.taggingDirectiveAsString(), "x-amz-tagging-directive", "Unknown tagging directive.");
        var algorithm = Checksums.Algorithm.named(request.checksumAlgorithmAsString());
        var source = source(request, from, request.expectedSourceBucketOwner());
        var version = source.version;
        if (version.body().size() > S3Limits.COPY_SIZE_MAX_BYTES) {
            throw S3Errors.invalidRequest(
                    "The specified copy source is larger than the maximum allowable size for a copy source: "
                            + S3Limits.COPY_SIZE_MAX_BYTES);
        }
        checkInPlace(request, from, source, replace, customerKey);
        kv.read(snapshot -> {
            BucketConfigurations.checkCustomerKey(snapshot, target, customerKey);
            objects.early(snapshot, target, request.destinationKey(), conditions);
            return target;
        });
        var kind = algorithm != null
                ? algorithm
                : version.sum() == null
                        ? Checksums.Algorithm.CRC64NVME
                        : version.sum().algorithm();
        Bodies.Written written;
        try (var in = open(source, 0, version.body().size())) {
            written = bodies.write(
                    in, S3Limits.COPY_SIZE_MAX_BYTES, customerKey == null ? null : customerKey.bytes(), Set.of(kind));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        var sum = new Checksums.Sum(kind, written.sum(kind), Checksums.FULL_OBJECT);
        var draft = draft(request, version, replace, retag, customerKey);
        var copied = objects.commit(
                request,
                request.destinationBucket(),
                request.expectedBucketOwner(),
                request.destinationKey(),
                conditions,
                objects.of(draft, written, sum, customerKey),
                "ObjectCreated:Copy",
                (txn, bucket) -> bodies.publish(txn, bucket.id(), written));
        var result = CopyObjectResult.builder()
                .eTag(Objects.quoted(copied.etag()))
                .lastModified(Times.whole(copied.modifiedAt()))
                .checksumType(sum.type());
        Objects.tellSum(sum, result);
        var answer = CopyObjectResponse.builder()
                .copyObjectResult(result.build())
                .versionId(Objects.shownId(target, copied))
                .copySourceVersionId(source.bucket.versioning() == null ? null : version.shownId());
        Objects.tellEncryption(copied, answer);
        return answer.build();
    }

    private static boolean directive(@Nullable String directive, String header, String message) {
        if (directive != null && !directive.equals("COPY") && !directive.equals("REPLACE")) {
            throw S3Errors.invalidArgument(message, header, directive);
        }
        return "REPLACE".equals(directive);
    }

    /** A copy onto itself must change something. */
    private static void checkInPlace(
            CopyObjectRequest request,
            CopySource from,
            Source source,
            boolean replace,
            CustomerKeys.@Nullable CustomerKey customerKey) {
        boolean same =
                from.bucket().equals(request.destinationBucket()) && from.key().equals(request.destinationKey());
        boolean changes = replace
                || from.versionId() != null
                || request.storageClassAsString() != null
                || request.websiteRedirectLocation() != null
                || request.serverSideEncryptionAsString() != null
                || request.checksumAlgorithmAsString() != null
                || customerKey != null
                || source.version.customerKeyMd5() != null;
        if (same && !changes) {
            throw S3Errors.invalidRequest(
                    "This copy request is illegal because it is trying to copy an object to itself without changing the object's "
                            + "metadata, storage class, website redirect location or encryption attributes.");
        }
    }

    private Version draft(
            CopyObjectRequest request,
            Version source,
            boolean replace,
            boolean retag,
            CustomerKeys.@Nullable CustomerKey customerKey) {
        var asked = objects.draft(request, customerKey);
        var headers = new LinkedHashMap<>(replace ? asked.headers() : source.headers());
        headers.remove(Metadata.REDIRECT);
        if (request.websiteRedirectLocation() != null) {
            headers.put(Metadata.REDIRECT, request.websiteRedirectLocation());
        }
        Map<String, String> user = replace ? asked.user() : source.user();
        return new Version(
                0,
                null,
                false,
                asked.modifiedAt(),
                source.body(),
                "",
                0,
                null,
                headers,
                user,
                retag ? asked.tags() : source.tags(),
                asked.storageClass(),
                asked.customerKeyMd5(),
                Version.Lock.NONE,
                null,
                asked.owner());
    }
}
