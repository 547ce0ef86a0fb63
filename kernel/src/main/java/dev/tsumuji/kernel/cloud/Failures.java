package dev.tsumuji.kernel.cloud;

import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.awscore.exception.AwsServiceException;

/** Errors that no service's model has a class for. */
public final class Failures {
    private Failures() {}

    /** A client error or an operating error, by AWS's code, HTTP status and wording. */
    public static AwsServiceException of(String code, int status, String message) {
        return AwsServiceException.builder()
                .statusCode(status)
                .message(message)
                .awsErrorDetails(AwsErrorDetails.builder()
                        .errorCode(code)
                        .errorMessage(message)
                        .build())
                .build();
    }
}
