package dev.tsumuji.s3;

import dev.tsumuji.kernel.kv.Snapshot;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkRequest;
import software.amazon.awssdk.services.s3.model.ObjectLockRetention;

/**
 * What protects versions from being deleted: a retention period and a legal hold.
 *
 * @see <a href="https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock.html">Object Lock</a>
 */
final class Locks {
    static final String GOVERNANCE = "GOVERNANCE";
    private static final Set<String> MODES = Set.of(GOVERNANCE, "COMPLIANCE");
    private static final String MODE = "x-amz-object-lock-mode";
    private static final String UNTIL = "x-amz-object-lock-retain-until-date";

    private Locks() {}

    /** The protection that a new version begins with: what the request asks, else the bucket's default. */
    static Version.Lock ofWrite(Snapshot snapshot, Bucket bucket, SdkRequest request, Instant now) {
        var asked = asked(request, now);
        boolean any = asked.mode() != null || asked.legalHold();
        if (any && !bucket.objectLock()) {
            throw S3Errors.invalidRequest("Bucket is missing ObjectLockConfiguration");
        }
        if (asked.mode() != null || !bucket.objectLock()) {
            return asked;
        }
        var configuration = Setting.OBJECT_LOCK.find(snapshot, bucket);
        var rule = configuration == null ? null : configuration.rule();
        var standard = rule == null ? null : rule.defaultRetention();
        if (standard == null) {
            return asked;
        }
        var until = standard.days() != null
                ? now.plus(Duration.ofDays(standard.days()))
                : now.atZone(ZoneOffset.UTC)
                        .plusYears(standard.years() == null ? 0 : standard.years())
                        .toInstant();
        return new Version.Lock(standard.modeAsString(), until, asked.legalHold());
    }

    /** An object that can't be deleted must be the one that was meant, whether the request locks it or the bucket does. */
    static void requireDigest(Version.Lock lock, SdkRequest request, boolean digested) {
        var named = List.of("ObjectLockMode", "ObjectLockRetainUntilDate", "ObjectLockLegalHoldStatus").stream()
                .anyMatch(
                        member -> request.getValueForField(member, Object.class).isPresent());
        if ((named || lock.mode() != null) && !digested) {
            throw S3Errors.invalidRequest(
                    "Content-MD5 OR x-amz-checksum- HTTP header is required for Put Object requests with Object Lock parameters");
        }
    }

    private static Version.Lock asked(SdkRequest request, Instant now) {
        var mode = request.getValueForField("ObjectLockMode", String.class).orElse(null);
        var until = request.getValueForField("ObjectLockRetainUntilDate", Instant.class)
                .orElse(null);
        var hold = request.getValueForField("ObjectLockLegalHoldStatus", String.class)
                .orElse(null);
        if (mode == null ^ until == null) {
            throw S3Errors.invalidArgument(
                    "x-amz-object-lock-retain-until-date and x-amz-object-lock-mode must both be supplied",
                    mode == null ? MODE : UNTIL);
        }
        if (mode != null && !MODES.contains(mode)) {
            throw S3Errors.invalidArgument("Unknown wormMode directive.", MODE, mode);
        }
        if (until != null && !until.isAfter(now)) {
            throw S3Errors.invalidArgument("The retain until date must be in the future!", UNTIL, until.toString());
        }
        if (hold != null && !hold.equals("ON") && !hold.equals("OFF")) {
            throw S3Errors.invalidArgument(
                    "Legal Hold must be either of 'ON' or 'OFF'", "x-amz-object-lock-legal-hold", hold);
        }
        return new Version.Lock(mode, until, "ON".equals(hold));
    }

    static RuntimeException missing() {
        return S3Errors.invalidRequest("Bucket is missing Object Lock Configuration");
    }

    /**
     * @param bypass whether the caller may, and wants to, pass over governance
     * @throws software.amazon.awssdk.services.s3.model.S3Exception when the version can't be deleted now
     */
    static void checkDelete(Version version, boolean bypass, Instant now) {
        var lock = version.lock();
        if (lock.legalHold() || retained(lock, now) && !(bypass && GOVERNANCE.equals(lock.mode()))) {
            throw S3Errors.locked();
        }
    }

    private static boolean retained(Version.Lock lock, Instant now) {
        return lock.until() != null && lock.until().isAfter(now);
    }

    /** A version's lock with another retention; without one when {@code retention} is null or empty. */
    static Version.Lock changed(
            Version.Lock lock, @Nullable ObjectLockRetention retention, boolean bypass, Instant now) {
        var mode = retention == null ? null : retention.modeAsString();
        var until = retention == null ? null : retention.retainUntilDate();
        if (mode == null ^ until == null || mode != null && !MODES.contains(mode)) {
            throw S3Errors.malformedXml();
        }
        if (until != null && !until.isAfter(now)) {
            throw S3Errors.invalidArgument(
                    "The retain until date must be in the future!", "RetainUntilDate", until.toString());
        }
        if (retained(lock, now)) {
            boolean longer = until != null && !until.isBefore(lock.until()) && mode != null && mode.equals(lock.mode());
            if (!longer && !(bypass && GOVERNANCE.equals(lock.mode()))) {
                throw S3Errors.locked();
            }
        }
        return new Version.Lock(mode, until, lock.legalHold());
    }
}
