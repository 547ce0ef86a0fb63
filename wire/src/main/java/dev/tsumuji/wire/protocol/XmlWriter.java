package dev.tsumuji.wire.protocol;

import dev.tsumuji.wire.shape.Kind;
import dev.tsumuji.wire.shape.Member;
import dev.tsumuji.wire.shape.Shape;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkPojo;
import software.amazon.awssdk.core.traits.TimestampFormatTrait.Format;

/** Writes structures as XML, for the query and the restXml protocols. */
final class XmlWriter {
    private final StringBuilder out = new StringBuilder(512);

    byte[] bytes() {
        return out.toString().getBytes(StandardCharsets.UTF_8);
    }

    XmlWriter raw(String markup) {
        out.append(markup);
        return this;
    }

    XmlWriter open(String tag) {
        out.append('<').append(tag).append('>');
        return this;
    }

    XmlWriter close(String tag) {
        out.append("</").append(tag).append('>');
        return this;
    }

    /** An element with text. */
    XmlWriter element(String tag, @Nullable String text) {
        open(tag);
        text(text == null ? "" : text);
        return close(tag);
    }

    XmlWriter text(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '<' -> out.append("&lt;");
                case '>' -> out.append("&gt;");
                case '&' -> out.append("&amp;");
                case '"' -> out.append("&quot;");
                case '\r' -> out.append("&#xD;");
                default -> {
                    if (c < ' ' && c != '\n' && c != '\t') {
                        out.append("&#x").append(Integer.toHexString(c)).append(';');
                    } else {
                        out.append(c);
                    }
                }
            }
        }
        return this;
    }

    XmlWriter members(SdkPojo value) {
        for (var member : Shape.of(value).bodyMembers()) {
            var content = member.xmlAttribute() ? null : member.get(value);
            if (content != null) {
                value(member, member.wireName(), content);
            }
        }
        return this;
    }

    private void value(Member member, String tag, Object value) {
        if (member.flattened() && member.kind() == Kind.LIST) {
            ((List<?>) value).forEach(item -> item(member.element(), tag, item));
            return;
        }
        if (member.flattened() && member.kind() == Kind.MAP) {
            ((Map<?, ?>) value).forEach((key, item) -> entry(member, tag, key, item));
            return;
        }
        out.append('<').append(tag);
        if (member.kind() == Kind.STRUCTURE) {
            attributes((SdkPojo) value);
        }
        out.append('>');
        switch (member.kind()) {
            case STRUCTURE -> members((SdkPojo) value);
            case LIST -> ((List<?>) value).forEach(item -> item(member.element(), member.elementName(), item));
            case MAP -> ((Map<?, ?>) value).forEach((key, item) -> entry(member, "entry", key, item));
            default -> text(Text.print(member, value, Format.ISO_8601));
        }
        close(tag);
    }

    private void item(Member element, String tag, @Nullable Object value) {
        if (value != null) {
            value(element, tag, value);
        }
    }

    private void entry(Member member, String tag, Object key, @Nullable Object value) {
        open(tag).element(member.keyName(), String.valueOf(key));
        item(member.element(), member.valueName(), value);
        close(tag);
    }

    private void attributes(SdkPojo value) {
        for (var member : Shape.of(value).bodyMembers()) {
            var content = member.xmlAttribute() ? member.get(value) : null;
            if (content != null) {
                if (member.wireName().startsWith("xsi:")) {
                    out.append(" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"");
                }
                out.append(' ').append(member.wireName()).append("=\"");
                text(content.toString());
                out.append('"');
            }
        }
    }
}
