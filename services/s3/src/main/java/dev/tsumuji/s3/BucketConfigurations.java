package dev.tsumuji.s3;

import dev.tsumuji.kernel.kv.Snapshot;
import dev.tsumuji.kernel.kv.Txn;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.s3.model.AccelerateConfiguration;
import software.amazon.awssdk.services.s3.model.BucketAccelerateStatus;
import software.amazon.awssdk.services.s3.model.BucketLoggingStatus;
import software.amazon.awssdk.services.s3.model.DefaultRetention;
import software.amazon.awssdk.services.s3.model.ObjectLockConfiguration;
import software.amazon.awssdk.services.s3.model.ObjectLockRetentionMode;
import software.amazon.awssdk.services.s3.model.Payer;
import software.amazon.awssdk.services.s3.model.PutBucketLifecycleConfigurationRequest;
import software.amazon.awssdk.services.s3.model.RequestPaymentConfiguration;
import software.amazon.awssdk.services.s3.model.ServerSideEncryption;
import software.amazon.awssdk.services.s3.model.ServerSideEncryptionConfiguration;
import software.amazon.awssdk.services.s3.model.ServerSideEncryptionRule;

/**
 * The smaller settings of a bucket: how objects are encrypted and locked, where they are reached, who pays. Stateless.
 *
 * @see <a href="https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingBucket.html">Buckets</a>
 */
final class BucketConfigurations {
    static final Setting<ServerSideEncryptionConfiguration> ENCRYPTION =
            Setting.of("encryption", ServerSideEncryptionConfiguration.class);
    static final Setting<AccelerateConfiguration> ACCELERATION =
            Setting.of("acceleration", AccelerateConfiguration.class);
    static final Setting<RequestPaymentConfiguration> PAYMENT =
            Setting.of("request-payment", RequestPaymentConfiguration.class);
    private static final String ENABLED = "Enabled";
    private static final String BY_CUSTOMERS = "SSE-C";
    private static final Set<String> BLOCKABLE = Set.of(BY_CUSTOMERS, "NONE");
    private static final ServerSideEncryptionConfiguration AES_256 = ServerSideEncryptionConfiguration.builder()
            .rules(ServerSideEncryptionRule.builder()
                    .applyServerSideEncryptionByDefault(d -> d.sseAlgorithm(ServerSideEncryption.AES256))
                    .bucketKeyEnabled(false)
                    .build())
            .build();

    private BucketConfigurations() {}

    static void putLifecycle(
            BucketSettings settings, LifecycleSweep sweep, PutBucketLifecycleConfigurationRequest request) {
        var given = request.lifecycleConfiguration();
        // an id that a client didn't give is made of the rule, so that to put the same again changes nothing
        var ids = given == null
                ? List.<String>of()
                : IntStream.range(0, given.rules().size())
                        .mapToObj(i -> UUID.nameUUIDFromBytes(
                                        (i + given.rules().get(i).toString())
                                                .getBytes(java.nio.charset.StandardCharsets.UTF_8))
                                .toString())
                        .toList();
        var checked = LifecycleRules.checked(given, ids);
        settings.change(request.bucket(), request.expectedBucketOwner(), (txn, bucket) -> {
            LifecycleRules.SETTING.put(txn, bucket, checked);
            sweep.begin(txn, bucket);
        });
    }

    static ServerSideEncryptionConfiguration encryption(Snapshot snapshot, Bucket bucket) {
        var stored = ENCRYPTION.find(snapshot, bucket);
        return stored == null ? AES_256 : stored;
    }

    /**
     * Refuses a customer's key where the bucket takes none.
     *
     * @see <a href="https://docs.aws.amazon.com/AmazonS3/latest/userguide/blocking-unblocking-s3-c-encryption-gpb.html">Blocking SSE-C</a>
     */
    static void checkCustomerKey(Snapshot snapshot, Bucket bucket, CustomerKeys.@Nullable CustomerKey key) {
        var stored = key == null ? null : ENCRYPTION.find(snapshot, bucket);
        if (stored != null
                && stored.rules().stream()
                        .map(ServerSideEncryptionRule::blockedEncryptionTypes)
                        .anyMatch(blocked -> blocked != null
                                && blocked.encryptionTypeAsStrings().contains(BY_CUSTOMERS))) {
            throw S3Errors.accessDenied();
        }
    }

    static void checkEncryption(@Nullable ServerSideEncryptionConfiguration given) {
        var rules = BucketSettings.body(given).rules();
        if (rules.size() != 1) {
            throw S3Errors.malformedXml();
        }
        var blocked = rules.getFirst().blockedEncryptionTypes();
        if (blocked != null && !BLOCKABLE.containsAll(blocked.encryptionTypeAsStrings())) {
            throw S3Errors.malformedXml();
        }
        var standard = rules.getFirst().applyServerSideEncryptionByDefault();
        if (standard == null || standard.sseAlgorithm() == null) {
            throw S3Errors.malformedXml();
        }
        switch (standard.sseAlgorithm()) {
            case AES256 -> {
                if (standard.kmsMasterKeyID() != null) {
                    throw S3Errors.invalidArgument(
                            "a KMSMasterKeyID is not applicable if the default sse algorithm is not aws:kms or aws:kms:dsse",
                            "ApplyServerSideEncryptionByDefault");
                }
            }
            case UNKNOWN_TO_SDK_VERSION -> throw S3Errors.malformedXml();
            default -> throw BucketSettings.notImplemented("Encryption with keys of KMS");
        }
    }

    /** @param target looks for the bucket that the logs are to go to */
    static void checkLogging(
            Bucket bucket, @Nullable BucketLoggingStatus given, Function<String, @Nullable Bucket> target) {
        var wanted = BucketSettings.body(given).loggingEnabled();
        if (wanted == null) {
            return;
        }
        if (wanted.targetBucket() == null || wanted.targetPrefix() == null) {
            throw S3Errors.malformedXml();
        }
        var to = target.apply(wanted.targetBucket());
        if (to == null) {
            throw S3Errors.of(
                    "InvalidTargetBucketForLogging",
                    400,
                    "The target bucket for logging does not exist",
                    "TargetBucket",
                    wanted.targetBucket());
        }
        if (!to.region().equals(bucket.region())) {
            throw crossLocation(bucket.region(), to.region());
        }
        throw BucketSettings.notImplemented("Server access logging");
    }

    /** AWS names a region where it isn't the first, {@code us-east-1}. */
    private static RuntimeException crossLocation(String source, String target) {
        var elements = new ArrayList<String>();
        for (var place : List.of(List.of("SourceBucketLocation", source), List.of("TargetBucketLocation", target))) {
            if (!place.get(1).equals("us-east-1")) {
                elements.addAll(place);
            }
        }
        return S3Errors.of(
                "CrossLocationLoggingProhibitted",
                403,
                "Cross S3 location logging not allowed. ",
                elements.toArray(String[]::new));
    }

    static void putPayer(Txn txn, Bucket bucket, @Nullable RequestPaymentConfiguration given) {
        var payer = BucketSettings.body(given).payer();
        if (payer == null || payer == Payer.UNKNOWN_TO_SDK_VERSION) {
            throw S3Errors.malformedXml();
        }
        PAYMENT.put(
                txn, bucket, RequestPaymentConfiguration.builder().payer(payer).build());
    }

    static Payer payer(Snapshot snapshot, Bucket bucket) {
        var stored = PAYMENT.find(snapshot, bucket);
        return stored == null ? Payer.BUCKET_OWNER : stored.payer();
    }

    /** The accelerated host name reaches the platform like any other, so this is only whether it is meant to be used. */
    static void putAcceleration(Txn txn, Bucket bucket, @Nullable AccelerateConfiguration given) {
        var configuration = BucketSettings.body(given);
        if (bucket.name().indexOf('.') >= 0) {
            throw S3Errors.invalidRequest(
                    "S3 Transfer Acceleration is not supported for buckets with periods (.) in their names");
        }
        if (configuration.status() == null || configuration.status() == BucketAccelerateStatus.UNKNOWN_TO_SDK_VERSION) {
            throw S3Errors.malformedXml();
        }
        ACCELERATION.put(txn, bucket, configuration);
    }

    static ObjectLockConfiguration objectLock(Snapshot snapshot, Bucket bucket) {
        if (!bucket.objectLock()) {
            throw S3Errors.of(
                    "ObjectLockConfigurationNotFoundError",
                    404,
                    "Object Lock configuration does not exist for this bucket",
                    "BucketName",
                    bucket.name());
        }
        var stored = Setting.OBJECT_LOCK.find(snapshot, bucket);
        return stored == null
                ? ObjectLockConfiguration.builder().objectLockEnabled(ENABLED).build()
                : stored;
    }

    static void putObjectLock(
            Txn txn, Bucket bucket, @Nullable ObjectLockConfiguration given, BucketSettings settings) {
        var configuration = BucketSettings.body(given);
        if (!ENABLED.equals(configuration.objectLockEnabledAsString())) {
            throw S3Errors.malformedXml();
        }
        var rule = configuration.rule();
        if (rule != null) {
            checkRetention(rule.defaultRetention());
        }
        if (!bucket.objectLock()) {
            if (!bucket.versioned()) {
                throw S3Errors.of(
                        "InvalidBucketState",
                        409,
                        "Versioning must be 'Enabled' on the bucket to apply a Object Lock configuration");
            }
            settings.replace(txn, bucket, Bucket::withObjectLock);
        }
        Setting.OBJECT_LOCK.put(txn, bucket, configuration);
    }

    private static void checkRetention(@Nullable DefaultRetention retention) {
        if (retention == null
                || retention.mode() == null
                || retention.mode() == ObjectLockRetentionMode.UNKNOWN_TO_SDK_VERSION
                || (retention.days() == null) == (retention.years() == null)) {
            throw S3Errors.malformedXml();
        }
        var amount = retention.days() != null ? retention.days() : retention.years();
        if (amount <= 0) {
            throw S3Errors.invalidArgument(
                    "Default retention period must be a positive integer value.",
                    retention.days() != null ? "Days" : "Years");
        }
        if (retention.days() != null && retention.days() > 36_500
                || retention.years() != null && retention.years() > 100) {
            throw S3Errors.invalidArgument("Default retention period too large", "Days", String.valueOf(amount));
        }
    }
}
