package dev.tsumuji.iam.policy;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * An address, or a range of them in CIDR notation, of IPv4 or IPv6. Parsed here because {@code InetAddress} would ask a
 * name server about what it doesn't recognise.
 *
 * @param bits 32 or 128
 */
record Network(BigInteger address, int prefix, int bits) {

    static Optional<Network> parse(String text) {
        int slash = text.indexOf('/');
        var host = slash < 0 ? text : text.substring(0, slash);
        if (host.length() > 45) {
            return Optional.empty();
        }
        int bits = host.indexOf(':') < 0 ? 32 : 128;
        var address = bits == 32 ? four(host) : six(host);
        int prefix = slash < 0 ? bits : small(text.substring(slash + 1), bits);
        return prefix < 0 ? Optional.empty() : address.map(value -> new Network(value, prefix, bits));
    }

    boolean contains(Network other) {
        int rest = bits - prefix;
        return bits == other.bits
                && prefix <= other.prefix
                && address.shiftRight(rest).equals(other.address.shiftRight(rest));
    }

    private static Optional<BigInteger> four(String host) {
        var parts = host.split("\\.", -1);
        if (parts.length != 4) {
            return Optional.empty();
        }
        long value = 0;
        for (var part : parts) {
            int octet = small(part, 255);
            if (octet < 0) {
                return Optional.empty();
            }
            value = value << 8 | octet;
        }
        return Optional.of(BigInteger.valueOf(value));
    }

    private static Optional<BigInteger> six(String host) {
        int gap = host.indexOf("::");
        var head = groups(gap < 0 ? host : host.substring(0, gap));
        var tail = gap < 0 ? Optional.of(List.<Integer>of()) : groups(host.substring(gap + 2));
        if (head.isEmpty() || tail.isEmpty()) {
            return Optional.empty();
        }
        int missing = 8 - head.get().size() - tail.get().size();
        if (gap < 0 ? missing != 0 : missing < 1) {
            return Optional.empty();
        }
        return Optional.of(fold(head.get(), missing, tail.get()));
    }

    private static BigInteger fold(List<Integer> head, int missing, List<Integer> tail) {
        var all = new ArrayList<>(head);
        for (int i = 0; i < missing; i++) {
            all.add(0);
        }
        all.addAll(tail);
        var value = BigInteger.ZERO;
        for (int group : all) {
            value = value.shiftLeft(16).or(BigInteger.valueOf(group));
        }
        return value;
    }

    private static Optional<List<Integer>> groups(String text) {
        var groups = new ArrayList<Integer>();
        if (text.isEmpty()) {
            return Optional.of(groups);
        }
        var parts = text.split(":", -1);
        for (int i = 0; i < parts.length; i++) {
            if (i == parts.length - 1 && parts[i].indexOf('.') >= 0) {
                var four = four(parts[i]);
                if (four.isEmpty()) {
                    return Optional.empty();
                }
                long value = four.get().longValueExact();
                groups.add((int) (value >>> 16));
                groups.add((int) (value & 0xffff));
            } else {
                if (parts[i].isEmpty() || parts[i].length() > 4 || !parts[i].matches("[0-9a-fA-F]+")) {
                    return Optional.empty();
                }
                groups.add(Integer.parseInt(parts[i], 16));
            }
        }
        return Optional.of(groups);
    }

    /** A decimal number up to a maximum, or -1. */
    private static int small(String text, int max) {
        if (text.isEmpty() || text.length() > 3 || !text.chars().allMatch(c -> c >= '0' && c <= '9')) {
            return -1;
        }
        int value = Integer.parseInt(text);
        return value <= max ? value : -1;
    }
}
