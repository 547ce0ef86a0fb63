package dev.tsumuji.sandbox;

import org.junit.jupiter.api.BeforeAll;

/** The same attacks, by functions that came from a stem. */
class StemAttackTest extends AttackTest {
    @BeforeAll
    static void come_from_stems() {
        machine.stems = true;
    }
}
