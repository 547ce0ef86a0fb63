package dev.tsumuji.wire.protocol;

import dev.tsumuji.wire.catalog.ServiceModel.Protocol;
import dev.tsumuji.wire.http.BucketHost;
import dev.tsumuji.wire.http.Request;
import dev.tsumuji.wire.sign.Verifier;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Finds the protocol, the service and the operation of a request. The protocol is told by the request itself, since SDKs of
 * different ages speak different ones to the same service: a target header, a Smithy protocol header, a form with an
 * Action, else a path. Immutable and thread-safe.
 */
final class Router {
    private static final int MAX_FORM_BYTES = 4 * 1024 * 1024;

    private final Map<String, List<Endpoint>> bySigningName = new HashMap<>();
    private final Map<String, Endpoint> byTargetPrefix = new HashMap<>();
    private final List<Endpoint> endpoints;

    Router(List<Endpoint> endpoints) {
        this.endpoints = List.copyOf(endpoints);
        for (var endpoint : endpoints) {
            bySigningName
                    .computeIfAbsent(endpoint.model().name(), n -> new ArrayList<>())
                    .add(endpoint);
            if (!endpoint.model().targetPrefix().isEmpty()) {
                byTargetPrefix.put(endpoint.model().targetPrefix(), endpoint);
            }
        }
    }

    /** The protocol and, where it is known, the service; reads no body. For errors about the request as a whole. */
    Aim aim(Request request) {
        var target = request.header("x-amz-target");
        if (target != null) {
            return new Aim(byTarget(target), WireFormat.targeted(request));
        }
        var signed = signed(request);
        var first = signed.isEmpty() ? nobodys(request) : signed.getFirst();
        if (smithyCbor(request)) {
            return new Aim(first, WireFormat.RPC_CBOR);
        }
        if (form(request) && (first == null || !first.rest())) {
            return new Aim(first, WireFormat.QUERY);
        }
        return new Aim(first, first == null ? WireFormat.REST_JSON : first.ownFormat());
    }

    /** Requests without a signature are S3's, when they look like that. */
    private @Nullable Endpoint nobodys(Request request) {
        return signingName(request) == null && Verifier.claimedService(request).equals("s3") ? s3() : null;
    }

    private @Nullable Endpoint s3() {
        var endpoints = bySigningName.getOrDefault("s3", List.of());
        return endpoints.isEmpty() ? null : endpoints.getFirst();
    }

    /** The bucket that a request to S3 is for, and the path below it. */
    static Place place(Request request) {
        var inHost = BucketHost.of(request.host()).bucket();
        var path = request.path();
        if (inHost != null) {
            return new Place(inHost, path);
        }
        int slash = path.indexOf('/', 1);
        return new Place(
                Text.decode(slash < 0 ? path.substring(1) : path.substring(1, slash), false),
                slash < 0 ? "/" : path.substring(slash));
    }

    /**
     * @param bucket decoded; empty for the service itself
     * @param path as sent, {@code /} for the bucket itself
     */
    record Place(String bucket, String path) {
        boolean object() {
            return path.length() > 1;
        }

        String resourceType() {
            return object() ? "OBJECT" : bucket.isEmpty() ? "SERVICE" : "BUCKET";
        }
    }

    /** The service that the request itself names, whatever its signature says. */
    @Nullable
    Endpoint named(Request request) {
        var target = request.header("x-amz-target");
        if (target != null) {
            return byTarget(target);
        }
        if (!smithyCbor(request)) {
            return null;
        }
        var segments = Route.split(request.path());
        int at = segments.indexOf("operation");
        return at > 0 ? byTargetPrefix.get(segments.get(at - 1)) : null;
    }

    /** @param endpoint null when nothing tells the service */
    record Aim(@Nullable Endpoint endpoint, WireFormat format) {}

    /**
     * @throws Refused when there is no such service or operation
     * @throws Malformed when the form or the query string can't be read
     */
    Target locate(Request request, Aim aim) throws IOException {
        return switch (aim.format()) {
            case JSON_10, JSON_11, AWS_CBOR -> targeted(request, aim);
            case RPC_CBOR -> smithy(request, aim);
            case QUERY -> query(request, aim);
            case REST_JSON, REST_XML -> rest(request);
        };
    }

    private Target targeted(Request request, Aim aim) {
        var header = request.header("x-amz-target");
        var target = header == null ? "" : header;
        return target(aim.endpoint(), aim.format(), target.substring(target.lastIndexOf('.') + 1), request);
    }

    private Target smithy(Request request, Aim aim) {
        var segments = Route.split(request.path());
        int at = segments.indexOf("operation");
        var operation = at >= 0 && at + 1 < segments.size() ? segments.get(at + 1) : "";
        var named = at > 0 ? byTargetPrefix.get(segments.get(at - 1)) : null;
        return target(named != null ? named : aim.endpoint(), aim.format(), operation, request);
    }

    private static Target target(@Nullable Endpoint endpoint, WireFormat format, String operation, Request request) {
        if (endpoint == null || endpoint.operationNamed(operation) == null) {
            throw new Refused(Fault.of("UnknownOperationException", 400, ""));
        }
        return new Target(endpoint, format, operation, null, request.path(), null, new QueryString(Map.of()));
    }

    private Target query(Request request, Aim aim) throws IOException {
        var body = request.body().readNBytes(MAX_FORM_BYTES + 1);
        if (body.length > MAX_FORM_BYTES) {
            throw BoundedBody.tooLarge(MAX_FORM_BYTES);
        }
        var text = new String(body, StandardCharsets.UTF_8);
        var inUrl = request.query();
        var fields = Node.form(inUrl == null || inUrl.isEmpty() ? text : text.isEmpty() ? inUrl : inUrl + "&" + text);
        var action = text(fields, "Action");
        var version = text(fields, "Version");
        if (action.isEmpty()) {
            throw new Refused(
                    Fault.of("MissingAction", 400, "The request is missing an action or a required parameter."));
        }
        var endpoint = aim.endpoint() != null ? aim.endpoint() : unsigned(action, version);
        if (endpoint == null || endpoint.operationNamed(action) == null) {
            throw new Refused(
                    Fault.of("InvalidAction", 400, "Could not find operation " + action + " for version " + version));
        }
        return new Target(endpoint, WireFormat.QUERY, action, fields, request.path(), null, new QueryString(Map.of()));
    }

    private static String text(Node fields, String name) {
        var child = fields.child(name);
        return child == null ? "" : child.text();
    }

    /** An unsigned form, as {@code AssumeRoleWithWebIdentity} is: its action and version tell whose it is. */
    private @Nullable Endpoint unsigned(String action, String version) {
        for (var endpoint : endpoints) {
            var model = endpoint.model();
            if (model.protocol() == Protocol.QUERY
                    && endpoint.operationNamed(action) != null
                    && (version.isEmpty() || version.equals(model.version()))) {
                return endpoint;
            }
        }
        return null;
    }

    private Target rest(Request request) {
        var query = QueryString.parse(request.query());
        for (var endpoint : restCandidates(request)) {
            String bucket = null;
            var path = request.path();
            if (endpoint.s3()) {
                var place = place(request);
                bucket = place.bucket();
                path = place.path();
            }
            if (endpoint.s3() && request.method().equals("PUT") && query.has("partNumber") != query.has("uploadId")) {
                throw query.has("partNumber") ? partOfNoUpload() : uploadOfNoPart();
            }
            var operation = endpoint.route(request, path, query, bucket != null && !bucket.isEmpty());
            if (operation != null) {
                return new Target(endpoint, endpoint.ownFormat(), operation, null, path, bucket, query);
            }
            if (endpoint.s3()) {
                throw methodNotAllowed(request, endpoint, query);
            }
        }
        throw new Refused(Fault.of(
                "UnknownOperationException", 404, "No operation fits " + request.method() + " " + request.path()));
    }

    private static Refused methodNotAllowed(Request request, Endpoint endpoint, QueryString query) {
        var place = place(request);
        var subresource = endpoint.subresource(query, place.object());
        var elements = new LinkedHashMap<String, String>();
        elements.put("Method", request.method());
        elements.put("ResourceType", subresource == null ? place.resourceType() : resourceType(subresource));
        var allowed =
                endpoint.methods(request, place.path(), query, !place.bucket().isEmpty());
        return new Refused(Fault.detailed(
                "MethodNotAllowed",
                405,
                "The specified method is not allowed against this resource.",
                elements,
                Map.of("Allow", String.join(", ", allowed))));
    }

    /** A part whose upload was forgotten must not become the object. */
    private static Refused partOfNoUpload() {
        var elements = new LinkedHashMap<String, String>();
        elements.put("ArgumentName", "partNumber");
        elements.put("ArgumentValue", "partNumber");
        return new Refused(Fault.detailed(
                "InvalidArgument", 400, "This operation does not accept partNumber without uploadId", elements));
    }

    private static Refused uploadOfNoPart() {
        var elements = new LinkedHashMap<String, String>();
        elements.put("Method", "PUT");
        elements.put("ResourceType", "UPLOAD");
        return new Refused(Fault.detailed(
                "MethodNotAllowed",
                405,
                "The specified method is not allowed against this resource.",
                elements,
                Map.of("Allow", "DELETE, POST, GET")));
    }

    /** As S3's access logs call it: {@code requestPayment} is {@code REQUEST_PAYMENT}. */
    private static String resourceType(String subresource) {
        return switch (subresource) {
            case "logging" -> "LOGGING_STATUS";
            case "policy" -> "BUCKETPOLICY";
            case "versions" -> "BUCKETVERSIONS";
            default ->
                subresource.replaceAll("(?=[A-Z])", "_").replace('-', '_').toUpperCase(Locale.ROOT);
        };
    }

    private List<Endpoint> restCandidates(Request request) {
        var signed = signed(request);
        var candidates = signed.isEmpty() ? bySigningName.getOrDefault("s3", List.of()) : signed;
        return candidates.stream().filter(Endpoint::rest).toList();
    }

    private @Nullable Endpoint byTarget(String target) {
        int dot = target.lastIndexOf('.');
        return dot < 0 ? null : byTargetPrefix.get(target.substring(0, dot));
    }

    private List<Endpoint> signed(Request request) {
        var name = signingName(request);
        return name == null ? List.of() : bySigningName.getOrDefault(name, List.of());
    }

    private static boolean smithyCbor(Request request) {
        return "rpc-v2-cbor".equals(request.header("smithy-protocol"));
    }

    /** Whether the operation is named by an Action: in a form body, or in the URL as older clients do. */
    private static boolean form(Request request) {
        var type = request.header("content-type");
        if (type != null && type.toLowerCase(Locale.ROOT).startsWith("application/x-www-form-urlencoded")) {
            return true;
        }
        var query = request.query();
        return query != null && (query.startsWith("Action=") || query.contains("&Action="));
    }

    /** The service in the credential scope of the signature, in the header or in the URL. */
    static @Nullable String signingName(Request request) {
        var header = request.header("authorization");
        if (header != null) {
            int start = header.indexOf("Credential=");
            if (start >= 0) {
                int end = header.indexOf(',', start);
                return scopedService(header.substring(start + 11, end < 0 ? header.length() : end), "/");
            }
            return header.startsWith("AWS ") ? "s3" : null;
        }
        var query = request.query();
        int start = query == null ? -1 : query.indexOf("X-Amz-Credential=");
        if (query == null || start < 0) {
            return query != null && query.contains("AWSAccessKeyId=") ? "s3" : null;
        }
        int end = query.indexOf('&', start);
        return scopedService(query.substring(start + 17, end < 0 ? query.length() : end), "%2F|%2f|/");
    }

    private static @Nullable String scopedService(String credential, String separator) {
        var parts = credential.split(separator, -1);
        return parts.length >= 5 ? parts[parts.length - 2] : null;
    }
}
