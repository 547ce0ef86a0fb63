package dev.tsumuji.s3;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Some bytes of an object.
 *
 * @param whole whether it wasn't asked for a part: such an answer is no partial one, though a part may be everything
 */
record ByteRange(long offset, long length, boolean whole) {
    private static final Pattern FORM = Pattern.compile("bytes=(\\d{0,18})-(\\d{0,18})");

    /**
     * What a Range header asks for. One that can't be understood, or several ranges at once, are passed over as S3 does.
     *
     * @throws software.amazon.awssdk.services.s3.model.S3Exception 416 when no byte of the object is in it
     */
    static ByteRange of(@Nullable String header, long size) {
        if (header == null) {
            return new ByteRange(0, size, true);
        }
        var match = FORM.matcher(header.strip());
        if (!match.matches()) {
            return new ByteRange(0, size, true);
        }
        var first = match.group(1);
        var last = match.group(2);
        if (first.isEmpty() && last.isEmpty()) {
            return new ByteRange(0, size, true);
        }
        long from = first.isEmpty() ? Math.max(0, size - Long.parseLong(last)) : Long.parseLong(first);
        long to = first.isEmpty() || last.isEmpty() ? size - 1 : Math.min(Long.parseLong(last), size - 1);
        if (!first.isEmpty() && !last.isEmpty() && Long.parseLong(last) < from) {
            return new ByteRange(0, size, true);
        }
        if (from >= size) {
            throw S3Errors.of(
                    "InvalidRange",
                    416,
                    "The requested range is not satisfiable",
                    "RangeRequested",
                    header.strip(),
                    "ActualObjectSize",
                    Long.toString(size));
        }
        return new ByteRange(from, to - from + 1, false);
    }

    boolean everything(long size) {
        return offset == 0 && length == size;
    }

    String contentRange(long size) {
        return "bytes " + offset + "-" + (offset + length - 1) + "/" + size;
    }
}
