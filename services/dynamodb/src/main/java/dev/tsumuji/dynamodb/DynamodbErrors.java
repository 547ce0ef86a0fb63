package dev.tsumuji.dynamodb;

import dev.tsumuji.dynamodb.value.KeyAttribute;
import dev.tsumuji.dynamodb.value.Kind;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.BackupInUseException;
import software.amazon.awssdk.services.dynamodb.model.BackupNotFoundException;
import software.amazon.awssdk.services.dynamodb.model.CancellationReason;
import software.amazon.awssdk.services.dynamodb.model.ConditionalCheckFailedException;
import software.amazon.awssdk.services.dynamodb.model.ContinuousBackupsUnavailableException;
import software.amazon.awssdk.services.dynamodb.model.DuplicateItemException;
import software.amazon.awssdk.services.dynamodb.model.DynamoDbException;
import software.amazon.awssdk.services.dynamodb.model.ExpiredIteratorException;
import software.amazon.awssdk.services.dynamodb.model.IdempotentParameterMismatchException;
import software.amazon.awssdk.services.dynamodb.model.InvalidRestoreTimeException;
import software.amazon.awssdk.services.dynamodb.model.LimitExceededException;
import software.amazon.awssdk.services.dynamodb.model.PointInTimeRecoveryUnavailableException;
import software.amazon.awssdk.services.dynamodb.model.PolicyNotFoundException;
import software.amazon.awssdk.services.dynamodb.model.ResourceInUseException;
import software.amazon.awssdk.services.dynamodb.model.ResourceNotFoundException;
import software.amazon.awssdk.services.dynamodb.model.TableAlreadyExistsException;
import software.amazon.awssdk.services.dynamodb.model.TableInUseException;
import software.amazon.awssdk.services.dynamodb.model.TableNotFoundException;
import software.amazon.awssdk.services.dynamodb.model.TransactionCanceledException;

/** DynamoDB's refusals, in its own words. All are answered with status 400. */
final class DynamodbErrors {
    private static final String EMPTY = "One or more parameter values are not valid. ";

    private DynamodbErrors() {}

    static DynamoDbException invalid(String message) {
        return filled(DynamoDbException.builder(), "ValidationException", message);
    }

    static DynamoDbException invalidParameters(String what) {
        return invalid("One or more parameter values were invalid: " + what);
    }

    static DynamoDbException keyMismatch() {
        return invalid("The provided key element does not match the schema");
    }

    static DynamoDbException emptyKey(KeyAttribute part, @Nullable Index index) {
        return invalid(
                index == null
                        ? EMPTY + noEmpty(part) + " Key: " + part.name()
                        : EMPTY + "A value specified for a secondary index key is not supported. " + noEmpty(part)
                                + " IndexName: " + index.name() + ", IndexKey: " + part.name());
    }

    static DynamoDbException emptyUpdatedKey(KeyAttribute part) {
        return invalid(EMPTY + "The update expression attempted to update a secondary index key to a value that is not"
                + " supported. " + noEmpty(part));
    }

    private static String noEmpty(KeyAttribute part) {
        return "The AttributeValue for a key attribute cannot contain an empty "
                + (part.kind() == Kind.S ? "string" : "binary") + " value.";
    }

    /** Whether this is about an empty key, which a transaction is refused for as a whole rather than cancelled. */
    static boolean isEmptyKey(DynamoDbException e) {
        return e.awsErrorDetails().errorMessage().startsWith(EMPTY);
    }

    /** As item operations say it. */
    static DynamoDbException notFound() {
        return notFound("Requested resource not found");
    }

    /** As operations on tables say it. */
    static DynamoDbException noSuchTable(String name) {
        return notFound("Requested resource not found: Table: " + name + " not found");
    }

    /** As operations on backups say it. */
    static DynamoDbException noTable(String name) {
        return filled(TableNotFoundException.builder(), "TableNotFoundException", "Table not found: " + name);
    }

    static DynamoDbException noBackup(String arn) {
        return filled(BackupNotFoundException.builder(), "BackupNotFoundException", "Backup not found: " + arn);
    }

    static DynamoDbException backupInUse() {
        return filled(
                BackupInUseException.builder(),
                "BackupInUseException",
                "There is another ongoing conflicting backup control plane operation on the table. The backup is either being"
                        + " created, deleted or restored to a table.");
    }

    static DynamoDbException targetExists(String name) {
        return filled(
                TableAlreadyExistsException.builder(), "TableAlreadyExistsException", "Table already exists: " + name);
    }

    static DynamoDbException targetInUse(String name) {
        return filled(TableInUseException.builder(), "TableInUseException", "Table is being created: " + name);
    }

    static DynamoDbException backupsUnavailable(String name) {
        return filled(
                ContinuousBackupsUnavailableException.builder(),
                "ContinuousBackupsUnavailableException",
                "Backups are being enabled for the table: " + name + ". Please retry later");
    }

    static DynamoDbException recoveryUnavailable(String name) {
        return filled(
                PointInTimeRecoveryUnavailableException.builder(),
                "PointInTimeRecoveryUnavailableException",
                "Point in time recovery is not enabled for table '" + name + "'");
    }

    static DynamoDbException invalidRestoreTime() {
        return filled(
                InvalidRestoreTimeException.builder(),
                "InvalidRestoreTimeException",
                "An invalid restore time was specified. RestoreDateTime must be between EarliestRestorableDateTime and"
                        + " LatestRestorableDateTime.");
    }

    static DynamoDbException notFound(String message) {
        return filled(ResourceNotFoundException.builder(), "ResourceNotFoundException", message);
    }

    static DynamoDbException inUse(String message) {
        return filled(ResourceInUseException.builder(), "ResourceInUseException", message);
    }

    /** Because something that was asked for earlier isn't done yet. */
    static DynamoDbException busy(Table table) {
        return inUse("Attempt to change a resource which is still in use: Table is being "
                + (table.restoring() ? "created: " : "updated: ")
                + table.name().name());
    }

    static DynamoDbException limit(String message) {
        return filled(LimitExceededException.builder(), "LimitExceededException", message);
    }

    static DynamoDbException noSuchPolicy(String arn) {
        return filled(
                PolicyNotFoundException.builder(),
                "PolicyNotFoundException",
                "Resource-based policy not found for the provided ResourceArn: " + arn);
    }

    static DynamoDbException duplicateItem() {
        return filled(
                DuplicateItemException.builder(), "DuplicateItemException", "Duplicate primary key exists in table");
    }

    /** @param item what was there, when the request asked to be told */
    static DynamoDbException conditionFailed(@Nullable Map<String, AttributeValue> item) {
        return filled(
                ConditionalCheckFailedException.builder().item(item),
                "ConditionalCheckFailedException",
                "The conditional request failed");
    }

    static DynamoDbException cancelled(List<CancellationReason> reasons) {
        var codes = reasons.stream().map(CancellationReason::code).toList();
        return filled(
                TransactionCanceledException.builder().cancellationReasons(reasons),
                "TransactionCanceledException",
                "Transaction cancelled, please refer cancellation reasons for specific reasons ["
                        + String.join(", ", codes) + "]");
    }

    static DynamoDbException otherRequestWithToken() {
        return filled(
                IdempotentParameterMismatchException.builder(),
                "IdempotentParameterMismatchException",
                "Request parameters do not match those of an earlier request with the same client token");
    }

    static DynamoDbException expiredIterator() {
        return filled(
                ExpiredIteratorException.builder(),
                "ExpiredIteratorException",
                "Iterator expired. The iterator was created at time older than 15 minutes ago.");
    }

    private static DynamoDbException filled(DynamoDbException.Builder builder, String code, String message) {
        return (DynamoDbException) builder.statusCode(400)
                .message(message)
                .awsErrorDetails(AwsErrorDetails.builder()
                        .errorCode(code)
                        .errorMessage(message)
                        .build())
                .build();
    }
}
