package dev.tsumuji.kernel.time;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.SplittableRandom;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class IdsTest {
    private final Ids ids = new Ids(new SplittableRandom(3));

    @Test
    void a_uuid_is_of_version_4() {
        for (int i = 0; i < 1_000; i++) {
            var text = ids.uuid();
            var uuid = UUID.fromString(text);
            assertThat(uuid).hasToString(text);
            assertThat(uuid.version()).isEqualTo(4);
            assertThat(uuid.variant()).isEqualTo(2);
        }
    }

    @Test
    void ids_have_the_length_and_the_letters_asked_for() {
        for (int length = 0; length < 40; length++) {
            assertThat(ids.hex(length)).hasSize(length).matches("[0-9a-f]*");
            assertThat(ids.base32(length)).hasSize(length).matches("[A-Z2-7]*");
            assertThat(ids.from("ab", length)).hasSize(length).matches("[ab]*");
            assertThat(ids.bytes(length)).hasSize(length);
        }
    }

    @Test
    void one_seed_gives_one_sequence_and_secure_ones_differ() {
        assertThat(new Ids(new SplittableRandom(9)).uuid()).isEqualTo(new Ids(new SplittableRandom(9)).uuid());
        var seen = new HashSet<String>();
        var secure = Ids.secure();
        for (int i = 0; i < 1_000; i++) {
            assertThat(seen.add(secure.base32(16))).isTrue();
        }
    }
}
