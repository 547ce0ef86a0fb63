package dev.tsumuji.lambda;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A batch that was given up, as its failure destination is told of it.
 *
 * @param condition why, {@code RetryAttemptsExhausted} or {@code RecordAgeExceeded}
 * @param invocations how often the function was called with it
 * @param requestId of the last invocation, or one of its own when there was none
 * @param executedVersion null when the function was never called
 * @param functionError null when the function itself ended well and only said that records had failed
 * @see <a href="https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-errors.html">Error handling, record format</a>
 */
record FailedBatch(
        String shard,
        List<StreamSource.Record> records,
        String condition,
        int invocations,
        String requestId,
        @Nullable String executedVersion,
        @Nullable String functionError) {
    private static final DateTimeFormatter MILLIS =
            DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);
    private static final DateTimeFormatter SECONDS =
            DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss'Z'").withZone(ZoneOffset.UTC);

    /** @param batchInfoName what the source calls the description of its batch */
    String toJson(String functionArn, String streamArn, String batchInfoName, Instant now) {
        return Json.write(told(functionArn, streamArn, batchInfoName, now));
    }

    /** The same with the records themselves, for destinations that have room for them. */
    String toJsonWithPayload(String functionArn, String streamArn, String batchInfoName, Instant now) {
        var told = told(functionArn, streamArn, batchInfoName, now);
        var event = Map.of(
                "Records", records.stream().map(StreamSource.Record::event).toList());
        told.put("payload", Json.write(event));
        return Json.write(told);
    }

    private Map<String, @Nullable Object> told(
            String functionArn, String streamArn, String batchInfoName, Instant now) {
        var request = new LinkedHashMap<String, @Nullable Object>();
        request.put("requestId", requestId);
        request.put("functionArn", functionArn);
        request.put("condition", condition);
        request.put("approximateInvokeCount", invocations);
        var first = records.getFirst();
        var last = records.getLast();
        var batch = new LinkedHashMap<String, @Nullable Object>();
        batch.put("shardId", shard);
        batch.put("startSequenceNumber", first.sequence());
        batch.put("endSequenceNumber", last.sequence());
        batch.put("approximateArrivalOfFirstRecord", SECONDS.format(first.arrived()));
        batch.put("approximateArrivalOfLastRecord", SECONDS.format(last.arrived()));
        batch.put("batchSize", records.size());
        batch.put("streamArn", streamArn);
        var told = new LinkedHashMap<String, @Nullable Object>();
        told.put("requestContext", request);
        if (executedVersion != null) {
            var response = new LinkedHashMap<String, @Nullable Object>();
            response.put("statusCode", 200);
            response.put("executedVersion", executedVersion);
            response.put("functionError", functionError);
            told.put("responseContext", response);
        }
        told.put("version", "1.0");
        told.put("timestamp", MILLIS.format(now));
        told.put(batchInfoName, batch);
        return told;
    }
}
