package dev.tsumuji.dynamodb.value;

import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.services.dynamodb.model.DynamoDbException;

/** DynamoDB's {@code ValidationException}: the one error of a request that is wrong by itself. Answered with status 400. */
public final class Refusal {
    private Refusal() {}

    public static DynamoDbException validation(String message) {
        return (DynamoDbException) DynamoDbException.builder()
                .statusCode(400)
                .message(message)
                .awsErrorDetails(AwsErrorDetails.builder()
                        .errorCode("ValidationException")
                        .errorMessage(message)
                        .build())
                .build();
    }
}
