package dev.tsumuji.s3;

import dev.tsumuji.kernel.kv.Kv;
import dev.tsumuji.kernel.kv.Snapshot;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import software.amazon.awssdk.services.s3.model.Checksum;
import software.amazon.awssdk.services.s3.model.GetObjectAttributesParts;
import software.amazon.awssdk.services.s3.model.GetObjectAttributesRequest;
import software.amazon.awssdk.services.s3.model.GetObjectAttributesResponse;
import software.amazon.awssdk.services.s3.model.ObjectPart;

/**
 * GetObjectAttributes. Thread-safe: all state is in the store.
 *
 * @see <a href="https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObjectAttributes.html">GetObjectAttributes</a>
 */
final class Attributes {
    private static final Set<String> KNOWN = Set.of("ETag", "Checksum", "ObjectParts", "StorageClass", "ObjectSize");

    private final Kv kv;
    private final Buckets buckets;
    private final Bodies bodies;
    private final Objects objects;

    Attributes(Kv kv, Buckets buckets, Bodies bodies, Objects objects) {
        this.kv = kv;
        this.buckets = buckets;
        this.bodies = bodies;
        this.objects = objects;
    }

    GetObjectAttributesResponse get(GetObjectAttributesRequest request) {
        var wanted = new HashSet<>(request.objectAttributesAsStrings());
        wanted.remove("");
        if (wanted.isEmpty()) {
            throw S3Errors.invalidRequest(
                    "The x-amz-object-attributes header specifying the attributes to be retrieved is"
                            + " either missing or empty");
        }
        if (!KNOWN.containsAll(wanted)) {
            throw S3Errors.invalidArgument("Invalid attribute name specified.", "x-amz-object-attributes");
        }
        var customerKey = CustomerKeys.of(request);
        return kv.read(snapshot -> {
            var bucket = buckets.require(snapshot, request.bucket(), request.expectedBucketOwner());
            var version = objects.require(snapshot, bucket, request.key(), request.versionId(), "GET");
            CustomerKeys.forRead(version.customerKeyMd5(), customerKey);
            var answer = GetObjectAttributesResponse.builder()
                    .lastModified(version.modifiedAt())
                    .versionId(bucket.versioning() == null ? null : version.shownId());
            if (wanted.contains("ETag")) {
                answer.eTag(version.etag());
            }
            if (wanted.contains("ObjectSize")) {
                answer.objectSize(version.body().size());
            }
            if (wanted.contains("StorageClass")) {
                answer.storageClass(version.storageClass());
            }
            var sum = version.sum();
            if (wanted.contains("Checksum") && sum != null) {
                var checksum = Checksum.builder();
                // Of a composite one without the number of parts.
                Objects.tellSum(new Checksums.Sum(sum.algorithm(), sum.value().split("-", 2)[0], sum.type()), checksum);
                answer.checksum(checksum.build());
            }
            if (wanted.contains("ObjectParts") && version.parts() > 0) {
                answer.objectParts(parts(snapshot, bucket, version, request));
            }
            return answer.build();
        });
    }

    private GetObjectAttributesParts parts(
            Snapshot snapshot, Bucket bucket, Version version, GetObjectAttributesRequest request) {
        var answer = GetObjectAttributesParts.builder().totalPartsCount(version.parts());
        var sum = version.sum();
        // Parts are told of only where they have checksums of their own.
        if (sum == null || !sum.type().equals(Checksums.COMPOSITE)) {
            return answer.build();
        }
        // a number of parts that can't be is passed over
        int max = request.maxParts() == null || request.maxParts() < 0
                ? S3Limits.PAGE_MAX
                : Math.min(request.maxParts(), S3Limits.PAGE_MAX);
        int marker = request.partNumberMarker() == null ? 0 : request.partNumberMarker();
        List<Pieces.Piece> behind = bodies.pieces(snapshot, bucket.id(), version.body()).stream()
                .filter(piece -> piece.n() > marker)
                .toList();
        var shown = behind.subList(0, Math.min(max, behind.size()));
        return answer.maxParts(max)
                .partNumberMarker(marker)
                .nextPartNumberMarker(shown.isEmpty() ? 0 : shown.getLast().n())
                .isTruncated(shown.size() < behind.size())
                .parts(shown.stream().map(piece -> part(sum.algorithm(), piece)).toList())
                .build();
    }

    private static ObjectPart part(Checksums.Algorithm algorithm, Pieces.Piece piece) {
        var part = ObjectPart.builder().partNumber(piece.n()).size(piece.size());
        if (piece.sum() != null) {
            Objects.tellSum(new Checksums.Sum(algorithm, piece.sum(), ""), part);
        }
        return part.build();
    }
}
