package dev.tsumuji.lambda;

import dev.tsumuji.kernel.cloud.Failures;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.services.lambda.model.CodeStorageExceededException;
import software.amazon.awssdk.services.lambda.model.InvalidParameterValueException;
import software.amazon.awssdk.services.lambda.model.InvalidRequestContentException;
import software.amazon.awssdk.services.lambda.model.PolicyLengthExceededException;
import software.amazon.awssdk.services.lambda.model.PreconditionFailedException;
import software.amazon.awssdk.services.lambda.model.ResourceConflictException;
import software.amazon.awssdk.services.lambda.model.ResourceNotFoundException;
import software.amazon.awssdk.services.lambda.model.ServiceException;
import software.amazon.awssdk.services.lambda.model.ThrottleReason;
import software.amazon.awssdk.services.lambda.model.TooManyRequestsException;

/** Lambda's errors with their codes, statuses and members. */
final class LambdaErrors {
    private static final String USER = "User";

    private LambdaErrors() {}

    static AwsServiceException notFound(String message) {
        return ResourceNotFoundException.builder()
                .type(USER)
                .statusCode(404)
                .message(message)
                .awsErrorDetails(details("ResourceNotFoundException", message))
                .build();
    }

    static AwsServiceException functionNotFound(String arn) {
        return notFound("Function not found: " + arn);
    }

    static AwsServiceException invalid(String message) {
        return InvalidParameterValueException.builder()
                .type(USER)
                .statusCode(400)
                .message(message)
                .awsErrorDetails(details("InvalidParameterValueException", message))
                .build();
    }

    /** The same from where concurrency is accounted, which doesn't say whose fault it is. */
    static AwsServiceException invalidConcurrency(String message) {
        return InvalidParameterValueException.builder()
                .statusCode(400)
                .message(message)
                .awsErrorDetails(details("InvalidParameterValueException", message))
                .build();
    }

    static AwsServiceException conflict(String message) {
        return ResourceConflictException.builder()
                .type(USER)
                .statusCode(409)
                .message(message)
                .awsErrorDetails(details("ResourceConflictException", message))
                .build();
    }

    static AwsServiceException precondition(String message) {
        return PreconditionFailedException.builder()
                .type(USER)
                .statusCode(412)
                .message(message)
                .awsErrorDetails(details("PreconditionFailedException", message))
                .build();
    }

    static AwsServiceException requestContent(String message) {
        return InvalidRequestContentException.builder()
                .type(USER)
                .statusCode(400)
                .message(message)
                .awsErrorDetails(details("InvalidRequestContentException", message))
                .build();
    }

    static AwsServiceException throttled(ThrottleReason reason) {
        return TooManyRequestsException.builder()
                .type(USER)
                .reason(reason)
                .statusCode(429)
                .message("Rate Exceeded.")
                .awsErrorDetails(details("TooManyRequestsException", "Rate Exceeded."))
                .build();
    }

    static AwsServiceException codeStorageExceeded() {
        return CodeStorageExceededException.builder()
                .type(USER)
                .statusCode(400)
                .message("Code storage limit exceeded.")
                .awsErrorDetails(details("CodeStorageExceededException", "Code storage limit exceeded."))
                .build();
    }

    static AwsServiceException policyTooLong(int length, int lengthMax) {
        var message = "The final policy size (" + length + ") is bigger than the limit (" + lengthMax + ").";
        return PolicyLengthExceededException.builder()
                .type(USER)
                .statusCode(400)
                .message(message)
                .awsErrorDetails(details("PolicyLengthExceededException", message))
                .build();
    }

    /** The platform itself could not do it. */
    static AwsServiceException service(String message, Throwable cause) {
        return ServiceException.builder()
                .type("Service")
                .statusCode(500)
                .message(message)
                .cause(cause)
                .awsErrorDetails(details("ServiceException", message))
                .build();
    }

    static AwsServiceException tooLarge(String message) {
        return Failures.of("RequestEntityTooLargeException", 413, message);
    }

    /** A constraint of the request's shape; Lambda's model has no class for it. */
    static AwsServiceException validation(String... problems) {
        var count = problems.length == 1 ? "1 validation error" : problems.length + " validation errors";
        return Failures.of("ValidationException", 400, count + " detected: " + String.join("; ", problems));
    }

    /** One problem as the validation messages put it. */
    static String problem(String value, String member, String constraint) {
        return "Value '" + value + "' at '" + member + "' failed to satisfy constraint: Member must " + constraint;
    }

    private static AwsErrorDetails details(String code, String message) {
        return AwsErrorDetails.builder().errorCode(code).errorMessage(message).build();
    }
}
