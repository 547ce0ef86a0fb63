package dev.tsumuji.wire.protocol;

import dev.tsumuji.kernel.site.HostId;
import dev.tsumuji.wire.constraint.Table;
import dev.tsumuji.wire.http.Reply;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkPojo;

/** Writes errors the way AWS writes them in each protocol. */
final class FaultWriter {
    private FaultWriter() {}

    /** Writes the whole answer. Neither the answer to HEAD nor 304 has a body. */
    static void write(
            Fault fault, @Nullable Endpoint endpoint, WireFormat format, String requestId, boolean head, Reply reply) {
        boolean s3 = endpoint != null && endpoint.s3();
        boolean bare = head || fault.status() == 304;
        if (!s3) {
            reply.header("x-amzn-RequestId", requestId);
        }
        var details = fault.details();
        if (details != null && details.sdkHttpResponse() != null) {
            details.sdkHttpResponse().forEachHeader((name, values) -> values.forEach(v -> reply.header(name, v)));
        }
        byte[] body = switch (format) {
            case QUERY -> query(fault, endpoint, requestId);
            case REST_XML -> restXml(fault, s3, requestId, reply);
            case REST_JSON, JSON_10, JSON_11, AWS_CBOR, RPC_CBOR -> json(fault, endpoint, format, reply);
        };
        if (!bare) {
            reply.header("Content-Type", format.contentType());
        }
        reply.send(fault.status(), bare ? new byte[0] : body);
    }

    private static byte[] json(Fault fault, @Nullable Endpoint endpoint, WireFormat format, Reply reply) {
        var table = endpoint == null ? null : endpoint.table();
        if (format == WireFormat.REST_JSON) {
            reply.header("x-amzn-ErrorType", fault.type());
        }
        if (format == WireFormat.RPC_CBOR) {
            reply.header("smithy-protocol", "rpc-v2-cbor");
        }
        if (table != null && table.queryCompatible()) {
            reply.header("x-amzn-query-error", queryCode(fault, table) + (fault.sender() ? ";Sender" : ";Receiver"));
        }
        var bytes = new ByteArrayOutputStream(256);
        try (var out = Json.generator(bytes, format)) {
            out.writeStartObject();
            if (format != WireFormat.REST_JSON) {
                out.writeStringField("__type", namespace(fault, table) + fault.type());
            }
            var members = fault.members();
            if (members != null) {
                new JsonWriter(out, format).members(members);
            }
            if (!fault.message().isEmpty()) {
                out.writeStringField(messageKey(fault, table), fault.message());
            }
            out.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    /** Older JSON services tell the namespace of an error: their own, or that of the framework for errors of all services. */
    private static String namespace(Fault fault, @Nullable Table table) {
        var own = table == null ? null : table.errorNamespace();
        if (own == null) {
            return "";
        }
        if (fault.modeled()) {
            return own;
        }
        return fault.type().equals("ValidationException") ? "com.amazon.coral.validate#" : "com.amazon.coral.service#";
    }

    private static String messageKey(Fault fault, @Nullable Table table) {
        if (fault.modeled()) {
            boolean capital = table != null
                    && (table.capitalMessage(fault.type())
                            || table.capitalBeside(fault.type()) && tellsMore(fault.members()));
            return capital ? "Message" : "message";
        }
        return switch (fault.type()) {
            case "SerializationException", "AccessDeniedException" -> "Message";
            default -> "message";
        };
    }

    /** Whether a modeled error has a member that is set, beside its message. */
    private static boolean tellsMore(@Nullable SdkPojo members) {
        return members != null
                && members.sdkFields().stream()
                        .anyMatch(field -> !field.memberName().equalsIgnoreCase("message")
                                && field.getValueOrDefault(members) != null);
    }

    private static String queryCode(Fault fault, @Nullable Table table) {
        var own = table == null ? null : table.queryError(fault.type());
        return own == null ? fault.code() : own;
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
                .element("Code", queryCode(fault, endpoint == null ? null : endpoint.table()))
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

    private static byte[] restXml(Fault fault, boolean s3, String requestId, Reply reply) {
        reply.header("x-amz-request-id", requestId);
        var out = new XmlWriter().raw("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
        if (!s3) {
            return out.raw("<ErrorResponse><Error>")
                    .element("Type", fault.sender() ? "Sender" : "Receiver")
                    .element("Code", fault.code())
                    .element("Message", fault.message())
                    .raw("</Error>")
                    .element("RequestId", requestId)
                    .raw("</ErrorResponse>")
                    .bytes();
        }
        var hostId = HostId.of(requestId);
        reply.header(HostId.HEADER, hostId);
        out.raw("<Error>").element("Code", fault.code()).element("Message", fault.message());
        var members = fault.members();
        if (members != null) {
            out.members(members);
        }
        var details = fault.details();
        if (details != null && details.rawResponse() != null) {
            out.raw(details.rawResponse().asUtf8String());
        }
        return out.element("RequestId", requestId)
                .element("HostId", hostId)
                .raw("</Error>")
                .bytes();
    }
}
