package dev.tsumuji.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;

class DnsMessageTest {
    private static final Names NAMES = name -> name.equals("a.example") ? new byte[] {1, 2, 3, 4} : null;

    private static ByteBuffer question(String name, int type) {
        var out = ByteBuffer.allocate(600).putShort((short) 0x1234).putShort((short) 0x0100);
        out.putShort((short) 1).putShort((short) 0).putInt(0);
        for (var label : name.split("\\.")) {
            out.put((byte) label.length()).put(label.getBytes(StandardCharsets.ISO_8859_1));
        }
        return out.put((byte) 0).putShort((short) type).putShort((short) 1).flip();
    }

    private static String answer(ByteBuffer question) {
        var reply = DnsMessage.answer(question, NAMES);
        if (reply == null) {
            return "nothing";
        }
        var bytes = new byte[reply.remaining()];
        reply.get(bytes);
        return HexFormat.of().formatHex(bytes);
    }

    @Test
    void an_address_is_answered_with_the_question_as_it_was_written() {
        assertThat(answer(question("A.exAmple", 1)))
                .isEqualTo("1234818000010001000000000141076578416d706c650000010001c00c000100010000003c000401020304");
    }

    @Test
    void other_kinds_of_records_of_a_known_name_are_none_without_an_error() {
        assertThat(answer(question("a.example", 28)))
                .startsWith("123481800001000000000000")
                .endsWith("00001c0001");
        assertThat(answer(question("a.example", 65))).startsWith("123481800001000000000000");
    }

    @Test
    void an_unknown_name_does_not_exist() {
        assertThat(answer(question("b.example", 1))).startsWith("1234818300010000");
        assertThat(answer(question("a.example.evil", 1))).startsWith("1234818300010000");
    }

    @Test
    void a_dot_inside_a_label_does_not_become_another_name() {
        var trick = question("aXexample", 1);
        trick.put(14, (byte) '.');
        assertThat(answer(trick)).startsWith("12348183");
    }

    @Test
    void what_is_not_a_question_is_refused_or_left_alone() {
        assertThat(answer(ByteBuffer.allocate(11))).isEqualTo("nothing");
        var reply = question("a.example", 1);
        reply.put(2, (byte) 0x80);
        assertThat(answer(reply)).isEqualTo("nothing");
        var update = question("a.example", 1);
        update.put(2, (byte) 0x28);
        assertThat(answer(update)).isEqualTo("123480840000000000000000");
        var two = question("a.example", 1);
        two.putShort(4, (short) 2);
        assertThat(answer(two)).isEqualTo("123481810000000000000000");
        var pointer = question("a.example", 1);
        pointer.put(12, (byte) 0xc0);
        assertThat(answer(pointer)).isEqualTo("123481810000000000000000");
        var cut = question("a.example", 1);
        cut.limit(cut.limit() - 1);
        assertThat(answer(cut)).isEqualTo("123481810000000000000000");
        var chaos = question("a.example", 1);
        chaos.putShort(chaos.limit() - 2, (short) 3);
        assertThat(answer(chaos)).startsWith("12348185");
        assertThat(answer(question("a".repeat(63) + ("." + "b".repeat(63)).repeat(3), 1)))
                .isEqualTo("123481810000000000000000");
    }

    @Test
    void no_bytes_whatever_do_harm() {
        for (int seed = 0; seed < 200_000; seed++) {
            var random = new Random(seed);
            var bytes = new byte[random.nextInt(80)];
            if (random.nextBoolean()) {
                random.nextBytes(bytes);
            } else {
                question("a.example", 1).get(bytes, 0, Math.min(bytes.length, 27));
                for (int i = random.nextInt(4); i > 0 && bytes.length > 0; i--) {
                    bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
                }
            }
            var reply = DnsMessage.answer(ByteBuffer.wrap(bytes), NAMES);
            if (reply != null) {
                assertThat(reply.remaining()).as("seed %d", seed).isBetween(12, DnsMessage.ANSWER_MAX);
                assertThat(reply.getShort(0)).isEqualTo(ByteBuffer.wrap(bytes).getShort(0));
            }
        }
    }
}
