package dev.tsumuji.lambda;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tsumuji.sandbox.Sandbox;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.lambda.model.FunctionConfiguration;

class HandlerHintTest {
    @TempDir
    Path code;

    private void file(String name) throws IOException {
        Files.createDirectories(code.resolve(name).getParent());
        Files.createFile(code.resolve(name));
    }

    private String hint(String runtime, String handler, String errorType, String message) throws IOException {
        var configuration = FunctionConfiguration.builder()
                .runtime(runtime)
                .handler(handler)
                .build();
        var target = new Target(
                new FunctionId("000000000000", "eu-central-1", "f"), new Function(configuration, "p", "g"), null);
        var payload = Json.write(Map.of("errorMessage", message)).getBytes(StandardCharsets.UTF_8);
        return HandlerHint.hint(target, code, new Sandbox.Answer.Failure(errorType, payload, false));
    }

    @Test
    void the_folder_that_was_packed_instead_of_its_content_is_named() throws IOException {
        file("hello/index.js");
        assertThat(hint(
                        "nodejs22.x",
                        "index.handler",
                        "Runtime.ImportModuleError",
                        "Error: Cannot find module 'index'\nRequire stack:\n- /var/runtime/index.mjs"))
                .isEqualTo("The handler index.handler was looked for in index, index.js, index.mjs, index.cjs."
                        + " The package has: hello/. Everything lies in the folder hello: pack what is in it instead of"
                        + " the folder, or make the handler hello/index.handler.");
    }

    @Test
    void another_file_is_suggested() throws IOException {
        file("app.mjs");
        file("package.json");
        assertThat(hint(
                        "nodejs22.x",
                        "index.handler",
                        "Runtime.ImportModuleError",
                        "Error: Cannot find module 'index'"))
                .contains("Perhaps it is app.handler. The package has: app.mjs, package.json.");
    }

    @Test
    void a_missing_dependency_is_told_from_a_missing_handler() throws IOException {
        file("index.js");
        file("app.py");
        assertThat(hint(
                        "nodejs22.x",
                        "index.handler",
                        "Runtime.ImportModuleError",
                        "Error: Cannot find module 'lodash'\nRequire stack:\n- /var/task/index.js"))
                .contains("needs the module lodash", "npm install lodash");
        assertThat(hint(
                        "python3.12",
                        "app.handler",
                        "Runtime.ImportModuleError",
                        "Unable to import module 'app': No module named 'requests'"))
                .contains("needs the module requests", "pip install --target . requests");
        assertThat(hint(
                        "python3.12",
                        "main.handler",
                        "Runtime.ImportModuleError",
                        "Unable to import module 'main': No module named 'main'"))
                .contains("was looked for in main.py, main/__init__.py. Perhaps it is app.handler.");
    }

    @Test
    void a_java_class_in_another_package_is_found() throws IOException {
        file("com/example/Hello.class");
        file("lib/a.jar");
        assertThat(hint("java21", "Hello::handleRequest", "java.lang.ClassNotFoundException", "Class not found: Hello"))
                .contains("was looked for in Hello.class and in the jars in lib/ (1 jars).")
                .contains("There is com/example/Hello.class: perhaps the handler is com.example.Hello::handleRequest.");
    }

    @Test
    void a_missing_or_plain_bootstrap_is_told() throws IOException {
        file("main");
        assertThat(hint("provided.al2023", "x", "Runtime.ExitError", "")).contains("there is none", "has: main.");
        file("bootstrap");
        assertThat(hint("provided.al2023", "x", "Runtime.ExitError", "")).contains("chmod +x bootstrap");
        code.resolve("bootstrap").toFile().setExecutable(true);
        assertThat(hint("provided.al2023", "x", "Runtime.ExitError", "")).isNull();
    }

    @Test
    void other_failures_need_no_hint() throws IOException {
        assertThat(hint("nodejs22.x", "index.handler", "TypeError", "bad")).isNull();
    }
}
