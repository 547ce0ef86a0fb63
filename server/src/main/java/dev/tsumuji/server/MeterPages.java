package dev.tsumuji.server;

import dev.tsumuji.kernel.call.Call;
import dev.tsumuji.kernel.call.Principal;
import dev.tsumuji.kernel.cloud.Failures;
import dev.tsumuji.kernel.settings.SettingType;
import dev.tsumuji.lambda.Usages;
import dev.tsumuji.wire.Page;
import dev.tsumuji.wire.http.Reply;
import dev.tsumuji.wire.http.Request;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What functions used:
 *
 * <pre>
 * GET  /_tsumuji/meter?since=24h&amp;function=NAME&amp;prices=NAME   signed; the account's use and its price, JSON
 * POST /_tsumuji/meter?…                                   the same by the price list in the body
 * GET  /_tsumuji/metrics                                   Prometheus's text format or OpenMetrics
 * </pre>
 *
 * The metrics are the account's for whoever signs the request, and all accounts' for whoever shows the token of the
 * setting {@code metrics-token}, as a bearer token or as the password of any user. Without the setting there is no such way.
 */
final class MeterPages {
    private static final int BODY_SIZE_MAX = 64 << 10;
    private static final int QUERY_LENGTH_MAX = 2048;

    private final Usages usages;
    private final Optional<String> token;
    private final String prices;

    /** @param prices name of the price list where a request names none */
    MeterPages(Usages usages, Optional<String> token, String prices) {
        this.usages = usages;
        this.token = token;
        this.prices = prices;
    }

    /** These pages and those. */
    Map<String, Page> with(Map<String, Page> others) {
        var all = new HashMap<>(others);
        all.put("/_tsumuji/meter", this::meter);
        all.put("/_tsumuji/metrics", new Metrics());
        return Map.copyOf(all);
    }

    private void meter(Request request, Call call, Reply reply) throws IOException {
        var query = query(request.query());
        byte @Nullable [] own = null;
        if (request.method().equals("POST")) {
            own = request.body().readNBytes(BODY_SIZE_MAX + 1);
        }
        try {
            var since = SettingType.DURATION.parse().apply(query.getOrDefault("since", "24h"));
            var report = usages.report(
                    call.account(),
                    since.isNegative() ? Duration.ZERO : since,
                    query.get("function"),
                    query.getOrDefault("prices", prices),
                    own == null || own.length == 0 ? null : own);
            reply.header("Content-Type", "application/json");
            reply.send(200, report);
        } catch (IllegalArgumentException e) {
            throw Failures.of("ValidationException", 400, String.valueOf(e.getMessage()));
        }
    }

    private static Map<String, String> query(@Nullable String query) {
        var values = new HashMap<String, String>();
        if (query != null && query.length() <= QUERY_LENGTH_MAX) {
            for (var part : query.split("&")) {
                int equals = part.indexOf('=');
                if (equals > 0) {
                    values.put(part.substring(0, equals), decoded(part.substring(equals + 1)));
                }
            }
        }
        return values;
    }

    private static String decoded(String text) {
        try {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw Failures.of("ValidationException", 400, "The query is not encoded well: " + e.getMessage());
        }
    }

    /** Answers signed requests, and unsigned ones that show the token. */
    private final class Metrics implements Page {
        @Override
        public boolean admits(Request request) {
            return shown(request) != null;
        }

        @Override
        public void answer(Request request, Call call, Reply reply) {
            boolean signed = !(call.principal() instanceof Principal.Anonymous);
            if (!signed && !isRight(shown(request))) {
                reply.header("WWW-Authenticate", "Bearer realm=\"tsumuji\"");
                reply.header("Content-Type", "text/plain; charset=utf-8");
                var text = token.isPresent()
                        ? "This is not the token of the setting metrics-token.\n"
                        : "No token may read this: set metrics-token, or sign the request.\n";
                reply.send(401, text.getBytes(StandardCharsets.UTF_8));
                return;
            }
            var accept = request.header("accept");
            boolean open = accept != null && accept.contains("application/openmetrics-text");
            reply.header(
                    "Content-Type",
                    open
                            ? "application/openmetrics-text; version=1.0.0; charset=utf-8"
                            : "text/plain; version=0.0.4; charset=utf-8");
            var text = usages.metrics(signed ? call.account() : null, open);
            reply.send(200, text.getBytes(StandardCharsets.UTF_8));
        }

        /** In time that doesn't depend on how much of it is right. */
        private boolean isRight(@Nullable String shown) {
            return token.isPresent()
                    && shown != null
                    && MessageDigest.isEqual(
                            token.get().getBytes(StandardCharsets.UTF_8), shown.getBytes(StandardCharsets.UTF_8));
        }

        /** The token that a request shows; null when it shows none, and has to be signed. */
        private static @Nullable String shown(Request request) {
            var header = request.header("authorization");
            int space = header == null ? -1 : header.indexOf(' ');
            if (header == null || space < 0) {
                return null;
            }
            var rest = header.substring(space + 1).strip();
            return switch (header.substring(0, space).toLowerCase(Locale.ROOT)) {
                case "bearer" -> rest;
                case "basic" -> password(rest);
                default -> null;
            };
        }

        private static String password(String encoded) {
            try {
                var pair = new String(Base64.getDecoder().decode(encoded), StandardCharsets.UTF_8);
                return pair.substring(pair.indexOf(':') + 1);
            } catch (IllegalArgumentException e) {
                return "";
            }
        }
    }
}
