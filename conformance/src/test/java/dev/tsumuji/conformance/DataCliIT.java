package dev.tsumuji.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tables and buckets by the unmodified AWS CLI, with its high-level commands. */
class DataCliIT {
    private static final int FILES = 200;

    @TempDir
    Path folder;

    @BeforeAll
    static void assumeCli() {
        Client.assumeRuns("aws", "--version");
    }

    @Test
    void a_table_is_made_filled_queried_and_deleted() {
        aws("dynamodb create-table --table-name cli-songs --billing-mode PAY_PER_REQUEST"
                + " --attribute-definitions AttributeName=artist,AttributeType=S AttributeName=song,AttributeType=S"
                + " --key-schema AttributeName=artist,KeyType=HASH AttributeName=song,KeyType=RANGE");
        aws("dynamodb wait table-exists --table-name cli-songs");
        for (var song : List.of("one", "two", "three")) {
            aws("dynamodb put-item --table-name cli-songs --item {\"artist\":{\"S\":\"a\"},\"song\":{\"S\":\"" + song
                    + "\"}}");
        }
        assertThat(
                        aws(
                                "dynamodb query --table-name cli-songs --key-condition-expression artist=:a"
                                        + " --expression-attribute-values {\":a\":{\"S\":\"a\"}} --page-size 1 --query Items[].song.S --output text"))
                .isEqualToNormalizingWhitespace("one three two");
        assertThat(aws("dynamodb scan --table-name cli-songs --max-items 2 --query Items[].song.S --output text"))
                .containsSubsequence("one", "three")
                .doesNotContain("two");
        assertThat(
                        run("dynamodb put-item --table-name cli-songs --item {\"artist\":{\"S\":\"a\"},\"song\":{\"S\":\"one\"}}"
                                        + " --condition-expression attribute_not_exists(artist)")
                                .out())
                .contains("An error occurred (ConditionalCheckFailedException) when calling the PutItem operation:"
                        + " The conditional request failed");
        assertThat(run("dynamodb put-item --table-name cli-none --item {\"artist\":{\"S\":\"a\"}}")
                        .out())
                .contains("An error occurred (ResourceNotFoundException) when calling the PutItem operation:"
                        + " Requested resource not found");
        aws("dynamodb delete-table --table-name cli-songs");
        aws("dynamodb wait table-not-exists --table-name cli-songs");
    }

    @Test
    void a_table_is_backed_up_and_restored() {
        aws(
                "dynamodb create-table --table-name cli-kept --billing-mode PAY_PER_REQUEST"
                        + " --attribute-definitions AttributeName=id,AttributeType=S --key-schema AttributeName=id,KeyType=HASH");
        aws("dynamodb put-item --table-name cli-kept --item {\"id\":{\"S\":\"a\"}}");
        aws("dynamodb update-continuous-backups --table-name cli-kept"
                + " --point-in-time-recovery-specification PointInTimeRecoveryEnabled=true");
        assertThat(
                        aws(
                                "dynamodb describe-continuous-backups --table-name cli-kept --output text --query"
                                        + " ContinuousBackupsDescription.PointInTimeRecoveryDescription.[PointInTimeRecoveryStatus,RecoveryPeriodInDays]"))
                .isEqualTo("ENABLED\t35");
        var arn = aws("dynamodb create-backup --table-name cli-kept --backup-name one --output text"
                + " --query BackupDetails.BackupArn");
        Waiting.until(
                Duration.ofSeconds(30),
                () -> aws("dynamodb describe-backup --output text --query BackupDescription.BackupDetails.BackupStatus"
                                + " --backup-arn " + arn)
                        .equals("AVAILABLE"));
        aws("dynamodb delete-table --table-name cli-kept");
        assertThat(aws("dynamodb list-backups --backup-type ALL --output text --query BackupSummaries[].BackupName"))
                .isEqualTo("one\tcli-kept$DeletedTableBackup");
        aws("dynamodb restore-table-from-backup --target-table-name cli-kept --backup-arn " + arn);
        aws("dynamodb wait table-exists --table-name cli-kept");
        assertThat(aws("dynamodb scan --table-name cli-kept --output text --query Items[].id.S"))
                .isEqualTo("a");
        assertThat(
                        run("dynamodb restore-table-to-point-in-time --source-table-name cli-kept --target-table-name cli-past"
                                        + " --use-latest-restorable-time")
                                .out())
                .contains(
                        "An error occurred (PointInTimeRecoveryUnavailableException) when calling the"
                                + " RestoreTableToPointInTime operation: Point in time recovery is not enabled for table 'cli-kept'");
        assertThat(aws("dynamodb delete-backup --output text --query BackupDescription.BackupDetails.BackupStatus"
                        + " --backup-arn " + arn))
                .isEqualTo("DELETED");
        aws("dynamodb delete-table --table-name cli-kept");
    }

    @Test
    void folders_are_synchronised_there_and_back() throws IOException {
        aws("s3 mb s3://cli-sync");
        var source = Files.createDirectories(folder.resolve("source/a b/ü"));
        for (int i = 0; i < FILES; i++) {
            var file = (i % 2 == 0 ? source : source.getParent()).resolve("f" + i + ".txt");
            Files.writeString(file, "file " + i);
            // what was written in the second of its upload counts as newer: S3 tells whole seconds
            Files.setLastModifiedTime(file, FileTime.from(Instant.now().minusSeconds(60)));
        }
        var there = aws("s3 sync source s3://cli-sync/copy --no-progress");
        assertThat(there.lines().filter(line -> line.startsWith("upload:"))).hasSize(FILES);
        assertThat(aws("s3 sync source s3://cli-sync/copy")).isEmpty();
        Files.delete(source.resolve("f0.txt"));
        Files.writeString(source.resolve("f2.txt"), "a longer text");
        assertThat(aws("s3 sync source s3://cli-sync/copy --delete --no-progress")
                        .lines()
                        .sorted()
                        .map(line -> line.split(":", 2)[0]))
                .containsExactly("delete", "upload");
        assertThat(aws("s3 ls s3://cli-sync/copy/ --recursive --summarize"))
                .contains("Total Objects: " + (FILES - 1), "copy/a b/ü/f2.txt");
        assertThat(aws("s3 ls s3://cli-sync/copy/")).isEqualTo("PRE a b/");
        aws("s3 sync s3://cli-sync/copy back --no-progress");
        try (var files = Files.walk(folder.resolve("back"))) {
            assertThat(files.filter(Files::isRegularFile)).hasSize(FILES - 1);
        }
        assertThat(folder.resolve("back/a b/ü/f2.txt")).hasContent("a longer text");
        aws("s3 mv s3://cli-sync/copy s3://cli-sync/moved --recursive --no-progress");
        assertThat(aws("s3api list-objects-v2 --bucket cli-sync --prefix copy --no-paginate --query KeyCount"))
                .isEqualTo("0");
        assertThat(run("s3 rb s3://cli-sync").out()).contains("(BucketNotEmpty)");
        aws("s3 rb s3://cli-sync --force");
    }

    @Test
    void large_files_go_in_parts_and_links_work() throws IOException, InterruptedException {
        aws("s3api create-bucket --bucket cli-large");
        var bytes = new byte[30 * 1024 * 1024 + 11];
        new Random(5).nextBytes(bytes);
        var file = Files.write(folder.resolve("large"), bytes);
        aws("s3 cp large s3://cli-large/large --no-progress --metadata a=b --content-type image/x");
        assertThat(
                        aws(
                                "s3api head-object --bucket cli-large --key large --query [ETag,ContentType,Metadata.a,ContentLength] --output text"))
                .contains("-4\"", "image/x\tb\t" + bytes.length);
        aws("s3 cp s3://cli-large/large back --no-progress");
        assertThat(Files.mismatch(file, folder.resolve("back"))).isEqualTo(-1);
        aws("s3 cp s3://cli-large/large s3://cli-large/copy --no-progress");
        aws("s3api get-object --bucket cli-large --key copy --range bytes=100-199 piece");
        assertThat(folder.resolve("piece")).hasSize(100);

        var link = aws("s3 presign s3://cli-large/large --expires-in 60");
        try (var http = HttpClient.newHttpClient()) {
            var got = http.send(
                    HttpRequest.newBuilder(URI.create(link)).build(), HttpResponse.BodyHandlers.ofByteArray());
            assertThat(got.statusCode()).isEqualTo(200);
            assertThat(got.body()).isEqualTo(bytes);
        }
        assertThat(run("s3api get-object --bucket cli-large --key none none").out())
                .contains(
                        "An error occurred (NoSuchKey) when calling the GetObject operation: The specified key does not exist.");
        assertThat(run("s3 cp s3://cli-large/none none").out())
                .contains("An error occurred (404) when calling the HeadObject operation: Key \"none\" does not exist");
        aws("s3 rm s3://cli-large --recursive");
        aws("s3api delete-bucket --bucket cli-large");
    }

    private String aws(String line) {
        return run(line).ok();
    }

    private Client.Outcome run(String line) {
        var command = new ArrayList<>(List.of("aws"));
        command.addAll(List.of(line.split(" ")));
        return Client.run(folder, RunningPlatform.shared().environment(), command);
    }
}
