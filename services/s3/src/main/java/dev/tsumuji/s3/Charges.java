package dev.tsumuji.s3;

import dev.tsumuji.kernel.kv.Kv;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkPojo;
import software.amazon.awssdk.core.SdkRequest;
import software.amazon.awssdk.core.sync.ResponseTransformer;
import software.amazon.awssdk.services.s3.model.Payer;
import software.amazon.awssdk.services.s3.model.S3Response;

/**
 * Tells whoever says to pay for a request that it does, where the requester pays. Here no one pays. Thread-safe.
 *
 * @see <a href="https://docs.aws.amazon.com/AmazonS3/latest/userguide/ObjectsinRequesterPaysBuckets.html">Downloading from Requester Pays buckets</a>
 */
final class Charges {
    private static final String REQUESTER = "requester";

    private final Kv kv;
    private final Buckets buckets;

    Charges(Kv kv, Buckets buckets) {
        this.kv = kv;
        this.buckets = buckets;
    }

    <T extends S3Response> T told(SdkRequest request, T answer) {
        return applies(request) ? charged(answer) : answer;
    }

    <R extends S3Response, T> ResponseTransformer<R, T> told(
            SdkRequest request, ResponseTransformer<R, T> transformer) {
        return applies(request) ? (answer, bytes) -> transformer.transform(charged(answer), bytes) : transformer;
    }

    private boolean applies(SdkRequest request) {
        var payer = text(request, "RequestPayer");
        var name = text(request, "Bucket");
        return REQUESTER.equals(payer)
                && name != null
                && kv.<Boolean>read(snapshot -> {
                    var bucket = buckets.find(snapshot, name);
                    return bucket != null && BucketConfigurations.payer(snapshot, bucket) == Payer.REQUESTER;
                });
    }

    private static @Nullable String text(SdkRequest request, String member) {
        return request.getValueForField(member, String.class).orElse(null);
    }

    @SuppressWarnings("unchecked") // a builder builds what it came from
    private static <T extends S3Response> T charged(T answer) {
        var builder = answer.toBuilder();
        for (var field : ((SdkPojo) builder).sdkFields()) {
            if (field.memberName().equals("RequestCharged")) {
                field.set(builder, REQUESTER);
            }
        }
        return (T) builder.build();
    }
}
