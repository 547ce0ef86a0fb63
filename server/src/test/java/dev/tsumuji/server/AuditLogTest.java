package dev.tsumuji.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tsumuji.kernel.call.Call;
import dev.tsumuji.kernel.call.Principal;
import dev.tsumuji.kernel.cloud.Audit;
import dev.tsumuji.kernel.cloud.Decision;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AuditLogTest {
    @TempDir
    Path folder;

    @Test
    void a_call_is_found_by_its_request_id_with_the_reason_of_its_denial() throws Exception {
        try (var log = new AuditLog(folder, 1 << 20)) {
            log.record(entry("r-1", true));
            log.record(entry("r-2", false));
            assertThat(log.find("r-2"))
                    .hasValueSatisfying(line -> assertThat(line)
                            .contains(
                                    "\"allowed\":false",
                                    "because no identity-based policy allows",
                                    "\"errorCode\":\"AccessDenied\""));
            assertThat(log.find("r-3")).isEmpty();
        }
    }

    @Test
    void a_call_is_found_after_a_restart() throws Exception {
        try (var log = new AuditLog(folder, 1 << 20)) {
            log.record(entry("before", true));
        }
        try (var log = new AuditLog(folder, 1 << 20)) {
            assertThat(log.find("before")).isPresent();
        }
    }

    @Test
    void the_log_never_grows_beyond_its_files() throws Exception {
        try (var log = new AuditLog(folder, 4096)) {
            for (int i = 0; i < 500; i++) {
                log.record(entry("r-" + i, true));
            }
            assertThat(log.find("r-499")).isPresent();
            assertThat(log.find("r-0")).isEmpty();
        }
        try (var files = Files.list(folder)) {
            assertThat(files.mapToLong(file -> file.toFile().length()).sum()).isLessThan(5 * 5000);
        }
    }

    private static Audit.Entry entry(String requestId, boolean allowed) {
        var call = new Call(
                "000000000000",
                "us-east-1",
                new Principal.Root("000000000000"),
                null,
                null,
                requestId,
                "127.0.0.1",
                "test",
                Instant.EPOCH,
                false,
                Map.of());
        var decision = new Decision(
                allowed,
                "lambda:ListFunctions",
                "*",
                "because no identity-based policy allows it",
                List.of("none matched"));
        return new Audit.Entry(call, "lambda", "ListFunctions", List.of(decision), allowed ? "" : "AccessDenied", 1000);
    }
}
