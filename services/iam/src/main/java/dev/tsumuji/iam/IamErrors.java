package dev.tsumuji.iam;

import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.services.iam.model.DeleteConflictException;
import software.amazon.awssdk.services.iam.model.EntityAlreadyExistsException;
import software.amazon.awssdk.services.iam.model.InvalidInputException;
import software.amazon.awssdk.services.iam.model.LimitExceededException;
import software.amazon.awssdk.services.iam.model.MalformedPolicyDocumentException;
import software.amazon.awssdk.services.iam.model.NoSuchEntityException;
import software.amazon.awssdk.services.iam.model.PasswordPolicyViolationException;
import software.amazon.awssdk.services.iam.model.UnmodifiableEntityException;

/** AWS's refusals, with their codes and statuses. */
final class IamErrors {
    private IamErrors() {}

    static AwsServiceException noSuch(String message) {
        return with(NoSuchEntityException.builder(), "NoSuchEntity", 404, message);
    }

    /** @param noun {@code user}, {@code role}, {@code user policy} */
    static AwsServiceException noSuch(String noun, String name) {
        return noSuch("The " + noun + " with name " + name + " cannot be found.");
    }

    static AwsServiceException exists(String message) {
        return with(EntityAlreadyExistsException.builder(), "EntityAlreadyExists", 409, message);
    }

    static AwsServiceException conflict(String message) {
        return with(DeleteConflictException.builder(), "DeleteConflict", 409, message);
    }

    static AwsServiceException limit(String message) {
        return with(LimitExceededException.builder(), "LimitExceeded", 409, message);
    }

    static AwsServiceException invalid(String message) {
        return with(InvalidInputException.builder(), "InvalidInput", 400, message);
    }

    static AwsServiceException malformed(String message) {
        return with(MalformedPolicyDocumentException.builder(), "MalformedPolicyDocument", 400, message);
    }

    static AwsServiceException weakPassword() {
        return with(
                PasswordPolicyViolationException.builder(),
                "PasswordPolicyViolation",
                400,
                "Password does not conform to the account password policy.");
    }

    static AwsServiceException unmodifiable(String role) {
        return with(
                UnmodifiableEntityException.builder(),
                "UnmodifiableEntity",
                400,
                "Cannot perform the operation on the protected role '" + role
                        + "' - this role is only modifiable by AWS");
    }

    private static AwsServiceException with(
            AwsServiceException.Builder builder, String code, int status, String message) {
        builder.statusCode(status)
                .message(message)
                .awsErrorDetails(AwsErrorDetails.builder()
                        .errorCode(code)
                        .errorMessage(message)
                        .build());
        return builder.build();
    }
}
