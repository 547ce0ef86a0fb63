package dev.tsumuji.wire.protocol;

import dev.tsumuji.kernel.site.HostId;
import dev.tsumuji.wire.http.Reply;
import dev.tsumuji.wire.shape.Shape;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.core.SdkPojo;
import software.amazon.awssdk.core.protocol.MarshallLocation;

/** Writes typed answers that are not streams. */
final class AnswerWriter {
    private AnswerWriter() {}

    /** @param status when the answer names none itself */
    static void write(SdkPojo answer, Target target, int status, String requestId, boolean head, Reply reply) {
        var format = target.format();
        if (!target.endpoint().s3()) {
            reply.header("x-amzn-RequestId", requestId);
        }
        switch (format) {
            case JSON_10, JSON_11, AWS_CBOR, RPC_CBOR -> {
                if (format == WireFormat.RPC_CBOR) {
                    reply.header("smithy-protocol", "rpc-v2-cbor");
                }
                reply.header("Content-Type", format.contentType());
                // what DynamoDB has no output for it answers with nothing
                boolean nothing = Shape.of(answer).members().isEmpty()
                        && target.endpoint().model().name().equals("dynamodb");
                reply.send(status, nothing ? new byte[0] : json(answer, format));
            }
            case QUERY -> {
                reply.header("Content-Type", format.contentType());
                reply.send(status, QueryAnswer.write(target.endpoint(), target.operation(), answer, requestId));
            }
            case REST_JSON, REST_XML -> rest(answer, target, status, requestId, head, reply);
        }
    }

    private static void rest(SdkPojo answer, Target target, int status, String requestId, boolean head, Reply reply) {
        if (target.format() == WireFormat.REST_XML) {
            reply.header("x-amz-request-id", requestId);
            if (target.endpoint().s3()) {
                reply.header(HostId.HEADER, HostId.of(requestId));
            }
        }
        int code = HttpBinding.write(answer, status, reply);
        if (head && Streams.length(answer) >= 0) {
            Streams.headOnly(code, Streams.length(answer), reply);
            return;
        }
        var body = restBody(answer, target);
        if (body == null || code == 204 || code == 304) {
            reply.send(code, new byte[0]);
            return;
        }
        if (Shape.of(answer).at(MarshallLocation.HEADER, "Content-Type") == null) {
            reply.header("Content-Type", target.format().contentType());
        }
        reply.send(code, head ? new byte[0] : body);
    }

    /** Null when the operation's answers have no body. */
    private static byte @Nullable [] restBody(SdkPojo answer, Target target) {
        var shape = Shape.of(answer);
        var payload = shape.payload();
        if (target.operation().equals("GetBucketLocation") && target.endpoint().s3()) {
            return location(answer, target);
        }
        if (payload == null) {
            return shape.bodyMembers().isEmpty()
                    ? null
                    : document(answer, target, target.endpoint().table().root(target.operation()));
        }
        return switch (payload.get(answer)) {
            case null -> new byte[0];
            case SdkBytes bytes -> bytes.asByteArrayUnsafe();
            case String text -> text.getBytes(StandardCharsets.UTF_8);
            case SdkPojo structure -> document(structure, target, payload.wireName());
            default -> throw new IllegalStateException("no payload is a " + payload.kind());
        };
    }

    /** The one answer whose document is a text. */
    private static byte[] location(SdkPojo answer, Target target) {
        var member = Shape.of(answer).named("LocationConstraint");
        var value = member == null ? null : member.get(answer);
        return new XmlWriter()
                .raw("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<LocationConstraint xmlns=\""
                        + target.endpoint().table().namespace() + "\">")
                .text(value == null ? "" : value.toString())
                .close("LocationConstraint")
                .bytes();
    }

    private static byte[] document(SdkPojo structure, Target target, String root) {
        if (target.format() == WireFormat.REST_JSON) {
            return json(structure, WireFormat.REST_JSON);
        }
        var table = target.endpoint().table();
        var namespace = table.namespace();
        return new XmlWriter(table.timesWithMillis(), member -> null)
                .raw("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<" + root)
                .raw(namespace == null ? ">" : " xmlns=\"" + namespace + "\">")
                .members(structure)
                .close(root)
                .bytes();
    }

    static byte[] json(SdkPojo structure, WireFormat format) {
        var bytes = new ByteArrayOutputStream(512);
        try (var out = Json.generator(bytes, format)) {
            new JsonWriter(out, format).structure(structure);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }
}
