package dev.tsumuji.wire.protocol;

import dev.tsumuji.wire.http.Request;

/** In which protocol one request came, and its answer goes. */
enum WireFormat {
    JSON_10("application/x-amz-json-1.0"),
    JSON_11("application/x-amz-json-1.1"),
    /** The older CBOR form of awsJson, still spoken for Kinesis: timestamps in milliseconds. */
    AWS_CBOR("application/x-amz-cbor-1.1"),
    RPC_CBOR("application/cbor"),
    REST_JSON("application/json"),
    REST_XML("application/xml"),
    QUERY("text/xml");

    private final String contentType;

    WireFormat(String contentType) {
        this.contentType = contentType;
    }

    String contentType() {
        return contentType;
    }

    boolean cbor() {
        return this == AWS_CBOR || this == RPC_CBOR;
    }

    boolean xml() {
        return this == REST_XML || this == QUERY;
    }

    /** Of a request that names its operation in {@code X-Amz-Target}. */
    static WireFormat targeted(Request request) {
        var type = request.header("content-type");
        if (type == null) {
            return JSON_11;
        }
        if (type.contains("cbor")) {
            return AWS_CBOR;
        }
        return type.contains("json-1.0") ? JSON_10 : JSON_11;
    }
}
