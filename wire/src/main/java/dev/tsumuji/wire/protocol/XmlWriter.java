package dev.tsumuji.wire.protocol;

import dev.tsumuji.wire.constraint.Table.QueryName;
import dev.tsumuji.wire.shape.Kind;
import dev.tsumuji.wire.shape.Member;
import dev.tsumuji.wire.shape.Shape;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkPojo;
import software.amazon.awssdk.core.traits.TimestampFormatTrait.Format;

/** Writes structures as XML, for the query and the restXml protocols. */
final class XmlWriter {
    private static final DateTimeFormatter MILLIS =
            DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);

    private final StringBuilder out = new StringBuilder(512);
    private final boolean timesWithMillis;
    private final Function<Member, @Nullable QueryName> names;

    XmlWriter() {
        this(false, member -> null);
    }

    /**
     * @param timesWithMillis whether times always have three decimals
     * @param names of collections that the older query protocol calls otherwise
     */
    XmlWriter(boolean timesWithMillis, Function<Member, @Nullable QueryName> names) {
        this.timesWithMillis = timesWithMillis;
        this.names = names;
    }

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
        var alias = member.kind() == Kind.LIST || member.kind() == Kind.MAP ? names.apply(member) : null;
        if (alias != null) {
            aliased(member, alias, value);
            return;
        }
        if (member.flattened() && member.kind() == Kind.LIST) {
            ((List<?>) value).forEach(item -> item(member.element(), tag, item));
            return;
        }
        if (member.flattened() && member.kind() == Kind.MAP) {
            ((Map<?, ?>) value)
                    .forEach((key, item) -> entry(member, tag, member.keyName(), member.valueName(), key, item));
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
            case MAP ->
                ((Map<?, ?>) value)
                        .forEach(
                                (key, item) -> entry(member, "entry", member.keyName(), member.valueName(), key, item));
            case TIMESTAMP -> text(time(member, (Instant) value));
            default -> text(Text.print(member, value, Format.ISO_8601));
        }
        close(tag);
    }

    private String time(Member member, Instant time) {
        var format = member.timestampFormat();
        return timesWithMillis && (format == null || format == Format.ISO_8601)
                ? MILLIS.format(time)
                : Text.print(member, time, Format.ISO_8601);
    }

    private void item(Member element, String tag, @Nullable Object value) {
        if (value != null) {
            value(element, tag, value);
        }
    }

    private void aliased(Member member, QueryName alias, Object value) {
        if (member.kind() == Kind.LIST) {
            ((List<?>) value).forEach(item -> item(member.element(), alias.name(), item));
        } else {
            ((Map<?, ?>) value)
                    .forEach((key, item) -> entry(member, alias.name(), alias.key(), alias.value(), key, item));
        }
    }

    private void entry(
            Member member, String tag, String keyName, String valueName, Object key, @Nullable Object value) {
        open(tag).element(keyName, String.valueOf(key));
        item(member.element(), valueName, value);
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
