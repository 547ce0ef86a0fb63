package dev.tsumuji.s3;

import dev.tsumuji.kernel.call.Call;
import dev.tsumuji.kernel.call.Principal;
import dev.tsumuji.kernel.kv.Kv;
import dev.tsumuji.kernel.kv.Range;
import dev.tsumuji.kernel.kv.Snapshot;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.s3.model.CommonPrefix;
import software.amazon.awssdk.services.s3.model.DeleteMarkerEntry;
import software.amazon.awssdk.services.s3.model.ListMultipartUploadsRequest;
import software.amazon.awssdk.services.s3.model.ListMultipartUploadsResponse;
import software.amazon.awssdk.services.s3.model.ListObjectVersionsRequest;
import software.amazon.awssdk.services.s3.model.ListObjectVersionsResponse;
import software.amazon.awssdk.services.s3.model.ListObjectsRequest;
import software.amazon.awssdk.services.s3.model.ListObjectsResponse;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Request;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Response;
import software.amazon.awssdk.services.s3.model.MultipartUpload;
import software.amazon.awssdk.services.s3.model.ObjectVersion;
import software.amazon.awssdk.services.s3.model.S3Object;

/**
 * Lists what is in a bucket, in the order of the keys' bytes. What a page costs depends on what is on it: keys that a common prefix stands
 * for are leapt over. Thread-safe: all state is in the store.
 *
 * @see <a href="https://docs.aws.amazon.com/AmazonS3/latest/userguide/ListingKeysUsingAPIs.html">Listing keys</a>
 */
final class Listings {
    private static final String URL = "url";
    private static final String VERSION_MARKER = "version-id-marker";

    private final Kv kv;
    private final Buckets buckets;
    private final Versions versions;

    Listings(Kv kv, Buckets buckets, Versions versions) {
        this.kv = kv;
        this.buckets = buckets;
        this.versions = versions;
    }

    static boolean startsWith(byte[] key, byte[] prefix) {
        return key.length >= prefix.length && Arrays.equals(key, 0, prefix.length, prefix, 0, prefix.length);
    }

    // ---- what all listings have in common

    /** How keys are cut and written. */
    private record Form(byte[] prefix, byte[] delimiter, int max, UnaryOperator<String> encode) {

        static Form of(
                @Nullable String prefix,
                @Nullable String delimiter,
                @Nullable Integer max,
                String maxName,
                @Nullable String encoding) {
            if (encoding != null && !encoding.equals(URL)) {
                throw S3Errors.invalidArgument(
                        "Invalid Encoding Method specified in Request", "encoding-type", encoding);
            }
            if (max != null && max < 0) {
                throw S3Errors.invalidArgument(
                        "Argument " + maxName + " must be an integer between 0 and 2147483647",
                        maxName,
                        max.toString());
            }
            return new Form(
                    S3Keys.bytes(prefix == null ? "" : prefix),
                    S3Keys.bytes(delimiter == null ? "" : delimiter),
                    max == null ? S3Limits.PAGE_MAX : Math.min(max, S3Limits.PAGE_MAX),
                    encoding == null ? UnaryOperator.identity() : ObjectKeys::encoded);
        }

        /** The common prefix that stands for a key; null when the key stands for itself. */
        byte @Nullable [] common(byte[] key) {
            if (delimiter.length == 0) {
                return null;
            }
            for (int i = prefix.length; i + delimiter.length <= key.length; i++) {
                if (Arrays.equals(key, i, i + delimiter.length, delimiter, 0, delimiter.length)) {
                    return Arrays.copyOf(key, i + delimiter.length);
                }
            }
            return null;
        }

        /** The common prefix that a marker lies in or is, and that was listed before it. */
        byte @Nullable [] passed(byte[] marker) {
            return startsWith(marker, prefix) ? common(marker) : null;
        }

        @Nullable
        String encoded(@Nullable String text) {
            return text == null ? null : encode.apply(text);
        }

        String encoded(byte[] key) {
            return encode.apply(ObjectKeys.text(key));
        }
    }

    /** What of a range lies behind a key of the store. */
    private static Range behind(Range range, byte[] key) {
        var begin = Arrays.copyOf(key, key.length + 1);
        return Arrays.compareUnsigned(begin, range.begin()) > 0 ? new Range(begin, range.end()) : range;
    }

    private static Range later(Range range, Range other) {
        return Arrays.compareUnsigned(other.begin(), range.begin()) > 0 ? other : range;
    }

    private static List<CommonPrefix> prefixes(List<byte[]> prefixes, Form form) {
        return prefixes.stream()
                .map(prefix ->
                        CommonPrefix.builder().prefix(form.encoded(prefix)).build())
                .toList();
    }

    // ---- objects

    /** @param last the key or common prefix at the end; null when the page is empty */
    private record Page(List<S3Object> objects, List<byte[]> prefixes, boolean truncated, byte @Nullable [] last) {}

    private static Page objects(
            Snapshot snapshot, Bucket bucket, Form form, @Nullable String marker, boolean withOwner) {
        var base = S3Keys.currentBase(bucket.id());
        var range = S3Keys.currentWithPrefix(bucket.id(), form.prefix);
        if (marker != null) {
            var bytes = S3Keys.bytes(marker);
            var passed = form.passed(bytes);
            range = passed == null
                    ? behind(range, S3Keys.current(bucket.id(), bytes))
                    : later(range, S3Keys.behind(range, base, passed));
        }
        var cursor = new Cursor(snapshot, base, range);
        var ownership = withOwner ? Ownership.of(snapshot, bucket) : null;
        var found = new ArrayList<S3Object>();
        var prefixes = new ArrayList<byte[]>();
        byte[] last = null;
        while (cursor.key() != null && found.size() + prefixes.size() < form.max) {
            var key = java.util.Objects.requireNonNull(cursor.key());
            var common = form.common(key);
            if (common == null) {
                found.add(object(
                        bucket,
                        form.encoded(key),
                        Version.CODEC.decode(cursor.entry().value()),
                        ownership));
                last = key;
                cursor.forward();
            } else {
                prefixes.add(common);
                last = common;
                cursor.leap(common);
            }
        }
        return new Page(found, prefixes, form.max > 0 && cursor.key() != null, last);
    }

    /** @param ownership null when nobody asks for the owner */
    private static S3Object object(Bucket bucket, String key, Version version, @Nullable Ownership ownership) {
        var sum = version.sum();
        return S3Object.builder()
                .key(key)
                .lastModified(Times.whole(version.modifiedAt()))
                .eTag(Objects.quoted(version.etag()))
                .size(version.body().size())
                .storageClass(version.storageClass())
                .owner(ownership == null ? null : Owners.of(ownership.ownerOf(bucket, version)))
                .checksumAlgorithmWithStrings(
                        sum == null ? List.of() : List.of(sum.algorithm().name()))
                .checksumType(sum == null ? null : sum.type())
                .build();
    }

    ListObjectsResponse list(ListObjectsRequest request) {
        var form = Form.of(
                request.prefix(), request.delimiter(), request.maxKeys(), "maxKeys", request.encodingTypeAsString());
        return kv.read(snapshot -> {
            var bucket = buckets.require(snapshot, request.bucket(), request.expectedBucketOwner());
            var marker = empty(request.marker());
            boolean named = !(Call.current().principal() instanceof Principal.Anonymous);
            var page = objects(snapshot, bucket, form, marker, named);
            var next = page.truncated && form.delimiter.length > 0 ? page.last : null;
            return ListObjectsResponse.builder()
                    .name(bucket.name())
                    .prefix(form.encoded(request.prefix() == null ? "" : request.prefix()))
                    .marker(form.encoded(request.marker() == null ? "" : request.marker()))
                    .delimiter(form.encoded(empty(request.delimiter())))
                    .maxKeys(form.max)
                    .encodingType(request.encodingTypeAsString())
                    .isTruncated(page.truncated)
                    .nextMarker(next == null ? null : form.encoded(next))
                    .contents(page.objects)
                    .commonPrefixes(prefixes(page.prefixes, form))
                    .build();
        });
    }

    ListObjectsV2Response list(ListObjectsV2Request request) {
        var form = Form.of(
                request.prefix(), request.delimiter(), request.maxKeys(), "max-keys", request.encodingTypeAsString());
        var from = request.continuationToken() == null
                ? empty(request.startAfter())
                : PageTokens.last(request.continuationToken());
        return kv.read(snapshot -> {
            var bucket = buckets.require(snapshot, request.bucket(), request.expectedBucketOwner());
            var page = objects(snapshot, bucket, form, from, Boolean.TRUE.equals(request.fetchOwner()));
            var next = page.truncated ? page.last : null;
            return ListObjectsV2Response.builder()
                    .name(bucket.name())
                    .prefix(form.encoded(request.prefix() == null ? "" : request.prefix()))
                    .startAfter(form.encoded(empty(request.startAfter())))
                    .continuationToken(request.continuationToken())
                    .delimiter(form.encoded(empty(request.delimiter())))
                    .maxKeys(form.max)
                    .encodingType(request.encodingTypeAsString())
                    .isTruncated(page.truncated)
                    .keyCount(page.objects.size() + page.prefixes.size())
                    .nextContinuationToken(next == null ? null : PageTokens.of(next))
                    .contents(page.objects)
                    .commonPrefixes(prefixes(page.prefixes, form))
                    .build();
        });
    }

    private static @Nullable String empty(@Nullable String text) {
        return text == null || text.isEmpty() ? null : text;
    }

    // ---- versions

    ListObjectVersionsResponse list(ListObjectVersionsRequest request) {
        var form = Form.of(
                request.prefix(), request.delimiter(), request.maxKeys(), "max-keys", request.encodingTypeAsString());
        var keyMarker = empty(request.keyMarker());
        var idMarker = request.versionIdMarker();
        if (idMarker != null) {
            checkVersionMarker(keyMarker, idMarker);
        }
        return kv.read(snapshot -> {
            var bucket = buckets.require(snapshot, request.bucket(), request.expectedBucketOwner());
            var walk = new VersionWalk(snapshot, bucket, form, keyMarker, idMarker);
            walk.run();
            return ListObjectVersionsResponse.builder()
                    .name(bucket.name())
                    .prefix(form.encoded(request.prefix() == null ? "" : request.prefix()))
                    .keyMarker(form.encoded(request.keyMarker() == null ? "" : request.keyMarker()))
                    .versionIdMarker(request.versionIdMarker() == null ? "" : request.versionIdMarker())
                    .delimiter(form.encoded(empty(request.delimiter())))
                    .maxKeys(form.max)
                    .encodingType(request.encodingTypeAsString())
                    .isTruncated(walk.truncated())
                    .nextKeyMarker(walk.truncated() && walk.lastKey != null ? form.encoded(walk.lastKey) : null)
                    .nextVersionIdMarker(walk.truncated() ? walk.lastId : null)
                    .versions(walk.objects)
                    .deleteMarkers(walk.markers)
                    .commonPrefixes(prefixes(walk.prefixes, form))
                    .build();
        });
    }

    private static void checkVersionMarker(@Nullable String keyMarker, String idMarker) {
        if (keyMarker == null || idMarker.isEmpty()) {
            throw S3Errors.invalidArgument(
                    keyMarker == null
                            ? "A version-id marker cannot be specified without a key marker."
                            : "A version-id marker cannot be empty.",
                    VERSION_MARKER,
                    idMarker);
        }
        if (!idMarker.equals(Version.NULL)) {
            VersionIds.order(idMarker, VERSION_MARKER);
        }
    }

    /** Goes through the latest and the old versions of each key at once. Used by one thread. */
    private final class VersionWalk {
        private final Snapshot snapshot;
        private final Ownership ownership;
        private final Bucket bucket;
        private final Form form;
        private final Cursor latest;
        private final Cursor old;
        private final byte @Nullable [] begunKey;
        private final List<ObjectVersion> objects = new ArrayList<>();
        private final List<DeleteMarkerEntry> markers = new ArrayList<>();
        private final List<byte[]> prefixes = new ArrayList<>();
        private byte @Nullable [] lastKey;
        private @Nullable String lastId;

        VersionWalk(
                Snapshot snapshot, Bucket bucket, Form form, @Nullable String keyMarker, @Nullable String idMarker) {
            this.snapshot = snapshot;
            this.ownership = Ownership.of(snapshot, bucket);
            this.bucket = bucket;
            this.form = form;
            long id = bucket.id();
            var latestRange = S3Keys.currentWithPrefix(id, form.prefix);
            var oldRange = S3Keys.oldWithPrefix(id, form.prefix);
            var key = keyMarker == null ? null : S3Keys.bytes(keyMarker);
            if (key != null) {
                var passed = idMarker == null ? form.passed(key) : null;
                var allOld = S3Keys.old(id, key);
                if (passed != null) {
                    latestRange = later(latestRange, S3Keys.behind(latestRange, S3Keys.currentBase(id), passed));
                    oldRange = later(oldRange, S3Keys.behind(oldRange, S3Keys.oldBase(id), passed));
                } else if (idMarker == null) {
                    latestRange = behind(latestRange, S3Keys.current(id, key));
                    oldRange = later(oldRange, new Range(allOld.end(), oldRange.end()));
                } else {
                    long order = order(key, idMarker);
                    var current = versions.current(snapshot, bucket, key);
                    boolean behind = current == null || current.order() >= order;
                    var place = S3Keys.current(id, key);
                    latestRange = behind
                            ? behind(latestRange, place)
                            : later(latestRange, new Range(place, latestRange.end()));
                    oldRange = current != null && current.order() == order
                            ? later(oldRange, new Range(allOld.begin(), oldRange.end()))
                            : behind(oldRange, S3Keys.old(id, key, order));
                }
            }
            begunKey = idMarker == null ? null : key;
            latest = new Cursor(snapshot, S3Keys.currentBase(id), latestRange);
            old = new Cursor(snapshot, S3Keys.oldBase(id), oldRange);
        }

        /** Where the version of a marker stands, or stood, among those of its key: what is behind it is of lower order. */
        private long order(byte[] key, String idMarker) {
            var named = versions.find(snapshot, bucket, key, idMarker);
            if (named != null) {
                return named.order();
            }
            // of the version without an id nobody knows any more where it was
            return idMarker.equals(Version.NULL) ? Long.MAX_VALUE : VersionIds.order(idMarker);
        }

        boolean truncated() {
            return form.max > 0 && (latest.key() != null || old.key() != null);
        }

        void run() {
            while (objects.size() + markers.size() + prefixes.size() < form.max) {
                var one = latest.key();
                var other = old.key();
                if (one == null && other == null) {
                    return;
                }
                boolean first = other == null || one != null && Arrays.compareUnsigned(one, other) <= 0;
                var cursor = first ? latest : old;
                var key = java.util.Objects.requireNonNull(first ? one : other);
                var common = form.common(key);
                if (common != null) {
                    prefixes.add(common);
                    lastKey = common;
                    lastId = null;
                    latest.leap(common);
                    old.leap(common);
                    continue;
                }
                add(key, Version.CODEC.decode(cursor.entry().value()), first);
                cursor.forward();
            }
        }

        private void add(byte[] key, Version version, boolean current) {
            boolean isLatest = current || isNewest(key, version);
            lastKey = key;
            lastId = version.shownId();
            var shown = form.encoded(key);
            if (version.deleteMarker()) {
                markers.add(DeleteMarkerEntry.builder()
                        .key(shown)
                        .versionId(version.shownId())
                        .isLatest(isLatest)
                        .lastModified(Times.whole(version.modifiedAt()))
                        .owner(Owners.of(bucket.account()))
                        .build());
                return;
            }
            var sum = version.sum();
            objects.add(ObjectVersion.builder()
                    .key(shown)
                    .versionId(version.shownId())
                    .isLatest(isLatest)
                    .lastModified(Times.whole(version.modifiedAt()))
                    .eTag(Objects.quoted(version.etag()))
                    .size(version.body().size())
                    .storageClass(version.storageClass())
                    .owner(Owners.of(ownership.ownerOf(bucket, version)))
                    .checksumAlgorithmWithStrings(
                            sum == null ? List.of() : List.of(sum.algorithm().name()))
                    .checksumType(sum == null ? null : sum.type())
                    .build());
        }

        /** Of an old version: only one of a key whose latest is no object can be. */
        private boolean isNewest(byte[] key, Version version) {
            if (lastKey != null && Arrays.equals(lastKey, key)) {
                return false;
            }
            if (begunKey == null || !Arrays.equals(begunKey, key)) {
                return true;
            }
            var newest = versions.latest(snapshot, bucket, key);
            return newest != null && newest.order() == version.order();
        }
    }

    // ---- uploads

    ListMultipartUploadsResponse list(ListMultipartUploadsRequest request) {
        var form = Form.of(
                request.prefix(),
                request.delimiter(),
                request.maxUploads(),
                "max-uploads",
                request.encodingTypeAsString());
        return kv.read(snapshot -> {
            var bucket = buckets.require(snapshot, request.bucket(), request.expectedBucketOwner());
            return uploads(snapshot, bucket, form, request);
        });
    }

    private static ListMultipartUploadsResponse uploads(
            Snapshot snapshot, Bucket bucket, Form form, ListMultipartUploadsRequest request) {
        var base = S3Keys.uploadBase(bucket.id());
        var range = S3Keys.uploadsWithPrefix(bucket.id(), form.prefix);
        var keyMarker = empty(request.keyMarker());
        var idMarker = keyMarker == null ? null : empty(request.uploadIdMarker());
        if (keyMarker != null) {
            var key = S3Keys.bytes(keyMarker);
            if (idMarker != null
                    && !UploadIds.fits(idMarker, bucket.id(), key)
                    && snapshot.get(S3Keys.upload(bucket.id(), key, idMarker)) == null) {
                throw S3Errors.invalidArgument("Invalid uploadId marker", "upload-id-marker", idMarker);
            }
            var passed = form.passed(key);
            var behind = passed != null
                    ? S3Keys.behind(range, base, passed)
                    : idMarker != null
                            ? behind(range, S3Keys.upload(bucket.id(), key, idMarker))
                            : new Range(S3Keys.uploads(bucket.id(), key).end(), range.end());
            range = later(range, behind);
        }
        var ownership = Ownership.of(snapshot, bucket);
        var cursor = new Cursor(snapshot, base, range);
        var found = new ArrayList<MultipartUpload>();
        var prefixes = new ArrayList<byte[]>();
        String lastKey = "";
        String lastId = "";
        while (cursor.key() != null && found.size() + prefixes.size() < form.max) {
            var key = java.util.Objects.requireNonNull(cursor.key());
            var common = form.common(key);
            if (common != null) {
                prefixes.add(common);
                lastKey = form.encoded(common);
                lastId = "";
                cursor.leap(common);
                continue;
            }
            var upload = Upload.CODEC.decode(cursor.entry().value());
            lastKey = form.encoded(key);
            lastId = upload.id();
            found.add(MultipartUpload.builder()
                    .key(lastKey)
                    .uploadId(lastId)
                    .initiated(Times.whole(upload.initiatedAt()))
                    .storageClass(upload.draft().storageClass())
                    .owner(Owners.of(ownership.ownerOf(bucket, upload.draft())))
                    .initiator(Uploads.initiator(upload))
                    .checksumAlgorithm(
                            upload.algorithm() == null
                                    ? null
                                    : upload.algorithm().name())
                    .checksumType(upload.type())
                    .build());
            cursor.forward();
        }
        return ListMultipartUploadsResponse.builder()
                .bucket(bucket.name())
                .keyMarker(form.encoded(request.keyMarker() == null ? "" : request.keyMarker()))
                .uploadIdMarker(request.uploadIdMarker() == null ? "" : request.uploadIdMarker())
                .nextKeyMarker(lastKey)
                .nextUploadIdMarker(lastId)
                .prefix(form.encoded(empty(request.prefix())))
                .delimiter(form.encoded(empty(request.delimiter())))
                .maxUploads(form.max)
                .encodingType(request.encodingTypeAsString())
                .isTruncated(form.max > 0 && cursor.key() != null)
                .uploads(found)
                .commonPrefixes(prefixes(prefixes, form))
                .build();
    }
}
