package dev.tsumuji.sandbox;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * AWS's Runtime API 2018-06-01 over HTTP, on a listener inside the sandbox. A virtual thread per connection; their number is
 * bounded. Thread-safe.
 *
 * @see <a href="https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html">Using the Lambda runtime API</a>
 */
final class RuntimeApi implements Wire {

    private static final String PREFIX = "/2018-06-01/runtime/";
    private static final Map<String, Subscription.Api> SUBSCRIPTIONS = Map.of(
            "/2022-07-01/telemetry", Subscription.Api.TELEMETRY,
            "/2022-07-01/telemetry/", Subscription.Api.TELEMETRY,
            "/2020-08-15/logs", Subscription.Api.LOGS,
            "/2020-08-15/logs/", Subscription.Api.LOGS);
    private static final int CONNECTIONS_MAX = 32;
    private static final int PIECES_WAITING_MAX = 8;
    private static final long PIECE_PATIENCE_MILLIS = 100;
    private static final String RESPONSE_MODE = "lambda-runtime-function-response-mode";
    private static final String ERROR_BODY = "lambda-runtime-function-error-body";

    private final ServerSocketChannel listener;
    private final Extensions extensions;
    private final Semaphore room = new Semaphore(CONNECTIONS_MAX);
    private final Map<SocketChannel, Thread> open = new ConcurrentHashMap<>();
    private final CompletableFuture<Optional<Sandbox.Answer.Failure>> ready = new CompletableFuture<>();
    private final LinkedBlockingQueue<Waiting> queue = new LinkedBlockingQueue<>();
    private volatile @Nullable Waiting current;
    private volatile boolean ended;

    /** An invocation and who waits for its answer. */
    private static final class Waiting {
        private final Sandbox.Invocation invocation;
        private final CompletableFuture<Sandbox.Answer> answer = new CompletableFuture<>();
        /** Set by the first answer; a second one may come before whoever waits has seen it. */
        private final AtomicBoolean answered = new AtomicBoolean();
        /** Of an answer in pieces, on their way to the thread that invokes; an empty one only wakes it. */
        private final ArrayBlockingQueue<byte[]> pieces = new ArrayBlockingQueue<>(PIECES_WAITING_MAX);
        /** Set when an answer in pieces begins. */
        private volatile @Nullable String contentType;

        Waiting(Sandbox.Invocation invocation) {
            this.invocation = invocation;
        }

        void complete(Sandbox.Answer outcome) {
            answer.complete(outcome);
            var unused = pieces.offer(new byte[0]);
        }
    }

    RuntimeApi(ServerSocketChannel listener, Extensions extensions) {
        this.listener = listener;
        this.extensions = extensions;
        Thread.ofVirtual().name("runtime-api").start(this::accept);
    }

    @Override
    public Optional<Sandbox.Answer.Failure> ready() throws IOException {
        return get(ready);
    }

    @Override
    public Sandbox.Answer exchange(Sandbox.Invocation invocation) throws IOException {
        var waiting = new Waiting(invocation);
        current = waiting;
        if (ended) {
            throw new IOException("ended");
        }
        queue.add(waiting);
        try {
            return invocation.stream() == null ? get(waiting.answer) : handOn(waiting);
        } finally {
            queue.remove(waiting);
            current = null;
        }
    }

    /** Hands the pieces of an answer on until it is complete. */
    private static Sandbox.Answer handOn(Waiting waiting) throws IOException {
        var pieces = new Pieces(waiting.invocation.stream());
        try {
            while (true) {
                var piece = waiting.pieces.poll(PIECE_PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
                var contentType = waiting.contentType;
                if (contentType != null) {
                    pieces.begin(contentType);
                }
                if (piece != null && piece.length > 0) {
                    pieces.add(piece);
                } else if (waiting.answer.isDone() && waiting.pieces.isEmpty()) {
                    var answer = get(waiting.answer);
                    return pieces.tooMany() ? Faults.tooLarge() : answer;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    /** The body of an answer that comes in pieces and is wanted so. */
    private HttpExchange.@Nullable Taker pieces(String method, String path, Map<String, String> headers) {
        var waiting = current;
        boolean wanted = waiting != null
                && waiting.invocation.stream() != null
                && method.equals("POST")
                && path.equals(PREFIX + "invocation/" + waiting.invocation.requestId() + "/response")
                && "streaming".equalsIgnoreCase(headers.get(RESPONSE_MODE));
        if (waiting == null || !wanted) {
            return null;
        }
        waiting.contentType = headers.getOrDefault("content-type", "");
        var unused = waiting.pieces.offer(new byte[0]);
        return piece -> put(waiting, piece);
    }

    private void put(Waiting waiting, byte[] piece) throws IOException {
        try {
            while (!waiting.pieces.offer(piece, PIECE_PATIENCE_MILLIS, TimeUnit.MILLISECONDS)) {
                if (current != waiting || ended) {
                    throw new IOException("the invocation is over");
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    private static <T> T get(CompletableFuture<T> future) throws IOException {
        try {
            return future.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        } catch (ExecutionException e) {
            throw new IOException("the runtime ended", e.getCause());
        }
    }

    private void accept() {
        while (listener.isOpen()) {
            try {
                room.acquire();
                var channel = listener.accept();
                var thread = Thread.ofVirtual().name("runtime-api").unstarted(() -> serve(channel));
                open.put(channel, thread);
                thread.start();
            } catch (IOException e) {
                room.release(); // closed, or gone before it was taken
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    private void serve(SocketChannel channel) {
        try (channel) {
            var in = new BufferedInputStream(Channels.newInputStream(channel));
            var out = new BufferedOutputStream(Channels.newOutputStream(channel), 64 * 1024);
            HttpExchange request;
            while ((request = HttpExchange.read(in, out, Faults.ANSWER_MAX_BYTES, this::pieces)) != null) {
                answer(request, out);
                out.flush();
                if (request.last()) {
                    return;
                }
            }
        } catch (IOException e) {
            // the runtime closed it, or doesn't speak HTTP
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            open.remove(channel);
            room.release();
        }
    }

    private void answer(HttpExchange request, OutputStream out) throws IOException, InterruptedException {
        var path = request.path();
        if (path.startsWith(Extensions.PREFIX)) {
            extensions.answer(request, out);
            return;
        }
        var subscription = SUBSCRIPTIONS.get(path);
        if (subscription != null && request.method().equals("PUT")) {
            extensions.subscribe(subscription, request, out);
            return;
        }
        var parts = path.startsWith(PREFIX) ? path.substring(PREFIX.length()).split("/") : new String[0];
        boolean post = request.method().equals("POST");
        if (parts.length == 2 && parts[0].equals("invocation") && parts[1].equals("next") && !post) {
            next(out);
        } else if (parts.length == 2 && parts[0].equals("init") && parts[1].equals("error") && post) {
            if (ready.complete(Optional.of(reported(request, false)))) {
                send(out, 202, "{\"status\":\"OK\"}");
            } else {
                refuse(out, 403, "InvalidStateTransition", "Transition from Ready to InitError is not allowed.");
            }
        } else if (parts.length == 3 && parts[0].equals("invocation") && post) {
            invocation(parts[1], parts[2], request, out);
        } else {
            refuse(out, 404, "NotFound", "There is no " + request.method() + " " + path + " in the Runtime API.");
        }
    }

    private void next(OutputStream out) throws IOException, InterruptedException {
        ready.complete(Optional.empty());
        var waiting = queue.take();
        var invocation = waiting.invocation;
        var head = new StringBuilder("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n");
        header(head, "Lambda-Runtime-Aws-Request-Id", invocation.requestId());
        header(
                head,
                "Lambda-Runtime-Deadline-Ms",
                Long.toString(invocation.deadline().toEpochMilli()));
        header(head, "Lambda-Runtime-Invoked-Function-Arn", invocation.functionArn());
        header(head, "Lambda-Runtime-Trace-Id", invocation.traceId());
        header(head, "Lambda-Runtime-Client-Context", invocation.clientContext());
        header(head, "Lambda-Runtime-Cognito-Identity", invocation.cognitoIdentity());
        header(head, "Content-Length", Integer.toString(invocation.payload().length));
        out.write(head.append("\r\n").toString().getBytes(StandardCharsets.UTF_8));
        out.write(invocation.payload());
    }

    private static void header(StringBuilder head, String name, @Nullable String value) {
        if (value != null) {
            head.append(name)
                    .append(": ")
                    .append(value.replaceAll("[\\r\\n]", " "))
                    .append("\r\n");
        }
    }

    private void invocation(String id, String what, HttpExchange request, OutputStream out) throws IOException {
        var waiting = current;
        if (waiting == null || !waiting.invocation.requestId().equals(id)) {
            refuse(out, 400, "InvalidRequestID", "Invalid request ID");
            return;
        }
        if (!what.equals("response") && !what.equals("error")) {
            refuse(out, 404, "NotFound", "There is no " + what + " of an invocation.");
            return;
        }
        if (!waiting.answered.compareAndSet(false, true)) {
            refuse(out, 400, "InvalidRequestID", "Invalid request ID");
            return;
        }
        var body = request.body();
        if (body == null) {
            waiting.complete(Faults.tooLarge());
            refuse(
                    out,
                    413,
                    "RequestEntityTooLarge",
                    "Exceeded maximum allowed payload size (" + Faults.ANSWER_MAX_BYTES + " bytes).");
            return;
        }
        boolean failed = what.equals("error") || request.headers().containsKey("lambda-runtime-function-error-type");
        send(out, 202, "{\"status\":\"OK\"}");
        out.flush();
        waiting.complete(failed ? reported(request, true) : new Sandbox.Answer.Success(body));
    }

    private static Sandbox.Answer.Failure reported(HttpExchange request, boolean alive) {
        var type = request.headers().getOrDefault("lambda-runtime-function-error-type", "Unhandled");
        var trailer = request.headers().get(ERROR_BODY);
        var body = trailer == null ? request.body() : decoded(trailer);
        return new Sandbox.Answer.Failure(type, body == null ? new byte[0] : body, alive);
    }

    private static byte[] decoded(String base64) {
        try {
            return Base64.getDecoder().decode(base64);
        } catch (IllegalArgumentException e) {
            return base64.getBytes(StandardCharsets.UTF_8);
        }
    }

    private static void refuse(OutputStream out, int status, String type, String message) throws IOException {
        send(
                out,
                status,
                "{\"errorMessage\":" + Faults.quoted(message) + ",\"errorType\":" + Faults.quoted(type) + "}");
    }

    private static void send(OutputStream out, int status, String json) throws IOException {
        var body = json.getBytes(StandardCharsets.UTF_8);
        var head = "HTTP/1.1 " + status + " " + reason(status)
                + "\r\nContent-Type: application/json\r\nContent-Length: " + body.length + "\r\n\r\n";
        out.write(head.getBytes(StandardCharsets.US_ASCII));
        out.write(body);
    }

    private static String reason(int status) {
        return switch (status) {
            case 202 -> "Accepted";
            case 400 -> "Bad Request";
            case 403 -> "Forbidden";
            case 413 -> "Request Entity Too Large";
            default -> "Not Found";
        };
    }

    /** What had been written before the end is still in the connections: their threads get a moment to read it. */
    @Override
    public void ended() {
        try {
            listener.close();
            for (int i = 0; i < 20 && isAwaited(); i++) {
                Thread.sleep(5);
            }
            ended = true;
            for (var thread : open.values()) {
                thread.interrupt(); // closes the connection if it is reading, and ends its waiting otherwise
            }
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        var end = new IOException("ended");
        ready.completeExceptionally(end);
        var waiting = current;
        if (waiting != null) {
            waiting.answer.completeExceptionally(end);
        }
    }

    private boolean isAwaited() {
        var waiting = current;
        return !open.isEmpty() && (!ready.isDone() || (waiting != null && !waiting.answer.isDone()));
    }
}
