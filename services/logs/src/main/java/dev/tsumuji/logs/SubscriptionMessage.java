package dev.tsumuji.logs;

import dev.tsumuji.logs.pattern.FilterPattern;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import software.amazon.awssdk.protocols.jsoncore.JsonWriter;

/**
 * Collects the events of one stream that one subscription passes, and makes what its function is invoked with: JSON, packed by
 * gzip and Base64. Used by one thread.
 *
 * @see <a href="https://docs.aws.amazon.com/lambda/latest/dg/services-cloudwatchlogs.html">Process CloudWatch Logs with Lambda</a>
 */
final class SubscriptionMessage {
    private static final int ID_DIGITS = 56;
    private static final int ID_TIME_SHIFT_BITS = 144;

    private final String account;
    private final String group;
    private final String stream;
    private final String filter;
    private final FilterPattern pattern;

    /** The values of a pattern of fields are told beside each event. */
    private final boolean hasFields;

    private final List<Passed> events = new ArrayList<>();
    private long bytes;

    private record Passed(BigInteger id, long timestamp, String message) {}

    SubscriptionMessage(String account, String group, String stream, String filter, Subscription subscription) {
        this.account = account;
        this.group = group;
        this.stream = stream;
        this.filter = filter;
        this.pattern = FilterPattern.parse(subscription.pattern());
        this.hasFields = subscription.pattern().strip().startsWith("[");
    }

    /**
     * Adds an event if it passes.
     *
     * @param number unique among the events of its millisecond, below 2^144
     */
    void add(long timestamp, byte[] utf8, BigInteger number) {
        var message = new String(utf8, StandardCharsets.UTF_8);
        if (pattern.matches(message)) {
            // ids begin with the time, and so sort as events do
            var id = BigInteger.valueOf(timestamp).shiftLeft(ID_TIME_SHIFT_BITS).add(number);
            events.add(new Passed(id, timestamp, message));
            bytes += Batch.size(utf8);
        }
    }

    boolean isEmpty() {
        return events.isEmpty();
    }

    boolean isFull() {
        return bytes >= LogsLimits.SUBSCRIPTION_MESSAGE_MAX_BYTES;
    }

    /** What the function is invoked with; the message is empty again afterwards. */
    String takeEvent() {
        var packed = new ByteArrayOutputStream();
        try (var gzip = new GZIPOutputStream(packed)) {
            gzip.write(json());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        events.clear();
        bytes = 0;
        return "{\"awslogs\":{\"data\":\"" + Base64.getEncoder().encodeToString(packed.toByteArray()) + "\"}}";
    }

    private byte[] json() {
        try (var json = JsonWriter.create()) {
            json.writeStartObject();
            member(json, "messageType", "DATA_MESSAGE");
            member(json, "owner", account);
            member(json, "logGroup", group);
            member(json, "logStream", stream);
            json.writeFieldName("subscriptionFilters").writeStartArray();
            json.writeValue(filter);
            json.writeEndArray();
            json.writeFieldName("logEvents").writeStartArray();
            events.forEach(event -> write(json, event));
            json.writeEndArray().writeEndObject();
            return json.getBytes();
        }
    }

    private void write(JsonWriter json, Passed event) {
        var digits = event.id().toString();
        json.writeStartObject();
        member(json, "id", "0".repeat(Math.max(0, ID_DIGITS - digits.length())) + digits);
        json.writeFieldName("timestamp").writeValue(event.timestamp());
        member(json, "message", event.message());
        if (hasFields) {
            json.writeFieldName("extractedFields").writeStartObject();
            pattern.extract(event.message()).forEach((name, value) -> member(json, name.substring(1), value));
            json.writeEndObject();
        }
        json.writeEndObject();
    }

    private static void member(JsonWriter json, String name, String value) {
        json.writeFieldName(name).writeValue(value);
    }
}
