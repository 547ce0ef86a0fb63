package dev.tsumuji.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Names and ports, as programs in several languages see them from inside. */
class ReachTest {
    static Machine machine;
    static Saying plain;
    static Saying secure;
    static Saying host;

    /** A server on the machine's loopback, or on all its addresses, that says one line to everybody. */
    static final class Saying implements AutoCloseable {
        final ServerSocket listener;

        Saying(String line, boolean everywhere) throws IOException {
            listener = everywhere ? new ServerSocket(0) : new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
            Thread.ofVirtual().start(() -> {
                while (!listener.isClosed()) {
                    try (var connection = listener.accept()) {
                        connection.getOutputStream().write((line + "\n").getBytes(StandardCharsets.UTF_8));
                    } catch (IOException e) {
                        // closed
                    }
                }
            });
        }

        InetSocketAddress address() {
            return new InetSocketAddress("127.0.0.1", listener.getLocalPort());
        }

        @Override
        public void close() throws IOException {
            listener.close();
        }
    }

    @BeforeAll
    static void open() throws IOException {
        plain = new Saying("plain", false);
        secure = new Saying("secure", false);
        host = new Saying("host", true);
        int port = host.listener.getLocalPort();
        var name = InetAddress.getLocalHost().getHostName().toLowerCase(java.util.Locale.ROOT);
        machine = new Machine(settings -> settings.egress(EgressPolicy.parse("none; named=" + name + ":" + port
                + "; addressed=127.0.0.0/8:" + port + "," + "10.99.0.0/16:" + port + "," + name + ":" + port
                + "; everything=all,*:" + port)));
        machine.sandboxes.platform(plain.address(), secure.address());
    }

    @AfterAll
    static void close() throws Exception {
        if (machine != null) {
            machine.close();
            plain.close();
            secure.close();
            host.close();
        }
    }

    private static final String LINE = """
            import socket
            def line(host, port):
                try:
                    with socket.create_connection((host, port), 3) as s:
                        return s.makefile().readline().strip()
                except OSError as e:
                    return type(e).__name__
            """;

    @Test
    void names_of_aws_lead_to_the_platform_on_both_ports() {
        try (var f = machine.python(LINE + """
                def handler(event, context):
                    return [line(h, p) for h in event for p in (80, 443, 8443)]
                """)) {
            assertThat(f.ask("[\"sts.amazonaws.com\", \"b.with.dots.s3.dualstack.eu-central-1.amazonaws.com\","
                            + "\"x.lambda-url.eu-west-1.on.aws\", \"lambda.eu-west-1.api.aws\","
                            + "\"s3.cn-north-1.amazonaws.com.cn\"]"))
                    .isEqualTo("[" + "\"plain\", \"secure\", \"ConnectionRefusedError\", ".repeat(4)
                            + "\"plain\", \"secure\", \"ConnectionRefusedError\"]");
        }
    }

    @Test
    void the_c_library_tells_known_names_from_unknown_ones_at_once() {
        try (var f = machine.python("""
                import socket, time
                def find(name, family):
                    try:
                        return sorted({a[4][0] for a in socket.getaddrinfo(name, 443, family, socket.SOCK_STREAM)})
                    except socket.gaierror as e:
                        return e.errno
                def handler(event, context):
                    start = time.time()
                    found = [find(n, socket.AF_UNSPEC) for n in event]
                    found.append(find('sts.amazonaws.com', socket.AF_INET6))
                    return [found, time.time() - start < 2]
                """)) {
            assertThat(f.ask("[\"STS.amazonaws.com\", \"localhost\", \"amazonaws.com\", \"example.com\","
                            + " \"instance-data.ec2.internal\", \"amazonaws.com.example.org\"]"))
                    .isEqualTo("[[[\"198.18.0.2\"], [\"127.0.0.1\"], -2, -2, -2, -2, -5], true]");
        }
    }

    @Test
    void node_finds_names_by_both_of_its_ways() {
        try (var f = machine.node("""
                const dns = require('dns').promises;
                exports.handler = async (event) => {
                  const unknown = await dns.lookup('example.com').catch((e) => e.code);
                  const unknown4 = await dns.resolve4('example.com').catch((e) => e.code);
                  const six = await dns.resolve6('sts.amazonaws.com').catch((e) => e.code);
                  return [(await dns.lookup('sts.amazonaws.com')).address, (await dns.resolve4('sts.amazonaws.com'))[0], unknown, unknown4, six];
                };
                """)) {
            assertThat(f.ask("1")).isEqualTo("[\"198.18.0.2\",\"198.18.0.2\",\"ENOTFOUND\",\"ENOTFOUND\",\"ENODATA\"]");
        }
    }

    @Test
    void questions_by_tcp_are_answered_too() {
        try (var f = machine.python("""
                import socket, struct
                Q = b'\\x12\\x34\\x01\\0\\0\\1\\0\\0\\0\\0\\0\\0\\x03sts\\x09amazonaws\\x03com\\0\\0\\1\\0\\1'
                def handler(event, context):
                    with socket.create_connection(('198.18.0.1', 53), 2) as s:
                        s.sendall((struct.pack('>H', len(Q)) + Q) * 2)
                        r = s.makefile('rb')
                        return [r.read(struct.unpack('>H', r.read(2))[0])[-4:].hex() for i in range(2)]
                """)) {
            assertThat(f.ask("1")).isEqualTo("[\"c6120002\", \"c6120002\"]");
        }
    }

    @Test
    void a_host_that_a_rule_names_is_still_not_this_machine() {
        try (var f = machine.python(LINE + """
                def handler(event, context):
                    return [socket.gethostbyname(event[0]).startswith('198.18.'), line(event[0], event[1])]
                """).name("named")) {
            assertThat(f.ask("[\"" + hostName() + "\", " + host.listener.getLocalPort() + "]"))
                    .isEqualTo("[true, \"\"]");
        }
    }

    @Test
    void everything_outside_is_still_not_this_machine() {
        try (var f = machine.python(LINE + """
                def handler(event, context):
                    return [line(h, event[1]) for h in (event[0], '127.0.0.1', '198.18.0.2', '198.18.77.77')]
                """).name("everything")) {
            assertThat(f.ask("[\"" + hostName() + "\", " + host.listener.getLocalPort() + "]"))
                    .isEqualTo("[\"\", \"\", \"\", \"\"]");
        }
    }

    @Test
    void an_address_that_a_rule_names_is_reached_and_no_other() {
        try (var f = machine.python(LINE + """
                def handler(event, context):
                    return [line('127.0.0.1', event[1]), line('10.98.0.1', event[1])]
                """).name("addressed")) {
            assertThat(f.ask("[\"" + hostName() + "\", " + host.listener.getLocalPort() + "]"))
                    .isEqualTo("[\"host\", \"OSError\"]");
        }
    }

    private static String hostName() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
