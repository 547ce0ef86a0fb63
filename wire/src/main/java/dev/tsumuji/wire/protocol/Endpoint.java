package dev.tsumuji.wire.protocol;

import dev.tsumuji.kernel.cloud.Service;
import dev.tsumuji.wire.catalog.ServiceModel;
import dev.tsumuji.wire.constraint.Table;
import dev.tsumuji.wire.http.Request;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** One service of the catalog with its operations, whether the platform has it or not. Immutable but for its table, which
 * is read on first use. */
final class Endpoint {
    /** S3's operations whose path would fit one in a bucket too. */
    private static final Set<String> OUTSIDE_BUCKETS = Set.of("ListBuckets", "ListDirectoryBuckets");

    private static final List<String> METHODS = List.of("DELETE", "GET", "HEAD", "POST", "PUT");

    private final ServiceModel model;
    private final @Nullable Service service;
    private final Map<String, ServiceModel.Operation> models = new HashMap<>();
    private final Map<String, Operation> operations = new HashMap<>();
    /** By HTTP method. */
    private final Map<String, List<Routed>> routes = new HashMap<>();

    private final Set<String> ofBuckets = new HashSet<>();
    private final Set<String> ofObjects = new HashSet<>();

    private volatile @Nullable Table table;

    /**
     * An operation and its path.
     *
     * @param operation null when the platform does not have the service
     */
    private record Routed(
            String name, Route route, @Nullable Operation operation) {}

    Endpoint(ServiceModel model, @Nullable Service service) {
        this.model = model;
        this.service = service;
        for (var operation : model.operations()) {
            models.put(operation.name(), operation);
            if (service != null) {
                operations.put(operation.name(), new Operation(operation, service));
            }
            if (rest() && !(s3() && OUTSIDE_BUCKETS.contains(operation.name()))) {
                var route = new Route(operation.uri());
                routes.computeIfAbsent(operation.verb(), verb -> new ArrayList<>())
                        .add(new Routed(operation.name(), route, operations.get(operation.name())));
                (route.greedy() ? ofObjects : ofBuckets).addAll(route.subresources());
            }
        }
    }

    ServiceModel model() {
        return model;
    }

    /** Read on first use, so that starting doesn't pay for services that nobody calls. */
    Table table() {
        var known = table;
        if (known == null) {
            known = Table.of(model.module());
            table = known;
        }
        return known;
    }

    @Nullable
    Service service() {
        return service;
    }

    boolean rest() {
        return model.protocol() == ServiceModel.Protocol.REST_JSON
                || model.protocol() == ServiceModel.Protocol.REST_XML;
    }

    /** S3 alone has the bucket in the host name or in front of the path, and its own error wording. */
    boolean s3() {
        return model.name().equals("s3");
    }

    @Nullable
    String operationNamed(String name) {
        return models.containsKey(name) ? name : null;
    }

    /** Null when the platform does not have the service. */
    @Nullable
    Operation operation(String name) {
        return operations.get(name);
    }

    /**
     * The name of the operation whose path fits best.
     *
     * @param inBucket whether the path is below a bucket; of S3's operations only {@code ListBuckets} is not
     */
    @Nullable
    String route(Request request, String path, QueryString query, boolean inBucket) {
        return route(request, request.method(), path, query, inBucket);
    }

    /** The methods with which the same path and query would be an operation, in the order of their names. */
    List<String> methods(Request request, String path, QueryString query, boolean inBucket) {
        return METHODS.stream()
                .filter(method -> route(request, method, path, query, inBucket) != null)
                .toList();
    }

    private @Nullable String route(Request request, String method, String path, QueryString query, boolean inBucket) {
        if (s3() && !inBucket) {
            return method.equals("GET") ? "ListBuckets" : null;
        }
        var segments = Route.split(path);
        Routed best = null;
        int bestScore = -1;
        for (var routed : routes.getOrDefault(method, List.of())) {
            int score = routed.route().score(segments, query);
            if (score >= 0 && s3() && routed.operation() != null) {
                int required = routed.operation().requiredParameters(request, query);
                // what lacks a parameter is still meant when it alone has the subresource
                int lacking = routed.route().subresources().isEmpty() ? -1 : score - 1;
                score = required < 0 ? lacking : score + 8 * required;
            }
            if (score > bestScore) {
                bestScore = score;
                best = routed;
            }
        }
        if (best == null || s3() && misses(best.route(), method, subresource(query, path.length() > 1))) {
            return null;
        }
        return best.name();
    }

    /** Whether a route is of the whole although a part is named: {@code DELETE /bucket?logging} deletes no bucket. */
    private static boolean misses(Route route, String method, @Nullable String subresource) {
        return subresource != null
                && !method.equals("HEAD")
                && !route.subresources().contains(subresource);
    }

    /** What of a bucket or of an object the query names; null for the whole. */
    @Nullable
    String subresource(QueryString query, boolean object) {
        var known = object ? ofObjects : ofBuckets;
        for (var name : query.parameters().keySet()) {
            if (known.contains(name)) {
                return name;
            }
        }
        return null;
    }

    /** The format of this service's own protocol. */
    WireFormat ownFormat() {
        return switch (model.protocol()) {
            case AWS_JSON -> WireFormat.JSON_11;
            case REST_JSON -> WireFormat.REST_JSON;
            case REST_XML -> WireFormat.REST_XML;
            case QUERY, EC2 -> WireFormat.QUERY;
            case RPC_CBOR -> WireFormat.RPC_CBOR;
        };
    }
}
