package dev.tsumuji.conformance;

import com.amazonaws.services.lambda.runtime.RequestHandler;
import dev.tsumuji.conformance.functions.HelloHandler;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.JarURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.core.SdkBytes;

/**
 * The same function in every language: greets {@code event.name}, tells its own name, and prints one line. An event with
 * {@code fail} makes it fail with {@code as you wish}.
 *
 * @param runtime as AWS names it
 */
public record FunctionPackage(String runtime, String handler, byte[] zip) {

    static FunctionPackage node() {
        return new FunctionPackage("nodejs20.x", "index.handler", zip(Map.of("index.js", """
                        exports.handler = async (event, context) => {
                          console.log('hello from node ' + event.name);
                          if (event.fail) throw new TypeError('as you wish');
                          return { greeting: 'hello ' + event.name, function: context.functionName };
                        };
                        """)));
    }

    static FunctionPackage python() {
        return new FunctionPackage("python3.11", "app.handler", zip(Map.of("app.py", """
                        def handler(event, context):
                            print('hello from python ' + event['name'])
                            if 'fail' in event:
                                raise ValueError('as you wish')
                            return {'greeting': 'hello ' + event['name'], 'function': context.function_name}
                        """)));
    }

    static FunctionPackage java() {
        return new FunctionPackage("java21", HelloHandler.class.getName() + "::handleRequest", zipOf(javaFiles()));
    }

    /** The class and the jar that it needs. */
    static Map<String, byte[]> javaFiles() {
        var files = new LinkedHashMap<String, byte[]>();
        var name = HelloHandler.class.getName().replace('.', '/') + ".class";
        try (var in = HelloHandler.class.getClassLoader().getResourceAsStream(name)) {
            files.put(name, in.readAllBytes());
            var jar = interfaces();
            files.put("lib/" + jar.getFileName(), Files.readAllBytes(jar));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return files;
    }

    /** AWS's jar, also where the platform's own Java bootstrap stands before it on the class path. */
    private static Path interfaces() throws IOException {
        var name = RequestHandler.class.getName().replace('.', '/') + ".class";
        for (var url : Collections.list(RequestHandler.class.getClassLoader().getResources(name))) {
            if (url.openConnection() instanceof JarURLConnection jar
                    && jar.getJarFileURL().getPath().contains("aws-lambda-java-core")) {
                return Path.of(jar.getJarFileURL().getPath());
            }
        }
        throw new IOException("aws-lambda-java-core is not on the class path");
    }

    /** A custom runtime in a few lines of shell and curl's work done by bash itself. */
    static FunctionPackage custom() {
        return new FunctionPackage("provided.al2023", "function.handler", zip(Map.of("bootstrap", """
                        #!/bin/bash
                        set -euo pipefail
                        export LC_ALL=C
                        IFS=: read -r host port <<< "$AWS_LAMBDA_RUNTIME_API"
                        while true; do
                          exec 3<>"/dev/tcp/$host/$port"
                          printf 'GET /2018-06-01/runtime/invocation/next HTTP/1.1\\r\\nHost: %s\\r\\nConnection: close\\r\\n\\r\\n' "$host" >&3
                          id=''
                          while IFS= read -r header <&3; do
                            header=${header%$'\\r'}
                            [ -z "$header" ] && break
                            name=${header%%:*}
                            if [ "${name,,}" = lambda-runtime-aws-request-id ]; then id=${header#*: }; fi
                            if [ "${name,,}" = content-length ]; then length=${header#*: }; fi
                          done
                          event=$(head -c "$length" <&3)
                          exec 3>&-
                          name=$(sed -n 's/.*"name": *"\\([^"]*\\)".*/\\1/p' <<< "$event")
                          echo "hello from shell $name"
                          outcome=response
                          body="{\\"greeting\\":\\"hello $name\\",\\"function\\":\\"$AWS_LAMBDA_FUNCTION_NAME\\"}"
                          case $event in *'"fail"'*)
                            outcome=error
                            body='{"errorType":"Wish","errorMessage":"as you wish"}'
                          esac
                          exec 3<>"/dev/tcp/$host/$port"
                          printf 'POST /2018-06-01/runtime/invocation/%s/%s HTTP/1.1\\r\\nHost: %s\\r\\nConnection: close\\r\\nContent-Length: %s\\r\\n\\r\\n%s' "$id" "$outcome" "$host" "${#body}" "$body" >&3
                          read -r status <&3
                          exec 3>&-
                        done
                        """)));
    }

    static List<FunctionPackage> all() {
        return List.of(node(), python(), java(), custom());
    }

    SdkBytes bytes() {
        return SdkBytes.fromByteArray(zip);
    }

    @Override
    public String toString() {
        return runtime;
    }

    Path write(Path folder) {
        try {
            return Files.write(Files.createDirectories(folder).resolve(runtime + ".zip"), zip);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public static byte[] zip(Map<String, String> texts) {
        var files = new LinkedHashMap<String, byte[]>();
        texts.forEach((name, text) -> files.put(name, text.getBytes(StandardCharsets.UTF_8)));
        return zipOf(files);
    }

    /** Every file may be executed: a bootstrap has to be. */
    static byte[] zipOf(Map<String, byte[]> files) {
        try {
            var zip = RunningPlatform.temporary("zip").resolve("code.zip");
            try (var inside = FileSystems.newFileSystem(
                    URI.create("jar:" + zip.toUri()), Map.of("create", "true", "enablePosixFileAttributes", "true"))) {
                for (var file : files.entrySet()) {
                    var path = inside.getPath("/" + file.getKey());
                    Files.createDirectories(path.getParent());
                    Files.write(path, file.getValue());
                    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwxr-xr-x"));
                }
            }
            return Files.readAllBytes(zip);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
