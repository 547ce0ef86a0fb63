package dev.tsumuji.wire.constraint;

import dev.tsumuji.wire.shape.Member;
import dev.tsumuji.wire.shape.Shape;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.core.SdkPojo;

/** A refused value as AWS's messages show it: {@code [Tag(key=a, value=null)]}. Cut off where it grows out of bounds. */
final class Rendering {
    private static final int MAX_LENGTH = 16_384;

    private final StringBuilder out = new StringBuilder();

    private Rendering() {}

    static String of(Member member, Object value) {
        var rendering = new Rendering();
        rendering.value(member, value);
        return rendering.out.length() > MAX_LENGTH
                ? rendering.out.substring(0, MAX_LENGTH) + "..."
                : rendering.out.toString();
    }

    private void value(Member member, @Nullable Object value) {
        if (out.length() > MAX_LENGTH) {
            return;
        }
        switch (value) {
            case null -> out.append("null");
            case SdkPojo structure -> structure(structure);
            case List<?> items -> {
                out.append('[');
                var separator = "";
                for (var item : items) {
                    out.append(separator);
                    value(member.element(), item);
                    separator = ", ";
                }
                out.append(']');
            }
            case Map<?, ?> entries -> {
                out.append('{');
                var separator = "";
                for (var entry : entries.entrySet()) {
                    out.append(separator).append(entry.getKey()).append('=');
                    value(member.element(), entry.getValue());
                    separator = ", ";
                }
                out.append('}');
            }
            case SdkBytes bytes -> {
                int n = bytes.asByteArrayUnsafe().length;
                out.append("java.nio.HeapByteBuffer[pos=0 lim=" + n + " cap=" + n + "]");
            }
            default -> out.append(value);
        }
    }

    private void structure(SdkPojo structure) {
        out.append(structure.getClass().getSimpleName()).append('(');
        var separator = "";
        for (var member : Shape.of(structure).members()) {
            out.append(separator)
                    .append(Character.toLowerCase(member.name().charAt(0)))
                    .append(member.name(), 1, member.name().length())
                    .append('=');
            value(member, member.get(structure));
            separator = ", ";
        }
        out.append(')');
    }
}
