package dev.tsumuji.bootstrap;

import com.amazonaws.services.lambda.runtime.LambdaLogger;
import com.amazonaws.services.lambda.runtime.logging.LogLevel;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The logger of a function: one event per message, however many lines the message has. */
final class Log implements LambdaLogger {

    static final Log LOGGER = new Log();

    private static volatile boolean json = isJson();
    private static volatile LogLevel least = leastLevel();
    private static volatile @Nullable String requestId;

    private Log() {}

    private static boolean isJson() {
        return "JSON".equalsIgnoreCase(System.getenv("AWS_LAMBDA_LOG_FORMAT"));
    }

    private static LogLevel leastLevel() {
        var name = System.getenv("AWS_LAMBDA_LOG_LEVEL");
        try {
            return name == null || !isJson() ? LogLevel.UNDEFINED : LogLevel.fromString(name);
        } catch (IllegalArgumentException e) {
            return LogLevel.UNDEFINED;
        }
    }

    static void environmentChanged() {
        json = isJson();
        least = leastLevel();
        requestId = null;
    }

    static boolean json() {
        return json;
    }

    static void requestId(String id) {
        requestId = id;
    }

    @Override
    public void log(String message) {
        log(message, LogLevel.UNDEFINED);
    }

    @Override
    public void log(byte[] message) {
        log(new String(message, StandardCharsets.UTF_8), LogLevel.UNDEFINED);
    }

    @Override
    public void log(byte[] message, LogLevel level) {
        log(new String(message, StandardCharsets.UTF_8), level);
    }

    @Override
    public void log(String message, LogLevel level) {
        if (level != LogLevel.UNDEFINED && level.compareTo(least) < 0) {
            return;
        }
        var line = new StringBuilder(message.length() + 2);
        if (json) {
            Map<String, @Nullable Object> event = new LinkedHashMap<>();
            event.put("timestamp", timestamp());
            event.put("message", message);
            event.put("level", level.name());
            if (requestId != null) {
                event.put("AWSRequestId", requestId);
            }
            Json.write(event, line, Handler.Late.BEANS);
        } else {
            if (level != LogLevel.UNDEFINED) {
                line.append('[').append(level.name()).append("] ");
            }
            int end = message.endsWith("\n") ? message.length() - 1 : message.length();
            for (int i = 0; i < end; i++) {
                char c = message.charAt(i);
                line.append(c == '\n' ? '\r' : c);
            }
        }
        var bytes = line.append('\n').toString().getBytes(StandardCharsets.UTF_8);
        System.out.write(bytes, 0, bytes.length);
        System.out.flush();
    }

    /** To the millisecond, always with three digits. */
    private static String timestamp() {
        var now = java.time.Instant.now().truncatedTo(java.time.temporal.ChronoUnit.MILLIS);
        var text = now.toString();
        return text.length() == 20 ? text.substring(0, 19) + ".000Z" : text;
    }
}
