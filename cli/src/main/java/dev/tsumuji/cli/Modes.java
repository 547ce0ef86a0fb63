package dev.tsumuji.cli;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.function.Predicate;

/** Writes Unix permissions into a zip's directory: the JDK's writer leaves them out, and a bootstrap has to be executable. */
final class Modes {
    private static final int END = 0x06054b50;
    private static final int ENTRY = 0x02014b50;
    private static final int END_SIZE = 22;
    private static final int ENTRY_SIZE = 46;
    private static final int UNIX = 3 << 8;
    private static final int EXECUTABLE = 0100755;
    private static final int PLAIN = 0100644;

    private Modes() {}

    /** @param zip as {@link java.util.zip.ZipOutputStream} writes it, without a comment; changed in place */
    static byte[] set(byte[] zip, Predicate<String> executable) {
        var bytes = ByteBuffer.wrap(zip).order(ByteOrder.LITTLE_ENDIAN);
        int end = zip.length - END_SIZE;
        if (end < 0 || bytes.getInt(end) != END) {
            throw new IllegalArgumentException("no zip of the expected form");
        }
        for (int at = bytes.getInt(end + 16); at + ENTRY_SIZE <= end && bytes.getInt(at) == ENTRY; ) {
            int nameLength = bytes.getShort(at + 28) & 0xffff;
            var name = new String(zip, at + ENTRY_SIZE, nameLength, StandardCharsets.UTF_8);
            bytes.putShort(at + 4, (short) (bytes.getShort(at + 4) & 0xff | UNIX));
            bytes.putInt(at + 38, (executable.test(name) ? EXECUTABLE : PLAIN) << 16);
            at += ENTRY_SIZE + nameLength + (bytes.getShort(at + 30) & 0xffff) + (bytes.getShort(at + 32) & 0xffff);
        }
        return zip;
    }
}
