package dev.tsumuji.lambda;

import dev.tsumuji.sandbox.Sandbox;
import dev.tsumuji.sandbox.Sandboxes;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Sandboxes in this process that run programs of a few words, one command a line, from the file {@code main} of the unpacked
 * package. So tests decide when a function is busy, fails or dies, and everything else is real.
 */
final class ScriptedSandboxes implements Sandboxes {
    final List<Running> started = new CopyOnWriteArrayList<>();
    /** Of all instances, in the order in which they began. */
    final List<Sandbox.Invocation> invocations = Collections.synchronizedList(new ArrayList<>());

    final Map<String, CountDownLatch> latches = new ConcurrentHashMap<>();
    final Map<String, AtomicInteger> counters = new ConcurrentHashMap<>();
    private final InstantSource clock;

    ScriptedSandboxes(InstantSource clock) {
        this.clock = clock;
    }

    @Override
    public Sandbox start(Sandbox.Spec spec, Sandbox.Late late, Sandbox.Output output, Sandbox.Records records)
            throws IOException {
        var running = new Running(
                spec.with(late.variables()),
                output,
                Files.readAllLines(spec.code().resolve("main")));
        started.add(running);
        return running;
    }

    List<Running> alive() {
        return started.stream().filter(Sandbox::isAlive).toList();
    }

    @Override
    public int running() {
        return alive().size();
    }

    /** Opens the gate at which programs that say {@code wait NAME} stand. */
    void open(String name) {
        latch(name).countDown();
    }

    private CountDownLatch latch(String name) {
        return latches.computeIfAbsent(name, absent -> new CountDownLatch(1));
    }

    int count(String name) {
        return counters.computeIfAbsent(name, absent -> new AtomicInteger()).get();
    }

    @Override
    public Optional<String> missing(String runtime) {
        return runtime.startsWith("ruby") ? Optional.of("Install Ruby.") : Optional.empty();
    }

    @Override
    public String isolation() {
        return "none: a test";
    }

    @Override
    public void close() {
        started.forEach(Running::close);
    }

    /** One instance. */
    final class Running implements Sandbox {
        final Spec spec;
        final List<Invocation> invocations = Collections.synchronizedList(new ArrayList<>());
        private final Output output;
        private final List<String> program;
        private volatile boolean alive = true;

        private Running(Spec spec, Output output, List<String> program) {
            this.spec = spec;
            this.output = output;
            this.program = program;
        }

        @Override
        public Init awaitInit() {
            if (program.getFirst().equals("broken")) {
                alive = false;
                return new Init.Failed(Duration.ofMillis(5), failure("Runtime.ImportModuleError", "no module", false));
            }
            return new Init.Ready(Duration.ofMillis(12));
        }

        @Override
        public Answer invoke(Invocation invocation) {
            if (awaitInit() instanceof Init.Failed failed) {
                return failed.answer();
            }
            invocations.add(invocation);
            ScriptedSandboxes.this.invocations.add(invocation);
            Answer answer = new Answer.Success(new byte[] {'n', 'u', 'l', 'l'});
            for (var line : program) {
                answer = run(line.split(" ", 3), invocation, answer);
            }
            return answer;
        }

        private Answer run(String[] command, Invocation invocation, Answer before) {
            return switch (command[0]) {
                case "echo" -> new Answer.Success(invocation.payload());
                case "return" -> new Answer.Success(command[1].getBytes(StandardCharsets.UTF_8));
                case "big" -> new Answer.Success(new byte[Integer.parseInt(command[1])]);
                case "env" -> success(spec.environment().get(command[1]));
                case "opt" -> success(readFromLayers(command[1]));
                case "print" -> {
                    output.line(
                            clock.instant(),
                            String.join(" ", List.of(command).subList(1, command.length))
                                    .getBytes(StandardCharsets.UTF_8));
                    yield before;
                }
                case "count" -> {
                    counters.computeIfAbsent(command[1], absent -> new AtomicInteger())
                            .incrementAndGet();
                    yield before;
                }
                case "wait" -> {
                    try {
                        latch(command[1]).await();
                    } catch (InterruptedException e) {
                        throw new IllegalStateException(e);
                    }
                    yield alive ? before : failure("Runtime.ExitError", "Runtime exited", false);
                }
                case "fault-once" -> {
                    if (counters.computeIfAbsent(command[1], absent -> new AtomicInteger())
                                    .getAndIncrement()
                            == 0) {
                        throw new IllegalStateException("a fault of the platform's own");
                    }
                    yield before;
                }
                case "fail" -> failure(command[1], command[2], true);
                case "fail-if" ->
                    new String(invocation.payload(), StandardCharsets.UTF_8).contains(command[1])
                            ? failure("Error", "it is there", true)
                            : before;
                case "report" -> new Answer.Success(failures(invocation.payload(), command[1]));
                case "fail-until" ->
                    count(command[1]) < Integer.parseInt(command[2]) ? failure("Error", "not yet", true) : before;
                case "hang" -> {
                    alive = false;
                    yield failure(
                            "Sandbox.Timedout",
                            "RequestId: " + invocation.requestId() + " Error: Task timed out after 3.00 seconds",
                            false);
                }
                case "exit" -> {
                    alive = false;
                    yield failure(
                            "Runtime.ExitError",
                            "RequestId: " + invocation.requestId()
                                    + " Error: Runtime exited without providing a reason",
                            false);
                }
                default -> throw new IllegalArgumentException(command[0]);
            };
        }

        private String readFromLayers(String path) {
            for (var layer : spec.layers().reversed()) {
                try {
                    return Files.readString(layer.resolve(path));
                } catch (IOException e) {
                    // not in this one
                }
            }
            return "absent";
        }

        /** Names the records that have a text in them. */
        private static byte[] failures(byte[] payload, String text) {
            var named = new ArrayList<Map<String, Object>>();
            if (Json.readOrEmpty(new String(payload, StandardCharsets.UTF_8)) instanceof Map<?, ?> event
                    && event.get("Records") instanceof List<?> records) {
                for (var record : records) {
                    if (record.toString().contains(text)) {
                        var change = (Map<?, ?>) ((Map<?, ?>) record).get("dynamodb");
                        named.add(Map.of("itemIdentifier", change.get("SequenceNumber")));
                    }
                }
            }
            return Json.write(Map.of("batchItemFailures", named)).getBytes(StandardCharsets.UTF_8);
        }

        private static Answer success(String text) {
            return new Answer.Success(Json.write(text).getBytes(StandardCharsets.UTF_8));
        }

        private static Answer failure(String type, String message, boolean alive) {
            var members = new java.util.LinkedHashMap<String, String>();
            members.put("errorType", type);
            members.put("errorMessage", message);
            return new Answer.Failure(type, Json.write(members).getBytes(StandardCharsets.UTF_8), alive);
        }

        @Override
        public boolean isAlive() {
            return alive;
        }

        @Override
        public int memoryPeakMebibytes() {
            return 40;
        }

        @Override
        public void close() {
            alive = false;
        }
    }
}
