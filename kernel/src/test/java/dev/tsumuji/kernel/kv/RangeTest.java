package dev.tsumuji.kernel.kv;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class RangeTest {
    private static byte[] bytes(int... values) {
        var bytes = new byte[values.length];
        for (int i = 0; i < values.length; i++) {
            bytes[i] = (byte) values[i];
        }
        return bytes;
    }

    @Test
    void a_prefix_holds_all_keys_that_begin_with_it() {
        var range = Range.prefix(bytes(1, 0xff));
        assertThat(range.contains(bytes(1, 0xff))).isTrue();
        assertThat(range.contains(bytes(1, 0xff, 0xff, 0xff))).isTrue();
        assertThat(range.contains(bytes(1, 0xfe, 0xff))).isFalse();
        assertThat(range.contains(bytes(2))).isFalse();
        assertThatThrownBy(() -> Range.prefix(bytes(0xff, 0xff))).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void what_is_left_behind_and_before_a_key_is_without_it() {
        var range = new Range(bytes(1), bytes(5));
        assertThat(range.after(bytes(3)).contains(bytes(3))).isFalse();
        assertThat(range.after(bytes(3)).contains(bytes(3, 0))).isTrue();
        assertThat(range.after(bytes(3)).contains(bytes(5))).isFalse();
        assertThat(range.before(bytes(3)).contains(bytes(3))).isFalse();
        assertThat(range.before(bytes(3)).contains(bytes(2, 0xff))).isTrue();
    }

    @Test
    void bytes_are_unsigned() {
        assertThat(new Range(bytes(0x7f), bytes(0x81)).contains(bytes(0x80))).isTrue();
    }
}
