package dev.tsumuji.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EgressTest {
    @Test
    void nothing_is_allowed_unless_a_rule_says_so() {
        assertThat(Egress.parse("none").isNone()).isTrue();
        assertThat(Egress.parse(" ").isNone()).isTrue();
        var some = Egress.parse("api.example.com, *.db.example.com:5432, 10.1.0.0/16:6379");
        assertThat(some.allows("api.example.com", 443)).isTrue();
        assertThat(some.allows("api.example.com", 80)).isTrue();
        assertThat(some.allows("api.example.com", 5432)).isFalse();
        assertThat(some.allows("evil-api.example.com", 443)).isFalse();
        assertThat(some.allows("a.b.db.example.com", 5432)).isTrue();
        assertThat(some.allows("db.example.com", 5432)).isFalse();
        assertThat(some.allows("evildb.example.com", 5432)).isFalse();
        assertThat(some.allows(InetAddress.ofLiteral("10.1.255.255"), 6379)).isTrue();
        assertThat(some.allows(InetAddress.ofLiteral("10.2.0.0"), 6379)).isFalse();
        assertThat(some.allows(InetAddress.ofLiteral("10.1.0.1"), 80)).isFalse();
        assertThat(some.ports()).containsExactly(80, 443, 5432, 6379);
    }

    @Test
    void all_is_every_name_and_no_address() {
        var all = Egress.parse("all");
        assertThat(all.allows("example.com", 443)).isTrue();
        assertThat(all.allows("example.com", 5432)).isTrue();
        assertThat(all.allows("example.com", 2375)).isFalse();
        assertThat(all.allows(InetAddress.ofLiteral("127.0.0.1"), 80)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a b", "http://example.com", "example.com:0", "example.com:65536", "example.com:x", "10.0.0.0/0",
                        "10.0.0.0/33",
                "300.1.1.1/8", "*example.com", "a.*.com", ",", "exa$mple.com", "-a.com", "[::1]:80"
            })
    void a_rule_that_is_written_wrongly_is_named(String rule) {
        assertThatThrownBy(() -> Egress.parse(rule)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void a_policy_has_one_for_all_and_others_by_function() {
        var policy = EgressPolicy.parse("none; mailer = smtp.example.com:587; crawler=all");
        assertThat(policy.of("anything").isNone()).isTrue();
        assertThat(policy.of("mailer").allows("smtp.example.com", 587)).isTrue();
        assertThat(policy.of("crawler").allows("example.com", 443)).isTrue();
        assertThatThrownBy(() -> EgressPolicy.parse("a=all;a=none")).hasMessageContaining("twice");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "127.0.0.1",
                "127.8.9.1",
                "0.0.0.0",
                "0.1.2.3",
                "10.0.0.1",
                "172.16.0.1",
                "192.168.1.1",
                "169.254.169.254",
                "100.64.0.1",
                "198.18.0.2",
                "224.0.0.1",
                "255.255.255.255",
                "240.0.0.1",
                "192.0.0.8",
                "::1",
                "::",
                "fe80::1",
                "fc00::1",
                "fd12::1",
                "ff02::1",
                "::ffff:127.0.0.1",
                "64:ff9b::7f00:1",
                "2002:7f00:1::",
                "2001:0:7f00:1::"
            })
    void an_address_that_may_lead_back_here_is_not_public(String address) throws IOException {
        assertThat(Outside.isPublic(InetAddress.ofLiteral(address))).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"1.1.1.1", "93.184.216.34", "2606:4700::1111", "172.32.0.1", "198.20.0.1", "100.128.0.1"})
    void other_addresses_are_public(String address) throws IOException {
        assertThat(Outside.isPublic(InetAddress.ofLiteral(address))).isTrue();
    }
}
