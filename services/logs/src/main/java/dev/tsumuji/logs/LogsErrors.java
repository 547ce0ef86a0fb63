package dev.tsumuji.logs;

import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.services.cloudwatchlogs.model.CloudWatchLogsException;
import software.amazon.awssdk.services.cloudwatchlogs.model.InvalidParameterException;
import software.amazon.awssdk.services.cloudwatchlogs.model.ResourceAlreadyExistsException;
import software.amazon.awssdk.services.cloudwatchlogs.model.ResourceNotFoundException;
import software.amazon.awssdk.services.cloudwatchlogs.model.TooManyTagsException;

/** CloudWatch Logs' refusals, in its own words. All are answered with status 400. */
final class LogsErrors {
    private LogsErrors() {}

    static CloudWatchLogsException noSuchGroup() {
        return notFound("The specified log group does not exist.");
    }

    static CloudWatchLogsException noSuchStream() {
        return notFound("The specified log stream does not exist.");
    }

    static CloudWatchLogsException notFound(String message) {
        return (CloudWatchLogsException) ResourceNotFoundException.builder()
                .statusCode(400)
                .message(message)
                .awsErrorDetails(details("ResourceNotFoundException", message))
                .build();
    }

    static CloudWatchLogsException groupExists() {
        return exists("The specified log group already exists");
    }

    static CloudWatchLogsException streamExists() {
        return exists("The specified log stream already exists");
    }

    private static CloudWatchLogsException exists(String message) {
        return (CloudWatchLogsException) ResourceAlreadyExistsException.builder()
                .statusCode(400)
                .message(message)
                .awsErrorDetails(details("ResourceAlreadyExistsException", message))
                .build();
    }

    static CloudWatchLogsException invalid(String message) {
        return (CloudWatchLogsException) InvalidParameterException.builder()
                .statusCode(400)
                .message(message)
                .awsErrorDetails(details("InvalidParameterException", message))
                .build();
    }

    static CloudWatchLogsException limitExceeded() {
        return other("LimitExceededException", "Resource limit exceeded.");
    }

    static CloudWatchLogsException tooManyTags() {
        var message = "The maximum number of tags for a resource is " + LogsLimits.TAGS_MAX + ".";
        return (CloudWatchLogsException) TooManyTagsException.builder()
                .statusCode(400)
                .message(message)
                .awsErrorDetails(details("TooManyTagsException", message))
                .build();
    }

    static CloudWatchLogsException other(String code, String message) {
        return (CloudWatchLogsException) CloudWatchLogsException.builder()
                .statusCode(400)
                .message(message)
                .awsErrorDetails(details(code, message))
                .build();
    }

    private static AwsErrorDetails details(String code, String message) {
        return AwsErrorDetails.builder().errorCode(code).errorMessage(message).build();
    }
}
