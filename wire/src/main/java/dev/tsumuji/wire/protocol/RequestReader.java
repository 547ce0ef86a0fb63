package dev.tsumuji.wire.protocol;

import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonProcessingException;
import dev.tsumuji.wire.http.Request;
import dev.tsumuji.wire.shape.Member;
import dev.tsumuji.wire.shape.Shape;
import dev.tsumuji.wire.sign.BodyDigest;
import dev.tsumuji.wire.sign.BodyLength;
import java.io.ByteArrayInputStream;
import java.io.CharConversionException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PushbackInputStream;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.core.SdkPojo;
import software.amazon.awssdk.core.protocol.MarshallLocation;

/**
 * Makes a typed request of a located one. Bodies that are not streams are read to their end, so that their hash is checked.
 * Used once, by one thread.
 */
final class RequestReader {
    /** DynamoDB's largest batch, and room for its syntax. */
    private static final long MAX_BODY = 16L * 1024 * 1024 + 64 * 1024;

    /** Those of S3's documents that must say what they hash to: of what can't be undone or is costly. */
    private static final Set<String> DIGESTED = Set.of(
            "DeleteObjects",
            "PutBucketCors",
            "PutBucketLifecycleConfiguration",
            "PutBucketTagging",
            "PutObjectLockConfiguration");

    private final Request request;
    private final Target target;
    private final Operation operation;
    private final InputStream body;
    private boolean nulls;

    RequestReader(Request request, Target target, Operation operation) {
        this.request = request;
        this.target = target;
        this.operation = operation;
        var table = target.endpoint().table();
        var name = operation.name();
        body = new BoundedBody(request.body(), table.maxBody(name, MAX_BODY), table.nameInside(name));
    }

    /** Whether a list or a map of the body holds a null. */
    boolean nulls() {
        return nulls;
    }

    /**
     * Fills the builder.
     *
     * @throws Malformed when the request is not what its operation takes
     */
    void read(SdkPojo builder) throws IOException {
        try {
            switch (target.format()) {
                case JSON_10, JSON_11, AWS_CBOR, RPC_CBOR -> json(body, builder);
                case QUERY -> form(builder);
                case REST_JSON, REST_XML -> rest(builder);
            }
        } catch (JsonProcessingException e) {
            throw new Malformed(withoutSource(String.valueOf(e.getOriginalMessage())));
        } catch (CharConversionException e) {
            throw new Malformed(String.valueOf(e.getMessage()));
        }
    }

    /** The parser tells from which object of ours it read, which is nobody's business. */
    private static String withoutSource(String message) {
        int place = message.indexOf(" (start ");
        return place < 0 ? message : message.substring(0, place);
    }

    private void form(SdkPojo builder) {
        var form = target.form();
        if (form != null) {
            var table = target.endpoint().table();
            TreeReader.ofForm(member -> table.queryName(operation.name(), member.name()))
                    .structure(form, builder);
        }
    }

    private void rest(SdkPojo builder) throws IOException {
        HttpBinding.read(request, operation.route().labels(target.path()), target.query(), builder);
        var shape = Shape.of(builder);
        bucket(shape, builder);
        if (operation.model().streamingInput()) {
            if (target.endpoint().s3()) {
                BodyLength.require(request);
                if (!BodyDigest.follows(request.headers())) {
                    forget(shape.named("ChecksumAlgorithm"), builder);
                }
            }
            return;
        }
        var payload = shape.payload();
        var content = payload != null || !shape.bodyMembers().isEmpty() ? checked(body, shape) : body;
        if (payload != null) {
            payload(payload, content, builder);
        } else if (!shape.bodyMembers().isEmpty()) {
            document(content, builder, null);
        } else {
            body.transferTo(OutputStream.nullOutputStream());
        }
    }

    /** S3's documents may carry digests of themselves; what completes an upload tells the checksum of the object instead. */
    private InputStream checked(InputStream content, Shape shape) throws IOException {
        if (!target.endpoint().s3()) {
            return content;
        }
        var bytes = content.readAllBytes();
        if (DIGESTED.contains(operation.name())) {
            BodyDigest.require(request.headers());
        }
        BodyDigest.check(request.headers(), bytes, shape.named("ChecksumCRC32") == null);
        return new ByteArrayInputStream(bytes);
    }

    /** What names an algorithm and no checksum asks S3 for nothing. */
    private static void forget(@Nullable Member member, SdkPojo builder) {
        if (member != null) {
            member.set(builder, null);
        }
    }

    private void bucket(Shape shape, SdkPojo builder) {
        // By its name on the wire: the SDK calls it DestinationBucket where there are two.
        var member = target.bucket() == null ? null : shape.at(MarshallLocation.PATH, "Bucket");
        if (member != null) {
            member.set(builder, target.bucket());
        }
    }

    private void payload(Member payload, InputStream content, SdkPojo builder) throws IOException {
        switch (payload.kind()) {
            case BLOB -> {
                var bytes = content.readAllBytes();
                payload.set(builder, bytes.length == 0 ? null : SdkBytes.fromByteArrayUnsafe(bytes));
            }
            case STRING -> payload.set(builder, new String(content.readAllBytes(), StandardCharsets.UTF_8));
            case STRUCTURE -> {
                var peekable = new PushbackInputStream(content);
                int first = peekable.read();
                if (first >= 0) {
                    peekable.unread(first);
                    var inner = payload.newBuilder();
                    document(peekable, inner, target.endpoint().s3() ? payload.wireName() : null);
                    payload.set(builder, Member.build(inner));
                }
            }
            default -> throw new IllegalStateException("no payload is a " + payload.kind());
        }
    }

    /** @param root the only name that the root element may have; null when nobody minds */
    private void document(InputStream content, SdkPojo builder, @Nullable String root) throws IOException {
        if (target.format() == WireFormat.REST_JSON) {
            json(content, builder);
            return;
        }
        var peekable = new PushbackInputStream(content);
        int first = peekable.read();
        if (first >= 0) {
            peekable.unread(first);
            TreeReader.ofXml().structure(XmlReader.read(peekable, root), builder);
        }
    }

    private void json(InputStream content, SdkPojo builder) throws IOException {
        var wrong = new WrongTypes(target.endpoint().table().errorNamespace());
        try (var parser = Json.parser(content, target.format())) {
            nulls = new JsonReader(parser, target.format() == WireFormat.AWS_CBOR, wrong).document(builder);
        } catch (JsonParseException e) {
            if (wrong.namesClasses()) {
                throw new Malformed("");
            }
            throw e;
        }
    }
}
