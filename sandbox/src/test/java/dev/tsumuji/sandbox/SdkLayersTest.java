package dev.tsumuji.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tsumuji.sandbox.Runtimes.Language;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is read from sources of the SDK that a function will ask for. */
class SdkLayersTest {
    @TempDir
    Path directory;

    private Path modules;
    private int codes;

    @BeforeEach
    void platformsPackages() throws IOException {
        modules = directory.resolve("node_modules");
        for (var name : List.of("@aws-sdk/client-s3", "@aws-sdk/client-sts", "aws-sdk/clients")) {
            Files.createDirectories(modules.resolve(name));
        }
        Files.writeString(modules.resolve("aws-sdk/clients/s3.js"), "");
    }

    private Path write(Path parent, String name, String text) throws IOException {
        var file = parent.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
        return parent;
    }

    private Path code(String name, String text) throws IOException {
        return write(directory.resolve("code" + codes++), name, text);
    }

    private String layer(Language language, Path code, Map<String, String> environment, List<Path> layers) {
        var sdks = new SdkLayers(modules);
        var spec = new Sandbox.Spec(
                "f", "runtime", code, "handler", environment, 128, 512, Duration.ofSeconds(1), Map.of(), layers);
        assertThat(sdks.layer(language, spec)).isEmpty();
        sdks.read(language, code);
        return sdks.layer(language, spec).orElse("none");
    }

    private String node(Path code) {
        return layer(Language.NODE, code, Map.of(), List.of());
    }

    private String python(Path code) {
        return layer(Language.PYTHON, code, Map.of(), List.of());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            const { S3 } = require('@aws-sdk/client-s3');         | @aws-sdk/client-s3
            require ( "aws-sdk/clients/s3" )                      | aws-sdk/clients/s3
            import { S3 } from "@aws-sdk/client-s3";              | import,@aws-sdk/client-s3
            import'@aws-sdk/client-sts';require("aws-sdk")        | import,@aws-sdk/client-sts,aws-sdk
            const s3 = await import(`@aws-sdk/client-s3`);        | import,@aws-sdk/client-s3
            import('@aws-sdk/client-which-the-platform-lacks')    | none
            require('@aws-sdk/../../../etc/client-s3')            | none
            // node_modules/@aws-sdk/client-s3/index.js           | none
            exports.handler = async () => 'aws-sdk'               | none
            """)
    void packages_are_found_in_programs(String text, String layer) throws IOException {
        assertThat(node(code("src/index.mjs", text))).isEqualTo(layer);
        assertThat(node(code("index.txt", text))).isEqualTo("none");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            import boto3                                          | boto3
            import os, boto3; boto3.client('s3')                  | boto3,s3
            from botocore.config import Config                    | boto3
            import boto3; boto3.resource(service_name="dynamodb") | boto3,dynamodb
            import boto4; x.client('s3')                          | none
            # import boto3                                        | none
            import boto3; boto3.client('../s3', 'x,y')            | boto3
            """)
    void services_are_found_in_programs(String text, String layer) throws IOException {
        assertThat(python(code("app.py", text))).isEqualTo(layer);
    }

    @Test
    void what_a_function_or_its_layers_bring_is_not_taken_from_the_platform() throws IOException {
        var text = "require('@aws-sdk/client-s3'); require('@aws-sdk/client-sts')";
        var own = write(code("index.js", text), "node_modules/@aws-sdk/client-s3/index.js", "require('aws-sdk')");
        assertThat(node(own)).isEqualTo("@aws-sdk/client-sts");
        var layer = write(directory.resolve("layer"), "nodejs/node_modules/@aws-sdk/client-sts/index.js", "");
        assertThat(layer(Language.NODE, own, Map.of(), List.of(layer))).isEqualTo("none");

        var boto = "import boto3";
        assertThat(python(write(code("app.py", boto), "botocore/__init__.py", "")))
                .isEqualTo("none");
        assertThat(python(write(code("app.py", boto), "six.py", ""))).isEqualTo("none");
        for (var place : List.of("python/urllib3/__init__.py", "python/lib/python3.11/site-packages/boto3/x.py")) {
            var python = write(directory.resolve("layer" + codes++), place, "");
            assertThat(layer(Language.PYTHON, code("app.py", boto), Map.of(), List.of(layer, python)))
                    .isEqualTo("none");
        }
    }

    @Test
    void a_function_that_tells_an_sdk_something_at_its_loading_loads_it_itself() throws IOException {
        var code = code("app.py", "import boto3");
        assertThat(layer(Language.PYTHON, code, Map.of("AWS_REGION", "eu-west-1"), List.of()))
                .isEqualTo("boto3");
        assertThat(layer(Language.PYTHON, code, Map.of("HOME", "/tmp"), List.of()))
                .isEqualTo("none");
        var node = code("index.js", "require('aws-sdk')");
        assertThat(layer(Language.NODE, node, Map.of("HOME", "/tmp"), List.of()))
                .isEqualTo("aws-sdk");
        assertThat(layer(Language.NODE, node, Map.of("AWS_LAMBDA_NODEJS_NO_GLOBAL_AWSLAMBDA", "1"), List.of()))
                .isEqualTo("none");
    }

    @Test
    void reading_has_a_bound() throws IOException {
        var many = new StringBuilder();
        for (int i = 0; i < 100; i++) {
            many.append("boto3.client('service-").append(i).append("')\n");
        }
        assertThat(python(code("app.py", "import boto3\n" + many)).split(",")).hasSize(13);
        var late = code("a.py", "x = 1\n".repeat(1_000_000) + "import boto3");
        assertThat(python(late)).isEqualTo("none");
        assertThat(node(code("index.js", "require(".repeat(500_000)))).isEqualTo("none");
        assertThat(python(code("app.py", "import ".repeat(500_000)))).isEqualTo("none");
    }
}
