package dev.tsumuji.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tsumuji.sandbox.Sandbox.Answer;
import dev.tsumuji.sandbox.Sandbox.Init;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A function that gets ready in the moment its time is over: the launcher and the bootstrap are played by the test. */
class LateInitTest {
    private static final byte[] READY = {0, 0, 0, 0, 2};
    private static final Duration TIMEOUT = Duration.ofHours(1);

    @TempDir
    Path folder;

    /** Both ends of a life line. */
    private record Line(Jail.LifeLine platforms, SocketChannel launchers) {}

    private Line line() throws Exception {
        var address = UnixDomainSocketAddress.of(folder.resolve("line"));
        try (var listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            listener.bind(address);
            var platforms = SocketChannel.open(address);
            return new Line(new Jail.LifeLine(platforms), listener.accept());
        }
    }

    private static final NativeSandbox.Place NOWHERE = new NativeSandbox.Place() {
        @Override
        public @Nullable ControlGroup group() {
            return null;
        }

        @Override
        public void attach(Sandbox.Spec function) {}

        @Override
        public void close() {}
    };

    /** As the launcher does: waits until the platform asks for the end, and reports it. */
    private static void endWhenAsked(SocketChannel launcher) throws Exception {
        var asked = ByteBuffer.allocate(16);
        while (launcher.read(asked) >= 0) {
            asked.clear();
        }
        launcher.write(ByteBuffer.wrap("signalled 9\n".getBytes(StandardCharsets.US_ASCII)));
    }

    @Test
    void a_function_that_is_ready_just_when_its_time_is_over_is_told_as_timed_out() throws Exception {
        var socket = folder.resolve("platform");
        var spec =
                new Sandbox.Spec("late", "nodejs22.x", folder, "index.handler", Map.of(), 128, 512, TIMEOUT, Map.of());
        var telemetry = Telemetry.none();
        var line = line();
        try (var watch = new Watch();
                var launcher = line.launchers()) {
            var sandbox = new NativeSandbox(
                    spec,
                    NOWHERE,
                    new FrameWire(socket, Sockets.BLOCKING, false),
                    new Extensions(List.of(), Map.of(), telemetry),
                    null,
                    watch,
                    line.platforms(),
                    List.of(),
                    telemetry,
                    InstantSource.system());
            sandbox.begin(Sandbox.StartPath.ORDINARY, () -> {});
            try (var bootstrap = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
                sandbox.lookAfter(System.nanoTime() + TIMEOUT.plusSeconds(1).toNanos(), () -> {});
                bootstrap.write(ByteBuffer.wrap(READY));
                endWhenAsked(launcher);

                assertThat(sandbox.awaitInit())
                        .isInstanceOfSatisfying(
                                Init.Failed.class,
                                failed -> assertThat(failed.answer())
                                        .isInstanceOfSatisfying(
                                                Answer.Failure.class,
                                                answer -> assertThat(answer.errorType())
                                                        .isEqualTo("Sandbox.Timedout")));
            }
            assertThat(sandbox.isAlive()).isFalse();
        }
    }
}
