package dev.tsumuji.wire.protocol;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.tsumuji.wire.http.Reply;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;

/** Writes errors the way AWS writes them in each protocol. */
final class FaultWriter {
    private FaultWriter() {}

    /** @param resource path of the request, which S3 repeats */
    static void write(
            Fault fault,
            @Nullable Endpoint endpoint,
            WireFormat format,
            String requestId,
            boolean head,
            String resource,
            Reply reply) {
        reply.header("x-amzn-RequestId", requestId);
        byte[] body = switch (format) {
            case QUERY -> query(fault, endpoint, requestId);
            case REST_XML -> restXml(fault, requestId, resource, reply);
            case REST_JSON, JSON_10, JSON_11, AWS_CBOR, RPC_CBOR -> json(fault, format, reply);
        };
        if (!head) {
            reply.header("Content-Type", format.contentType());
        }
        reply.send(fault.status(), head ? new byte[0] : body);
    }

    private static byte[] json(Fault fault, WireFormat format, Reply reply) {
        if (format == WireFormat.REST_JSON) {
            reply.header("x-amzn-ErrorType", fault.type());
        }
        if (format == WireFormat.RPC_CBOR) {
            reply.header("smithy-protocol", "rpc-v2-cbor");
        }
        var bytes = new ByteArrayOutputStream(256);
        try (var out = Json.generator(bytes, format)) {
            out.writeStartObject();
            if (format != WireFormat.REST_JSON) {
                out.writeStringField("__type", fault.type());
            }
            members(fault, out, format);
            out.writeStringField(messageKey(fault), fault.message());
            out.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    private static void members(Fault fault, JsonGenerator out, WireFormat format) throws IOException {
        var members = fault.members();
        if (members != null) {
            new JsonWriter(out, format).members(members);
        }
    }

    private static String messageKey(Fault fault) {
        return switch (fault.type()) {
            case "SerializationException", "AccessDeniedException" -> "Message";
            default -> "message";
        };
    }

    private static byte[] query(Fault fault, @Nullable Endpoint endpoint, String requestId) {
        var out = new XmlWriter()
                .raw("<ErrorResponse xmlns=\"")
                .raw(
                        endpoint == null
                                ? "http://webservices.amazon.com/AWSFault/2005-15-09"
                                : QueryAnswer.namespace(endpoint))
                .raw("\">\n  <Error>\n    ")
                .element("Type", fault.sender() ? "Sender" : "Receiver")
                .raw("\n    ")
                .element("Code", fault.code())
                .raw("\n    ")
                .element("Message", fault.message())
                .raw("\n");
        var members = fault.members();
        if (members != null) {
            out.members(members);
        }
        return out.raw("  </Error>\n  ")
                .element("RequestId", requestId)
                .raw("\n</ErrorResponse>\n")
                .bytes();
    }

    private static byte[] restXml(Fault fault, String requestId, String resource, Reply reply) {
        reply.header("x-amz-request-id", requestId);
        var out = new XmlWriter()
                .raw("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error>")
                .element("Code", fault.code())
                .element("Message", fault.message());
        var members = fault.members();
        if (members != null) {
            out.members(members);
        }
        return out.element("Resource", resource)
                .element("RequestId", requestId)
                .element("HostId", requestId)
                .raw("</Error>")
                .bytes();
    }
}
