package dev.tsumuji.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.amazonaws.services.lambda.runtime.api.client.AWSLambda;
import com.amazonaws.services.lambda.runtime.serialization.PojoSerializer;
import dev.tsumuji.conformance.functions.HelloHandler;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.iam.IamClient;
import software.amazon.awssdk.services.lambda.LambdaClient;

/** AWS's own runtime clients, unmodified, as custom runtimes on the machine's Java and Node.js. */
class RuntimeClientIT {

    private static byte[] jarOf(Class<?> type) throws IOException, URISyntaxException {
        return Files.readAllBytes(
                Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI()));
    }

    private static FunctionPackage code() throws IOException, URISyntaxException {
        var java = Path.of(System.getProperty("java.home"), "bin", "java").toRealPath();
        assumeTrue(java.startsWith("/usr"), "skipped: a custom runtime sees no Java outside /usr, and it is " + java);
        var files = new LinkedHashMap<>(FunctionPackage.javaFiles());
        files.put("client/client.jar", jarOf(AWSLambda.class));
        files.put("client/serialization.jar", jarOf(PojoSerializer.class));
        var bootstrap = "#!/bin/sh\nexec " + java + " -Xmx160m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -cp "
                + "'/var/task:/var/task/lib/*:/var/task/client/*' " + AWSLambda.class.getName() + " \"$_HANDLER\"\n";
        files.put("bootstrap", bootstrap.getBytes(StandardCharsets.UTF_8));
        return new FunctionPackage(
                "provided.al2023", HelloHandler.class.getName() + "::handleRequest", FunctionPackage.zipOf(files));
    }

    @Test
    void the_runtime_client_of_aws_for_java_answers_and_reports_errors() throws Exception {
        check("runtime-client", code(), "java.lang.IllegalStateException");
    }

    private static void check(String name, FunctionPackage code, String errorType) {
        var platform = RunningPlatform.shared();
        try (var lambda = platform.client(LambdaClient.builder());
                var iam = platform.client(IamClient.builder())) {
            var role = Roles.basic(iam, "runtime-client-role");
            lambda.createFunction(r -> r.functionName(name)
                    .runtime(code.runtime())
                    .handler(code.handler())
                    .role(role)
                    .timeout(30)
                    .memorySize(512)
                    .code(c -> c.zipFile(code.bytes())));
            lambda.waiter().waitUntilFunctionActiveV2(r -> r.functionName(name));
            for (int i = 0; i < 2; i++) {
                var answer =
                        lambda.invoke(r -> r.functionName(name).payload(SdkBytes.fromUtf8String("{\"name\":\"zed\"}")));
                assertThat(answer.payload().asUtf8String())
                        .contains("\"greeting\":\"hello zed\"", "\"function\":\"" + name + "\"");
                assertThat(answer.functionError()).isNull();
            }
            var failed = lambda.invoke(
                    r -> r.functionName(name).payload(SdkBytes.fromUtf8String("{\"name\":\"zed\",\"fail\":1}")));
            assertThat(failed.functionError()).isEqualTo("Unhandled");
            assertThat(failed.payload().asUtf8String())
                    .contains("\"errorMessage\":\"as you wish\"", "\"errorType\":\"" + errorType + "\"");
            lambda.deleteFunction(r -> r.functionName(name));
        }
    }

    /** Its native part is built by npm, with what {@code apt install cmake g++ autoconf automake libtool} brings. */
    @Test
    void the_runtime_client_of_aws_for_node_answers_and_reports_errors() throws Exception {
        assumeTrue(
                Boolean.getBoolean("ric.node"),
                "skipped: npm builds aws-lambda-ric for a minute or two; run it with -Dric.node=true");
        Client.assumeRuns("npm", "--version");
        Client.assumeRuns("autoreconf", "--version");
        var folder = RunningPlatform.temporary("ric");
        Files.writeString(
                folder.resolve("package.json"),
                "{\"private\":true,\"dependencies\":{\"aws-lambda-ric\":\"3.3.0\"},"
                        + "\"allowScripts\":{\"aws-lambda-ric\":true}}");
        Client.run(folder, Map.of(), List.of("npm", "install", "--no-audit", "--no-fund"))
                .ok();
        var client = folder.resolve("node_modules/aws-lambda-ric");
        var files = new LinkedHashMap<String, byte[]>();
        for (var part : List.of("package.json", "bin", "dist")) {
            try (var tree = Files.walk(client.resolve(part))) {
                for (var file : tree.filter(Files::isRegularFile).toList()) {
                    files.put("node_modules/aws-lambda-ric/" + client.relativize(file), Files.readAllBytes(file));
                }
            }
        }
        files.put("index.js", """
                exports.handler = async (event, context) => {
                  if (event.fail) throw new TypeError('as you wish');
                  return { greeting: 'hello ' + event.name, function: context.functionName };
                };
                """.getBytes(StandardCharsets.UTF_8));
        files.put(
                "bootstrap",
                "#!/bin/sh\nexec node /var/task/node_modules/aws-lambda-ric/bin/index.mjs \"$_HANDLER\"\n"
                        .getBytes(StandardCharsets.UTF_8));
        check(
                "node-runtime-client",
                new FunctionPackage("provided.al2023", "index.handler", FunctionPackage.zipOf(files)),
                "TypeError");
    }
}
