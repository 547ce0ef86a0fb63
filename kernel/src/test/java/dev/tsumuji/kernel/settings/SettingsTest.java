package dev.tsumuji.kernel.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SettingsTest {
    @TempDir
    Path folder;

    @Test
    void a_flag_wins_over_the_environment_that_over_the_file_that_over_the_default() throws Exception {
        Files.writeString(folder.resolve("tsumuji.conf"), "# ours\nport = 1\nhost=h1\nidle = 7s\n\n");
        var settings = read(List.of("--port", "3"), Map.of("TSUMUJI_PORT", "2", "TSUMUJI_HOST", "h2", "PORT", "9"));
        assertThat(settings.get(PlatformSettings.PORT_NUMBER)).isEqualTo(3);
        assertThat(settings.get(PlatformSettings.HOST)).isEqualTo("h2");
        assertThat(settings.get(PlatformSettings.IDLE)).isEqualTo(Duration.ofSeconds(7));
        assertThat(settings.get(PlatformSettings.REGION)).isEqualTo("us-east-1");
        assertThat(settings.effective())
                .filteredOn(e -> List.of("port", "host", "idle", "region").contains(e.key()))
                .extracting(Settings.Effective::source)
                .containsExactly(
                        "environment",
                        "flag",
                        "default",
                        folder.resolve("tsumuji.conf").toString());
    }

    @Test
    void all_problems_are_reported_together_and_unknown_keys_name_the_nearest_one() throws Exception {
        Files.writeString(folder.resolve("tsumuji.conf"), "hots = x\nidle\nidle = soon\n");
        var problems = problems(
                List.of("--prot", "1", "--port=70000", "--region", "stray", "here", "--unsafe-no-isolation=maybe"),
                Map.of("TSUMUJI_REGOIN", "x", "TSUMUJI_JAVA_HOME", "/jdk", "TSUMUJI_ZZZZZZ", "1"));
        assertThat(problems)
                .containsExactlyInAnyOrder(
                        "unknown setting --prot; did you mean --port?",
                        "unexpected argument here: settings are written --key VALUE",
                        "unknown setting TSUMUJI_REGOIN in the environment; did you mean TSUMUJI_REGION?",
                        "unknown setting TSUMUJI_ZZZZZZ in the environment",
                        folder.resolve("tsumuji.conf") + " line 1: unknown setting hots; did you mean host?",
                        folder.resolve("tsumuji.conf") + " line 2: a line is written key = value",
                        "port = 70000 (flag): a port is a number from 0 (any free one) to 65535",
                        "unsafe-no-isolation = maybe (flag): expected true or false",
                        "idle = soon (" + folder.resolve("tsumuji.conf")
                                + "): a duration looks like 500ms, 30s, 5m, 2h or 1d");
    }

    @Test
    void a_flag_alone_is_true_and_a_value_that_is_missing_is_a_problem() {
        assertThat(read(List.of("--unsafe-no-isolation"), Map.of()).get(PlatformSettings.UNSAFE_NO_ISOLATION))
                .isTrue();
        assertThat(problems(List.of("--port", "--host", "h", "--host=i"), Map.of()))
                .containsExactly("--port needs a value: --port PORT", "--host is given twice");
    }

    @Test
    void a_secret_is_neither_shown_nor_repeated_in_a_problem() {
        var settings = read(List.of("--root-key", "test:hush"), Map.of());
        assertThat(settings.get(PlatformSettings.ROOT_KEY)).isEqualTo("test:hush");
        assertThat(settings.effective().toString()).doesNotContain("hush");
        assertThat(problems(List.of("--root-key", "hush"), Map.of()))
                .containsExactly("root-key (flag): a root key is written ID:SECRET");
    }

    @Test
    void the_file_in_the_data_folder_cannot_name_another_data_folder_but_a_named_file_can() throws Exception {
        var home = System.getProperty("user.home");
        var file = folder.resolve(".tsumuji/tsumuji.conf");
        Files.createDirectories(file.getParent());
        Files.writeString(file, "data = /elsewhere\n");
        try {
            System.setProperty("user.home", folder.toString());
            assertThatThrownBy(() -> PlatformSettings.read(List.of(), Map.of()))
                    .isInstanceOf(SettingsException.class)
                    .hasMessageContaining("lies in the data folder and can't name another one");
        } finally {
            System.setProperty("user.home", home);
        }
        var settings = PlatformSettings.read(List.of("--config", file.toString()), Map.of());
        assertThat(settings.get(PlatformSettings.DATA)).isEqualTo(Path.of("/elsewhere"));
    }

    @Test
    void a_settings_file_that_is_named_must_exist() {
        assertThat(problems(List.of("--config", folder + "/none"), Map.of()))
                .containsExactly("there is no settings file " + folder.resolve("none"));
    }

    @Test
    void sizes_and_paths_are_read_as_people_write_them() {
        assertThat(DataSize.parse("512m").bytes()).isEqualTo(512L << 20);
        assertThat(DataSize.parse("4 GiB").bytes()).isEqualTo(4L << 30);
        assertThat(DataSize.parse("65536")).hasToString("64k");
        assertThat(DataSize.parse("1000")).hasToString("1000");
        assertThat(catchThrowableOfType(IllegalArgumentException.class, () -> DataSize.parse("lots")))
                .isNotNull();
        assertThat(catchThrowableOfType(IllegalArgumentException.class, () -> DataSize.parse("999999999999999t")))
                .isNotNull();
        var home = Path.of(System.getProperty("user.home"));
        assertThat(SettingType.PATH.parse().apply("~/x/../y")).isEqualTo(home.resolve("y"));
        assertThat(SettingType.PATH.parse().apply("~")).isEqualTo(home);
    }

    private Settings read(List<String> arguments, Map<String, String> environment) {
        var all = new ArrayList<>(arguments);
        all.add("--data=" + folder);
        return PlatformSettings.read(all, environment);
    }

    private List<String> problems(List<String> arguments, Map<String, String> environment) {
        return catchThrowableOfType(SettingsException.class, () -> read(arguments, environment))
                .problems();
    }
}
