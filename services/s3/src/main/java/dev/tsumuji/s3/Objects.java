package dev.tsumuji.s3;

import dev.tsumuji.kernel.call.Call;
import dev.tsumuji.kernel.call.Principal;
import dev.tsumuji.kernel.kv.Kv;
import dev.tsumuji.kernel.kv.Snapshot;
import dev.tsumuji.kernel.kv.Txn;
import dev.tsumuji.kernel.time.Ids;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.core.SdkRequest;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.core.sync.ResponseTransformer;
import software.amazon.awssdk.http.AbortableInputStream;
import software.amazon.awssdk.services.s3.model.GetObjectRequest;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.HeadObjectRequest;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.PutObjectResponse;

/**
 * Whole objects: writing, reading, and what every write has in common. A body is written first, and counts from the commit on in which
 * its version does; whoever reads sees one version from beginning to end. Thread-safe: all state is in the store.
 */
final class Objects {
    private final Kv kv;
    private final Buckets buckets;
    private final Bodies bodies;
    private final Versions versions;
    private final Events events;
    private final InstantSource clock;
    private final Ids ids;

    Objects(Kv kv, Buckets buckets, Bodies bodies, Versions versions, Events events, InstantSource clock, Ids ids) {
        this.kv = kv;
        this.buckets = buckets;
        this.bodies = bodies;
        this.versions = versions;
        this.events = events;
        this.clock = clock;
        this.ids = ids;
    }

    // ---- writing

    PutObjectResponse put(PutObjectRequest request, RequestBody body) {
        ObjectKeys.check(request.key());
        var conditions = Conditions.OfWrite.of(request);
        var customerKey = CustomerKeys.forWrite(request);
        var claim = Checksums.claim(request);
        var md5 = Bodies.md5(request.contentMD5());
        var draft = draft(request, customerKey);
        var bucket = kv.read(snapshot -> {
            var found = buckets.require(snapshot, request.bucket(), request.expectedBucketOwner());
            BucketConfigurations.checkCustomerKey(snapshot, found, customerKey);
            var lock = Locks.ofWrite(snapshot, found, request, clock.instant());
            Locks.requireDigest(lock, request, md5 != null || claim.algorithm() != null);
            var unused = AccessLists.ofWrite(snapshot, found, request.key(), found.account(), request);
            early(snapshot, found, request.key(), conditions);
            return found;
        });
        body.optionalContentLength()
                .filter(n -> n > S3Limits.PUT_SIZE_MAX_BYTES)
                .ifPresent(n -> {
                    throw Bodies.tooLarge(n, S3Limits.PUT_SIZE_MAX_BYTES);
                });
        var algorithm = claim.algorithm() == null ? Checksums.Algorithm.CRC64NVME : claim.algorithm();
        var written = write(body, S3Limits.PUT_SIZE_MAX_BYTES, customerKey, Set.of(algorithm));
        Bodies.checkMd5(md5, written.md5());
        claim.verify(algorithm, written.sum(algorithm));
        var sum = new Checksums.Sum(algorithm, written.sum(algorithm), Checksums.FULL_OBJECT);
        var version = commit(
                request,
                request.bucket(),
                request.expectedBucketOwner(),
                request.key(),
                conditions,
                of(draft, written, sum, customerKey),
                "ObjectCreated:Put",
                (txn, in) -> bodies.publish(txn, in.id(), written));
        var answer = PutObjectResponse.builder()
                .eTag(quoted(version.etag()))
                .versionId(version.id())
                .checksumType(Checksums.FULL_OBJECT)
                .expiration(expiration(bucket, request.key(), version));
        tellSum(sum, answer);
        tellEncryption(version, answer);
        return answer.build();
    }

    /** When a rule of the bucket's lifecycle lets the version expire; null when none does. */
    private @Nullable String expiration(Bucket bucket, String key, Version version) {
        var rules = kv.read(snapshot -> LifecycleRules.SETTING.find(snapshot, bucket));
        return LifecycleRules.header(rules, key, version.body().size(), version.tags(), version.modifiedAt());
    }

    /** In a bucket that has stopped keeping versions, writes tell no id. */
    static @Nullable String shownId(Bucket bucket, Version version) {
        return bucket.versioned() ? version.id() : null;
    }

    Bodies.Written write(
            RequestBody body,
            long sizeMax,
            CustomerKeys.@Nullable CustomerKey customerKey,
            Set<Checksums.Algorithm> algorithms) {
        try (var in = body.contentStreamProvider().newStream()) {
            return bodies.write(in, sizeMax, customerKey == null ? null : customerKey.bytes(), algorithms);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** All of a version that a request tells; its bytes are to come. */
    Version draft(SdkRequest request, CustomerKeys.@Nullable CustomerKey customerKey) {
        var metadata = Metadata.of(request);
        var tagging = request.getValueForField("Tagging", String.class).orElse(null);
        return new Version(
                0,
                null,
                false,
                clock.instant(),
                new Body("", 0, null, false),
                "",
                0,
                null,
                metadata.headers(),
                metadata.user(),
                Tags.ofHeader(tagging),
                Metadata.storageClass(request),
                customerKey == null ? null : customerKey.md5(),
                Version.Lock.NONE,
                null,
                Call.current().principal().account());
    }

    Version of(
            Version draft, Bodies.Written written, Checksums.Sum sum, CustomerKeys.@Nullable CustomerKey customerKey) {
        // What a stranger may see of an object sealed with a customer's key must not tell its content.
        var etag = customerKey == null ? written.md5() : ids.hex(32);
        return withBody(draft, written.body(), etag, 0, sum);
    }

    static Version withBody(Version draft, Body body, String etag, int parts, Checksums.@Nullable Sum sum) {
        return new Version(
                0,
                null,
                false,
                draft.modifiedAt(),
                body,
                etag,
                parts,
                sum,
                draft.headers(),
                draft.user(),
                draft.tags(),
                draft.storageClass(),
                draft.customerKeyMd5(),
                draft.lock(),
                draft.acl(),
                draft.owner());
    }

    /** Spares a client the sending of a body that will be refused. */
    void early(Snapshot snapshot, Bucket bucket, String key, Conditions.OfWrite conditions) {
        if (conditions.any()) {
            conditions.check(versions.current(snapshot, bucket, S3Keys.bytes(key)), key);
        }
    }

    /** What else happens in the commit of a write. */
    @FunctionalInterface
    interface Beside {
        void in(Txn txn, Bucket bucket);
    }

    /** Makes a version the latest of its key, if the conditions hold then. */
    Version commit(
            SdkRequest request,
            String bucketName,
            @Nullable String expectedOwner,
            String key,
            Conditions.OfWrite conditions,
            Version version,
            String event,
            Beside beside) {
        var bytes = S3Keys.bytes(key);
        return kv.transact(txn -> {
            var bucket = buckets.require(txn, bucketName, expectedOwner);
            if (conditions.any()) {
                conditions.check(versions.current(txn, bucket, bytes), key);
            }
            var now = clock.instant();
            var locked = version.lock().equals(Version.Lock.NONE)
                    ? version.withLock(Locks.ofWrite(txn, bucket, request, now))
                    : version;
            var owner = Ownership.of(txn, bucket).ownerOfNew(bucket, version.owner(), request);
            var list = version.acl() != null ? version.acl() : AccessLists.ofWrite(txn, bucket, key, owner, request);
            var added = versions.add(txn, bucket, bytes, locked.withAcl(list).ownedBy(owner), now);
            beside.in(txn, bucket);
            events.happened(txn, bucket, event, key, added);
            return added;
        });
    }

    // ---- reading

    /** The version that a request asks for, or the reason why there is none to read. */
    Version require(Snapshot snapshot, Bucket bucket, String key, @Nullable String versionId, String method) {
        var bytes = ObjectKeys.check(key);
        if (versionId != null) {
            var version = versions.find(snapshot, bucket, bytes, versionId);
            if (version == null) {
                throw S3Errors.noSuchVersion(key, versionId);
            }
            if (version.deleteMarker()) {
                throw S3Errors.deleteMarker(method, markerHeaders(version, true));
            }
            return version;
        }
        var version = versions.current(snapshot, bucket, bytes);
        if (version == null) {
            var latest = versions.latest(snapshot, bucket, bytes);
            throw S3Errors.noSuchKey(key, latest == null ? Map.of() : markerHeaders(latest, false));
        }
        return version;
    }

    /** As {@link #require}, for what answers that a delete marker is no object also where the request names no version. */
    Version requireUnmarked(Snapshot snapshot, Bucket bucket, String key, @Nullable String versionId, String method) {
        if (versionId == null) {
            var latest = versions.latest(snapshot, bucket, ObjectKeys.check(key));
            if (latest != null && latest.deleteMarker()) {
                throw S3Errors.deleteMarker(method, markerHeaders(latest, true));
            }
        }
        return require(snapshot, bucket, key, versionId, method);
    }

    private static Map<String, String> markerHeaders(Version marker, boolean named) {
        var headers = new LinkedHashMap<String, String>();
        headers.put("x-amz-delete-marker", "true");
        headers.put("x-amz-version-id", marker.shownId());
        if (named) {
            headers.put("Allow", "DELETE");
            headers.put("Last-Modified", Times.http(marker.modifiedAt()));
        }
        return headers;
    }

    /** One read, as GetObject and HeadObject ask for it. */
    private record Read(
            String bucket,
            @Nullable String expectedOwner,
            String key,
            @Nullable String versionId,
            @Nullable Integer part,
            @Nullable String range,
            boolean withSum,
            String method) {}

    /** What was found: the version, the bytes of it that were asked for, and where they are. */
    private record Found(Bucket bucket, Version version, ByteRange range, Bodies.Source source, int shownParts) {}

    <T> T get(GetObjectRequest request, ResponseTransformer<GetObjectResponse, T> transformer) {
        var read = new Read(
                request.bucket(),
                request.expectedBucketOwner(),
                request.key(),
                request.versionId(),
                request.partNumber(),
                request.range(),
                "ENABLED".equals(request.checksumModeAsString()),
                "GET");
        var customerKey = CustomerKeys.of(request);
        var found = find(read, Conditions.ofRead(request), true);
        var version = found.version;
        if (Metadata.archived(version.storageClass())) {
            throw S3Errors.of(
                    "InvalidObjectState",
                    403,
                    "The operation is not valid for the object's storage class",
                    "StorageClass",
                    version.storageClass());
        }
        var key = CustomerKeys.forRead(version.customerKeyMd5(), customerKey);
        var answer = GetObjectResponse.builder();
        Metadata.tell(version, answer);
        override("response-content-type", request.responseContentType(), answer::contentType);
        override("response-cache-control", request.responseCacheControl(), answer::cacheControl);
        override("response-content-disposition", request.responseContentDisposition(), answer::contentDisposition);
        override("response-content-encoding", request.responseContentEncoding(), answer::contentEncoding);
        override("response-content-language", request.responseContentLanguage(), answer::contentLanguage);
        if (request.responseExpires() != null) {
            answer.expires(request.responseExpires());
        }
        answer.contentLength(found.range.length())
                .contentRange(
                        found.range.whole()
                                ? null
                                : found.range.contentRange(version.body().size()))
                .acceptRanges("bytes")
                .eTag(quoted(version.etag()))
                .lastModified(version.modifiedAt())
                .versionId(found.bucket.versioning() == null ? null : version.shownId())
                .storageClass(Metadata.shownStorageClass(version.storageClass()))
                .tagCount(version.tags().isEmpty() ? null : version.tags().size())
                .partsCount(found.shownParts == 0 ? null : found.shownParts)
                .expiration(expiration(found.bucket, read.key, version))
                .objectLockMode(version.lock().mode())
                .objectLockRetainUntilDate(version.lock().until())
                .objectLockLegalHoldStatus(version.lock().legalHold() ? "ON" : null);
        tellSum(sum(read, found), answer);
        tellEncryption(version, answer);
        return transform(answer.build(), open(found, key), transformer);
    }

    private InputStream open(Found found, byte @Nullable [] customerKey) {
        try {
            return bodies.read(found.source, found.range.offset(), found.range.length(), customerKey);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static <T> T transform(
            GetObjectResponse answer, InputStream bytes, ResponseTransformer<GetObjectResponse, T> transformer) {
        var stream = AbortableInputStream.create(bytes);
        try {
            return transformer.transform(answer, stream);
        } catch (RuntimeException | Error e) {
            close(bytes);
            throw e;
        } catch (Exception e) {
            close(bytes);
            throw new IllegalStateException("the answer could not be taken", e);
        }
    }

    private static void close(InputStream stream) {
        try {
            stream.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** As {@code getObject(request)} of the client interface, for callers within the process. */
    ResponseInputStream<GetObjectResponse> get(GetObjectRequest request) {
        return get(request, ResponseTransformer.toInputStream());
    }

    HeadObjectResponse head(HeadObjectRequest request) {
        var read = new Read(
                request.bucket(),
                request.expectedBucketOwner(),
                request.key(),
                request.versionId(),
                request.partNumber(),
                request.range(),
                "ENABLED".equals(request.checksumModeAsString()),
                "HEAD");
        var customerKey = CustomerKeys.of(request);
        var found = find(read, Conditions.ofRead(request), false);
        var version = found.version;
        CustomerKeys.forRead(version.customerKeyMd5(), customerKey);
        var answer = HeadObjectResponse.builder();
        Metadata.tell(version, answer);
        override("response-content-type", request.responseContentType(), answer::contentType);
        override("response-cache-control", request.responseCacheControl(), answer::cacheControl);
        override("response-content-disposition", request.responseContentDisposition(), answer::contentDisposition);
        override("response-content-encoding", request.responseContentEncoding(), answer::contentEncoding);
        override("response-content-language", request.responseContentLanguage(), answer::contentLanguage);
        if (request.responseExpires() != null) {
            answer.expires(request.responseExpires());
        }
        answer.contentLength(found.range.length())
                .contentRange(
                        found.range.whole()
                                ? null
                                : found.range.contentRange(version.body().size()))
                .acceptRanges("bytes")
                .eTag(quoted(version.etag()))
                .lastModified(version.modifiedAt())
                .versionId(found.bucket.versioning() == null ? null : version.shownId())
                .storageClass(Metadata.shownStorageClass(version.storageClass()))
                .tagCount(version.tags().isEmpty() ? null : version.tags().size())
                .partsCount(found.shownParts == 0 ? null : found.shownParts)
                .expiration(expiration(found.bucket, read.key, version))
                .objectLockMode(version.lock().mode())
                .objectLockRetainUntilDate(version.lock().until())
                .objectLockLegalHoldStatus(version.lock().legalHold() ? "ON" : null);
        tellSum(sum(read, found), answer);
        tellEncryption(version, answer);
        return answer.build();
    }

    /** A header of the answer that the request asks for. */
    private static void override(String parameter, @Nullable String value, Consumer<String> header) {
        if (value == null) {
            return;
        }
        if (Call.current().principal() instanceof Principal.Anonymous) {
            throw S3Errors.invalidRequest(
                    "Request specific response headers cannot be used for anonymous GET requests.");
        }
        if (!StandardCharsets.ISO_8859_1.newEncoder().canEncode(value)) {
            throw S3Errors.invalidArgument("Header value cannot be represented using ISO-8859-1.", parameter, value);
        }
        header.accept(value);
    }

    private Found find(Read read, Conditions conditions, boolean withBytes) {
        if (read.part != null && read.range != null) {
            throw S3Errors.invalidRequest("Cannot specify both Range header and partNumber query parameter");
        }
        return kv.read(snapshot -> {
            var bucket = buckets.require(snapshot, read.bucket, read.expectedOwner);
            var version = require(snapshot, bucket, read.key, read.versionId, read.method);
            var failing = conditions.failing(version, clock.instant());
            if (failing != null) {
                throw failed(failing, bucket, version);
            }
            var body = version.body();
            var range = read.part == null
                    ? ByteRange.of(read.range, body.size())
                    : part(read.part, version, bodies.pieces(snapshot, bucket.id(), body));
            boolean bytes = withBytes || read.part != null && body.pieces();
            var source = bytes && range.length() > 0
                    ? bodies.find(snapshot, bucket.id(), body)
                    : new Bodies.Source(java.util.List.of(), Map.of(), java.util.List.of());
            return new Found(bucket, version, range, source, read.part == null ? 0 : version.parts());
        });
    }

    private static RuntimeException failed(String failing, Bucket bucket, Version version) {
        if (!Conditions.meansUnchanged(failing)) {
            return S3Errors.preconditionFailed(failing);
        }
        var headers = new LinkedHashMap<String, String>();
        headers.put("ETag", quoted(version.etag()));
        headers.put("Last-Modified", Times.http(version.modifiedAt()));
        if (bucket.versioning() != null) {
            headers.put("x-amz-version-id", version.shownId());
        }
        return S3Errors.with(headers, "NotModified", 304, "Not Modified");
    }

    private static ByteRange part(int number, Version version, java.util.List<Pieces.Piece> pieces) {
        if (number < 1 || number > S3Limits.PARTS_MAX) {
            throw S3Errors.invalidArgument(
                    "Part number must be an integer between 1 and 10000, inclusive",
                    "partNumber",
                    Integer.toString(number));
        }
        int count = Math.max(1, version.parts());
        if (number > count) {
            throw S3Errors.of(
                    "InvalidPartNumber",
                    416,
                    "The requested partnumber is not satisfiable",
                    "PartNumberRequested",
                    Integer.toString(number),
                    "ActualPartCount",
                    Integer.toString(count));
        }
        if (pieces.isEmpty()) {
            return new ByteRange(0, version.body().size(), version.body().size() == 0);
        }
        long offset = 0;
        for (var piece : pieces.subList(0, number - 1)) {
            offset += piece.size();
        }
        return new ByteRange(offset, pieces.get(number - 1).size(), false);
    }

    /** The checksum of what was asked for; null when there is none of just that. */
    private static Checksums.@Nullable Sum sum(Read read, Found found) {
        var sum = found.version.sum();
        if (sum == null || !read.withSum) {
            return null;
        }
        if (read.part != null && sum.type().equals(Checksums.COMPOSITE)) {
            var part = found.source.pieces().get(read.part - 1).sum();
            return part == null ? null : new Checksums.Sum(sum.algorithm(), part, sum.type());
        }
        return found.range.everything(found.version.body().size()) ? sum : null;
    }

    // ---- answers

    static String quoted(String etag) {
        return "\"" + etag + "\"";
    }

    /** Sets the member of an answer that carries the checksum. */
    static void tellSum(Checksums.@Nullable Sum sum, software.amazon.awssdk.core.SdkPojo answer) {
        if (sum == null) {
            return;
        }
        for (var field : answer.sdkFields()) {
            if (field.memberName().equals(sum.algorithm().member())) {
                field.set(answer, sum.value());
            } else if (field.memberName().equals("ChecksumType")) {
                field.set(answer, sum.type());
            }
        }
    }

    static void tellEncryption(Version version, software.amazon.awssdk.core.SdkPojo answer) {
        tellEncryption(version.customerKeyMd5(), answer);
    }

    static void tellEncryption(@Nullable String customerKeyMd5, software.amazon.awssdk.core.SdkPojo answer) {
        for (var field : answer.sdkFields()) {
            switch (field.memberName()) {
                case "ServerSideEncryption" -> field.set(answer, customerKeyMd5 == null ? "AES256" : null);
                case "SSECustomerAlgorithm" -> field.set(answer, customerKeyMd5 == null ? null : "AES256");
                case "SSECustomerKeyMD5" -> field.set(answer, customerKeyMd5);
                default -> {
                    // says nothing of encryption
                }
            }
        }
    }

    Instant now() {
        return clock.instant();
    }
}
