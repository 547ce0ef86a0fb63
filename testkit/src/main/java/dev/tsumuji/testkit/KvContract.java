package dev.tsumuji.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tsumuji.kernel.kv.Kv;
import dev.tsumuji.kernel.kv.KvException;
import dev.tsumuji.kernel.kv.KvException.Kind;
import dev.tsumuji.kernel.kv.Range;
import dev.tsumuji.kernel.kv.Snapshot.Entry;
import dev.tsumuji.kernel.kv.Txn;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What every engine of {@link Kv} promises about reading, writing and isolation. An engine's test extends this and opens it. */
public abstract class KvContract extends KvFixture {
    // ---- reading and writing

    @Test
    void what_was_put_is_read() {
        put("a", "1");
        assertThat(get("a")).isEqualTo("1");
        assertThat(get("b")).isNull();
    }

    @Test
    void what_was_deleted_is_gone() {
        put("a", "1");
        write(txn -> txn.delete(key("a")));
        assertThat(get("a")).isNull();
    }

    @Test
    void an_empty_value_is_a_value() {
        put("a", "");
        assertThat(get("a")).isEmpty();
    }

    @Test
    void a_range_is_deleted_from_its_begin_to_before_its_end() {
        for (var key : List.of("a", "b", "c", "d")) {
            put(key, "1");
        }
        write(txn -> txn.delete(range("b", "d")));
        assertThat(keys(range("a", "z"))).containsExactly("a", "d");
    }

    @Test
    void keys_are_ordered_as_unsigned_bytes() {
        var keys = List.of(new byte[] {0}, new byte[] {0, 0}, new byte[] {0x7f}, new byte[] {(byte) 0x80}, new byte[] {
            (byte) 0xfe, (byte) 0xff
        });
        write(txn -> keys.reversed().forEach(key -> txn.put(key, new byte[0])));
        var all = new Range(new byte[0], new byte[] {(byte) 0xff});
        assertThat(kv.<List<Entry>>read(snapshot -> snapshot.scan(all, 10)))
                .extracting(Entry::key)
                .containsExactlyElementsOf(keys);
        assertThat(kv.<List<Entry>>read(snapshot -> snapshot.scanBackwards(all, 10)))
                .extracting(Entry::key)
                .containsExactlyElementsOf(keys.reversed());
    }

    @Test
    void a_scan_stops_at_its_limit_from_either_end() {
        for (var key : List.of("a", "b", "c", "d")) {
            put(key, "1");
        }
        kv.read(snapshot -> {
            assertThat(names(snapshot.scan(range("a", "z"), 2))).containsExactly("a", "b");
            assertThat(names(snapshot.scan(range("a", "z").after(key("b")), 2))).containsExactly("c", "d");
            assertThat(names(snapshot.scanBackwards(range("a", "z"), 2))).containsExactly("d", "c");
            assertThat(names(snapshot.scanBackwards(range("a", "z").before(key("c")), 2)))
                    .containsExactly("b", "a");
            assertThat(snapshot.scan(range("a", "z"), 0)).isEmpty();
            assertThat(snapshot.scan(range("z", "a"), 5)).isEmpty();
            return null;
        });
    }

    @Test
    void the_arrays_belong_to_the_caller() {
        var key = key("a");
        var value = key("1");
        kv.transact(txn -> {
            txn.put(key, value);
            value[0] = '9';
            key[0] = 'z';
            present(txn.get(key("a")))[0] = '8';
            return null;
        });
        kv.<byte[]>read(snapshot -> present(snapshot.get(key("a"))))[0] = '7';
        kv.<List<Entry>>read(snapshot -> snapshot.scan(range("a", "b"), 1))
                .getFirst()
                .value()[0] = '6';
        assertThat(get("a")).isEqualTo("1");
    }

    // ---- a transaction and its own writes

    @Test
    void a_transaction_sees_its_own_writes() {
        put("a", "1");
        put("b", "1");
        put("d", "1");
        write(txn -> {
            txn.put(key("c"), key("2"));
            txn.put(key("a"), key("2"));
            txn.delete(key("b"));
            assertThat(text(txn.get(key("a")))).isEqualTo("2");
            assertThat(txn.get(key("b"))).isNull();
            assertThat(names(txn.scan(range("a", "z"), 10))).containsExactly("a", "c", "d");
            assertThat(names(txn.scanBackwards(range("a", "z"), 2))).containsExactly("d", "c");
            assertThat(names(txn.scan(range("a", "z"), 2))).containsExactly("a", "c");
            assertThat(names(txn.unchecked().scan(range("a", "z"), 10))).containsExactly("a", "b", "d");
        });
    }

    @Test
    void a_transaction_sees_its_own_range_deletes_and_what_it_puts_afterwards() {
        for (var key : List.of("a", "b", "c", "d", "e")) {
            put(key, "1");
        }
        write(txn -> {
            txn.put(key("bb"), key("2"));
            txn.delete(range("b", "d"));
            txn.put(key("c"), key("3"));
            assertThat(names(txn.scan(range("a", "z"), 10))).containsExactly("a", "c", "d", "e");
            assertThat(names(txn.scanBackwards(range("a", "z"), 3))).containsExactly("e", "d", "c");
            assertThat(txn.get(key("b"))).isNull();
            assertThat(txn.get(key("bb"))).isNull();
        });
        assertThat(keys(range("a", "z"))).containsExactly("a", "c", "d", "e");
        assertThat(get("c")).isEqualTo("3");
    }

    @Test
    void a_body_that_throws_writes_nothing() {
        assertThatThrownBy(() -> write(txn -> {
                    txn.put(key("a"), key("1"));
                    throw new IllegalArgumentException("no");
                }))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("no");
        assertThat(get("a")).isNull();
    }

    @Test
    void a_transaction_can_not_be_used_afterwards() {
        var kept = new ArrayList<Txn>();
        write(kept::add);
        assertThatThrownBy(() -> kept.getFirst().get(key("a"))).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> kept.getFirst().put(key("a"), key("b"))).isInstanceOf(IllegalStateException.class);
    }

    // ---- isolation

    @Test
    void a_snapshot_does_not_move() {
        put("a", "1");
        kv.read(snapshot -> {
            assertThat(text(snapshot.get(key("a")))).isEqualTo("1");
            inAnotherThread(() -> {
                put("a", "2");
                put("b", "2");
            });
            assertThat(text(snapshot.get(key("a")))).isEqualTo("1");
            assertThat(names(snapshot.scan(range("a", "z"), 10))).containsExactly("a");
            return null;
        });
        assertThat(get("a")).isEqualTo("2");
    }

    @Test
    void a_read_begun_after_a_commit_sees_it() {
        for (int i = 0; i < 200; i++) {
            put("a", "" + i);
            assertThat(get("a")).isEqualTo("" + i);
        }
    }

    @Test
    void a_transaction_runs_again_when_a_key_that_it_read_has_changed() {
        put("a", "1");
        var runs = runsWhenInterrupted(
                txn -> txn.put(key("sum"), key(text(txn.get(key("a"))) + "!")), () -> put("a", "2"));
        assertThat(runs).isEqualTo(2);
        assertThat(get("sum")).isEqualTo("2!");
    }

    @Test
    void a_transaction_runs_again_when_an_absent_key_that_it_read_has_appeared() {
        assertThat(runsWhenInterrupted(txn -> txn.get(key("a")), () -> put("a", "2")))
                .isEqualTo(2);
    }

    @Test
    void a_transaction_runs_again_when_a_key_that_it_read_was_deleted_with_a_range() {
        put("b", "1");
        assertThat(runsWhenInterrupted(txn -> txn.get(key("b")), () -> write(txn -> txn.delete(range("a", "c")))))
                .isEqualTo(2);
    }

    @Test
    void a_transaction_runs_again_when_a_key_has_appeared_in_a_range_that_it_read() {
        put("a", "1");
        assertThat(runsWhenInterrupted(txn -> txn.scan(range("a", "c"), 10), () -> put("b", "1")))
                .isEqualTo(2);
    }

    @Test
    void a_transaction_runs_again_when_part_of_a_range_that_it_read_was_deleted_with_a_range() {
        assertThat(runsWhenInterrupted(
                        txn -> txn.scan(range("b", "d"), 10), () -> write(txn -> txn.delete(range("a", "c")))))
                .isEqualTo(2);
    }

    @Test
    void a_scan_that_reached_its_limit_has_read_only_that_far() {
        put("a", "1");
        put("b", "1");
        put("e", "1");
        assertThat(runsWhenInterrupted(txn -> txn.scan(range("a", "z"), 2), () -> put("c", "1")))
                .isEqualTo(1);
        assertThat(runsWhenInterrupted(txn -> txn.scan(range("a", "z"), 2), () -> put("aa", "1")))
                .isEqualTo(2);
        assertThat(runsWhenInterrupted(txn -> txn.scanBackwards(range("a", "z"), 1), () -> put("d", "1")))
                .isEqualTo(1);
        assertThat(runsWhenInterrupted(txn -> txn.scanBackwards(range("a", "z"), 1), () -> put("f", "1")))
                .isEqualTo(2);
    }

    @Test
    void writes_that_were_not_read_do_not_conflict() {
        put("a", "1");
        assertThat(runsWhenInterrupted(txn -> txn.put(key("a"), key("3")), () -> put("a", "2")))
                .isEqualTo(1);
        assertThat(get("a")).isEqualTo("3");
        assertThat(runsWhenInterrupted(txn -> txn.get(key("b")), () -> put("a", "2")))
                .isEqualTo(1);
    }

    @Test
    void unchecked_reads_do_not_conflict() {
        put("a", "1");
        assertThat(runsWhenInterrupted(
                        txn -> {
                            txn.unchecked().get(key("a"));
                            txn.unchecked().scan(range("a", "z"), 10);
                        },
                        () -> put("a", "2")))
                .isEqualTo(1);
    }

    @Test
    void a_transaction_that_always_loses_gives_up() {
        assertThatThrownBy(() -> kv.transact(txn -> {
                    txn.get(key("a"));
                    inAnotherThread(() -> put("a", "2"));
                    txn.put(key("b"), key("1"));
                    return null;
                }))
                .isInstanceOfSatisfying(
                        KvException.class, e -> assertThat(e.kind()).isEqualTo(Kind.CONFLICT));
        assertThat(get("b")).isNull();
    }
}
