package dev.tsumuji.dynamodb;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.Base64;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * A place in a stream, as clients carry it around: the stream's ARN, then, behind the last bar, the place and the time at which
 * the iterator was made. It carries no secret; whoever uses it needs permission for the stream that it names.
 *
 * @param start the first record's twelve bytes of commit order
 */
record ShardIterator(String streamArn, byte[] start, Instant madeAt) {

    /** @throws software.amazon.awssdk.services.dynamodb.model.DynamoDbException {@code ValidationException} */
    static ShardIterator parse(@Nullable String text) {
        int bar = text == null ? -1 : text.lastIndexOf('|');
        if (text == null || bar < 0) {
            throw invalid();
        }
        try {
            var in = ByteBuffer.wrap(Base64.getDecoder().decode(text.substring(bar + 1)));
            if (in.remaining() != Streams.STAMP_BYTES + Long.BYTES) {
                throw invalid();
            }
            var start = new byte[Streams.STAMP_BYTES];
            in.get(start);
            return new ShardIterator(text.substring(0, text.indexOf('|')), start, Instant.ofEpochMilli(in.getLong()));
        } catch (IllegalArgumentException e) {
            throw invalid();
        }
    }

    private static RuntimeException invalid() {
        return DynamodbErrors.invalid("Invalid ShardIterator");
    }

    /** The place behind a record. */
    static byte[] behind(byte[] stamp) {
        var next = stamp.clone();
        for (int i = next.length - 1; i >= 0; i--) {
            if (++next[i] != 0) {
                break;
            }
        }
        return next;
    }

    /** A record's, the same whenever it is read. */
    static String eventId(long stream, byte[] stamp) {
        try {
            var digest = MessageDigest.getInstance("MD5");
            digest.update(ByteBuffer.allocate(Long.BYTES).putLong(stream).array());
            digest.update("event".getBytes(StandardCharsets.US_ASCII));
            return HexFormat.of().formatHex(digest.digest(stamp));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java has MD5", e);
        }
    }

    @Override
    public String toString() {
        var place = ByteBuffer.allocate(Streams.STAMP_BYTES + Long.BYTES)
                .put(start)
                .putLong(madeAt.toEpochMilli())
                .array();
        return streamArn + "|1|" + Base64.getEncoder().encodeToString(place);
    }
}
