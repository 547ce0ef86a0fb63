package dev.tsumuji.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.amazonaws.services.lambda.runtime.RequestHandler;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The platform's answers beside those that AWS gave to the same requests, by unmodified boto3. The rows are in {@code
 * recorded_*_suite.py}; what AWS answered is read from recordings beside the project, without which this is skipped.
 */
class RecordedIT {
    /** A folder of JSON files, one for each service. */
    private static final Path RECORDINGS = Path.of("..", "..", "shared", "data", "aws-recorded");

    @TempDir
    Path folder;

    private static Path jarOf(Class<?> type) throws URISyntaxException {
        return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "dynamodb",
                "iam",
                "lambda",
                "lambda_runtimes",
                "logs",
                "s3",
                "s3_details",
                "s3_objects",
                "s3_web"
            })
    void every_answer_is_the_one_that_aws_gave(String suite) throws Exception {
        Client.assumeRuns("python3", "-c", "import boto3");
        var recordings = Path.of(System.getProperty("tsumuji.recordings", RECORDINGS.toString()))
                .toAbsolutePath()
                .normalize();
        assumeTrue(
                Files.isReadable(recordings.resolve("s3.json")), "skipped: there are no recordings in " + recordings);
        var program = Path.of(getClass()
                .getResource("/python/recorded_" + suite + "_suite.py")
                .toURI());
        try (var platform = RunningPlatform.start(folder.resolve("data"))) {
            var environment = new HashMap<>(platform.environment());
            environment.put("RECORDED", recordings.toString());
            // for the suites that make functions in Java
            environment.put(
                    "JAVAC",
                    Path.of(System.getProperty("java.home"), "bin", "javac").toString());
            environment.put("LAMBDA_JAVA_CORE", jarOf(RequestHandler.class).toString());
            var outcome = Client.run(folder, environment, List.of("python3", "-B", program.toString()));
            assertThat(outcome.exitCode()).as(outcome.out()).isZero();
            assertThat(outcome.out()).endsWith("done\n");
        }
    }
}
