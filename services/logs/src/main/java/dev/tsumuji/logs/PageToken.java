package dev.tsumuji.logs;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import software.amazon.awssdk.services.cloudwatchlogs.model.CloudWatchLogsException;

/** Tokens that say behind which name a list goes on. */
final class PageToken {
    private PageToken() {}

    static String write(String last) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(last.getBytes(StandardCharsets.UTF_8));
    }

    /** @throws CloudWatchLogsException {@code InvalidParameterException} when it is not one of ours */
    static String read(String token) {
        try {
            var bytes = Base64.getUrlDecoder().decode(token);
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (IllegalArgumentException | CharacterCodingException e) {
            throw invalid();
        }
    }

    static CloudWatchLogsException invalid() {
        return LogsErrors.invalid("The specified nextToken is invalid.");
    }
}
