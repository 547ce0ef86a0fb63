package dev.tsumuji.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WatchCommandTest {
    private static final String FUNCTION = "/2015-03-31/functions/hello";

    @TempDir
    Path folder;

    private FakePlatform platform;
    private Path code;

    @BeforeEach
    void open() throws IOException {
        platform = new FakePlatform(Files.createDirectory(folder.resolve("data")));
        code = Files.createDirectory(folder.resolve("hello"));
        platform.answers(FUNCTION + "/configuration", "{\"State\":\"Active\",\"LastUpdateStatus\":\"Successful\"}");
        platform.answers(FUNCTION + "/code", "{\"State\":\"Active\",\"LastUpdateStatus\":\"InProgress\"}");
    }

    @AfterEach
    void close() {
        platform.close();
    }

    private void file(String name, String content) throws IOException {
        Files.createDirectories(code.resolve(name).getParent());
        Files.writeString(code.resolve(name), content);
    }

    private Map<String, String> deployed() throws IOException {
        var body = "";
        synchronized (platform.asked) {
            for (var asked : platform.asked) {
                body = asked.pathAndQuery().equals(FUNCTION + "/code") ? asked.body() : body;
            }
        }
        var files = new TreeMap<String, String>();
        var zip = Base64.getDecoder()
                .decode(Json.read(body.getBytes()).path("ZipFile").asText());
        try (var in = new ZipInputStream(new ByteArrayInputStream(zip))) {
            for (var entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
                files.put(entry.getName(), new String(in.readAllBytes()));
            }
        }
        return files;
    }

    @Test
    void a_folder_is_packed_with_its_modules_and_without_what_is_ignored() throws IOException {
        file("index.js", "1");
        file("node_modules/a/index.js", "2");
        file("lib/deep/x.js", "3");
        file(".git/config", "no");
        file("test/one.js", "no");
        file("deep/test/two.js", "no");
        file("notes.md", "no");
        file("README.md", "yes");
        file(".tsumujiignore", "# mine\ntest/\n*.md\n!README.md\n/lib/skipped.js\n");
        file("lib/skipped.js", "no");
        var ran = platform.runs("watch", code.toString(), "--once");

        assertThat(ran.err()).isEmpty();
        assertThat(ran.exitCode()).isZero();
        assertThat(ran.out()).contains("deployed hello in ", "(4 files, ");
        assertThat(deployed().keySet())
                .containsExactly("README.md", "index.js", "lib/deep/x.js", "node_modules/a/index.js");
    }

    @Test
    void a_maven_project_is_packed_as_classes_and_jars() throws IOException {
        file("pom.xml", "");
        file("src/Hello.java", "no");
        file("target/classes/Hello.class", "c");
        file("target/dependency/a.jar", "j");
        platform.runs("watch", code.toString(), "--once");

        assertThat(deployed().keySet()).containsExactly("Hello.class", "lib/a.jar");
    }

    @Test
    void an_executable_file_stays_executable() throws Exception {
        file("bootstrap", "#!/bin/sh\n");
        file("plain", "");
        assertThat(code.resolve("bootstrap").toFile().setExecutable(true)).isTrue();
        var project = Project.of(code);
        var zip = folder.resolve("out.zip");
        Files.write(zip, project.zip(project.files()));
        var unpacked = Files.createDirectory(folder.resolve("out"));
        var program = "import sys, zipfile; print([(i.filename, oct(i.external_attr >> 16)) for i in"
                + " zipfile.ZipFile(sys.argv[1]).infolist()])";
        var process = new ProcessBuilder("python3", "-c", program, zip.toString())
                .directory(unpacked.toFile())
                .start();

        assertThat(new String(process.getInputStream().readAllBytes()))
                .isEqualTo("[('bootstrap', '0o100755'), ('plain', '0o100644')]\n");
    }

    @Test
    void a_function_that_is_not_there_is_made_only_when_asked() throws IOException {
        file("index.js", "1");
        var other = "/2015-03-31/functions/other";
        platform.answers(other + "/configuration", 404, Map.of(), "{}");
        assertThat(platform.runs("watch", code.toString(), "--once", "--function", "other")
                        .err())
                .contains("there is no function other", "--create");
        platform.answers("/2015-03-31/functions", "{\"State\":\"Active\"}");
        var ran = platform.runs(
                "watch",
                code.toString(),
                "--once",
                "--function",
                "other",
                "--create",
                "--runtime",
                "nodejs22.x",
                "--handler",
                "index.handler",
                "--role",
                "arn:aws:iam::1:role/r");

        assertThat(ran.out()).contains("made other in ");
        assertThat(platform.asked.getLast().body()).contains("\"Handler\":\"index.handler\"");
    }

    @Test
    void a_file_that_is_no_program_is_told_and_not_deployed() throws IOException {
        file("app.py", "def handler(event:\n");
        var ran = platform.runs("watch", code.toString(), "--once");

        assertThat(ran.exitCode()).isEqualTo(1);
        assertThat(ran.out()).contains("not deployed: ", "app.py:1: ");
        assertThat(platform.asked).noneMatch(asked -> asked.pathAndQuery().endsWith("/code"));
    }

    @Test
    void a_burst_of_saves_is_one_deployment_and_new_folders_are_seen() throws Exception {
        file("index.js", "0");
        var watching = Thread.ofVirtual().start(() -> platform.runs("watch", code.toString()));
        eventually(() -> deployments() == 1);
        Thread.sleep(100);
        for (int i = 1; i <= 10; i++) {
            file("index.js", "x" + i);
            file("below/new.js", "y" + i);
            Thread.sleep(5);
        }
        eventually(() -> deployments() >= 2 && newest().equals("x10"));
        Thread.sleep(400);

        assertThat(deployments()).isBetween(2L, 4L);
        assertThat(deployed()).containsEntry("below/new.js", "y10");
        long before = deployments();
        file("below/new.js", "again");
        eventually(() -> deployments() > before);
        Files.delete(code.resolve("below/new.js"));
        eventually(() -> deployments() > before + 1);
        assertThat(deployed()).containsOnlyKeys("index.js");
        watching.interrupt();
        watching.join();
    }

    private long deployments() {
        return java.util.List.copyOf(platform.asked).stream()
                .filter(asked -> asked.pathAndQuery().equals(FUNCTION + "/code"))
                .count();
    }

    private String newest() {
        try {
            return deployed().getOrDefault("index.js", "");
        } catch (IOException e) {
            return "";
        }
    }

    private static void eventually(BooleanSupplier condition) throws InterruptedException {
        for (int i = 0; i < 2000 && !condition.getAsBoolean(); i++) {
            Thread.sleep(10);
        }
        assertThat(condition.getAsBoolean()).isTrue();
    }
}
