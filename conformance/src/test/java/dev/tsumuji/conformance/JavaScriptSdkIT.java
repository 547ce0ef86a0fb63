package dev.tsumuji.conformance;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The AWS SDKs for JavaScript, versions 3 and 2, as the lock file in {@code conformance/js} pins them. */
class JavaScriptSdkIT {
    private static final Path JS = Path.of("js").toAbsolutePath();

    @BeforeAll
    static void install() throws IOException {
        Client.assumeRuns("node", "--version");
        Client.assumeRuns("npm", "--version");
        if (!isInstalled()) {
            var installed =
                    Client.run(JS, Map.of(), List.of("npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts"));
            assumeTrue(installed.exitCode() == 0, "skipped: npm can't reach its registry: " + installed.out());
        }
    }

    /** npm notes what it installed, and that is older than a lock file that was changed since. */
    private static boolean isInstalled() throws IOException {
        var noted = JS.resolve("node_modules/.package-lock.json");
        return Files.exists(noted)
                && Files.getLastModifiedTime(noted)
                                .compareTo(Files.getLastModifiedTime(JS.resolve("package-lock.json")))
                        >= 0;
    }

    @Test
    void a_program_finds_everything_as_on_aws(@TempDir Path folder) {
        var code = FunctionPackage.node();
        run(
                "lambda.test.mjs",
                folder,
                Map.of("FUNCTION_ZIP", code.write(folder).toString(), "FUNCTION_RUNTIME", code.runtime()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"dynamodb.test.mjs", "s3.test.mjs", "v2.test.mjs"})
    void tables_and_buckets_work(String suite, @TempDir Path folder) {
        run(suite, folder, Map.of());
    }

    private static void run(String suite, Path folder, Map<String, String> more) {
        var environment = new HashMap<>(RunningPlatform.shared().environment());
        environment.putAll(more);
        Client.run(
                        folder,
                        environment,
                        List.of("node", "--test", JS.resolve(suite).toString()))
                .ok();
    }
}
