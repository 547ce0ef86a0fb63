package dev.tsumuji.lambda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32;
import java.util.zip.Deflater;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.SdkBytes;

class PackagesTest {
    private static final String NOT_A_ZIP =
            "Could not unzip uploaded file. Please check your file, then try to upload again.";
    private static final int FILE = 0100644;

    private final Platform platform = new Platform();

    @AfterEach
    void close() {
        platform.close();
    }

    /** A file of an archive that is written by hand, lies included. */
    private record Member(String name, byte[] content, int mode, long claimedBytes) {
        static Member of(String name, String content, int mode) {
            var bytes = content.getBytes(StandardCharsets.UTF_8);
            return new Member(name, bytes, mode, bytes.length);
        }
    }

    private static byte[] archive(List<Member> members) {
        var out = new ByteArrayOutputStream();
        var directory = new ByteArrayOutputStream();
        for (var member : members) {
            var name = member.name.getBytes(StandardCharsets.UTF_8);
            var data = deflated(member.content);
            var crc = new CRC32();
            crc.update(member.content);
            int offset = out.size();
            out.writeBytes(buffer(30)
                    .putInt(0x04034b50)
                    .putShort((short) 20)
                    .putShort((short) 0x800)
                    .putShort((short) 8)
                    .putInt(0)
                    .putInt((int) crc.getValue())
                    .putInt(data.length)
                    .putInt((int) member.claimedBytes)
                    .putShort((short) name.length)
                    .putShort((short) 0)
                    .array());
            out.writeBytes(name);
            out.writeBytes(data);
            directory.writeBytes(buffer(46)
                    .putInt(0x02014b50)
                    .putShort((short) (3 << 8 | 20))
                    .putShort((short) 20)
                    .putShort((short) 0x800)
                    .putShort((short) 8)
                    .putInt(0)
                    .putInt((int) crc.getValue())
                    .putInt(data.length)
                    .putInt((int) member.claimedBytes)
                    .putShort((short) name.length)
                    .putShort((short) 0)
                    .putShort((short) 0)
                    .putShort((short) 0)
                    .putShort((short) 0)
                    .putInt(member.mode << 16)
                    .putInt(offset)
                    .array());
            directory.writeBytes(name);
        }
        int begin = out.size();
        out.writeBytes(directory.toByteArray());
        out.writeBytes(buffer(22)
                .putInt(0x06054b50)
                .putInt(0)
                .putShort((short) members.size())
                .putShort((short) members.size())
                .putInt(directory.size())
                .putInt(begin)
                .putShort((short) 0)
                .array());
        return out.toByteArray();
    }

    private static ByteBuffer buffer(int size) {
        return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static byte[] deflated(byte[] content) {
        var deflater = new Deflater(9, true);
        deflater.setInput(content);
        deflater.finish();
        var out = new ByteArrayOutputStream();
        var chunk = new byte[8192];
        while (!deflater.finished()) {
            out.write(chunk, 0, deflater.deflate(chunk));
        }
        deflater.end();
        return out.toByteArray();
    }

    private void create(byte[] zip) {
        platform.create(Platform.request("f", SdkBytes.fromByteArray(zip)));
    }

    private void refused(byte[] zip, String message) {
        assertThatThrownBy(() -> create(zip)).isInstanceOfSatisfying(AwsServiceException.class, error -> {
            assertThat(error.awsErrorDetails().errorCode()).isEqualTo("InvalidParameterValueException");
            assertThat(error.awsErrorDetails().errorMessage()).isEqualTo(message);
        });
        assertThat(platform.directory.resolve("packages")).isEmptyDirectory();
    }

    @Test
    void files_keep_their_places_and_modes_and_can_be_read_in_any_case() throws Exception {
        create(archive(List.of(
                Member.of("main", "echo", FILE),
                Member.of("bin/run", "#!/bin/sh", 0100755),
                Member.of("./a/b/c.txt", "c", 0100600),
                Member.of("empty/", "", 040755))));
        platform.active("f");
        platform.invoke("f", "{}");
        Path code = platform.sandboxes.started.getFirst().spec.code();

        assertThat(mode(code.resolve("bin/run"))).isEqualTo("rwxr-xr-x");
        assertThat(mode(code.resolve("main"))).isEqualTo("rw-r--r--");
        assertThat(mode(code.resolve("a/b/c.txt"))).isEqualTo("rw-r--r--");
        assertThat(mode(code)).isEqualTo("rwxr-xr-x");
        assertThat(code.resolve("a/b/c.txt")).hasContent("c");
        assertThat(code.resolve("empty")).isEmptyDirectory();
    }

    private static String mode(Path path) throws Exception {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }

    @Test
    void set_user_id_bits_are_not_kept() throws Exception {
        create(archive(List.of(Member.of("main", "echo", 0104755))));
        platform.active("f");
        platform.invoke("f", "{}");
        Path main = platform.sandboxes.started.getFirst().spec.code().resolve("main");

        assertThat((int) Files.getAttribute(main, "unix:mode") & 07777).isEqualTo(0755);
    }

    @ParameterizedTest
    @ValueSource(strings = {"../evil", "a/../../evil", "/etc/evil", "a\\..\\evil", "..", "nul\0byte"})
    void names_that_leave_the_directory_are_refused(String name) {
        refused(archive(List.of(Member.of("main", "echo", FILE), Member.of(name, "x", FILE))), NOT_A_ZIP);
    }

    @Test
    void symbolic_links_and_devices_are_refused() {
        refused(archive(List.of(Member.of("link", "/etc/passwd", 0120777))), NOT_A_ZIP);
        refused(archive(List.of(Member.of("device", "", 0020666))), NOT_A_ZIP);
    }

    @Test
    void two_entries_of_one_name_are_refused() {
        refused(archive(List.of(Member.of("a", "1", FILE), Member.of("a", "2", FILE))), NOT_A_ZIP);
        refused(archive(List.of(Member.of("a", "1", FILE), Member.of("./a", "2", FILE))), NOT_A_ZIP);
        refused(archive(List.of(Member.of("a", "1", FILE), Member.of("a/b", "2", FILE))), NOT_A_ZIP);
        refused(archive(List.of(Member.of("a/b", "1", FILE), Member.of("a", "2", FILE))), NOT_A_ZIP);
    }

    @Test
    void more_than_250_megabytes_are_refused_before_they_are_unpacked() {
        var members = new ArrayList<Member>();
        for (int i = 0; i < 3; i++) {
            members.add(new Member("f" + i, new byte[100], FILE, 100_000_000));
        }
        refused(archive(members), "Unzipped size must be smaller than 262144000 bytes");
    }

    @Test
    void a_bomb_that_says_it_is_small_is_refused_when_it_grows() {
        refused(archive(List.of(new Member("bomb", new byte[50_000_000], FILE, 10))), NOT_A_ZIP);
    }

    @Test
    void what_is_no_archive_is_refused() {
        refused("hello".getBytes(StandardCharsets.UTF_8), NOT_A_ZIP);
        refused(new byte[] {}, "Uploaded file must be a non-empty zip");
        refused(archive(List.of()), "Uploaded file must be a non-empty zip");
    }

    @Test
    void damaged_archives_are_refused_and_never_fail_otherwise() {
        var whole = archive(List.of(Member.of("main", "echo echo echo", FILE), Member.of("d/e", "x".repeat(50), FILE)));
        for (int cut = 0; cut < whole.length; cut++) {
            var shorter = java.util.Arrays.copyOf(whole, cut);
            assertThatThrownBy(() -> create(shorter)).isInstanceOf(AwsServiceException.class);
        }
        dev.tsumuji.testkit.Seeded.check(1, seeded -> {
            for (int i = 0; i < 2000; i++) {
                var damaged = whole.clone();
                damaged[seeded.below(whole.length)] ^= (byte) (1 << seeded.below(8));
                try {
                    for (var entry : ZipArchive.read(damaged, 10).entries()) {
                        ZipArchive.read(damaged, 10).unpack(entry, java.io.OutputStream.nullOutputStream());
                    }
                } catch (ZipArchive.Malformed e) {
                    // the one exception that is allowed
                } catch (java.io.IOException e) {
                    throw new AssertionError(e);
                }
            }
        });
    }

    @Test
    void too_large_an_upload_is_refused() {
        assertThatThrownBy(() -> create(new byte[(50 << 20) + 1]))
                .hasMessageContaining("Request must be smaller than 70167211 bytes for the CreateFunction operation");
    }

    @Test
    void unpacked_code_comes_back_from_the_blob_after_a_restart() {
        create(archive(List.of(Member.of("main", "return 7", FILE))));
        platform.active("f");
        platform.crash();
        try (var second = new Platform(platform, settings -> settings)) {
            assertThat(second.invoke("f", "{}").payload().asUtf8String()).isEqualTo("7");
        }
    }

    @Test
    void a_deleted_functions_code_leaves_the_disk() {
        create(archive(List.of(Member.of("main", "echo", FILE))));
        platform.active("f");
        platform.invoke("f", "{}");
        platform.call(() -> platform.lambda.deleteFunction(r -> r.functionName("f")));

        Platform.eventually(() -> {
            try (var files = Files.list(platform.directory.resolve("packages"))) {
                return files.findAny().isEmpty();
            } catch (java.io.IOException e) {
                throw new IllegalStateException(e);
            }
        });
    }
}
