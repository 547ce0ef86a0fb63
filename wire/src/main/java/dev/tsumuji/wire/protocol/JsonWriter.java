package dev.tsumuji.wire.protocol;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.dataformat.cbor.CBORGenerator;
import dev.tsumuji.wire.shape.Member;
import dev.tsumuji.wire.shape.Shape;
import java.io.IOException;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.core.SdkPojo;
import software.amazon.awssdk.core.document.Document;
import software.amazon.awssdk.core.traits.TimestampFormatTrait.Format;

/** Writes a structure as JSON or CBOR along its shape; what is not set is left out. */
final class JsonWriter {
    private final JsonGenerator out;
    private final WireFormat format;

    JsonWriter(JsonGenerator out, WireFormat format) {
        this.out = out;
        this.format = format;
    }

    void structure(SdkPojo value) throws IOException {
        out.writeStartObject();
        members(value);
        out.writeEndObject();
    }

    void members(SdkPojo value) throws IOException {
        var members = Shape.of(value).bodyMembers();
        for (int i = 0; i < members.size(); i++) {
            var member = members.get(i);
            var content = member.get(value);
            if (content != null) {
                out.writeFieldName(member.wireName());
                value(member, content);
            }
        }
    }

    private void value(Member member, @Nullable Object value) throws IOException {
        if (value == null) {
            out.writeNull();
            return;
        }
        switch (member.kind()) {
            case STRING -> out.writeString((String) value);
            case INTEGER, SHORT, BYTE -> out.writeNumber(((Number) value).intValue());
            case LONG -> out.writeNumber((Long) value);
            case FLOAT -> out.writeNumber((Float) value);
            case DOUBLE -> out.writeNumber((Double) value);
            case BIG_DECIMAL -> out.writeNumber((BigDecimal) value);
            case BOOLEAN -> out.writeBoolean((Boolean) value);
            case TIMESTAMP -> time((Instant) value, member.timestampFormat());
            case BLOB -> out.writeBinary(((SdkBytes) value).asByteArrayUnsafe());
            case STRUCTURE -> structure((SdkPojo) value);
            case LIST -> {
                out.writeStartArray();
                for (var item : (List<?>) value) {
                    value(member.element(), item);
                }
                out.writeEndArray();
            }
            case MAP -> {
                out.writeStartObject();
                for (var entry : ((Map<?, ?>) value).entrySet()) {
                    out.writeFieldName(String.valueOf(entry.getKey()));
                    value(member.element(), entry.getValue());
                }
                out.writeEndObject();
            }
            case DOCUMENT -> tree((Document) value);
        }
    }

    private void time(Instant time, @Nullable Format declared) throws IOException {
        if (format.cbor() && out instanceof CBORGenerator cbor) {
            cbor.writeTag(1);
            if (format == WireFormat.AWS_CBOR) {
                out.writeNumber(time.toEpochMilli());
            } else {
                out.writeNumber(time.toEpochMilli() / 1000.0);
            }
            return;
        }
        switch (declared) {
            case null -> out.writeNumber(Text.seconds(time));
            case UNIX_TIMESTAMP, UNIX_TIMESTAMP_MILLIS -> out.writeNumber(Text.time(time, declared));
            default -> out.writeString(Text.time(time, declared));
        }
    }

    private void tree(Document value) throws IOException {
        if (value.isString()) {
            out.writeString(value.asString());
        } else if (value.isNumber()) {
            out.writeNumber(value.asNumber().bigDecimalValue());
        } else if (value.isBoolean()) {
            out.writeBoolean(value.asBoolean());
        } else if (value.isList()) {
            out.writeStartArray();
            for (var item : value.asList()) {
                tree(item);
            }
            out.writeEndArray();
        } else if (value.isMap()) {
            out.writeStartObject();
            for (var entry : value.asMap().entrySet()) {
                out.writeFieldName(entry.getKey());
                tree(entry.getValue());
            }
            out.writeEndObject();
        } else {
            out.writeNull();
        }
    }
}
