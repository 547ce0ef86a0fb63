package dev.tsumuji.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Layers, function URLs, streamed answers, provisioned instances and destinations by the unmodified boto3 and plain HTTP; the
 * checks are in {@code functions_suite.py}.
 */
class FunctionsIT {
    @TempDir
    Path folder;

    @Test
    void every_check_of_the_suite_passes() throws Exception {
        Client.assumeRuns("python3", "-c", "import boto3");
        Client.assumeRuns("node", "--version");
        var suite = Path.of(getClass().getResource("/python/functions_suite.py").toURI());
        try (var platform = RunningPlatform.start(folder.resolve("data"))) {
            var outcome = Client.run(folder, platform.environment(), List.of("python3", suite.toString()));
            assertThat(outcome.exitCode()).as(outcome.out()).isZero();
            assertThat(outcome.out()).contains("done");
        }
    }
}
