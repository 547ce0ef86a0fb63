package dev.tsumuji.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Tables by unmodified boto3, an application that goes through buckets, functions, tables, streams and logs, and extensions of
 * functions; the checks are in {@code tables_suite.py}, {@code application_suite.py} and {@code extensions_suite.py}.
 */
class ApplicationIT {
    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"tables", "application", "extensions"})
    void every_check_of_the_suite_passes(String suite) throws Exception {
        Client.assumeRuns("python3", "-c", "import boto3");
        Client.assumeRuns("node", "--version");
        var file =
                Path.of(getClass().getResource("/python/" + suite + "_suite.py").toURI());
        try (var platform = RunningPlatform.start(folder.resolve("data"))) {
            var outcome = Client.run(folder, platform.environment(), List.of("python3", file.toString()));
            assertThat(outcome.exitCode()).as(outcome.out()).isZero();
            assertThat(outcome.out()).contains("done");
        }
    }
}
