package dev.tsumuji.s3;

import dev.tsumuji.kernel.kv.Kv;
import dev.tsumuji.kernel.kv.Txn;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.s3.model.CompleteMultipartUploadRequest;
import software.amazon.awssdk.services.s3.model.CompleteMultipartUploadResponse;
import software.amazon.awssdk.services.s3.model.CompletedPart;

/**
 * Makes an object of an upload's parts: writes the list of them, and moves none of their bytes. Thread-safe: all state is in the store.
 *
 * @see <a href="https://docs.aws.amazon.com/AmazonS3/latest/API/API_CompleteMultipartUpload.html">CompleteMultipartUpload</a>
 */
final class Completions {
    private final Kv kv;
    private final Buckets buckets;
    private final Bodies bodies;
    private final Versions versions;
    private final Uploads uploads;
    private final Events events;
    private final Objects objects;

    Completions(
            Kv kv, Buckets buckets, Bodies bodies, Versions versions, Uploads uploads, Events events, Objects objects) {
        this.kv = kv;
        this.buckets = buckets;
        this.bodies = bodies;
        this.versions = versions;
        this.uploads = uploads;
        this.events = events;
        this.objects = objects;
    }

    CompleteMultipartUploadResponse complete(CompleteMultipartUploadRequest request) {
        ObjectKeys.check(request.key());
        var conditions = Conditions.OfWrite.of(request);
        var claim = Checksums.Algorithm.values();
        var completed = kv.transact(txn -> in(txn, request, conditions, claim));
        var answer = CompleteMultipartUploadResponse.builder()
                .bucket(request.bucket())
                .key(request.key())
                .location("http://" + request.bucket() + ".s3.amazonaws.com/" + ObjectKeys.encoded(request.key()))
                .eTag(Objects.quoted(completed.etag()))
                .versionId(completed.versionId());
        Objects.tellSum(completed.sum(), answer);
        Objects.tellEncryption(completed.customerKeyMd5(), answer);
        return answer.build();
    }

    private Uploads.Completed in(
            Txn txn,
            CompleteMultipartUploadRequest request,
            Conditions.OfWrite conditions,
            Checksums.Algorithm[] algorithms) {
        var bucket = buckets.require(txn, request.bucket(), request.expectedBucketOwner());
        var named = request.multipartUpload() == null
                ? List.<CompletedPart>of()
                : request.multipartUpload().parts();
        var before = before(txn, bucket, request.uploadId());
        if (before != null && before.parts().equals(tags(named))) {
            return before;
        }
        var upload = uploads.require(txn, bucket, request.key(), request.uploadId());
        checkKey(upload, request);
        var stored = new LinkedHashMap<Integer, Part>();
        uploads.parts(txn, bucket, upload).forEach(part -> stored.put(part.number(), part));
        var chosen = chosen(upload, named, stored);
        checkType(upload, request.checksumTypeAsString());
        var key = S3Keys.bytes(request.key());
        if (conditions.any()) {
            conditions.check(versions.current(txn, bucket, key), request.key());
        }
        var sum = sum(upload, chosen);
        checkClaims(request, upload, sum, chosen, algorithms);
        var body = pieces(txn, bucket, upload, chosen);
        var version = Objects.withBody(upload.draft(), body, etag(chosen), chosen.size(), sum);
        var now = objects.now();
        var added = versions.add(txn, bucket, key, at(version, now), now);
        stored.keySet().removeAll(chosen.stream().map(Part::number).toList());
        stored.values().forEach(unused -> bodies.drop(txn, bucket.id(), unused.body()));
        uploads.end(txn, bucket, request.key(), upload);
        events.happened(txn, bucket, "ObjectCreated:CompleteMultipartUpload", request.key(), added);
        var completed = new Uploads.Completed(
                added.etag(), Objects.shownId(bucket, added), sum, added.customerKeyMd5(), tags(named));
        uploads.remember(txn, bucket, upload.id(), Uploads.Completed.CODEC.encode(completed));
        return completed;
    }

    private static Version at(Version version, java.time.Instant now) {
        return new Version(
                version.order(),
                version.id(),
                false,
                now,
                version.body(),
                version.etag(),
                version.parts(),
                version.sum(),
                version.headers(),
                version.user(),
                version.tags(),
                version.storageClass(),
                version.customerKeyMd5(),
                version.lock(),
                version.acl(),
                version.owner());
    }

    private static Uploads.@Nullable Completed before(Txn txn, Bucket bucket, @Nullable String upload) {
        return upload == null
                ? null
                : Uploads.Completed.CODEC.decodeNullable(txn.get(S3Keys.completed(bucket.id(), upload)));
    }

    private static List<String> tags(List<CompletedPart> parts) {
        return parts.stream()
                .map(part -> part.partNumber() + "=" + Conditions.bare(part.eTag() == null ? "" : part.eTag()))
                .toList();
    }

    private static List<Part> chosen(Upload upload, List<CompletedPart> named, Map<Integer, Part> stored) {
        if (named.isEmpty()) {
            throw S3Errors.invalidRequest("You must specify at least one part");
        }
        var chosen = new ArrayList<Part>();
        int last = 0;
        for (var part : named) {
            if (part.partNumber() == null || part.eTag() == null) {
                throw S3Errors.malformedXml();
            }
            if (part.partNumber() < 1) {
                throw S3Errors.invalidArgument(
                        "PartNumber must be >= 1", "PartNumber", String.valueOf(part.partNumber()));
            }
            if (part.partNumber() <= last) {
                throw S3Errors.of(
                        "InvalidPartOrder",
                        400,
                        "The list of parts was not in ascending order. Parts must be ordered by part number.",
                        "UploadId",
                        upload.id());
            }
            last = part.partNumber();
            chosen.add(checked(upload, part, stored.get(last)));
        }
        for (var part : chosen.subList(0, chosen.size() - 1)) {
            if (part.body().size() < S3Limits.PART_SIZE_MIN_BYTES) {
                throw S3Errors.of(
                        "EntityTooSmall",
                        400,
                        "Your proposed upload is smaller than the minimum allowed size",
                        "ProposedSize",
                        Long.toString(part.body().size()),
                        "MinSizeAllowed",
                        Long.toString(S3Limits.PART_SIZE_MIN_BYTES),
                        "PartNumber",
                        Integer.toString(part.number()),
                        "ETag",
                        part.etag());
            }
        }
        return chosen;
    }

    private static Part checked(Upload upload, CompletedPart named, @Nullable Part stored) {
        var etag = Conditions.bare(named.eTag());
        if (stored == null || !stored.etag().equals(etag)) {
            throw invalidPart(upload, named.partNumber(), etag);
        }
        String claimed = null;
        for (var algorithm : Checksums.Algorithm.values()) {
            var value = named.getValueForField(algorithm.member(), String.class).orElse(null);
            if (value != null && (algorithm != upload.algorithm() || !value.equals(stored.sum()))) {
                throw invalidPart(upload, named.partNumber(), etag);
            }
            claimed = value != null ? value : claimed;
        }
        if (claimed == null && Checksums.COMPOSITE.equals(upload.type()) && upload.algorithm() != null) {
            throw S3Errors.invalidRequest("The upload was created using a "
                    + upload.algorithm().name().toLowerCase(Locale.ROOT)
                    + " checksum. The complete request must include the checksum for each part. It was missing for part "
                    + named.partNumber() + " in the request.");
        }
        return stored;
    }

    private static RuntimeException invalidPart(Upload upload, int number, String etag) {
        return S3Errors.of(
                "InvalidPart",
                400,
                "One or more of the specified parts could not be found.  The part may not have been uploaded, or the specified "
                        + "entity tag may not match the part's entity tag.",
                "UploadId",
                upload.id(),
                "PartNumber",
                Integer.toString(number),
                "ETag",
                etag);
    }

    /** To sum the parts' checksums up takes the customer's key; one that is brought must be the right one anyway. */
    private static void checkKey(Upload upload, CompleteMultipartUploadRequest request) {
        boolean sealed = upload.draft().customerKeyMd5() != null;
        if (sealed && upload.algorithm() != null || CustomerKeys.of(request) != null) {
            var unused = Uploads.customerKey(upload, request);
        }
    }

    private static void checkType(Upload upload, @Nullable String asked) {
        if (asked != null && !asked.equals(upload.type())) {
            throw S3Errors.invalidRequest("The upload was created using the " + upload.type()
                    + " checksum mode. The complete request must use the same checksum mode.");
        }
    }

    private static Checksums.Sum sum(Upload upload, List<Part> chosen) {
        var algorithm = upload.kept();
        var sums = chosen.stream()
                .map(part -> new Checksums.OfPart(part.sum(), part.body().size()))
                .toList();
        return Checksums.COMPOSITE.equals(upload.type())
                ? new Checksums.Sum(algorithm, Checksums.composite(algorithm, sums), Checksums.COMPOSITE)
                : new Checksums.Sum(algorithm, Checksums.combined(algorithm, sums), Checksums.FULL_OBJECT);
    }

    private static void checkClaims(
            CompleteMultipartUploadRequest request,
            Upload upload,
            Checksums.Sum sum,
            List<Part> chosen,
            Checksums.Algorithm[] algorithms) {
        for (var algorithm : algorithms) {
            var value =
                    request.getValueForField(algorithm.member(), String.class).orElse(null);
            if (value != null
                    && algorithm == upload.kept()
                    && !sum.value().split("-", 2)[0].equals(value.split("-", 2)[0])) {
                throw Checksums.badDigest(algorithm);
            }
        }
        long size = chosen.stream().mapToLong(part -> part.body().size()).sum();
        if (request.mpuObjectSize() != null && request.mpuObjectSize() != size) {
            throw S3Errors.invalidRequest("The provided 'x-amz-mp-object-size' header value " + request.mpuObjectSize()
                    + " does not match what was computed: " + size);
        }
    }

    private static String etag(List<Part> parts) {
        MessageDigest md5 = Checksums.digest("MD5");
        parts.forEach(part -> md5.update(HexFormat.of().parseHex(part.etag())));
        return HexFormat.of().formatHex(md5.digest()) + "-" + parts.size();
    }

    private static Body pieces(Txn txn, Bucket bucket, Upload upload, List<Part> parts) {
        var pieces = parts.stream()
                .map(part -> new Pieces.Piece(
                        part.number(),
                        part.body().id(),
                        part.body().size(),
                        part.body().blob(),
                        upload.algorithm() == null ? null : part.sum()))
                .toList();
        long size = parts.stream().mapToLong(part -> part.body().size()).sum();
        txn.put(S3Keys.pieces(bucket.id(), upload.id()), Pieces.CODEC.encode(new Pieces(pieces)));
        return new Body(upload.id(), size, null, true);
    }
}
