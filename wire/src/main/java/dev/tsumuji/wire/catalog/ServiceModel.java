package dev.tsumuji.wire.catalog;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One service of AWS as its SDK module describes it.
 *
 * @param name the signing name, {@code lambda}; some services share one
 * @param api class name of the SDK's client interface
 * @param protocol the one that the SDK speaks; a request may still come in another
 * @param version date of the API, {@code 2010-05-08}; empty when the SDK doesn't say
 * @param targetPrefix what stands before the dot in {@code X-Amz-Target}; empty for services without targets
 */
public record ServiceModel(
        String name,
        String api,
        Protocol protocol,
        String version,
        String targetPrefix,
        List<Operation> operations,
        List<Failure> failures) {

    /** Protocols as the SDK's modules name them. */
    public enum Protocol {
        AWS_JSON,
        REST_JSON,
        QUERY,
        EC2,
        REST_XML,
        RPC_CBOR
    }

    /**
     * @param uri path with labels in braces, and literal query parameters behind a question mark
     * @param streamingInput whether the request's payload is a stream
     * @param streamingOutput whether the answer's payload is a stream
     */
    public record Operation(String name, String verb, String uri, boolean streamingInput, boolean streamingOutput) {}

    /**
     * A modeled error.
     *
     * @param type simple name of the SDK's exception class
     * @param status 0 when the model doesn't say
     */
    public record Failure(String type, String code, int status) {}

    /** The model's error of this exception class. */
    public @Nullable Failure failure(String type) {
        for (var failure : failures) {
            if (failure.type().equals(type)) {
                return failure;
            }
        }
        return null;
    }

    /** The model's error of this code. */
    public @Nullable Failure failureWithCode(String code) {
        for (var failure : failures) {
            if (failure.code().equals(code)) {
                return failure;
            }
        }
        return null;
    }

    /** What {@code dynamodb} is in {@code software.amazon.awssdk.services.dynamodb.DynamoDbClient}; names the service in messages. */
    public String module() {
        var rest = api.substring("software.amazon.awssdk.services.".length());
        return rest.substring(0, rest.lastIndexOf('.'));
    }
}
