package dev.tsumuji.wire.protocol;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.tsumuji.wire.http.Request;
import dev.tsumuji.wire.shape.Kind;
import dev.tsumuji.wire.shape.Member;
import dev.tsumuji.wire.shape.Shape;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PushbackInputStream;
import java.nio.charset.StandardCharsets;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.core.SdkPojo;

/** Makes a typed request of a located one. Bodies that are not streams are read to their end, so that their hash is checked. */
final class RequestReader {
    private RequestReader() {}

    /**
     * Fills the builder.
     *
     * @throws Malformed when the request is not what its operation takes
     */
    static void read(Request request, Target target, Operation operation, long maxBody, SdkPojo builder)
            throws IOException {
        var body = new BoundedBody(request.body(), maxBody);
        try {
            switch (target.format()) {
                case JSON_10, JSON_11, AWS_CBOR, RPC_CBOR -> json(body, target.format(), builder);
                case QUERY -> {
                    var form = target.form();
                    if (form != null) {
                        new TreeReader(true).structure(form, builder);
                    }
                }
                case REST_JSON, REST_XML -> rest(request, body, target, operation, builder);
            }
        } catch (JsonProcessingException e) {
            throw new Malformed(String.valueOf(e.getOriginalMessage()));
        }
    }

    private static void rest(Request request, InputStream body, Target target, Operation operation, SdkPojo builder)
            throws IOException {
        HttpBinding.read(request, operation.route().labels(target.path()), target.query(), builder);
        var shape = Shape.of(builder);
        bucket(target, shape, builder);
        if (operation.model().streamingInput()) {
            return;
        }
        var payload = shape.payload();
        if (payload != null) {
            payload(body, target.format(), payload, builder);
        } else if (!shape.bodyMembers().isEmpty()) {
            document(body, target.format(), builder);
        } else {
            body.transferTo(OutputStream.nullOutputStream());
        }
    }

    private static void bucket(Target target, Shape shape, SdkPojo builder) {
        var member = target.bucket() == null ? null : shape.named("Bucket");
        if (member != null) {
            member.set(builder, target.bucket());
        }
    }

    private static void payload(InputStream body, WireFormat format, Member payload, SdkPojo builder)
            throws IOException {
        switch (payload.kind()) {
            case BLOB -> {
                var bytes = body.readAllBytes();
                payload.set(builder, bytes.length == 0 ? null : SdkBytes.fromByteArrayUnsafe(bytes));
            }
            case STRING -> payload.set(builder, new String(body.readAllBytes(), StandardCharsets.UTF_8));
            default -> {
                var peekable = new PushbackInputStream(body);
                int first = peekable.read();
                if (first >= 0) {
                    peekable.unread(first);
                    var inner = payload.kind() == Kind.STRUCTURE ? payload.newBuilder() : builder;
                    document(peekable, format, inner);
                    payload.set(builder, Member.build(inner));
                }
            }
        }
    }

    private static void document(InputStream body, WireFormat format, SdkPojo builder) throws IOException {
        if (format == WireFormat.REST_JSON) {
            json(body, format, builder);
            return;
        }
        var peekable = new PushbackInputStream(body);
        int first = peekable.read();
        if (first >= 0) {
            peekable.unread(first);
            new TreeReader(false).structure(XmlReader.read(peekable), builder);
        }
    }

    private static void json(InputStream body, WireFormat format, SdkPojo builder) throws IOException {
        try (var parser = Json.parser(body, format)) {
            new JsonReader(parser, format == WireFormat.AWS_CBOR).document(builder);
        }
    }
}
