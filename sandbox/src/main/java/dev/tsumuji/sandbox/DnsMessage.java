package dev.tsumuji.sandbox;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Answers a DNS message with one question about an address. Whatever else comes is refused in the protocol's own words, or,
 * when it isn't a question at all, left without an answer: two name servers that answer each other's answers would never stop.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc1035">RFC 1035</a>
 */
final class DnsMessage {

    /** Longest name (255 bytes) and a record of an address; never as long as a datagram may be without being cut. */
    static final int ANSWER_MAX = 512;

    private static final int HEAD = 12;
    private static final int NAME_MAX = 255;
    private static final int ADDRESS = 1;
    private static final int INTERNET = 1;
    private static final int ANY_CLASS = 255;
    private static final int SECONDS_TO_LIVE = 60;

    private static final int RESPONSE = 0x8000;
    private static final int OPERATION = 0x7800;
    private static final int RECURSION_DESIRED = 0x0100;
    private static final int RECURSION_AVAILABLE = 0x0080;

    private static final int FINE = 0;
    private static final int FORMAT_ERROR = 1;
    private static final int NO_SUCH_NAME = 3;
    private static final int NOT_IMPLEMENTED = 4;
    private static final int REFUSED = 5;

    private DnsMessage() {}

    /** @return null when there is nothing to answer */
    static @Nullable ByteBuffer answer(ByteBuffer message, Names names) {
        if (message.remaining() < HEAD) {
            return null;
        }
        int start = message.position();
        int id = message.getShort(start) & 0xffff;
        int flags = message.getShort(start + 2) & 0xffff;
        if ((flags & RESPONSE) != 0) {
            return null;
        }
        if ((flags & OPERATION) != 0) {
            return head(id, flags, NOT_IMPLEMENTED, 0);
        }
        if (message.getShort(start + 4) != 1) {
            return head(id, flags, FORMAT_ERROR, 0);
        }
        message.position(start + HEAD);
        var name = name(message);
        if (name == null || message.remaining() < 4) {
            return head(id, flags, FORMAT_ERROR, 0);
        }
        int type = message.getShort() & 0xffff;
        int kind = message.getShort() & 0xffff;
        var question = message.slice(start + HEAD, message.position() - start - HEAD);
        if (kind != INTERNET && kind != ANY_CLASS) {
            return head(id, flags, REFUSED, 1).put(question).flip();
        }
        var address = names.addressOf(name);
        if (address == null) {
            return head(id, flags, NO_SUCH_NAME, 1).put(question).flip();
        }
        var reply = head(id, flags, FINE, 1).put(question);
        if (type == ADDRESS) {
            reply.putShort(6, (short) 1);
            reply.putShort((short) (0xc000 | HEAD)) // the name, as in the question
                    .putShort((short) ADDRESS)
                    .putShort((short) INTERNET)
                    .putInt(SECONDS_TO_LIVE)
                    .putShort((short) address.length)
                    .put(address);
        }
        return reply.flip();
    }

    /** A head, ready for the question to follow; complete as it is when there are none. */
    private static ByteBuffer head(int id, int flags, int code, int questions) {
        var reply = ByteBuffer.allocate(ANSWER_MAX)
                .putShort((short) id)
                .putShort((short) (RESPONSE | flags & RECURSION_DESIRED | RECURSION_AVAILABLE | code))
                .putShort((short) questions)
                .putShort((short) 0)
                .putInt(0);
        return questions == 0 ? reply.flip() : reply;
    }

    /**
     * The name at the buffer's position, which moves behind it. What no host can be called becomes a name that none is.
     *
     * @return lower case, without the dot at the end; null when it isn't a name. A question has nothing before it that a
     *     compressed name could point to, so that is an error
     */
    private static @Nullable String name(ByteBuffer message) {
        var text = new StringBuilder();
        int length = 1;
        while (message.hasRemaining()) {
            int label = message.get() & 0xff;
            if (label == 0) {
                return text.toString().toLowerCase(Locale.ROOT);
            }
            length += label + 1;
            if (label > 63 || label > message.remaining() || length > NAME_MAX) {
                return null;
            }
            var bytes = new byte[label];
            message.get(bytes);
            for (int i = 0; i < label; i++) {
                bytes[i] = bytes[i] == '.' || bytes[i] <= ' ' ? (byte) '?' : bytes[i];
            }
            text.append(text.isEmpty() ? "" : ".").append(new String(bytes, StandardCharsets.ISO_8859_1));
        }
        return null;
    }
}
