package dev.tsumuji.wire.protocol;

import dev.tsumuji.kernel.cloud.Failures;
import dev.tsumuji.kernel.kv.KvException;
import dev.tsumuji.wire.catalog.ServiceModel.Protocol;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.SdkPojo;

/**
 * An error as it is told to a client, in no protocol yet.
 *
 * @param type the modeled error's name; the code of errors that no model has
 * @param code what XML and old query clients are told; differs from the type for a few services
 * @param modeled whether the service's model has this error
 * @param members the modeled error, for the members that it has beside its message
 * @param details further elements of a document and headers, as {@link Failures#details} makes them
 */
record Fault(
        String type,
        String code,
        int status,
        String message,
        boolean modeled,
        @Nullable SdkPojo members,
        @Nullable AwsErrorDetails details) {

    static Fault of(String code, int status, String message) {
        return new Fault(code, code, status, message, false, null, null);
    }

    /** Of an error that AWS's model or wording names; the code comes from its details, else from its class. */
    static Fault of(AwsServiceException e, @Nullable Endpoint endpoint) {
        var model = endpoint == null ? null : endpoint.model();
        var details = e.awsErrorDetails();
        var named = details == null ? null : details.errorCode();
        var className = e.getClass().getSimpleName();
        var modeled = model == null ? null : named == null ? model.failure(className) : model.failureWithCode(named);
        var code = named != null ? named : modeled != null ? modeled.code() : className;
        var type = modeled != null && model != null && model.protocol() == Protocol.QUERY ? modeled.type() : code;
        int status =
                e.statusCode() > 0 ? e.statusCode() : modeled != null && modeled.status() > 0 ? modeled.status() : 400;
        var message = details != null && details.errorMessage() != null ? details.errorMessage() : e.getMessage();
        return new Fault(
                type,
                code,
                status,
                message == null ? "" : message,
                modeled != null,
                e instanceof SdkPojo p ? p : null,
                details);
    }

    static Fault of(Malformed e, WireFormat format) {
        return switch (format) {
            case QUERY -> of("MalformedInput", 400, e.reason());
            case REST_XML -> malformed(e);
            default -> of("SerializationException", 400, e.reason());
        };
    }

    private static Fault malformed(Malformed e) {
        var argument = e.argument();
        if (argument == null) {
            return e.address()
                    ? of("InvalidURI", 400, "Couldn't parse the specified URI.")
                    : of("MalformedXML", 400, XmlReader.REFUSAL);
        }
        return detailed(
                "InvalidArgument",
                400,
                "Provided " + argument + " not an integer or within integer range",
                Map.of("ArgumentName", argument, "ArgumentValue", e.value()));
    }

    /** An error of S3's with further elements. */
    static Fault detailed(String code, int status, String message, Map<String, String> elements) {
        return detailed(code, status, message, elements, Map.of());
    }

    static Fault detailed(
            String code, int status, String message, Map<String, String> elements, Map<String, String> headers) {
        return new Fault(
                code, code, status, message, false, null, Failures.details(code, status, message, elements, headers));
    }

    /** Of a failing store: clients may try again when it is full for now or busy. */
    static Fault of(KvException e, WireFormat format) {
        return switch (e.kind()) {
            case FULL, CONFLICT ->
                of(
                        format.xml() ? "ServiceUnavailable" : "ServiceUnavailableException",
                        503,
                        "The service is temporarily unable to handle the request. Please try again.");
            case LIMIT, CORRUPT, CLOSED, ENGINE -> internal(format);
        };
    }

    static Fault internal(WireFormat format) {
        return of(
                format == WireFormat.REST_XML ? "InternalError" : "InternalFailure",
                500,
                "We encountered an internal error. Please try again.");
    }

    static Fault notImplemented(String what) {
        return of("NotImplemented", 501, what + " is not implemented");
    }

    boolean sender() {
        return status < 500;
    }
}
