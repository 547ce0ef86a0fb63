package dev.tsumuji.lambda;

import dev.tsumuji.kernel.site.Visit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.lambda.model.Cors;

/**
 * What browsers are told about other origins, by a URL's CORS settings. Where there are settings, they say all of it: the
 * function's own {@code Access-Control-…} headers give way. Immutable.
 *
 * @see <a href="https://docs.aws.amazon.com/lambda/latest/dg/urls-configuration.html#urls-cors">Cross-origin resource
 *     sharing</a>
 */
final class CrossOrigin {
    private final @Nullable Cors cors;
    private final @Nullable String origin;
    private final boolean preflight;

    CrossOrigin(@Nullable Cors cors, Visit visit) {
        this.cors = cors;
        this.origin = first(visit, "origin");
        this.preflight = visit.method().equals("OPTIONS") && first(visit, "access-control-request-method") != null;
    }

    private static @Nullable String first(Visit visit, String name) {
        var values = visit.headers().get(name);
        return values == null ? null : values.getFirst();
    }

    /** Whether the request is a browser's question that the settings answer, without the function. */
    boolean isPreflight() {
        return cors != null && origin != null && preflight;
    }

    /** Whether the settings, not the function, say this header. */
    boolean says(String header) {
        return cors != null && header.toLowerCase(Locale.ROOT).startsWith("access-control-");
    }

    List<UrlAnswer.Header> headers() {
        var headers = new ArrayList<UrlAnswer.Header>();
        if (cors == null || origin == null || !isAllowed(cors, origin)) {
            return headers;
        }
        boolean credentials = Boolean.TRUE.equals(cors.allowCredentials());
        boolean any = cors.allowOrigins().contains("*") && !credentials;
        headers.add(new UrlAnswer.Header("Access-Control-Allow-Origin", any ? "*" : origin));
        if (!any) {
            headers.add(new UrlAnswer.Header("Vary", "Origin"));
        }
        if (credentials) {
            headers.add(new UrlAnswer.Header("Access-Control-Allow-Credentials", "true"));
        }
        if (!preflight) {
            list(headers, "Access-Control-Expose-Headers", cors.exposeHeaders());
            return headers;
        }
        list(headers, "Access-Control-Allow-Methods", cors.allowMethods());
        list(headers, "Access-Control-Allow-Headers", cors.allowHeaders());
        if (cors.maxAge() != null) {
            headers.add(
                    new UrlAnswer.Header("Access-Control-Max-Age", cors.maxAge().toString()));
        }
        return headers;
    }

    private static void list(List<UrlAnswer.Header> headers, String name, List<String> values) {
        if (!values.isEmpty()) {
            headers.add(new UrlAnswer.Header(name, String.join(",", values)));
        }
    }

    private static boolean isAllowed(Cors cors, String origin) {
        return cors.allowOrigins().stream()
                .anyMatch(
                        allowed -> allowed.equals("*") || allowed.equalsIgnoreCase(origin) || matches(allowed, origin));
    }

    /** One star may stand for a part of an origin, {@code https://*.example.com}. */
    private static boolean matches(String allowed, String origin) {
        int star = allowed.indexOf('*');
        return star >= 0
                && origin.length() >= allowed.length() - 1
                && origin.startsWith(allowed.substring(0, star))
                && origin.endsWith(allowed.substring(star + 1));
    }
}
