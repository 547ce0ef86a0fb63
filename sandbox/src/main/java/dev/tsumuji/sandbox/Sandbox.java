package dev.tsumuji.sandbox;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One running instance of a function: a process tree in its own namespaces. Used for one invocation at a time; thread-safe
 * otherwise. Closing kills the whole tree and removes its files.
 */
public interface Sandbox extends AutoCloseable {

    /**
     * Waits until the function's initialisation has ended, well or badly.
     *
     * @return how long it took, or why it failed
     */
    Init awaitInit();

    /**
     * Runs the handler once, on the caller's thread. At the deadline the whole process tree is killed. Every answer but
     * {@link Answer.Success} and {@link Answer.Failure} with {@code alive} leaves the sandbox dead.
     */
    Answer invoke(Invocation invocation);

    /** False when it must not be given another invocation. */
    boolean isAlive();

    /** Highest memory use so far, in MiB. */
    int memoryPeakMebibytes();

    /** How it came to be. */
    default StartPath startPath() {
        return StartPath.ORDINARY;
    }

    /**
     * An invocation has been reported.
     *
     * @param record {@code platform.report} of the Telemetry API; made only when somebody inside has subscribed
     */
    default void reported(Supplier<String> record) {}

    @Override
    void close();

    /** The ways to a running function, by what was ready before it was wanted. */
    enum StartPath {
        /** A process that had been started before, with nothing of anybody's inside. */
        STEM,
        /** A process of its own, with its classes loaded and linked in a file. */
        AOT,
        /** A process of its own. */
        ORDINARY
    }

    /** How initialisation went. */
    sealed interface Init {
        record Ready(Duration took) implements Init {}

        /** @param answer what an invocation that waited for it is answered */
        record Failed(Duration took, Answer answer) implements Init {}
    }

    /**
     * @param traceId value of {@code X-Amzn-Trace-Id}
     * @param stream takes the answer of a function that answers in pieces; null when it is wanted as a whole
     */
    record Invocation(
            String requestId,
            byte[] payload,
            Instant deadline,
            String functionArn,
            @Nullable String traceId,
            @Nullable String clientContext,
            @Nullable String cognitoIdentity,
            @Nullable Stream stream) {

        /** Whose answer is wanted as a whole. */
        public Invocation(
                String requestId,
                byte[] payload,
                Instant deadline,
                String functionArn,
                @Nullable String traceId,
                @Nullable String clientContext,
                @Nullable String cognitoIdentity) {
            this(requestId, payload, deadline, functionArn, traceId, clientContext, cognitoIdentity, null);
        }
    }

    /**
     * Takes an answer while the function makes it, on the thread that invokes; whoever is slow here slows the function. When
     * it was begun, a {@link Answer.Success} that follows has no payload, and a {@link Answer.Failure} means that the answer is
     * incomplete.
     */
    interface Stream {
        /** @param contentType as the function gave it; empty when it gave none */
        void begin(String contentType);

        void piece(byte[] bytes);
    }

    /** What an invocation came to. */
    sealed interface Answer {
        /** @param payload what the handler returned, JSON */
        record Success(byte[] payload) implements Answer {}

        /**
         * The function reported an error, or the platform reports one for it.
         *
         * @param errorType {@code Runtime.HandlerNotFound}, {@code Runtime.ExitError}, {@code Sandbox.Timedout}, the
         *     language's own type, …
         * @param payload the error object as that runtime formats it on AWS, JSON
         * @param alive whether the sandbox can go on
         */
        record Failure(String errorType, byte[] payload, boolean alive) implements Answer {}
    }

    /** Receives what the function prints, a line at a time without its line end; called on the reader's thread, must not block. */
    @FunctionalInterface
    interface Output {
        void line(Instant at, byte[] line);
    }

    /**
     * Variables that aren't known yet when a function starts, such as its credentials; asked for once, when nothing is left to be
     * done without them, and then waited for. What it throws ends the start.
     */
    @FunctionalInterface
    interface Late {
        Late NOTHING = Map::of;

        Map<String, String> variables();
    }

    /**
     * What extensions are told of the platform's doings by the Telemetry API: the records, JSON objects, of what happens in a
     * sandbox. Made only while an extension may want them.
     *
     * @see <a href="https://docs.aws.amazon.com/lambda/latest/dg/telemetry-schema-reference.html">Event schema</a>
     */
    interface Records {
        /** Nothing but that it happened. */
        Records EMPTY = new Records() {
            @Override
            public String initStart() {
                return "{}";
            }

            @Override
            public String initRuntimeDone(Answer.@Nullable Failure failure) {
                return "{}";
            }

            @Override
            public String initReport(Duration took, Answer.@Nullable Failure failure) {
                return "{}";
            }

            @Override
            public String start(Invocation invocation) {
                return "{}";
            }

            @Override
            public String runtimeDone(Invocation invocation, Duration took, Answer answer) {
                return "{}";
            }
        };

        String initStart();

        /** @param failure null when the runtime is ready */
        String initRuntimeDone(Answer.@Nullable Failure failure);

        /** @param failure null when the function is ready */
        String initReport(Duration took, Answer.@Nullable Failure failure);

        String start(Invocation invocation);

        String runtimeDone(Invocation invocation, Duration took, Answer answer);
    }

    /**
     * What to start.
     *
     * @param name shows up in messages and control groups
     * @param runtime as AWS names it, {@code nodejs22.x}
     * @param code directory that becomes {@code /var/task}, read-only
     * @param environment the function's variables and the platform's {@code AWS_…} ones, credentials included
     * @param memoryMebibytes limit of the whole tree; CPU is in proportion, one core at 1,769 MiB
     * @param tmpMebibytes size of {@code /tmp}
     * @param initTimeout after which initialisation is killed
     * @param endpoints TCP ports on the sandbox's loopback and where their connections lead outside
     * @param layers directories that together become {@code /opt}, read-only; where two have the same file, the earlier one's
     *     is seen
     */
    record Spec(
            String name,
            String runtime,
            Path code,
            String handler,
            Map<String, String> environment,
            int memoryMebibytes,
            int tmpMebibytes,
            Duration initTimeout,
            Map<Integer, java.net.InetSocketAddress> endpoints,
            List<Path> layers) {

        public Spec {
            environment = Map.copyOf(environment);
            endpoints = Map.copyOf(endpoints);
            layers = List.copyOf(layers);
        }

        /** The same with more variables. */
        public Spec with(Map<String, String> more) {
            var all = new HashMap<>(environment);
            all.putAll(more);
            return new Spec(
                    name, runtime, code, handler, all, memoryMebibytes, tmpMebibytes, initTimeout, endpoints, layers);
        }

        /** Without layers. */
        public Spec(
                String name,
                String runtime,
                Path code,
                String handler,
                Map<String, String> environment,
                int memoryMebibytes,
                int tmpMebibytes,
                Duration initTimeout,
                Map<Integer, java.net.InetSocketAddress> endpoints) {
            this(
                    name,
                    runtime,
                    code,
                    handler,
                    environment,
                    memoryMebibytes,
                    tmpMebibytes,
                    initTimeout,
                    endpoints,
                    List.of());
        }
    }
}
