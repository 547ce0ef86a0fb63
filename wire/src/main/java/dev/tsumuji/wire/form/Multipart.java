package dev.tsumuji.wire.form;

import dev.tsumuji.kernel.cloud.Failures;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.exception.AwsServiceException;

/**
 * Reads a form of the type {@code multipart/form-data} part by part, holding no more than a buffer of the part that is a
 * stream. Used by one thread.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc7578">RFC 7578</a>
 */
final class Multipart {
    private static final int BUFFER_BYTES = 32 * 1024;
    private static final int HEADER_LINES_MAX = 16;
    private static final int LINE_MAX_BYTES = 8 * 1024;

    private final InputStream in;
    private final byte[] delimiter;
    private final byte[] buffer;
    private int position;
    private int limit;
    private boolean atEnd;
    private boolean begun;

    /** @param boundary as the content type names it, at most 200 characters */
    Multipart(InputStream in, String boundary) {
        this.in = in;
        this.delimiter = ("\r\n--" + boundary).getBytes(StandardCharsets.ISO_8859_1);
        this.buffer = new byte[BUFFER_BYTES];
        // the first delimiter may stand at the very beginning
        buffer[0] = '\r';
        buffer[1] = '\n';
        limit = 2;
    }

    /** A part's headers: its field, and the file's name where it has one. */
    record Head(String name, @Nullable String filename) {}

    /**
     * The next part's head; its content is read next, by {@link #content}.
     *
     * @return null behind the last part
     * @throws AwsServiceException when the form is not well-formed
     */
    @Nullable
    Head next() throws IOException {
        if (!begun && !atDelimiter()) {
            // what stands before the first part says nothing
            content().transferTo(java.io.OutputStream.nullOutputStream());
        }
        begun = true;
        if (!atDelimiter()) {
            throw malformed();
        }
        position += delimiter.length;
        fill(2);
        if (limit - position >= 2 && buffer[position] == '-' && buffer[position + 1] == '-') {
            return null;
        }
        if (!line().isBlank()) {
            throw malformed();
        }
        var disposition = Map.<String, String>of();
        for (int lines = 0; ; lines++) {
            var line = line();
            if (line.isEmpty()) {
                break;
            }
            int colon = line.indexOf(':');
            if (colon < 1 || lines == HEADER_LINES_MAX) {
                throw malformed();
            }
            if (line.substring(0, colon).strip().equalsIgnoreCase("content-disposition")) {
                disposition = parameters(line.substring(colon + 1));
            }
        }
        var name = disposition.get("name");
        if (name == null) {
            throw malformed();
        }
        return new Head(name, disposition.get("filename"));
    }

    /** The content of the part whose head was read; to be read to its end before the next one. */
    InputStream content() {
        return new InputStream() {
            @Override
            public int read() throws IOException {
                var one = new byte[1];
                return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
            }

            @Override
            public int read(byte[] bytes, int offset, int count) throws IOException {
                if (count == 0) {
                    return 0;
                }
                int ready = ready();
                if (ready == 0) {
                    return -1;
                }
                int n = Math.min(count, ready);
                System.arraycopy(buffer, position, bytes, offset, n);
                position += n;
                return n;
            }
        };
    }

    /** A small part's content as text, at most so many bytes. */
    String text(int maxBytes) throws IOException {
        var out = new ByteArrayOutputStream();
        var content = content();
        var piece = new byte[1024];
        for (int n; (n = content.read(piece)) >= 0; ) {
            out.write(piece, 0, n);
            if (out.size() > maxBytes) {
                throw tooLong();
            }
        }
        return out.toString(StandardCharsets.UTF_8);
    }

    /** Bytes of content in the buffer that belong to no delimiter; 0 at the part's end. */
    private int ready() throws IOException {
        while (true) {
            int found = find();
            if (found >= 0) {
                return found - position;
            }
            int safe = limit - position - delimiter.length + 1;
            if (safe > 0) {
                return safe;
            }
            if (atEnd) {
                throw malformed();
            }
            fill(delimiter.length);
        }
    }

    private int find() {
        int last = limit - delimiter.length;
        for (int i = position; i <= last; i++) {
            if (buffer[i] == '\r' && Arrays.equals(buffer, i, i + delimiter.length, delimiter, 0, delimiter.length)) {
                return i;
            }
        }
        return -1;
    }

    private boolean atDelimiter() throws IOException {
        fill(delimiter.length);
        return limit - position >= delimiter.length
                && Arrays.equals(buffer, position, position + delimiter.length, delimiter, 0, delimiter.length);
    }

    /** Reads until so many bytes are there, or the end is. */
    private void fill(int wanted) throws IOException {
        if (limit - position >= wanted || atEnd) {
            return;
        }
        System.arraycopy(buffer, position, buffer, 0, limit - position);
        limit -= position;
        position = 0;
        while (limit < wanted && !atEnd) {
            int n = in.read(buffer, limit, buffer.length - limit);
            if (n < 0) {
                atEnd = true;
            } else {
                limit += n;
            }
        }
    }

    private String line() throws IOException {
        var line = new ByteArrayOutputStream(80);
        while (true) {
            fill(1);
            if (position == limit || line.size() > LINE_MAX_BYTES) {
                throw malformed();
            }
            byte b = buffer[position++];
            if (b == '\n') {
                var text = line.toString(StandardCharsets.UTF_8);
                return text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
            }
            line.write(b);
        }
    }

    /** {@code form-data; name="a"; filename="b\"c"}, names in lower case. */
    static Map<String, String> parameters(String header) {
        var parameters = new LinkedHashMap<String, String>();
        int i = header.indexOf(';');
        while (i >= 0 && i < header.length()) {
            int equals = header.indexOf('=', i);
            if (equals < 0) {
                break;
            }
            var name = header.substring(i + 1, equals).strip().toLowerCase(Locale.ROOT);
            var value = new StringBuilder();
            int at = equals + 1;
            if (at < header.length() && header.charAt(at) == '"') {
                for (at++; at < header.length() && header.charAt(at) != '"'; at++) {
                    boolean escaped = header.charAt(at) == '\\'
                            && at + 1 < header.length()
                            && (header.charAt(at + 1) == '"' || header.charAt(at + 1) == '\\');
                    value.append(header.charAt(escaped ? ++at : at));
                }
                i = header.indexOf(';', at);
            } else {
                i = header.indexOf(';', at);
                value.append(header.substring(at, i < 0 ? header.length() : i).strip());
            }
            parameters.putIfAbsent(name, value.toString());
        }
        return parameters;
    }

    static AwsServiceException malformed() {
        return Failures.of(
                "MalformedPOSTRequest", 400, "The body of your POST request is not well-formed multipart/form-data.");
    }

    static AwsServiceException tooLong() {
        return Failures.of(
                "MaxPostPreDataLengthExceeded",
                400,
                "Your POST request fields preceding the upload file were too large.");
    }
}
