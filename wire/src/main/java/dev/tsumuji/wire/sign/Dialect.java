package dev.tsumuji.wire.sign;

import dev.tsumuji.wire.http.Request;
import java.util.Set;

/** In which of AWS's families of error codes a refusal is told; judged by the request, before its protocol is known. */
enum Dialect {
    /** awsJson and CBOR: {@code …Exception}, 400. */
    JSON,
    /** restJson: {@code …Exception}, 403. */
    REST_JSON,
    /** awsQuery: no suffix, 403. */
    QUERY,
    /** S3 has words of its own for everything. */
    S3;

    private static final Set<String> QUERY_SERVICES = Set.of(
            "iam",
            "sts",
            "sns",
            "ec2",
            "cloudformation",
            "autoscaling",
            "elasticloadbalancing",
            "rds",
            "redshift",
            "ses");

    static Dialect of(Request request, String service) {
        if (service.equals("s3")) {
            return S3;
        }
        var headers = request.headers();
        if (headers.has("x-amz-target") || headers.has("smithy-protocol")) {
            return JSON;
        }
        var contentType = headers.get("content-type");
        var form = contentType != null && contentType.startsWith("application/x-www-form-urlencoded");
        return form || QUERY_SERVICES.contains(service) ? QUERY : REST_JSON;
    }

    /** {@code name} for XML, {@code nameException} for JSON. */
    String code(String name) {
        return this == JSON || this == REST_JSON ? name + "Exception" : name;
    }

    /** The status of a refusal of credentials. */
    int forbidden() {
        return this == JSON ? 400 : 403;
    }
}
