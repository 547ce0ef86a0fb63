package dev.tsumuji.lambda;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.lambda.model.LogFormat;
import software.amazon.awssdk.services.lambda.model.LoggingConfig;

/**
 * The least level of what a function logs. AWS's runtimes leave out what is below it themselves; lines from other loggers are
 * left out here, when they are JSON objects with a {@code timestamp} and a {@code level}. What has no level is kept.
 *
 * @see <a href="https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-log-level.html">Log-level filtering</a>
 */
enum ApplicationLevel {
    TRACE,
    DEBUG,
    INFO,
    WARN,
    ERROR,
    FATAL;

    private static final JsonFactory JSON = new JsonFactory();

    /** @return the lowest where levels don't apply */
    static ApplicationLevel of(@Nullable LoggingConfig logging) {
        if (logging == null || logging.logFormat() != LogFormat.JSON) {
            return TRACE;
        }
        var level = named(logging.applicationLogLevelAsString());
        return level == null ? INFO : level;
    }

    /** The variables by which runtimes know the format and the level. */
    static Map<String, String> variables(@Nullable LoggingConfig logging) {
        if (logging == null || logging.logFormat() != LogFormat.JSON) {
            return Map.of();
        }
        return Map.of(
                "AWS_LAMBDA_LOG_FORMAT",
                "JSON",
                "AWS_LAMBDA_LOG_LEVEL",
                of(logging).name());
    }

    private static @Nullable ApplicationLevel named(@Nullable String text) {
        if (text == null) {
            return null;
        }
        var name = text.toUpperCase(Locale.ROOT);
        return switch (name) {
            case "WARNING" -> WARN;
            case "CRITICAL" -> FATAL;
            default -> {
                for (var level : values()) {
                    if (level.name().equals(name)) {
                        yield level;
                    }
                }
                yield null;
            }
        };
    }

    /** Whether a printed line is to be logged when this is the least level. */
    boolean admits(byte[] line) {
        if (this == TRACE || line.length == 0 || line[0] != '{') {
            return true;
        }
        String level = null;
        boolean timed = false;
        try (var parser = JSON.createParser(line)) {
            parser.nextToken();
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                var name = parser.currentName();
                parser.nextToken();
                if (name.equals("level")) {
                    level = parser.getValueAsString();
                }
                timed |= name.equals("timestamp");
                parser.skipChildren();
            }
        } catch (IOException e) {
            return true;
        }
        var known = named(level);
        return !timed || known == null || known.compareTo(this) >= 0;
    }
}
