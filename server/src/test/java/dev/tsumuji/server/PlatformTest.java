package dev.tsumuji.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tsumuji.kernel.settings.PlatformSettings;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.iam.IamClient;
import software.amazon.awssdk.services.iam.model.CreateUserRequest;
import software.amazon.awssdk.services.sts.StsClient;
import software.amazon.awssdk.services.sts.model.GetCallerIdentityRequest;

class PlatformTest {
    @TempDir
    Path data;

    @Test
    void a_service_is_called_without_http_and_remembers_over_a_restart() throws Exception {
        try (var platform = start()) {
            assertThat(platform.client(StsClient.class)
                            .getCallerIdentity(
                                    GetCallerIdentityRequest.builder().build())
                            .arn())
                    .isEqualTo("arn:aws:iam::000000000000:root");
            platform.client(IamClient.class)
                    .createUser(CreateUserRequest.builder().userName("ame").build());
        }
        try (var platform = start()) {
            assertThat(platform.client(IamClient.class)
                            .getUser(user -> user.userName("ame"))
                            .user()
                            .arn())
                    .isEqualTo("arn:aws:iam::000000000000:user/ame");
        }
    }

    @Test
    void the_first_start_makes_a_root_key_that_only_its_owner_can_read() throws Exception {
        try (var platform = start()) {
            assertThat(platform.newRootKey()).isPresent();
            var file = platform.credentialsFile();
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                    .isEqualTo("rw-------");
            assertThat(file).content().contains(platform.newRootKey().get().accessKeyId());
        }
        try (var platform = start()) {
            assertThat(platform.newRootKey()).isEmpty();
        }
    }

    @Test
    void a_chosen_root_key_replaces_the_former_one() throws Exception {
        start().close();
        try (var platform = start("--root-key", "test:test")) {
            assertThat(platform.credentialsFile()).content().contains("aws_access_key_id = test\n");
        }
    }

    @Test
    void a_second_platform_on_the_same_data_is_refused() throws Exception {
        try (var platform = start()) {
            assertThatThrownBy(this::start)
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("another process is using the data folder " + data);
            assertThat(platform.url()).startsWith("http://127.0.0.1:");
        }
    }

    @Test
    void health_is_open_and_everything_else_of_the_platforms_own_is_not() throws Exception {
        try (var platform = start()) {
            assertThat(get(platform, "/_localstack/health").body()).contains("\"lambda\":\"running\"");
            assertThat(get(platform, "/_tsumuji/status").statusCode()).isEqualTo(403);
            assertThat(get(platform, "/_tsumuji/accounts").statusCode()).isEqualTo(403);
            assertThat(get(platform, "/_tsumuji/code/forged").statusCode()).isEqualTo(403);
        }
    }

    @Test
    void stopping_leaves_neither_the_address_nor_the_lock_behind() throws Exception {
        start().close();
        assertThat(data.resolve("tsumuji.pid")).doesNotExist();
        start().close();
    }

    private static HttpResponse<String> get(Platform platform, String path) throws Exception {
        try (var client = HttpClient.newHttpClient()) {
            return client.send(
                    HttpRequest.newBuilder(URI.create(platform.url() + path)).build(),
                    HttpResponse.BodyHandlers.ofString());
        }
    }

    private Platform start(String... flags) throws IOException {
        var arguments = new ArrayList<>(List.of("--data", data.toString(), "--port", "0", "--unsafe-no-isolation"));
        arguments.addAll(List.of(flags));
        return Platform.start(PlatformSettings.read(arguments, Map.of()));
    }
}
