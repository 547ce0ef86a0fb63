package dev.tsumuji.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The documents and the launcher at the project's root. */
class DocumentsTest {
    private static final Path ROOT = root();

    @Test
    void the_specification_names_only_tests_that_exist() throws IOException {
        Set<String> tests;
        try (var files = Files.walk(ROOT)) {
            tests = files.filter(file -> !file.toString().contains("/target/"))
                    .map(file -> file.getFileName().toString())
                    .filter(name -> name.matches("\\w+(Test|IT)\\.java"))
                    .map(name -> name.replace(".java", ""))
                    .collect(Collectors.toSet());
        }
        var named = new TreeSet<String>();
        var matcher =
                Pattern.compile("`(\\w+(?:Test|IT))`").matcher(Files.readString(ROOT.resolve("SPECIFICATION.md")));
        while (matcher.find()) {
            named.add(matcher.group(1));
        }
        assertThat(named).isNotEmpty().isSubsetOf(tests);
    }

    @Test
    void the_readme_names_every_command() throws IOException {
        var readme = Files.readString(ROOT.resolve("README.md"));
        for (var command :
                CommandLines.of(FakePlatform.shell()).getSubcommands().values()) {
            if (!command.getCommandSpec().usageMessage().hidden()) {
                assertThat(readme).contains("`" + command.getCommandName());
            }
        }
        for (var exitCode : ExitCode.values()) {
            assertThat(readme).contains(exitCode.number() + " ");
        }
    }

    @Test
    void the_launcher_is_a_script_that_bash_accepts() throws Exception {
        var bash = new ProcessBuilder("bash", "-n", ROOT.resolve("tsumuji").toString())
                .inheritIO()
                .start();
        assertThat(bash.waitFor()).isZero();
    }

    @Test
    void the_launcher_says_so_when_it_is_pointed_at_an_old_jdk(@TempDir Path jdk) throws Exception {
        Files.createDirectories(jdk.resolve("bin"));
        Files.writeString(jdk.resolve("bin/java"), "#!/bin/sh\nexit 9\n");
        assertThat(jdk.resolve("bin/java").toFile().setExecutable(true)).isTrue();
        Files.writeString(jdk.resolve("release"), "IMPLEMENTOR=\"x\"\nJAVA_VERSION=\"21.0.4\"\n");
        var launcher = new ProcessBuilder(ROOT.resolve("tsumuji").toString(), "version").redirectErrorStream(true);
        launcher.environment().put("TSUMUJI_JAVA_HOME", jdk.toString());
        var process = launcher.start();
        var said = new String(process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        assertThat(process.waitFor()).isEqualTo(1);
        assertThat(said).isEqualTo("tsumuji: TSUMUJI_JAVA_HOME is " + jdk + ", which holds no JDK 25 or newer\n");
    }

    private static Path root() {
        var folder = Path.of("").toAbsolutePath();
        while (!Files.exists(folder.resolve("tsumuji"))) {
            folder = folder.getParent();
        }
        return folder;
    }
}
