package dev.tsumuji.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.http.ContentStreamProvider;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * Objects of any size pass through a server of any heap: 200 MB through 96 MB, and with {@code -Dgigabytes=5} as many gigabytes
 * as one put may have through 256 MB.
 */
class LargeObjectIT {
    private static final int GIGABYTES = Integer.getInteger("gigabytes", 0);
    private static final long SIZE_BYTES = GIGABYTES == 0 ? 200L << 20 : (long) GIGABYTES << 30;
    private static final int HEAP_MEBIBYTES = GIGABYTES == 0 ? 96 : 256;
    private static final String BUCKET = "large";

    @Test
    void an_object_larger_than_the_heap_passes_both_ways(@TempDir Path data) throws IOException {
        try (var platform = RunningPlatform.startWithHeap(data, HEAP_MEBIBYTES);
                var s3 = platform.client(S3Client.builder())) {
            s3.createBucket(r -> r.bucket(BUCKET));
            s3.putObject(
                    r -> r.bucket(BUCKET).key("k"),
                    RequestBody.fromContentProvider(
                            ContentStreamProvider.fromInputStreamSupplier(() -> new Content(SIZE_BYTES)),
                            SIZE_BYTES,
                            "application/octet-stream"));
            try (var back = s3.getObject(r -> r.bucket(BUCKET).key("k"));
                    var sent = new Content(SIZE_BYTES)) {
                assertThat(back.response().contentLength()).isEqualTo(SIZE_BYTES);
                assertThat(checksum(back)).isEqualTo(checksum(sent));
            }
            assertThat(platform.isAlive()).isTrue();
        }
    }

    private static long checksum(InputStream in) throws IOException {
        var crc = new CRC32C();
        var buffer = new byte[64 << 10];
        long length = 0;
        for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
            crc.update(buffer, 0, n);
            length += n;
        }
        assertThat(length).isEqualTo(SIZE_BYTES);
        return crc.getValue();
    }

    /** Blocks of random bytes, each with its number in front. Used by one thread. */
    private static final class Content extends InputStream {
        private static final int BLOCK_BYTES = 64 << 10;

        private final ByteBuffer block = ByteBuffer.allocate(BLOCK_BYTES);
        private final long size;
        private long at;

        Content(long size) {
            this.size = size;
            new SplittableRandom(1).nextBytes(block.array());
        }

        @Override
        public int read() {
            var one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] target, int offset, int length) {
            Objects.checkFromIndexSize(offset, length, target.length);
            if (at == size) {
                return -1;
            }
            int within = (int) (at % BLOCK_BYTES);
            int n = (int) Math.min(Math.min(length, size - at), BLOCK_BYTES - within);
            block.putLong(0, at / BLOCK_BYTES);
            System.arraycopy(block.array(), within, target, offset, n);
            at += n;
            return n;
        }
    }
}
