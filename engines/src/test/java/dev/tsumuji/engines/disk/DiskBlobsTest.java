package dev.tsumuji.engines.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tsumuji.engines.memory.MemoryKv;
import dev.tsumuji.kernel.blobs.Blobs.Blob;
import dev.tsumuji.kernel.blobs.Blobs.TooLarge;
import dev.tsumuji.kernel.time.Ids;
import dev.tsumuji.testkit.Seeded;
import dev.tsumuji.testkit.VirtualTime;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DiskBlobsTest {
    @TempDir
    Path directory;

    private final VirtualTime time = new VirtualTime();
    private final MemoryKv kv = new MemoryKv(time);
    private final Ids ids = new Ids(new SplittableRandom(1));
    private DiskBlobs blobs;

    @BeforeEach
    void open() throws IOException {
        blobs = new DiskBlobs(directory, kv, time, ids, time);
    }

    @AfterEach
    void close() {
        kv.close();
    }

    @Test
    void what_was_written_is_read() throws Exception {
        var bytes = new Seeded(1).bytes(200_000);
        var blob = write(bytes);
        assertThat(blob.sizeBytes()).isEqualTo(200_000);
        assertThat(blob.md5())
                .isEqualTo(HexFormat.of()
                        .formatHex(MessageDigest.getInstance("MD5").digest(bytes)));
        assertThat(blob.sha256())
                .isEqualTo(Base64.getEncoder()
                        .encodeToString(MessageDigest.getInstance("SHA-256").digest(bytes)));
        assertThat(read(blob, 0, 200_000)).isEqualTo(bytes);
        assertThat(read(blob, 199_990, 10)).isEqualTo(Arrays.copyOfRange(bytes, 199_990, 200_000));
        assertThat(read(blob, 200_000, 0)).isEmpty();
        try (var in = blobs.read(blob.id(), 5, 100_000)) {
            var out = new ByteArrayOutputStream();
            assertThat(in.read()).isEqualTo(bytes[5] & 0xff);
            assertThat(in.transferTo(out)).isEqualTo(99_999);
            assertThat(out.toByteArray()).isEqualTo(Arrays.copyOfRange(bytes, 6, 100_005));
        }
    }

    @Test
    void an_empty_blob_is_a_blob() throws Exception {
        assertThat(read(write(new byte[0]), 0, 0)).isEmpty();
    }

    @Test
    void reading_past_the_end_is_an_error() throws Exception {
        var blob = write(new byte[10]);
        for (var past :
                List.of(new long[] {0, 11}, new long[] {11, 0}, new long[] {-1, 2}, new long[] {1, Long.MAX_VALUE})) {
            assertThatThrownBy(() -> read(blob, past[0], past[1])).isInstanceOf(EOFException.class);
        }
    }

    @Test
    void there_is_no_way_out_of_the_directory() throws Exception {
        Files.writeString(directory.resolve("secret"), "secret");
        for (var id : List.of("../secret", "../../secret", "/etc/passwd", "", ids.uuid())) {
            assertThatThrownBy(() -> blobs.read(id, 0, 1)).isInstanceOf(NoSuchFileException.class);
        }
    }

    @Test
    void a_stream_that_is_too_long_leaves_nothing() throws Exception {
        assertThat(blobs.write(new ByteArrayInputStream(new byte[100]), 100).sizeBytes())
                .isEqualTo(100);
        assertThatThrownBy(() -> blobs.write(new ByteArrayInputStream(new byte[101]), 100))
                .isInstanceOf(TooLarge.class);
        assertThat(files()).hasSize(1);
    }

    @Test
    void a_stream_that_fails_leaves_nothing() throws Exception {
        for (var failure : List.of(new IOException("wrong checksum"), new IllegalStateException("defect"))) {
            var failing = new SequenceInputStream(new ByteArrayInputStream(new byte[100_000]), new InputStream() {
                @Override
                public int read() throws IOException {
                    if (failure instanceof IOException io) {
                        throw io;
                    }
                    throw (RuntimeException) failure;
                }
            });
            assertThatThrownBy(() -> blobs.write(failing, 1 << 20)).isSameAs(failure);
            assertThat(files()).isEmpty();
        }
    }

    @Test
    void a_published_blob_is_kept_and_an_unpublished_one_is_swept_after_an_hour() throws Exception {
        var kept = write(new byte[1]);
        var orphan = write(new byte[2]);
        publish(kept);
        time.advance(Duration.ofMinutes(59));
        assertThat(files()).hasSize(2);
        time.advance(Duration.ofHours(2));
        assertThat(files()).containsExactly(kept.id());
        assertThatThrownBy(() -> read(orphan, 0, 2)).isInstanceOf(NoSuchFileException.class);
        assertThatThrownBy(() -> publish(orphan)).isInstanceOf(IllegalStateException.class);
        assertThat(time.waiting()).isZero();
    }

    @Test
    void a_retired_blob_goes_after_its_readers() throws Exception {
        var blob = write(new byte[] {7});
        publish(blob);
        retire(blob);
        assertThat(read(blob, 0, 1)).containsExactly(7);
        try (var open = blobs.read(blob.id(), 0, 1)) {
            time.advance(Duration.ofMinutes(21));
            assertThat(files()).isEmpty();
            assertThat(open.read()).isEqualTo(7);
        }
        time.advance(Duration.ofHours(3));
        assertThat(time.waiting()).isZero();
    }

    @Test
    void a_start_removes_what_a_crash_left() throws Exception {
        var kept = write(new byte[1]);
        publish(kept);
        var retired = write(new byte[2]);
        publish(retired);
        retire(retired);
        write(new byte[3]);
        Files.write(directory.resolve("tmp").resolve(ids.uuid()), new byte[5]);
        time.set(time.instant().plus(Duration.ofHours(2)));
        var young = write(new byte[4]);
        open();
        for (int i = 0; i < 500 && files().size() > 2; i++) {
            Thread.sleep(10);
        }
        assertThat(files()).containsExactlyInAnyOrder(kept.id(), young.id());
        time.advance(Duration.ofHours(3));
        assertThat(files()).containsExactly(kept.id());
    }

    private Blob write(byte[] bytes) throws IOException {
        return blobs.write(new ByteArrayInputStream(bytes), 1 << 20);
    }

    private byte[] read(Blob blob, long offset, long length) throws IOException {
        try (var in = blobs.read(blob.id(), offset, length)) {
            return in.readAllBytes();
        }
    }

    private void publish(Blob blob) {
        kv.transact(txn -> {
            blobs.publish(txn, blob);
            return blob;
        });
    }

    private void retire(Blob blob) {
        kv.transact(txn -> {
            blobs.retire(txn, blob.id());
            return blob;
        });
    }

    private List<String> files() throws IOException {
        try (var files = Files.walk(directory)) {
            return files.filter(Files::isRegularFile)
                    .map(file -> file.getFileName().toString())
                    .toList();
        }
    }
}
