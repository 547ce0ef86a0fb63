package dev.tsumuji.conformance;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The AWS SDK for JavaScript, version 3, as the lock file in {@code conformance/js} pins it. */
class JavaScriptSdkIT {
    @Test
    void a_program_finds_everything_as_on_aws(@TempDir Path folder) throws IOException {
        Client.assumeRuns("node", "--version");
        Client.assumeRuns("npm", "--version");
        var js = Path.of("js").toAbsolutePath();
        if (!Files.isDirectory(js.resolve("node_modules"))) {
            var installed =
                    Client.run(js, Map.of(), List.of("npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts"));
            assumeTrue(installed.exitCode() == 0, "skipped: npm can't reach its registry: " + installed.out());
        }
        var code = FunctionPackage.node();
        var environment = new HashMap<>(RunningPlatform.shared().environment());
        environment.put("FUNCTION_ZIP", code.write(folder).toString());
        environment.put("FUNCTION_RUNTIME", code.runtime());
        Client.run(
                        folder,
                        environment,
                        List.of("node", "--test", js.resolve("lambda.test.mjs").toString()))
                .ok();
    }
}
