package dev.tsumuji.lambda;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * A zip file in memory, read with suspicion. The JDK's readers show neither file modes nor symbolic links and accept
 * archives whose central directory and entries contradict each other; here whatever is doubtful is a {@link Malformed}.
 * Immutable.
 *
 * <p>Refused: encrypted entries, symbolic links and other special files, names that are absolute, leave the directory,
 * contain backslashes as separators or NUL, or appear twice, entries that overlap the directory, archives on several
 * disks, and anything whose sizes or checksums are not what the directory says.
 *
 * @see <a href="https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT">.ZIP File Format Specification</a>
 */
final class ZipArchive {
    private static final int END_SIGNATURE = 0x06054b50;
    private static final int END_SIZE = 22;
    private static final int COMMENT_LENGTH_MAX = 0xffff;
    private static final int DIRECTORY_SIGNATURE = 0x02014b50;
    private static final int DIRECTORY_HEADER_SIZE = 46;
    private static final int LOCAL_SIGNATURE = 0x04034b50;
    private static final int LOCAL_HEADER_SIZE = 30;
    private static final int STORED = 0;
    private static final int DEFLATED = 8;
    private static final int FLAG_ENCRYPTED = 1;
    private static final int FLAG_UTF8 = 1 << 11;
    private static final int MADE_ON_UNIX = 3;
    private static final int MODE_TYPE = 0xf000;
    private static final int MODE_DIRECTORY = 0x4000;
    private static final int MODE_FILE = 0x8000;
    private static final int MODE_PERMISSIONS = 0x1ff;
    private static final int NAME_LENGTH_MAX = 4096;
    private static final Charset OLD_NAMES = Charset.forName("IBM437");

    private final ByteBuffer bytes;
    private final List<Entry> entries;

    private ZipArchive(ByteBuffer bytes, List<Entry> entries) {
        this.bytes = bytes;
        this.entries = entries;
    }

    /**
     * One file or directory.
     *
     * @param name relative path with slashes; that of a directory ends without one
     * @param mode permission bits; 0 when the archive was made where there are none
     */
    record Entry(
            String name,
            boolean directory,
            int mode,
            int method,
            long compressedBytes,
            long sizeBytes,
            int crc,
            long offset) {}

    /** The archive can't be trusted or read. */
    static final class Malformed extends IOException {
        Malformed(String message) {
            super(message);
        }
    }

    /** @param entriesMax most entries that an archive may have */
    static ZipArchive read(byte[] archive, int entriesMax) throws Malformed {
        var bytes = ByteBuffer.wrap(archive).order(ByteOrder.LITTLE_ENDIAN);
        int end = endOfDirectory(bytes);
        int count = bytes.getShort(end + 10) & 0xffff;
        long size = bytes.getInt(end + 12) & 0xffffffffL;
        long offset = bytes.getInt(end + 16) & 0xffffffffL;
        if (bytes.getShort(end + 4) != 0 || bytes.getShort(end + 6) != 0) {
            throw new Malformed("the archive spans several disks");
        }
        if (count > entriesMax) {
            throw new Malformed("the archive has " + count + " entries, more than " + entriesMax);
        }
        if (offset + size > end) {
            throw new Malformed("the central directory lies outside of the archive");
        }
        return new ZipArchive(bytes, directory(bytes, (int) offset, (int) (offset + size), count));
    }

    List<Entry> entries() {
        return entries;
    }

    /** What all entries together say they unpack to. */
    long sizeBytes() {
        return entries.stream().mapToLong(Entry::sizeBytes).sum();
    }

    /** Unpacks one entry, and no more than it says it has. */
    void unpack(Entry entry, OutputStream out) throws IOException {
        var data = data(entry);
        var crc = new CRC32();
        long written = entry.method == STORED ? copy(data, out, crc) : inflate(data, entry, out, crc);
        if (written != entry.sizeBytes || (int) crc.getValue() != entry.crc) {
            throw new Malformed(entry.name + " is not what the central directory says");
        }
    }

    private ByteBuffer data(Entry entry) throws Malformed {
        long header = entry.offset;
        if (header + LOCAL_HEADER_SIZE > bytes.limit() || bytes.getInt((int) header) != LOCAL_SIGNATURE) {
            throw new Malformed(entry.name + " has no local header");
        }
        int names = (bytes.getShort((int) header + 26) & 0xffff) + (bytes.getShort((int) header + 28) & 0xffff);
        long begin = header + LOCAL_HEADER_SIZE + names;
        if (begin + entry.compressedBytes > bytes.limit()) {
            throw new Malformed(entry.name + " ends outside of the archive");
        }
        return bytes.slice((int) begin, (int) entry.compressedBytes);
    }

    private static long copy(ByteBuffer data, OutputStream out, CRC32 crc) throws IOException {
        var content = new byte[data.remaining()];
        data.get(content);
        crc.update(content);
        out.write(content);
        return content.length;
    }

    private static long inflate(ByteBuffer data, Entry entry, OutputStream out, CRC32 crc) throws IOException {
        var inflater = new Inflater(true);
        try {
            inflater.setInput(data);
            var chunk = new byte[32 << 10];
            long written = 0;
            while (!inflater.finished()) {
                int length = inflater.inflate(chunk);
                if (length == 0 && !inflater.finished()) {
                    throw new Malformed(entry.name + " is cut short");
                }
                written += length;
                if (written > entry.sizeBytes) {
                    throw new Malformed(entry.name + " unpacks to more than it says");
                }
                crc.update(chunk, 0, length);
                out.write(chunk, 0, length);
            }
            return written;
        } catch (DataFormatException e) {
            throw new Malformed(entry.name + ": " + e.getMessage());
        } finally {
            inflater.end();
        }
    }

    private static int endOfDirectory(ByteBuffer bytes) throws Malformed {
        int last = bytes.limit() - END_SIZE;
        for (int at = last; at >= 0 && at >= last - COMMENT_LENGTH_MAX; at--) {
            boolean fits = bytes.getInt(at) == END_SIGNATURE
                    && at + END_SIZE + (bytes.getShort(at + 20) & 0xffff) == bytes.limit();
            if (fits) {
                return at;
            }
        }
        throw new Malformed("there is no end of central directory");
    }

    private static List<Entry> directory(ByteBuffer bytes, int begin, int end, int count) throws Malformed {
        var entries = new ArrayList<Entry>(count);
        var names = new Names();
        int at = begin;
        for (int i = 0; i < count; i++) {
            if (at + DIRECTORY_HEADER_SIZE > end || bytes.getInt(at) != DIRECTORY_SIGNATURE) {
                throw new Malformed("the central directory has fewer entries than it says");
            }
            int name = bytes.getShort(at + 28) & 0xffff;
            int next = at
                    + DIRECTORY_HEADER_SIZE
                    + name
                    + (bytes.getShort(at + 30) & 0xffff)
                    + (bytes.getShort(at + 32) & 0xffff);
            if (next > end) {
                throw new Malformed("the central directory is cut short");
            }
            var entry = entry(bytes, at, name);
            if (!entry.name.isEmpty()) {
                names.add(entry);
                entries.add(entry);
            }
            at = next;
        }
        return List.copyOf(entries);
    }

    private static Entry entry(ByteBuffer bytes, int at, int nameLength) throws Malformed {
        int flags = bytes.getShort(at + 8) & 0xffff;
        int method = bytes.getShort(at + 10) & 0xffff;
        var raw = new byte[nameLength];
        bytes.get(at + DIRECTORY_HEADER_SIZE, raw);
        var name = new String(raw, (flags & FLAG_UTF8) != 0 ? StandardCharsets.UTF_8 : names(raw));
        if ((flags & FLAG_ENCRYPTED) != 0) {
            throw new Malformed(name + " is encrypted");
        }
        if (method != STORED && method != DEFLATED) {
            throw new Malformed(name + " is compressed by method " + method);
        }
        boolean unix = (bytes.getShort(at + 4) >>> 8 & 0xff) == MADE_ON_UNIX;
        int mode = unix ? bytes.getInt(at + 38) >>> 16 : 0;
        boolean directory = name.endsWith("/");
        int type = mode & MODE_TYPE;
        if (type != 0 && type != (directory ? MODE_DIRECTORY : MODE_FILE)) {
            throw new Malformed(name + " is neither a file nor a directory");
        }
        long compressed = bytes.getInt(at + 20) & 0xffffffffL;
        long size = bytes.getInt(at + 24) & 0xffffffffL;
        long offset = bytes.getInt(at + 42) & 0xffffffffL;
        if (compressed > bytes.limit() || offset > bytes.limit() || method == STORED && compressed != size) {
            throw new Malformed(name + " lies outside of the archive");
        }
        return new Entry(
                checked(name),
                directory,
                mode & MODE_PERMISSIONS,
                method,
                compressed,
                directory ? 0 : size,
                bytes.getInt(at + 16),
                offset);
    }

    /** Archives without the flag hold UTF-8 as often as the old code page; whatever is valid UTF-8 is taken as such. */
    private static Charset names(byte[] raw) {
        return new String(raw, StandardCharsets.UTF_8).indexOf('\ufffd') < 0 ? StandardCharsets.UTF_8 : OLD_NAMES;
    }

    /** The name without {@code ./} in front and slash behind; empty for the root itself. */
    private static String checked(String name) throws Malformed {
        if (name.startsWith("/") || name.indexOf('\\') >= 0 || name.indexOf('\0') >= 0) {
            throw new Malformed("a name is absolute or has forbidden characters: " + name);
        }
        if (name.length() > NAME_LENGTH_MAX) {
            throw new Malformed("a name is longer than " + NAME_LENGTH_MAX + " characters");
        }
        var parts = new ArrayList<String>();
        for (var part : name.split("/", -1)) {
            if (part.equals("..")) {
                throw new Malformed("a name leaves the directory: " + name);
            }
            if (part.getBytes(StandardCharsets.UTF_8).length > 255) {
                throw new Malformed("a part of a name is longer than 255 bytes: " + name);
            }
            if (!part.isEmpty() && !part.equals(".")) {
                parts.add(part);
            }
        }
        return String.join("/", parts);
    }

    /** No two entries may claim the same path, nor one a path below another's file. */
    private static final class Names {
        private final HashSet<String> files = new HashSet<>();
        private final HashSet<String> directories = new HashSet<>();

        void add(Entry entry) throws Malformed {
            boolean taken = entry.directory ? files.contains(entry.name) : !files.add(entry.name);
            if (taken || !entry.directory && directories.contains(entry.name)) {
                throw new Malformed("two entries are named " + entry.name);
            }
            if (entry.directory) {
                directories.add(entry.name);
            }
            for (int slash = entry.name.lastIndexOf('/'); slash > 0; slash = entry.name.lastIndexOf('/', slash - 1)) {
                var parent = entry.name.substring(0, slash);
                if (files.contains(parent)) {
                    throw new Malformed(parent + " is both a file and a directory");
                }
                if (!directories.add(parent)) {
                    return;
                }
            }
        }
    }
}
