package dev.tsumuji.sandbox;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * AWS's Extensions API 2020-01-01 of one sandbox: who has registered, what each is to be told, and who is at work. External ones
 * are the programs in {@code /opt/extensions}; others register from the runtime's own process, until that is ready. All is
 * guarded by one lock; whoever waits is released by {@link #ended}.
 *
 * @see <a href="https://docs.aws.amazon.com/lambda/latest/dg/runtimes-extensions-api.html">Lambda Extensions API</a>
 */
final class Extensions {

    static final String PREFIX = "/2020-01-01/extension/";

    /** As AWS allows at most. */
    private static final int EXTENSIONS_MAX = 10;

    private static final String IDENTIFIER = "lambda-extension-identifier";
    private static final String INVOKE = "INVOKE";
    private static final String SHUTDOWN = "SHUTDOWN";
    private static final Pattern EVENTS = Pattern.compile("\"events\"\\s*:\\s*\\[([^\\]]*)]");
    private static final Pattern TEXT = Pattern.compile("\"([^\"]*)\"");

    private final List<String> external;
    private final Map<String, String> variables;
    private final Telemetry telemetry;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Map<String, Extension> byId = new LinkedHashMap<>();
    private boolean closed;
    private boolean ended;
    private Sandbox.Answer.@Nullable Failure failure;

    private static final class Extension {
        private final String name;
        private final Set<String> events;
        private final ArrayDeque<String> waiting = new ArrayDeque<>();
        /** It asks for what is next: nothing that it was given is unfinished. */
        private boolean idle;

        Extension(String name, Set<String> events) {
            this.name = name;
            this.events = events;
        }

        boolean isDone() {
            return idle && waiting.isEmpty();
        }
    }

    /**
     * @param external names of the files that are started beside the runtime
     * @param variables of the function, of which an extension is told some
     */
    Extensions(List<String> external, Map<String, String> variables, Telemetry telemetry) {
        this.external = List.copyOf(external);
        this.variables = variables;
        this.telemetry = telemetry;
    }

    /** Whether there are programs that have to be there before the runtime. */
    boolean hasExternal() {
        return !external.isEmpty();
    }

    String name(int index) {
        return external.get(index);
    }

    // ---- the platform's side

    /** Waits until all external ones have registered, or one has failed. */
    void awaitRegistered() throws IOException {
        await(() -> byId.values().stream().map(e -> e.name).toList().containsAll(external));
    }

    /**
     * Waits, when the runtime is ready, until all the others are. After that nobody can register.
     *
     * @return what one reported that failed
     */
    Optional<Sandbox.Answer.Failure> awaitReady() throws IOException {
        lock.lock();
        try {
            closed = true;
        } finally {
            lock.unlock();
        }
        awaitDone();
        return Optional.ofNullable(failure());
    }

    /** Tells subscribers of all that are there, once initialisation is over. */
    void tellReady() {
        lock.lock();
        try {
            for (var extension : byId.values()) {
                telemetry.platform(
                        "extension",
                        "{\"name\":" + Faults.quoted(extension.name) + ",\"state\":\"Ready\",\"events\":"
                                + Telemetry.texts(extension.events) + "}");
            }
        } finally {
            lock.unlock();
        }
    }

    Sandbox.Answer.@Nullable Failure failure() {
        lock.lock();
        try {
            return failure;
        } finally {
            lock.unlock();
        }
    }

    /** Waits until nobody is at work. */
    void awaitDone() throws IOException {
        await(() -> byId.values().stream().allMatch(Extension::isDone));
    }

    private void await(java.util.function.BooleanSupplier condition) throws IOException {
        lock.lock();
        try {
            while (!ended && failure == null && !condition.getAsBoolean()) {
                changed.await();
            }
            if (ended) {
                throw new IOException("ended");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        } finally {
            lock.unlock();
        }
    }

    void invoke(Sandbox.Invocation invocation) {
        var trace = invocation.traceId();
        tell(
                INVOKE,
                () -> "{\"eventType\":\"INVOKE\",\"deadlineMs\":"
                        + invocation.deadline().toEpochMilli() + ",\"requestId\":"
                        + Faults.quoted(invocation.requestId()) + ",\"invokedFunctionArn\":"
                        + Faults.quoted(invocation.functionArn())
                        + ",\"tracing\":{\"type\":\"X-Amzn-Trace-Id\",\"value\":"
                        + Faults.quoted(trace == null ? "" : trace) + "}}");
    }

    /** Whether somebody wants to know of the end, and so needs time for it. */
    boolean wantShutdown() {
        lock.lock();
        try {
            return byId.values().stream().anyMatch(extension -> extension.events.contains(SHUTDOWN));
        } finally {
            lock.unlock();
        }
    }

    /** @param reason {@code spindown}, {@code timeout} or {@code failure} */
    void shutdown(String reason, Instant deadline) {
        tell(
                SHUTDOWN,
                () -> "{\"eventType\":\"SHUTDOWN\",\"shutdownReason\":" + Faults.quoted(reason) + ",\"deadlineMs\":"
                        + deadline.toEpochMilli() + "}");
    }

    private void tell(String type, Supplier<String> event) {
        lock.lock();
        try {
            for (var extension : byId.values()) {
                if (extension.events.contains(type)) {
                    extension.waiting.add(event.get());
                }
            }
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    void ended() {
        lock.lock();
        try {
            ended = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    // ---- the API

    void answer(HttpExchange request, OutputStream out) throws IOException, InterruptedException {
        var what = request.method() + " " + request.path().substring(PREFIX.length());
        switch (what) {
            case "POST register" -> register(request, out);
            case "GET event/next" -> next(request, out);
            case "POST init/error", "POST exit/error" -> report(request, out);
            default ->
                refuse(out, 404, "NotFound", "There is no " + request.method() + " " + request.path() + " here.");
        }
    }

    /** A request of the Telemetry API or the Logs API. */
    void subscribe(Subscription.Api api, HttpExchange request, OutputStream out) throws IOException {
        var extension = known(request, out);
        if (extension == null) {
            return;
        }
        try {
            var problem = telemetry.subscribe(extension.name, Subscription.read(api, request.body()));
            if (problem == null) {
                send(out, 200, "", "\"OK\"");
            } else if (telemetry.isClosed()) {
                refuse(out, 403, api.word + ".SubscriptionClosed", problem);
            } else {
                refuse(out, 400, api.invalid, problem);
            }
        } catch (Subscription.Invalid e) {
            refuse(out, 400, api.invalid, e.problem);
        }
    }

    private void register(HttpExchange request, OutputStream out) throws IOException {
        var name = request.headers().getOrDefault("lambda-extension-name", "");
        if (name.isEmpty()) {
            refuse(out, 403, "Extension.InvalidExtensionName", "Empty extension name");
            return;
        }
        var body = request.body();
        var events = events(body == null ? "" : new String(body, StandardCharsets.UTF_8));
        for (var event : events) {
            boolean known = event.equals(INVOKE) || (event.equals(SHUTDOWN) && external.contains(name));
            if (!known) {
                refuse(out, 403, "Extension.InvalidEventType", "Event " + event + " is not supported");
                return;
            }
        }
        var id = UUID.randomUUID().toString();
        var refusal = add(id, name, events);
        if (refusal != null) {
            refuse(out, 403, refusal[0], refusal[1]);
            return;
        }
        var answer = new StringBuilder("{\"functionName\":")
                .append(Faults.quoted(variables.getOrDefault("AWS_LAMBDA_FUNCTION_NAME", "")))
                .append(",\"functionVersion\":")
                .append(Faults.quoted(variables.getOrDefault("AWS_LAMBDA_FUNCTION_VERSION", "")))
                .append(",\"handler\":")
                .append(Faults.quoted(variables.getOrDefault("_HANDLER", "")));
        var features = request.headers().getOrDefault("lambda-extension-accept-feature", "");
        var account = variables.getOrDefault(Bootstraps.ACCOUNT, "");
        if (features.contains("accountId") && !account.isEmpty()) {
            answer.append(",\"accountId\":").append(Faults.quoted(account));
        }
        send(
                out,
                200,
                "Lambda-Extension-Identifier: " + id + "\r\n",
                answer.append('}').toString());
    }

    /** @return error type and message, or null when it was added */
    private String @Nullable [] add(String id, String name, Set<String> events) {
        lock.lock();
        try {
            if (closed) {
                return new String[] {"Extension.RegistrationClosed", "Extension registration closed already"};
            }
            if (byId.values().stream().anyMatch(e -> e.name.equals(name))) {
                return new String[] {
                    "Extension.AlreadyRegistered", "Extension with name " + name + " already registered"
                };
            }
            if (byId.size() >= EXTENSIONS_MAX) {
                return new String[] {"Extension.TooManyExtensions", "Extension limit (" + EXTENSIONS_MAX + ") reached"};
            }
            byId.put(id, new Extension(name, events));
            changed.signalAll();
            return null;
        } finally {
            lock.unlock();
        }
    }

    private static Set<String> events(String body) {
        var events = new LinkedHashSet<String>();
        var list = EVENTS.matcher(body);
        if (list.find()) {
            TEXT.matcher(list.group(1)).results().forEach(text -> events.add(text.group(1)));
        }
        return events;
    }

    private @Nullable Extension known(HttpExchange request, OutputStream out) throws IOException {
        var id = request.headers().getOrDefault(IDENTIFIER, "");
        if (id.isEmpty()) {
            refuse(out, 403, "Extension.MissingExtensionIdentifier", "Missing Lambda-Extension-Identifier header");
            return null;
        }
        try {
            var unused = UUID.fromString(id);
        } catch (IllegalArgumentException e) {
            refuse(out, 403, "Extension.InvalidExtensionIdentifier", "Invalid Lambda-Extension-Identifier");
            return null;
        }
        lock.lock();
        try {
            var extension = byId.get(id);
            if (extension == null) {
                refuse(out, 403, "Extension.UnknownExtensionIdentifier", "Unknown extension " + id);
            }
            return extension;
        } finally {
            lock.unlock();
        }
    }

    private void next(HttpExchange request, OutputStream out) throws IOException, InterruptedException {
        var extension = known(request, out);
        if (extension == null) {
            return;
        }
        String event;
        lock.lock();
        try {
            extension.idle = true;
            changed.signalAll();
            while (extension.waiting.isEmpty()) {
                changed.await();
            }
            event = extension.waiting.remove();
            extension.idle = false;
        } finally {
            lock.unlock();
        }
        send(out, 200, "Lambda-Extension-Event-Identifier: " + UUID.randomUUID() + "\r\n", event);
    }

    private void report(HttpExchange request, OutputStream out) throws IOException {
        var extension = known(request, out);
        if (extension == null) {
            return;
        }
        var type = request.headers().getOrDefault("lambda-extension-function-error-type", "");
        if (type.isEmpty()) {
            refuse(out, 403, "Extension.MissingHeader", "Missing Lambda-Extension-Function-Error-Type header");
            return;
        }
        lock.lock();
        try {
            failure = Faults.failure(type, "Error: extension " + extension.name + " reported " + type, false);
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        send(out, 202, "", "{\"status\":\"OK\"}");
    }

    private static void refuse(OutputStream out, int status, String type, String message) throws IOException {
        send(
                out,
                status,
                "",
                "{\"errorMessage\":" + Faults.quoted(message) + ",\"errorType\":" + Faults.quoted(type) + "}");
    }

    /** @param more headers, each with its line end */
    private static void send(OutputStream out, int status, String more, String json) throws IOException {
        var body = json.getBytes(StandardCharsets.UTF_8);
        var reason = switch (status) {
            case 200 -> "OK";
            case 202 -> "Accepted";
            case 400 -> "Bad Request";
            case 403 -> "Forbidden";
            default -> "Not Found";
        };
        var head = "HTTP/1.1 " + status + " " + reason + "\r\n" + more
                + "Content-Type: application/json\r\nContent-Length: " + body.length + "\r\n\r\n";
        out.write(head.getBytes(StandardCharsets.UTF_8));
        out.write(body);
    }
}
