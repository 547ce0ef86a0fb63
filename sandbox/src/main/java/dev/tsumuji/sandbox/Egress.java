package dev.tsumuji.sandbox;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * Which hosts outside of the platform a function may reach. Written {@code none}, {@code all}, or as rules with commas between:
 *
 * <pre>
 * api.example.com            this host, on ports 80 and 443
 * *.example.com:5432         every host below, on this port
 * 192.0.2.0/24:5432          these addresses; the only way to reach addresses of private networks and of this machine
 * *                          every public host
 * </pre>
 *
 * {@code all} is every public host on the ports of common services. Only TCP is carried. Immutable.
 */
public final class Egress {

    public static final Egress NONE = new Egress(List.of());

    private static final int RULES_MAX = 200;
    private static final int PORTS_MAX = 32;
    private static final Set<Integer> WEB = Set.of(80, 443);
    private static final Set<Integer> COMMON = Set.of(
            22, 25, 80, 110, 143, 443, 465, 587, 636, 993, 995, 1433, 1521, 1883, 3306, 5432, 5671, 5672, 6379, 8080,
            8443, 8883, 9092, 9200, 9443, 11211, 27017);

    private static final Pattern HOST = Pattern.compile("\\*|(?:\\*\\.)?(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\\.)*"
            + "[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?");
    private static final Pattern BLOCK = Pattern.compile("((?:\\d{1,3}\\.){3}\\d{1,3})(?:/(\\d{1,2}))?");

    private final List<Rule> rules;

    private Egress(List<Rule> rules) {
        this.rules = List.copyOf(rules);
    }

    private sealed interface Rule {
        Set<Integer> ports();
    }

    /** @param below a name that hosts must end with, with its dot in front; empty for all; null for exactly {@code name} */
    private record Host(String name, boolean below, Set<Integer> ports) implements Rule {
        boolean has(String host) {
            return below ? host.endsWith(name) : host.equals(name);
        }
    }

    /** A block of IPv4 addresses. */
    record Block(int address, int prefix, Set<Integer> ports) implements Rule {
        boolean has(byte[] other) {
            return other.length == 4 && ((number(other) ^ address) & mask()) == 0;
        }

        private int mask() {
            return prefix == 0 ? 0 : -1 << (32 - prefix);
        }

        byte[] first() {
            int first = address & mask();
            return new byte[] {(byte) (first >> 24), (byte) (first >> 16), (byte) (first >> 8), (byte) first};
        }

        static int number(byte[] address) {
            return address[0] << 24 | (address[1] & 0xff) << 16 | (address[2] & 0xff) << 8 | address[3] & 0xff;
        }
    }

    /** @throws IllegalArgumentException when it isn't written so; says which part */
    public static Egress parse(String text) {
        var word = text.strip().toLowerCase(Locale.ROOT);
        if (word.isEmpty() || word.equals("none")) {
            return NONE;
        }
        var rules = new ArrayList<Rule>();
        for (var part : word.split(",", -1)) {
            rules.add(rule(part.strip()));
        }
        var egress = new Egress(rules);
        if (rules.size() > RULES_MAX || egress.ports().size() > PORTS_MAX) {
            throw new IllegalArgumentException(
                    "egress can have up to " + RULES_MAX + " rules with " + PORTS_MAX + " different ports");
        }
        return egress;
    }

    private static Rule rule(String text) {
        if (text.equals("all")) {
            return new Host("", true, COMMON);
        }
        int colon = text.lastIndexOf(':');
        var host = colon < 0 ? text : text.substring(0, colon);
        var ports = colon < 0 ? WEB : Set.of(port(text, text.substring(colon + 1)));
        var block = BLOCK.matcher(host);
        if (block.matches()) {
            return block(text, block.group(1), block.group(2), ports);
        }
        if (!HOST.matcher(host).matches() || host.length() > 253) {
            throw new IllegalArgumentException("'" + text + "' isn't a rule of egress: write HOST, *.HOST, * or an IPv4"
                    + " block such as 192.0.2.0/24, with :PORT behind it for other ports than 80 and 443");
        }
        return host.startsWith("*") ? new Host(host.substring(1), true, ports) : new Host(host, false, ports);
    }

    private static Block block(String text, String address, String prefix, Set<Integer> ports) {
        try {
            int bits = prefix == null ? 32 : Integer.parseInt(prefix);
            if (bits >= 1 && bits <= 32) {
                return new Block(Block.number(InetAddress.ofLiteral(address).getAddress()), bits, ports);
            }
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("'" + text + "' isn't an IPv4 block", e);
        }
        throw new IllegalArgumentException("'" + text + "' isn't an IPv4 block: it begins at /1 and ends at /32");
    }

    private static int port(String rule, String text) {
        try {
            int port = Integer.parseInt(text);
            if (port > 0 && port < 65_536) {
                return port;
            }
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("'" + rule + "' has no port from 1 to 65535", e);
        }
        throw new IllegalArgumentException("'" + rule + "' has no port from 1 to 65535");
    }

    boolean isNone() {
        return rules.isEmpty();
    }

    /** All ports of all rules. */
    Set<Integer> ports() {
        var all = new TreeSet<Integer>();
        rules.forEach(rule -> all.addAll(rule.ports()));
        return all;
    }

    /** Whether any port of a host may be reached. */
    boolean has(String host) {
        return rules.stream().anyMatch(rule -> rule instanceof Host names && names.has(host));
    }

    boolean allows(String host, int port) {
        return rules.stream()
                .anyMatch(rule -> rule instanceof Host names && names.has(host) && names.ports.contains(port));
    }

    /** Whether a rule names this very address; an address that is behind a name only isn't. */
    boolean allows(InetAddress address, int port) {
        return blocks().stream().anyMatch(block -> block.has(address.getAddress()) && block.ports.contains(port));
    }

    List<Block> blocks() {
        return rules.stream()
                .filter(rule -> rule instanceof Block)
                .map(rule -> (Block) rule)
                .toList();
    }
}
