package dev.tsumuji.s3;

import dev.tsumuji.kernel.cloud.Gate;
import dev.tsumuji.kernel.site.HostId;
import dev.tsumuji.kernel.site.Site;
import dev.tsumuji.kernel.site.Visit;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.SdkRequest;
import software.amazon.awssdk.core.sync.ResponseTransformer;
import software.amazon.awssdk.services.s3.model.GetObjectRequest;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.HeadObjectRequest;
import software.amazon.awssdk.services.s3.model.Redirect;
import software.amazon.awssdk.services.s3.model.RoutingRule;
import software.amazon.awssdk.services.s3.model.WebsiteConfiguration;

/**
 * Buckets as websites, at {@code bucket.s3-website.region.…}, {@code bucket.s3-website-region.…} and, where no name resolves,
 * below {@code /_tsumuji/website/bucket/}. Visitors are nobody: they see what the bucket's policy and lists let everybody
 * see. Thread-safe.
 *
 * @see <a href="https://docs.aws.amazon.com/AmazonS3/latest/userguide/WebsiteHosting.html">Hosting a static website</a>
 */
final class WebsiteSite implements Site {
    static final String FOLDER = "/_tsumuji/website/";
    private static final Pattern HOST =
            Pattern.compile("(?<bucket>.+)\\.s3-website(?:[.-][a-z]{2}(?:-[a-z]+)+-\\d{1,2})?"
                    + "\\.(?:amazonaws\\.com(?:\\.cn)?|localhost|localhost\\.localstack\\.cloud|[a-z0-9.-]+)");
    private static final Pattern ELEMENT = Pattern.compile("<(\\w+)>([^<]*)</\\1>");
    private static final DateTimeFormatter RFC_822 = DateTimeFormatter.ofPattern(
                    "EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.US)
            .withZone(ZoneOffset.UTC);

    private final Gate gate;
    private final S3Service s3;
    private final dev.tsumuji.kernel.cloud.Service service;

    WebsiteSite(Gate gate, S3Service s3) {
        this.gate = gate;
        this.s3 = s3;
        this.service = s3.service();
    }

    @Override
    public boolean has(String host, String path) {
        return host.contains(".s3-website") && HOST.matcher(host).matches() || path.startsWith(FOLDER);
    }

    @Override
    public void answer(Visit visit) throws IOException {
        var place = Place.of(visit);
        visit.header("x-amz-request-id", visit.requestId());
        visit.header(HostId.HEADER, HostId.of(visit.requestId()));
        try {
            new Answer(visit, place).run();
        } catch (Failed e) {
            e.page(visit);
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    /**
     * What a visit asks for.
     *
     * @param base in front of every path of the website; empty or without a slash at its end
     * @param rawKey as sent
     */
    private record Place(String bucket, String base, String rawKey) {
        static Place of(Visit visit) {
            var path = visit.path();
            if (path.startsWith(FOLDER)) {
                int slash = path.indexOf('/', FOLDER.length());
                var bucket = slash < 0 ? path.substring(FOLDER.length()) : path.substring(FOLDER.length(), slash);
                return new Place(bucket, FOLDER + bucket, slash < 0 ? "" : path.substring(slash + 1));
            }
            var host = visit.host().replaceFirst(":\\d+$", "").toLowerCase(Locale.ROOT);
            var matcher = HOST.matcher(host);
            return new Place(matcher.matches() ? matcher.group("bucket") : host, "", path.substring(1));
        }

        String key() {
            try {
                return URLDecoder.decode(rawKey.replace("+", "%2B"), StandardCharsets.UTF_8);
            } catch (IllegalArgumentException _) {
                return rawKey;
            }
        }
    }

    /** One visit being answered. Used by its thread. */
    private final class Answer {
        private final Visit visit;
        private final Place place;
        private final boolean head;

        Answer(Visit visit, Place place) {
            this.visit = visit;
            this.place = place;
            this.head = visit.method().equals("HEAD");
        }

        void run() throws IOException {
            if (!head && !visit.method().equals("GET")) {
                throw new Failed(
                        S3Errors.of(
                                "MethodNotAllowed",
                                405,
                                "The specified method is not allowed against this resource.",
                                "Method",
                                visit.method(),
                                "ResourceType",
                                "OBJECT"),
                        null);
            }
            var website = website();
            var all = website.redirectAllRequestsTo();
            if (all != null) {
                var query = visit.query() == null ? "" : "?" + visit.query();
                redirect(301, scheme(all.protocolAsString()) + "://" + all.hostName() + "/" + place.rawKey() + query);
                return;
            }
            var key = place.key();
            for (var rule : website.routingRules()) {
                if ((rule.condition() == null || rule.condition().httpErrorCodeReturnedEquals() == null)
                        && prefixed(rule, key)) {
                    redirect(rule, key);
                    return;
                }
            }
            serve(website, key);
        }

        private WebsiteConfiguration website() {
            var bucket = s3.bucketNamed(place.bucket());
            if (bucket == null) {
                throw new Failed(S3Errors.noSuchBucket(place.bucket()), null);
            }
            var website = s3.settings().peek(snapshot -> Websites.SETTING.find(snapshot, bucket));
            if (website == null) {
                throw new Failed(
                        S3Errors.of(
                                "NoSuchWebsiteConfiguration",
                                404,
                                "The specified bucket does not have a website configuration",
                                "BucketName",
                                bucket.name()),
                        null);
            }
            var origin = first("origin");
            if (origin != null) {
                s3.crossOrigin(bucket.name(), origin, visit.method()).forEach(visit::header);
            }
            return website;
        }

        private void serve(WebsiteConfiguration website, String key) throws IOException {
            var index = website.indexDocument();
            var suffix = index == null ? "index.html" : index.suffix();
            var object = key.isEmpty() || key.endsWith("/") ? key + suffix : key;
            try {
                send(object, 200);
            } catch (AwsServiceException e) {
                if (e.statusCode() == 304) {
                    visit.send(304, new byte[0]);
                    return;
                }
                if (object.equals(key) && exists(key + "/" + suffix)) {
                    redirect(302, place.base() + "/" + place.rawKey() + "/");
                    return;
                }
                refused(website, key, e);
            }
        }

        private void refused(WebsiteConfiguration website, String key, AwsServiceException error) throws IOException {
            for (var rule : website.routingRules()) {
                var condition = rule.condition();
                if (condition != null
                        && String.valueOf(error.statusCode()).equals(condition.httpErrorCodeReturnedEquals())
                        && prefixed(rule, key)) {
                    redirect(rule, key);
                    return;
                }
            }
            var document = website.errorDocument();
            if (document == null) {
                throw new Failed(error, null);
            }
            try {
                send(document.key(), error.statusCode());
            } catch (AwsServiceException second) {
                throw new Failed(error, second);
            }
        }

        private void send(String key, int status) {
            var get = GetObjectRequest.builder().bucket(place.bucket()).key(key);
            if (status == 200) {
                get.range(first("range"))
                        .ifNoneMatch(first("if-none-match"))
                        .ifMatch(first("if-match"))
                        .ifModifiedSince(time("if-modified-since"))
                        .ifUnmodifiedSince(time("if-unmodified-since"));
            }
            var request = get.build();
            ResponseTransformer<GetObjectResponse, Boolean> write = (object, stream) -> {
                try (stream) {
                    var target = object.websiteRedirectLocation();
                    if (target != null && status == 200) {
                        redirect(301, target.startsWith("/") ? place.base() + target : target);
                        return true;
                    }
                    headers(object);
                    long length = object.contentLength() == null ? -1 : object.contentLength();
                    try (var out =
                            visit.stream(status == 200 && object.contentRange() != null ? 206 : status, length)) {
                        if (!head) {
                            stream.transferTo(out);
                        }
                    }
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
                return true;
            };
            var unused =
                    gate.call(visit.anonymous(), service, "GetObject", request, () -> s3.getObject(request, write));
        }

        private boolean exists(String key) {
            SdkRequest request =
                    HeadObjectRequest.builder().bucket(place.bucket()).key(key).build();
            try {
                var unused = gate.call(
                        visit.anonymous(),
                        service,
                        "HeadObject",
                        request,
                        () -> s3.headObject((HeadObjectRequest) request));
                return true;
            } catch (AwsServiceException _) {
                return false;
            }
        }

        private void headers(GetObjectResponse object) {
            header("Content-Type", object.contentType());
            header("Cache-Control", object.cacheControl());
            header("Content-Disposition", object.contentDisposition());
            header("Content-Encoding", object.contentEncoding());
            header("Content-Language", object.contentLanguage());
            header("Expires", object.expiresString());
            header("Content-Range", object.contentRange());
            header("Accept-Ranges", object.acceptRanges());
            header("ETag", object.eTag());
            header("x-amz-version-id", object.versionId());
            if (object.lastModified() != null) {
                header("Last-Modified", RFC_822.format(object.lastModified()));
            }
            object.metadata().forEach((name, value) -> header("x-amz-meta-" + name, value));
        }

        private void header(String name, @Nullable String value) {
            if (value != null) {
                visit.header(name, value);
            }
        }

        private @Nullable String first(String name) {
            var values = visit.headers().get(name);
            return values == null || values.isEmpty() ? null : values.getFirst();
        }

        private @Nullable Instant time(String name) {
            var text = first(name);
            try {
                return text == null
                        ? null
                        : ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME)
                                .toInstant();
            } catch (DateTimeException _) {
                return null;
            }
        }

        private static boolean prefixed(RoutingRule rule, String key) {
            var condition = rule.condition();
            return condition == null
                    || condition.keyPrefixEquals() == null
                    || key.startsWith(condition.keyPrefixEquals());
        }

        private void redirect(RoutingRule rule, String key) {
            Redirect redirect = rule.redirect();
            var host = redirect.hostName() == null ? visit.host() : redirect.hostName();
            var base = redirect.hostName() == null ? place.base() : "";
            var prefix = rule.condition() == null ? null : rule.condition().keyPrefixEquals();
            var target = key;
            if (redirect.replaceKeyWith() != null) {
                target = redirect.replaceKeyWith();
            } else if (redirect.replaceKeyPrefixWith() != null) {
                target = redirect.replaceKeyPrefixWith() + key.substring(prefix == null ? 0 : prefix.length());
            }
            int code = redirect.httpRedirectCode() == null ? 301 : Integer.parseInt(redirect.httpRedirectCode());
            redirect(code, scheme(redirect.protocolAsString()) + "://" + host + base + "/" + encoded(target));
        }

        private String scheme(@Nullable String wanted) {
            return wanted != null ? wanted : visit.secure() ? "https" : "http";
        }

        private void redirect(int code, String location) {
            visit.header("Location", printable(location));
            visit.send(code, new byte[0]);
        }
    }

    /** A path's characters may stand; a break of the line would be another header. */
    private static String printable(String location) {
        return location.replaceAll("[\\p{Cntrl}]", "");
    }

    private static String encoded(String key) {
        try {
            var path = new URI(null, null, "/" + key, null).toASCIIString();
            return path.substring(1);
        } catch (java.net.URISyntaxException _) {
            return printable(key);
        }
    }

    /** What a visitor is told when there is nothing to see, as AWS's page tells it. */
    private static final class Failed extends RuntimeException {
        private final transient AwsServiceException error;
        private final transient @Nullable AwsServiceException second;

        /** @param second why the website's own page for errors could not be sent; null when it has none */
        Failed(AwsServiceException error, @Nullable AwsServiceException second) {
            super(error.getMessage(), null, false, false);
            this.error = error;
            this.second = second;
        }

        void page(Visit visit) {
            int status = error.statusCode();
            var title = status + " " + reason(status);
            var page = new StringBuilder(
                    "<html>\n<head><title>" + title + "</title></head>\n<body>\n<h1>" + title + "</h1>\n<ul>\n");
            var items = items(error);
            items.forEach(item -> page.append(item(item[0], item[1])));
            page.append(item("RequestId", visit.requestId())).append(item("HostId", HostId.of(visit.requestId())));
            page.append("</ul>\n");
            if (second != null) {
                page.append("<h3>An Error Occurred While Attempting to Retrieve a Custom Error Document</h3>\n<ul>\n");
                items(second).forEach(item -> page.append(item(item[0], item[1])));
                page.append("</ul>\n");
            }
            page.append("<hr/>\n</body>\n</html>\n");
            for (var item : items) {
                var name = switch (item[0]) {
                    case "Code" -> "x-amz-error-code";
                    case "Message" -> "x-amz-error-message";
                    default -> "x-amz-error-detail-" + item[0];
                };
                visit.header(name, printable(item[1]));
            }
            visit.header("Content-Type", "text/html; charset=utf-8");
            boolean bare = visit.method().equals("HEAD");
            visit.send(status, bare ? new byte[0] : page.toString().getBytes(StandardCharsets.UTF_8));
        }

        /** Names and values, ready for markup. */
        private static List<String[]> items(AwsServiceException error) {
            var items = new ArrayList<String[]>();
            var details = error.awsErrorDetails();
            items.add(new String[] {"Code", details.errorCode()});
            items.add(new String[] {"Message", escaped(details.errorMessage())});
            if (details.rawResponse() != null) {
                for (var found = ELEMENT.matcher(details.rawResponse().asUtf8String()); found.find(); ) {
                    items.add(new String[] {found.group(1), found.group(2)});
                }
            }
            return items;
        }

        private static String item(String name, String value) {
            return "<li>" + name + ": " + value + "</li>\n";
        }

        private static String escaped(String text) {
            return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
        }

        private static final Map<Integer, String> REASONS = Map.of(
                400, "Bad Request",
                403, "Forbidden",
                404, "Not Found",
                405, "Method Not Allowed",
                412, "Precondition Failed",
                416, "Requested Range Not Satisfiable",
                500, "Internal Server Error",
                503, "Service Unavailable");

        private static String reason(int status) {
            return REASONS.getOrDefault(status, "Error");
        }
    }
}
