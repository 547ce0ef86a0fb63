package dev.tsumuji.logs;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.cloudwatchlogs.model.InputLogEvent;
import software.amazon.awssdk.services.cloudwatchlogs.model.RejectedLogEventsInfo;

/**
 * The events of one PutLogEvents request, checked against the rules for a batch.
 *
 * @param timestamps never descending
 * @param messages in UTF-8
 * @see <a href="https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html">PutLogEvents</a>
 */
record Batch(long[] timestamps, byte[][] messages) {

    static Batch of(List<InputLogEvent> events) {
        if (events.isEmpty() || events.size() > LogsLimits.BATCH_EVENTS_MAX) {
            throw LogsErrors.invalid("The number of log events in a batch must be between 1 and "
                    + LogsLimits.BATCH_EVENTS_MAX + ", but was " + events.size() + ".");
        }
        var timestamps = new long[events.size()];
        var messages = new byte[events.size()][];
        long total = 0;
        for (int i = 0; i < timestamps.length; i++) {
            timestamps[i] = events.get(i).timestamp();
            messages[i] = events.get(i).message().getBytes(StandardCharsets.UTF_8);
            total += checkSize("Log event", size(messages[i]), LogsLimits.EVENT_SIZE_MAX_BYTES);
            if (i > 0 && timestamps[i] < timestamps[i - 1]) {
                throw LogsErrors.invalid("Log events in a single PutLogEvents request must be in chronological order.");
            }
        }
        checkSize("Upload", total, LogsLimits.BATCH_SIZE_MAX_BYTES);
        return new Batch(timestamps, messages);
    }

    private static long checkSize(String what, long bytes, long max) {
        if (bytes > max) {
            throw LogsErrors.invalid(what + " too large: " + bytes + " bytes exceeds limit of " + max);
        }
        return bytes;
    }

    static long size(byte[] message) {
        return message.length + LogsLimits.EVENT_OVERHEAD_BYTES;
    }

    /** Which events are neither too old, expired nor too new: they lie together, because the batch is in order. */
    Accepted accept(Instant now, long expiredBefore) {
        int tooOld = firstAtOrAfter(now.minus(LogsLimits.EVENT_AGE_MAX).toEpochMilli());
        int expired = firstAtOrAfter(expiredBefore);
        int tooNew = firstAtOrAfter(now.plus(LogsLimits.EVENT_LEAD_MAX).toEpochMilli() + 1);
        int from = Math.max(tooOld, expired);
        if (from < tooNew && timestamps[tooNew - 1] - timestamps[from] > LogsLimits.BATCH_SPAN_MAX.toMillis()) {
            throw LogsErrors.invalid(
                    "The batch of log events in a single PutLogEvents request cannot span more than 24 hours.");
        }
        return new Accepted(from, tooNew, rejected(tooOld, expired, tooNew));
    }

    private @Nullable RejectedLogEventsInfo rejected(int tooOld, int expired, int tooNew) {
        if (tooOld == 0 && expired == 0 && tooNew == timestamps.length) {
            return null;
        }
        return RejectedLogEventsInfo.builder()
                .tooOldLogEventEndIndex(tooOld == 0 ? null : tooOld)
                .expiredLogEventEndIndex(expired == 0 ? null : expired)
                .tooNewLogEventStartIndex(tooNew == timestamps.length ? null : tooNew)
                .build();
    }

    private int firstAtOrAfter(long time) {
        int i = 0;
        while (i < timestamps.length && timestamps[i] < time) {
            i++;
        }
        return i;
    }

    /** @param to exclusive; not behind {@code from} when nothing is accepted */
    record Accepted(int from, int to, @Nullable RejectedLogEventsInfo rejected) {}
}
