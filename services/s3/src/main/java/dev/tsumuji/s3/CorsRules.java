package dev.tsumuji.s3;

import dev.tsumuji.kernel.kv.Snapshot;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.s3.model.CORSConfiguration;
import software.amazon.awssdk.services.s3.model.CORSRule;

/**
 * Which web pages of other origins may use a bucket: the first rule that fits decides.
 *
 * @see <a href="https://docs.aws.amazon.com/AmazonS3/latest/userguide/ManageCorsUsing.html">CORS configuration</a>
 */
final class CorsRules {
    static final Setting<CORSConfiguration> SETTING = Setting.of("cors", CORSConfiguration.class);
    private static final Set<String> METHODS = Set.of("GET", "PUT", "HEAD", "POST", "DELETE");
    private static final int RULES_MAX = 100;
    private static final String VARY = "Origin, Access-Control-Request-Headers, Access-Control-Request-Method";

    private CorsRules() {}

    static CORSConfiguration checked(@Nullable CORSConfiguration configuration) {
        var rules = BucketSettings.body(configuration).corsRules();
        if (rules.isEmpty() || rules.size() > RULES_MAX) {
            throw S3Errors.malformedXml();
        }
        for (var rule : rules) {
            if (rule.allowedMethods().isEmpty() || rule.allowedOrigins().isEmpty()) {
                throw S3Errors.malformedXml();
            }
            for (var method : rule.allowedMethods()) {
                if (!METHODS.contains(method)) {
                    throw S3Errors.invalidRequest(
                            "Found unsupported HTTP method in CORS config. Unsupported method is " + method);
                }
            }
            for (var origin : rule.allowedOrigins()) {
                if (stars(origin) > 1) {
                    throw S3Errors.invalidRequest(
                            "AllowedOrigin \"" + origin + "\" can not have more than one wildcard.");
                }
            }
            for (var header : rule.allowedHeaders()) {
                if (stars(header) > 1) {
                    throw S3Errors.invalidRequest(
                            "AllowedHeader \"" + header + "\" can not have more than one wildcard.");
                }
            }
            for (var header : rule.exposeHeaders()) {
                if (stars(header) > 0) {
                    throw S3Errors.invalidRequest("ExposeHeader \"" + header
                            + "\" contains wildcard. We currently do not support wildcard for ExposeHeader.");
                }
            }
        }
        return BucketSettings.body(configuration);
    }

    private static long stars(String text) {
        return text.chars().filter(c -> c == '*').count();
    }

    static Map<String, String> preflight(
            Snapshot snapshot,
            @Nullable Bucket bucket,
            boolean object,
            String origin,
            @Nullable String method,
            List<String> headers) {
        var shown = method == null ? "OPTIONS" : method;
        if (bucket == null) {
            throw forbidden("CORSResponse: Bucket not found", shown, "BUCKET");
        }
        var configuration = SETTING.find(snapshot, bucket);
        if (configuration == null) {
            throw forbidden("CORSResponse: CORS is not enabled for this bucket.", shown, "BUCKET");
        }
        if (method == null || !METHODS.contains(method)) {
            throw S3Errors.of("BadRequest", 400, "Invalid Access-Control-Request-Method: " + method);
        }
        for (var rule : configuration.corsRules()) {
            if (fits(rule, origin, method)
                    && headers.stream()
                            .allMatch(header -> rule.allowedHeaders().stream()
                                    .anyMatch(allowed -> like(allowed.toLowerCase(Locale.ROOT), header)))) {
                var answer = answer(rule, origin);
                if (!headers.isEmpty()) {
                    answer.put("Access-Control-Allow-Headers", String.join(", ", headers));
                }
                return answer;
            }
        }
        throw forbidden(
                "CORSResponse: This CORS request is not allowed. This is usually because the evalution of Origin, "
                        + "request method / Access-Control-Request-Method or Access-Control-Request-Headers are not "
                        + "whitelisted by the resource's CORS spec.",
                shown,
                object ? "OBJECT" : "BUCKET");
    }

    /** Header fields for the answer to the request itself; empty when no rule fits. */
    static Map<String, String> headers(@Nullable CORSConfiguration configuration, String origin, String method) {
        if (configuration != null) {
            for (var rule : configuration.corsRules()) {
                if (fits(rule, origin, method)) {
                    return answer(rule, origin);
                }
            }
        }
        return Map.of();
    }

    private static boolean fits(CORSRule rule, String origin, String method) {
        return rule.allowedMethods().contains(method)
                && rule.allowedOrigins().stream().anyMatch(allowed -> like(allowed, origin));
    }

    private static Map<String, String> answer(CORSRule rule, String origin) {
        var headers = new LinkedHashMap<String, String>();
        boolean everybody = rule.allowedOrigins().contains("*");
        headers.put("Access-Control-Allow-Origin", everybody ? "*" : origin);
        headers.put("Access-Control-Allow-Methods", String.join(", ", rule.allowedMethods()));
        if (!rule.exposeHeaders().isEmpty()) {
            headers.put("Access-Control-Expose-Headers", String.join(", ", rule.exposeHeaders()));
        }
        if (rule.maxAgeSeconds() != null) {
            headers.put("Access-Control-Max-Age", String.valueOf(rule.maxAgeSeconds()));
        }
        if (!everybody) {
            headers.put("Access-Control-Allow-Credentials", "true");
        }
        headers.put("Vary", VARY);
        return headers;
    }

    /** With at most one star. */
    static boolean like(String pattern, String text) {
        int star = pattern.indexOf('*');
        if (star < 0) {
            return pattern.equals(text);
        }
        return text.length() >= pattern.length() - 1
                && text.startsWith(pattern.substring(0, star))
                && text.endsWith(pattern.substring(star + 1));
    }

    private static RuntimeException forbidden(String message, String method, String type) {
        return S3Errors.of("AccessForbidden", 403, message, "Method", method, "ResourceType", type);
    }
}
