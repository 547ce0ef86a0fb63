package dev.tsumuji.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Programs that try to get out of their sandbox, or to harm what is beside it. After each, a neighbour still answers. */
class AttackTest {
    static Machine machine;
    static Machine.Function neighbour;
    static Machine.Function attacker;

    @BeforeAll
    static void open() {
        machine = new Machine();
        neighbour = machine.python("""
                import os
                SECRET = os.environ['SECRET']
                open('/tmp/own', 'w').write('of the neighbour')
                def handler(event, context):
                    return event + 1
                """);
        neighbour.environment.put("SECRET", "neighbours-secret");
        assertThat(neighbour.ask("1")).isEqualTo("2");
    }

    @AfterAll
    static void close() throws Exception {
        if (machine != null) {
            neighbour.close();
            if (attacker != null) {
                attacker.close();
                attacker = null;
            }
            machine.close();
        }
    }

    @AfterEach
    void the_neighbour_still_answers() {
        assertThat(neighbour.ask("41")).isEqualTo("42");
    }

    /** @param body Python that returns what it got; an error's type and errno when it got nothing */
    record Attack(String name, String body, String expected) {
        @Override
        public String toString() {
            return name;
        }
    }

    private static final String PRELUDE = """
            import ctypes, errno, os, socket, subprocess, sys, time
            libc = ctypes.CDLL(None, use_errno=True)
            def call(name, *arguments):
                r = getattr(libc, name)(*arguments)
                return 'done' if r >= 0 else errno.errorcode[ctypes.get_errno()]
            def syscall(number, *arguments):
                return call('syscall', number, *arguments)
            def read(path):
                with open(path, 'rb') as f:
                    return f.read(100).decode('latin1')
            def handler(event, context):
                try:
                    return globals()['attack_' + event[0]](event[1])
                except OSError as e:
                    return errno.errorcode[e.errno]
            """;

    static List<Attack> attacks() {
        return List.of(
                // the host's files
                new Attack("read the host's password hashes", "return read('/etc/shadow')", "\"ENOENT\""),
                new Attack("see the host's users", "return 'daemon' in read('/etc/passwd')", "false"),
                new Attack("read root's home", "return os.listdir('/root')", "\"ENOENT\""),
                new Attack("read the platform's data", "return os.listdir(event)", "\"ENOENT\""),
                new Attack(
                        "look for anything of the host in the root",
                        "return sorted(set(os.listdir('/')) - set('bin dev etc lib lib32 lib64 libx32 opt proc run sbin tmp usr var'.split()))",
                        "[]"),
                new Attack("climb out of the root", "return os.path.exists('/../../../../../../home')", "false"),
                new Attack(
                        "follow a link made in /tmp to the host",
                        "os.symlink('/proc/1/root/etc/shadow', '/tmp/link'); return read('/tmp/link')",
                        "\"(EACCES|ENOENT)\""),
                new Attack("read process 1's root", "return os.listdir('/proc/1/root')", "\"(EACCES|ENOENT|EPERM)\""),
                new Attack("write the root", "open('/evil', 'w')", "\"EROFS\""),
                new Attack("write its own code", "open('/var/task/app.py', 'a')", "\"(EROFS|EACCES|ENOENT)\""),
                new Attack("write the bootstrap", "open('/var/runtime/bootstrap.py', 'a')", "\"(EROFS|EACCES)\""),
                new Attack("write the host's programs", "open('/usr/bin/evil', 'w')", "\"(EROFS|EACCES)\""),
                new Attack("write /etc", "open('/etc/passwd', 'a')", "\"(EROFS|EACCES)\""),
                new Attack(
                        "make a device", "return call('mknod', b'/tmp/sda', 0o60666, os.makedev(8, 0))", "\"EPERM\""),
                new Attack(
                        "make a character device",
                        "return call('mknod', b'/tmp/mem', 0o20666, os.makedev(1, 1))",
                        "\"EPERM\""),
                new Attack(
                        "see disks in /dev",
                        "return [d for d in os.listdir('/dev') if d.startswith(('sd', 'vd', 'loop', 'nvme', 'mem', 'kmsg'))]",
                        "[]"),
                new Attack("see /sys", "return os.listdir('/sys')", "\"ENOENT\""),
                // mounts and namespaces
                new Attack(
                        "mount a file system",
                        "return call('mount', b'none', b'/tmp', b'tmpfs', 0, None)",
                        "\"EPERM\""),
                new Attack(
                        "make a mount writable",
                        "return call('mount', None, b'/usr', None, 32 | 4096, None)",
                        "\"EPERM\""),
                new Attack("take a mount away", "return call('umount2', b'/proc', 2)", "\"EPERM\""),
                new Attack("unshare a user namespace", "return call('unshare', 0x10000000)", "\"EPERM\""),
                new Attack(
                        "clone into a user namespace", "return syscall(56, 0x10000000 | 17, 0, 0, 0, 0)", "\"EPERM\""),
                new Attack("clone3, which the filter can't look into", "return syscall(435, 0, 0)", "\"ENOSYS\""),
                new Attack("enter process 1's network", """
                        with open('/proc/self/ns/net') as f:
                            return call('setns', f.fileno(), 0)""", "\"EPERM\""),
                new Attack("chroot", "os.mkdir('/tmp/c'); os.chroot('/tmp/c')", "\"EPERM\""),
                new Attack("pivot the root", "return syscall(155, b'/tmp', b'/tmp')", "\"EPERM\""),
                new Attack("open by handle", "return syscall(304, 0, 0, 0)", "\"EPERM\""),
                new Attack("the new mount calls", "return syscall(430, b'tmpfs', 0)", "\"EPERM\""),
                // privileges
                new Attack("be root", "return os.getuid() < 65536 or os.geteuid() == 0", "false"),
                new Attack("become root", "os.setuid(0)", "\"EPERM\""),
                new Attack(
                        "have a capability",
                        "return [l for l in open('/proc/self/status') if l.startswith('Cap') and int(l.split()[1], 16)]",
                        "[]"),
                new Attack(
                        "gain rights by a setuid program",
                        "return [l.split()[1] for l in open('/proc/self/status') if l.startswith('NoNewPrivs')]",
                        "[\"1\"]"),
                new Attack(
                        "run su",
                        "return subprocess.run(['/bin/su', '-c', 'id'], stdin=subprocess.DEVNULL, capture_output=True).stdout.decode()",
                        "\"\""),
                // other processes
                new Attack(
                        "see others' processes",
                        "return [p for p in os.listdir('/proc') if p.isdigit() and int(p) not in (os.getpid(),)]",
                        "[]"),
                new Attack("signal process 1", "os.kill(1, 9)", "\"EPERM\""),
                new Attack("trace process 1", "return call('ptrace', 16, 1, 0, 0)", "\"EPERM\""),
                new Attack("read another's memory", "return syscall(310, 1, 0, 0, 0, 0, 0)", "\"EPERM\""),
                new Attack(
                        "read process 1's environment", "return read('/proc/1/environ')", "\"(EACCES|ENOENT|EPERM)\""),
                new Attack("take another's descriptor", "return syscall(438, 0, 0, 0)", "\"EPERM\""),
                // the kernel
                new Attack("load a program into the kernel", "return syscall(321, 0, 0, 0)", "\"EPERM\""),
                new Attack("io_uring", "return syscall(425, 1, 0)", "\"ENOSYS\""),
                new Attack("watch performance events", "return syscall(298, 0, 0, 0, 0, 0)", "\"EPERM\""),
                new Attack("userfaultfd", "return syscall(323, 0)", "\"EPERM\""),
                new Attack("use kernel keyrings", "return syscall(248, b'user', b'k', b'v', 1, -3)", "\"EPERM\""),
                new Attack("read the keys there are", "return read('/proc/keys')", "\"\""),
                new Attack("load a module", "return syscall(313, 0, b'', 0)", "\"EPERM\""),
                new Attack("change its personality", "return call('personality', 0x0400000)", "\"EPERM\""),
                new Attack(
                        "write a kernel setting",
                        "open('/proc/sys/kernel/core_pattern', 'w')",
                        "\"(EROFS|EACCES|ENOENT)\""),
                new Attack(
                        "trigger sysrq",
                        "open('/proc/sysrq-trigger', 'w').write('x'); return 'only into nothing'",
                        "\"(EROFS|EACCES|ENOENT|only into nothing)\""),
                new Attack(
                        "read the kernel's log",
                        "return call('klogctl', 3, ctypes.create_string_buffer(100), 100)",
                        "\"EPERM\""),
                new Attack("reboot", "return call('reboot', 0x1234567)", "\"EPERM\""),
                new Attack("set the clock", "time.clock_settime(time.CLOCK_REALTIME, 0)", "\"EPERM\""),
                new Attack("change the host name", "return call('sethostname', b'evil', 4)", "\"EPERM\""),
                new Attack("see the host's name", "return socket.gethostname()", "\"localhost\""),
                new Attack("32-bit entry points", """
                        pid = os.fork()
                        if pid == 0:
                            import mmap
                            m = mmap.mmap(-1, 4096, prot=7)
                            m.write(b'\\xb8\\x14\\x00\\x00\\x00\\xcd\\x80\\xc3')
                            ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(m)))()
                            os._exit(0)
                        return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])""", "(-31|-11)"),
                // the network
                new Attack("a raw socket", "socket.socket(socket.AF_INET, socket.SOCK_RAW, 1)", "\"EPERM\""),
                new Attack("a packet socket", "socket.socket(17, socket.SOCK_RAW, 0)", "\"EAFNOSUPPORT\""),
                new Attack("the hypervisor's socket", "socket.socket(40, socket.SOCK_STREAM, 0)", "\"EAFNOSUPPORT\""),
                new Attack("the kernel's cryptography socket", "socket.socket(38, 5, 0)", "\"EAFNOSUPPORT\""),
                new Attack(
                        "connect to the internet", "socket.create_connection(('1.1.1.1', 53), 2)", "\"ENETUNREACH\""),
                new Attack(
                        "the cloud's metadata service",
                        "socket.create_connection(('169.254.169.254', 80), 2)",
                        "\"ENETUNREACH\""),
                new Attack(
                        "another interface than loopback", "return [n for i, n in socket.if_nameindex()]", "[\"lo\"]"),
                new Attack(
                        "add a route",
                        "return subprocess.run(['ip', 'link', 'add', 'x', 'type', 'dummy'], capture_output=True).returncode != 0 if os.path.exists('/usr/sbin/ip') or os.path.exists('/bin/ip') else True",
                        "true"),
                // what it was given
                new Attack("inherited descriptors", """
                        held = []
                        for f in os.listdir('/proc/self/fd'):
                            try:
                                if not os.readlink('/proc/self/fd/' + f).startswith('socket:'):
                                    held.append(int(f))
                            except OSError:
                                pass
                        return sorted(held)""", "[0,1,2]"),
                new Attack(
                        "variables of the platform",
                        "return [k for k, v in os.environ.items() if (k, v) != ('PWD', '/var/task') and k in ('HOME', 'USER', 'PWD', 'OLDPWD', 'SUDO_USER', 'JAVA_HOME', 'SSH_AUTH_SOCK')]",
                        "[]"),
                new Attack(
                        "the neighbour's secret in any process",
                        "return sum('neighbours' in read(f'/proc/{p}/environ') for p in os.listdir('/proc') if p.isdigit())",
                        "0"),
                new Attack("the neighbour's /tmp", "return 'own' in os.listdir('/tmp')", "false"),
                new Attack(
                        "connect to the platform's socket a second time",
                        "s = socket.socket(socket.AF_UNIX); s.connect('/run/tsumuji/platform')",
                        "\"(ENOENT|ECONNREFUSED)\""),
                new Attack("core dumps", "import resource; return resource.getrlimit(resource.RLIMIT_CORE)[1]", "0"),
                new Attack(
                        "leave its control group",
                        "return [l.split(':', 2)[2].strip() for l in open('/proc/self/cgroup') if ':memory:' in l or l.startswith('0::')][0]",
                        "\"/\""));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("attacks")
    void an_attack_gets_nothing(Attack attack) {
        if (attacker == null || !attacker.sandbox().isAlive()) {
            attacker = machine.python(program());
        }
        var number = attacks().indexOf(attack);
        var data = Faults.quoted(attacker.code.getParent().toString());
        var expected = attack.expected.replace("[", "\\[").replace("]", "\\]");
        assertThat(attacker.ask("[\"" + number + "\"," + data + "]").replace(", ", ","))
                .matches(expected);
    }

    /** All attacks in one function: it is started again when an attack ended it. */
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

    private String exhausts(Machine.Function f, Duration timeout) {
        return Machine.text(f.invoke("{}", timeout));
    }

    @Test
    void a_memory_bomb_kills_itself_only() {
        try (var f = machine.python("def handler(e, c):\n    x = []\n    while True: x.append(bytearray(1 << 20))")
                .memory(128)) {
            assertThat(exhausts(f, Duration.ofSeconds(20)))
                    .contains("Runtime.OutOfMemory", "Runtime exited with error: signal: killed");
            assertThat(f.sandbox().memoryPeakMebibytes()).isBetween(100, 128);
        }
    }

    @Test
    void a_fork_bomb_is_stopped_by_the_limit_and_cleaned_up() throws Exception {
        try (var f = machine.python("""
                import os, time
                def handler(e, c):
                    n = 0
                    try:
                        while True:
                            if os.fork() == 0:
                                time.sleep(1000)
                            n += 1
                    except OSError:
                        return n
                """).memory(1769)) {
            assertThat(Integer.parseInt(exhausts(f, Duration.ofMinutes(1)))).isBetween(500, 1024);
        }
    }

    @Test
    void a_bomb_of_threads_in_shell_ends_at_the_deadline() {
        try (var f = machine.python(
                "import os\ndef handler(e, c):\n    os.system('b() { b | b & }; b; sleep 100')\n    while True: pass")) {
            assertThat(exhausts(f, Duration.ofSeconds(2))).contains("Task timed out after 2.00 seconds");
        }
    }

    @Test
    void filling_tmp_meets_its_limit_on_disk_not_in_memory() {
        try (var f = machine.python("""
                import os
                def handler(e, c):
                    try:
                        with open('/tmp/fill', 'wb') as f:
                            for i in range(1000):
                                f.write(bytes(1 << 20))
                    except OSError as x:
                        return [x.errno, os.path.getsize('/tmp/fill') >> 20]
                """).memory(128).tmp(300)) {
            assertThat(f.ask("{}")).matches("\\[28, 2[5-9]\\d]");
        }
    }

    @Test
    void descriptors_run_out_for_itself_only() {
        try (var f = machine.python("""
                import os
                def handler(e, c):
                    held = []
                    try:
                        while True: held.append(os.open('/dev/null', 0))
                    except OSError:
                        return len(held)
                """)) {
            assertThat(Integer.parseInt(f.ask("{}"))).isLessThan(1024);
        }
    }

    @Test
    void a_flood_of_output_is_held_back_and_costs_no_memory() {
        try (var f = machine.node(
                "exports.handler = async () => { const b = Buffer.alloc(65536, 'x'); for (;;) require('fs').writeSync(1, b); }")) {
            f.sandbox().awaitInit();
            System.gc();
            assertThat(exhausts(f, Duration.ofSeconds(1))).contains("timed out");
            assertThat(f.printed).allMatch(line -> line.length() <= Outputs.LINE_MAX_BYTES);
        }
    }

    @Test
    void children_left_behind_die_with_the_function() throws Exception {
        var marker = "4242" + System.nanoTime() % 100000;
        try (var f = machine.python("""
                import subprocess, os
                def handler(e, c):
                    subprocess.Popen(['setsid', 'sleep', e], start_new_session=True)
                    if os.fork() == 0:
                        os.setsid()
                        os.execvp('sleep', ['sleep', e])
                    os._exit(3)
                """)) {
            assertThat(f.ask("\"" + marker + "\"")).contains("exit status 3");
        }
        assertThat(processesWith(marker)).isZero();
    }

    private static long processesWith(String argument) {
        return ProcessHandle.allProcesses()
                .filter(p -> p.info()
                        .arguments()
                        .map(a -> List.of(a).contains(argument))
                        .orElse(false))
                .count();
    }

    @Test
    void forged_frames_harm_only_the_forger() {
        try (var f = machine.python("""
                import os, struct
                def handler(e, c):
                    out = [int(x) for x in os.listdir('/proc/self/fd') if int(x) > 2][0]
                    os.write(out, struct.pack('>IBI', 7, 3, 999) + b'"x"')
                    return 'honest'
                """)) {
            assertThat(f.ask("\"second\"")).isEqualTo("\"honest\"");
            assertThat(f.ask("\"second\"")).isEqualTo("\"honest\"");
        }
        for (var kind : List.of("type", "short", "error", "huge")) {
            try (var f = machine.python("""
                    import os, struct
                    def handler(e, c):
                        out = [int(x) for x in os.listdir('/proc/self/fd') if int(x) > 2][0]
                        os.write(out, {
                            'huge': struct.pack('>IBI', 0xffffffff, 3, 1),
                            'type': struct.pack('>IB', 4, 77) + b'abcd',
                            'short': struct.pack('>IB', 0, 3),
                            'error': struct.pack('>IBI', 6, 4, 1) + b'\\xff\\xff'}[e])
                        return 'honest'
                    """)) {
                var answer = f.invoke("\"" + kind + "\"", Duration.ofSeconds(2));
                assertThat(answer).as(kind).isInstanceOf(Sandbox.Answer.Failure.class);
                assertThat(f.sandbox().isAlive()).as(kind).isFalse();
            }
        }
    }

    @Test
    void protocol_bytes_on_standard_output_are_only_output() {
        try (var f = machine.node(
                "exports.handler = async () => { require('fs').writeSync(1, Buffer.from([0,0,0,4,3,0,0,0,1,10])); return 'real'; }")) {
            assertThat(f.ask("{}")).isEqualTo("\"real\"");
        }
    }

    @Test
    void a_function_that_never_starts_is_ended() {
        try (var f = machine.node("for (;;) {}").initTimeout(Duration.ofSeconds(1))) {
            assertThat(f.sandbox().awaitInit()).isInstanceOf(Sandbox.Init.Failed.class);
            assertThat(f.ask("{}")).contains("Sandbox.Timedout", "Task timed out after 1.00 seconds");
        }
    }

    @Test
    void work_after_the_answer_is_frozen_until_the_next_invocation() throws Exception {
        try (var f = machine.node("""
                let ticks = 0;
                setInterval(() => ticks++, 5);
                exports.handler = async () => { await new Promise((r) => setTimeout(r, 20)); return ticks; };
                """)) {
            var before = Integer.parseInt(f.ask("{}"));
            TimeUnit.MILLISECONDS.sleep(600);
            var after = Integer.parseInt(f.ask("{}"));
            assertThat(after - before).isLessThan(60);
        }
    }

    @Test
    void the_hosts_loopback_and_abstract_sockets_are_out_of_reach() throws IOException {
        try (var host = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            try (var f = machine.python(PRELUDE
                    + "def attack_0(port):\n    socket.create_connection(('127.0.0.1', port), 2)\n"
                    + "def attack_1(event):\n    return len(open('/proc/net/unix').read().splitlines()) < 10\n")) {
                assertThat(f.ask("[\"0\"," + host.getLocalPort() + "]")).isEqualTo("\"ECONNREFUSED\"");
                assertThat(f.ask("[\"1\",0]")).isEqualTo("true");
            }
        }
    }

    @Test
    void nothing_is_left_on_the_machine() throws Exception {
        if (attacker != null) {
            attacker.close();
        }
        for (var source : List.of(
                "exports.handler = async () => 1", "exports.handler = async () => process.exit(1)", "syntax error(")) {
            try (var f = machine.node(source)) {
                f.ask("{}");
            }
        }
        var run = neighbour.code.getParent().resolve("own/run");
        Machine.eventually("only the neighbour and what waits", () -> {
            try (var left = Files.list(run)) {
                return left.count() == 1 + machine.sandboxes.waiting();
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        });
    }
}
