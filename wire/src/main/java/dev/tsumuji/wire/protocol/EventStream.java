package dev.tsumuji.wire.protocol;

import dev.tsumuji.kernel.cloud.EventAnswer;
import dev.tsumuji.wire.http.Reply;
import dev.tsumuji.wire.shape.Shape;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.core.SdkPojo;

/**
 * Answers with events, in AWS's own framing: for each a message of headers and payload with two checksums. Used by the thread
 * that runs the operation.
 *
 * @see <a href="https://smithy.io/2.0/aws/amazon-eventstream.html">Amazon event stream</a>
 */
final class EventStream implements EventAnswer<SdkPojo, SdkPojo> {
    private static final String CONTENT_TYPE = "application/vnd.amazon.eventstream";
    private static final byte TEXT = 7;
    private static final int FRAME_BYTES = 16;

    private final int status;
    private final WireFormat format;
    private final String requestId;
    private final Reply reply;
    private @Nullable OutputStream out;

    EventStream(int status, WireFormat format, String requestId, Reply reply) {
        this.status = status;
        this.format = format;
        this.requestId = requestId;
        this.reply = reply;
    }

    @Override
    public void begin(SdkPojo response) {
        reply.header("x-amzn-RequestId", requestId);
        int code = HttpBinding.write(response, status, new WithoutType(reply));
        if (code == 204) {
            reply.send(code, new byte[0]);
            out = OutputStream.nullOutputStream();
            return;
        }
        reply.header("Content-Type", CONTENT_TYPE);
        var stream = reply.stream(code, -1);
        out = stream;
        if (format != WireFormat.REST_JSON && format != WireFormat.REST_XML) {
            send("event", ":event-type", "initial-response", response);
        }
    }

    @Override
    public void event(SdkPojo event) throws IOException {
        try {
            send("event", ":event-type", name(event), event);
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    /** An error after the beginning. */
    void failed(Fault fault) {
        var members = new LinkedHashMap<String, String>();
        members.put(":message-type", "exception");
        members.put(":exception-type", fault.type());
        members.put(":content-type", "application/json");
        var payload = new ByteArrayOutputStream();
        try (var json = Json.generator(payload, WireFormat.REST_JSON)) {
            json.writeStartObject();
            json.writeStringField("message", fault.message());
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        write(members, payload.toByteArray());
    }

    /** Ends a stream that was begun. */
    void end() {
        if (out != null) {
            try {
                out.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /** The event's name in the service's model, which its class knows. */
    private static String name(SdkPojo event) {
        try {
            return String.valueOf(event.getClass().getMethod("sdkEventType").invoke(event));
        } catch (ReflectiveOperationException e) {
            throw new IllegalArgumentException(event.getClass() + " is not an event of a stream", e);
        }
    }

    private void send(String type, String nameHeader, String name, SdkPojo structure) {
        var headers = new LinkedHashMap<String, String>();
        headers.put(":message-type", type);
        headers.put(nameHeader, name);
        var payload = bytes(structure);
        headers.put(":content-type", payload != null ? "application/octet-stream" : "application/json");
        write(headers, payload != null ? payload : AnswerWriter.json(structure, WireFormat.REST_JSON));
    }

    /** The payload of an event that is a string of bytes and nothing else; null of others. */
    private static byte @Nullable [] bytes(SdkPojo event) {
        var members = Shape.of(event).members();
        if (members.size() != 1 || !(members.iterator().next().get(event) instanceof SdkBytes bytes)) {
            return null;
        }
        return bytes.asByteArrayUnsafe();
    }

    private void write(Map<String, String> headers, byte[] payload) {
        if (out == null) {
            throw new IllegalStateException("an event before the beginning");
        }
        try {
            out.write(message(headers, payload));
            out.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static byte[] message(Map<String, String> headers, byte[] payload) throws IOException {
        var head = new ByteArrayOutputStream(128);
        var names = new DataOutputStream(head);
        for (var header : headers.entrySet()) {
            var name = header.getKey().getBytes(StandardCharsets.UTF_8);
            var value = header.getValue().getBytes(StandardCharsets.UTF_8);
            names.writeByte(name.length);
            names.write(name);
            names.writeByte(TEXT);
            names.writeShort(value.length);
            names.write(value);
        }
        var message = new ByteArrayOutputStream(FRAME_BYTES + head.size() + payload.length);
        var data = new DataOutputStream(message);
        data.writeInt(FRAME_BYTES + head.size() + payload.length);
        data.writeInt(head.size());
        data.writeInt(checksum(message));
        head.writeTo(data);
        data.write(payload);
        data.writeInt(checksum(message));
        return message.toByteArray();
    }

    private static int checksum(ByteArrayOutputStream message) {
        var crc = new CRC32();
        crc.update(message.toByteArray());
        return (int) crc.getValue();
    }

    /** An answer whose type is the stream's, whatever its members say. */
    private record WithoutType(Reply reply) implements Reply {
        @Override
        public void header(String name, String value) {
            if (!name.equalsIgnoreCase("content-type")) {
                reply.header(name, value);
            }
        }

        @Override
        public void send(int status, byte[] body) {
            reply.send(status, body);
        }

        @Override
        public OutputStream stream(int status, long length) {
            return reply.stream(status, length);
        }

        @Override
        public boolean started() {
            return reply.started();
        }
    }
}
