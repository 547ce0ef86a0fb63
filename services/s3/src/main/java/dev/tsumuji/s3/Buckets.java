package dev.tsumuji.s3;

import dev.tsumuji.kernel.call.Call;
import dev.tsumuji.kernel.kv.Kv;
import dev.tsumuji.kernel.kv.Range;
import dev.tsumuji.kernel.kv.Snapshot;
import dev.tsumuji.kernel.kv.Tuple;
import dev.tsumuji.kernel.kv.Txn;
import dev.tsumuji.kernel.time.Ids;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.model.CreateBucketRequest;
import software.amazon.awssdk.services.s3.model.CreateBucketResponse;
import software.amazon.awssdk.services.s3.model.ListBucketsRequest;
import software.amazon.awssdk.services.s3.model.ListBucketsResponse;

/**
 * Buckets: one space of names over all accounts. Thread-safe: all state is in the store.
 *
 * @see <a href="https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateBucket.html">CreateBucket</a>
 */
final class Buckets {
    private static final String FIRST_REGION = "us-east-1";
    private static final Pattern ACCOUNT = Pattern.compile("\\d{12}");
    private static final Set<String> REGIONS = Region.regions().stream()
            .filter(region -> !region.isGlobalRegion())
            .map(Region::id)
            .collect(Collectors.toUnmodifiableSet());

    private final Kv kv;
    private final Ids ids;

    Buckets(Kv kv, Ids ids) {
        this.kv = kv;
        this.ids = ids;
    }

    CreateBucketResponse create(CreateBucketRequest request) {
        var name = request.bucket();
        BucketNames.check(name);
        var call = Call.current();
        var configuration = request.createBucketConfiguration();
        var constraint = configuration == null ? null : configuration.locationConstraintAsString();
        if (constraint != null && constraint.isEmpty()) {
            constraint = null;
        }
        var region = region(call.region(), constraint);
        boolean lock = Boolean.TRUE.equals(request.objectLockEnabledForBucket());
        var bucket = new Bucket(
                ByteBuffer.wrap(ids.bytes(Long.BYTES)).getLong(),
                name,
                call.account(),
                region,
                constraint,
                call.time(),
                lock ? Bucket.ENABLED : null,
                lock);
        kv.transact(txn -> {
            var existing = find(txn, name);
            if (existing != null) {
                refuseSecond(existing, call);
                AccessLists.begin(txn, existing, Ownership.of(txn, existing), request);
                return existing;
            }
            if (txn.unchecked()
                            .scan(S3Keys.owned(call.account()), S3Limits.BUCKETS_PER_ACCOUNT_MAX)
                            .size()
                    >= S3Limits.BUCKETS_PER_ACCOUNT_MAX) {
                throw S3Errors.of("TooManyBuckets", 400, "You have attempted to create more buckets than allowed");
            }
            txn.put(S3Keys.bucket(name), Bucket.CODEC.encode(bucket));
            txn.put(S3Keys.owned(call.account(), name), new byte[0]);
            BucketSettings.begin(txn, bucket, request);
            return bucket;
        });
        return CreateBucketResponse.builder()
                .location(region.equals(FIRST_REGION) ? "/" + name : "http://" + name + ".s3.amazonaws.com/")
                .bucketArn(bucket.arn())
                .build();
    }

    /** In the first region a bucket may be made twice, as it could before there were others; it begins again with its list. */
    private static void refuseSecond(Bucket existing, Call call) {
        if (!existing.account().equals(call.account())) {
            throw S3Errors.bucketExists(existing.name());
        }
        if (!existing.region().equals(FIRST_REGION) || !call.region().equals(FIRST_REGION)) {
            throw S3Errors.bucketOwned(existing.name());
        }
    }

    private static String region(String endpoint, @Nullable String constraint) {
        if (!endpoint.equals(FIRST_REGION)) {
            if (!endpoint.equals(constraint) && !(endpoint.equals("eu-west-1") && "EU".equals(constraint))) {
                throw S3Errors.of(
                        "IllegalLocationConstraintException",
                        400,
                        "The " + (constraint == null ? "unspecified" : constraint)
                                + " location constraint is incompatible for the region specific endpoint this request was sent to.");
            }
            return endpoint;
        }
        if (constraint == null) {
            return FIRST_REGION;
        }
        var region = constraint.equals("EU") ? "eu-west-1" : constraint;
        if (region.equals(FIRST_REGION) || !REGIONS.contains(region)) {
            throw S3Errors.of(
                    "InvalidLocationConstraint",
                    400,
                    "The specified location-constraint is not valid",
                    "LocationConstraint",
                    constraint);
        }
        return region;
    }

    @Nullable
    Bucket find(Snapshot snapshot, String name) {
        return Bucket.CODEC.decodeNullable(snapshot.get(S3Keys.bucket(name)));
    }

    /** @param expectedOwner the account that the caller thinks owns it; null when it doesn't say */
    Bucket require(Snapshot snapshot, String name, @Nullable String expectedOwner) {
        if (expectedOwner != null && !ACCOUNT.matcher(expectedOwner).matches()) {
            throw S3Errors.of(
                    "InvalidBucketOwnerAWSAccountID",
                    400,
                    "The value of the expected bucket owner parameter must be an AWS Account ID... [" + expectedOwner
                            + "]");
        }
        var bucket = find(snapshot, name);
        if (bucket == null) {
            throw BucketNames.unknown(name);
        }
        if (expectedOwner != null && !expectedOwner.equals(bucket.account())) {
            throw S3Errors.accessDenied();
        }
        return bucket;
    }

    Bucket read(String name, @Nullable String expectedOwner) {
        return kv.read(snapshot -> require(snapshot, name, expectedOwner));
    }

    /** Replaces a bucket's record by what the change makes of it. */
    Bucket change(Txn txn, Bucket bucket, UnaryOperator<Bucket> change) {
        var changed = change.apply(bucket);
        txn.put(S3Keys.bucket(bucket.name()), Bucket.CODEC.encode(changed));
        return changed;
    }

    ListBucketsResponse list(ListBucketsRequest request) {
        var account = Call.current().account();
        int max = request.maxBuckets() == null ? S3Limits.BUCKET_PAGE_MAX : request.maxBuckets();
        if (max < 1 || max > S3Limits.BUCKET_PAGE_MAX) {
            throw S3Errors.invalidArgument(
                    "Argument max-buckets must be an integer between 1 and 10000", "max-buckets", String.valueOf(max));
        }
        var range =
                request.prefix() == null ? S3Keys.owned(account) : S3Keys.ownedWithPrefix(account, request.prefix());
        var from = request.continuationToken() == null
                ? range
                : range.after(S3Keys.owned(account, PageTokens.last(request.continuationToken())));
        return kv.read(snapshot -> page(snapshot, from, max, request));
    }

    private ListBucketsResponse page(Snapshot snapshot, Range range, int max, ListBucketsRequest request) {
        var found = new ArrayList<software.amazon.awssdk.services.s3.model.Bucket>();
        var answer = ListBucketsResponse.builder()
                .owner(Owners.of(Call.current().account()))
                .prefix(request.prefix());
        for (var entry : snapshot.scan(range, S3Limits.BUCKETS_PER_ACCOUNT_MAX)) {
            var bucket = find(snapshot, (String) Tuple.unpack(entry.key()).getLast());
            if (bucket == null
                    || request.bucketRegion() != null && !request.bucketRegion().equals(bucket.region())) {
                continue;
            }
            if (found.size() == max) {
                answer.continuationToken(PageTokens.of(found.getLast().name().getBytes(StandardCharsets.UTF_8)));
                break;
            }
            found.add(software.amazon.awssdk.services.s3.model.Bucket.builder()
                    .name(bucket.name())
                    .creationDate(Times.whole(bucket.createdAt()))
                    .bucketRegion(bucket.region())
                    .bucketArn(bucket.arn())
                    .build());
        }
        return answer.buckets(found).build();
    }

    /** Of an empty bucket only; what uploads in parts left behind goes with it. */
    void delete(String name, @Nullable String expectedOwner, BucketEnd end) {
        kv.transact(txn -> {
            var bucket = require(txn, name, expectedOwner);
            boolean empty = txn.scan(S3Keys.current(bucket.id()), 1).isEmpty()
                    && txn.scan(S3Keys.old(bucket.id()), 1).isEmpty();
            if (!empty) {
                throw S3Errors.bucketNotEmpty(bucket);
            }
            txn.delete(S3Keys.bucket(name));
            txn.delete(S3Keys.owned(bucket.account(), name));
            txn.delete(S3Keys.settings(bucket.id()));
            end.of(txn, bucket);
            return null;
        });
    }

    /** What else has to happen in the commit that deletes a bucket. */
    @FunctionalInterface
    interface BucketEnd {
        void of(Txn txn, Bucket bucket);
    }
}
