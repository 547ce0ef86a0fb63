package dev.tsumuji.kernel.signal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class SignalsTest {
    private final Signals signals = new Signals();

    @Test
    void everybody_who_listens_to_a_resource_hears_its_signals_and_no_others() {
        var first = new AtomicInteger();
        var second = new AtomicInteger();
        signals.listen("arn:a", first::incrementAndGet);
        signals.listen("arn:a", second::incrementAndGet);

        signals.raise("arn:a");
        signals.raise("arn:b");

        assertThat(first).hasValue(1);
        assertThat(second).hasValue(1);
    }

    @Test
    void who_stopped_listening_hears_nothing() {
        var heard = new AtomicInteger();
        var others = new AtomicInteger();
        var listening = signals.listen("arn:a", heard::incrementAndGet);
        signals.listen("arn:a", others::incrementAndGet);

        listening.close();
        listening.close();
        signals.raise("arn:a");

        assertThat(heard).hasValue(0);
        assertThat(others).hasValue(1);
    }
}
