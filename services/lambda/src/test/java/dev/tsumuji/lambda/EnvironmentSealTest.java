package dev.tsumuji.lambda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tsumuji.engines.memory.MemoryKv;
import dev.tsumuji.engines.rocksdb.RocksKv;
import dev.tsumuji.kernel.kv.Kv;
import dev.tsumuji.kernel.kv.Range;
import dev.tsumuji.kernel.time.Ids;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.InstantSource;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.lambda.model.EnvironmentResponse;
import software.amazon.awssdk.services.lambda.model.FunctionConfiguration;

class EnvironmentSealTest {
    private static final String SECRET = "kJ8-a-secret-that-nobody-else-writes-2291";
    private static final FunctionId ID = new FunctionId("000000000000", "eu-central-1", "f");

    private Platform platform = new Platform();

    @TempDir
    Path folder;

    @AfterEach
    void close() {
        platform.close();
    }

    private static Function function(String arn) {
        return new Function(
                FunctionConfiguration.builder()
                        .functionArn(arn)
                        .version(FunctionName.LATEST)
                        .environment(EnvironmentResponse.builder()
                                .variables(Map.of("PASSWORD", SECRET, "EMPTY", ""))
                                .build())
                        .build(),
                "package",
                "generation");
    }

    private static Function latest(Kv kv, FunctionStore store) {
        return kv.read(snapshot -> store.latest(snapshot, ID));
    }

    private static boolean contains(byte[] where, String what) {
        return new String(where, StandardCharsets.ISO_8859_1).contains(what);
    }

    @Test
    void the_stores_files_hold_no_variable_in_the_clear() throws IOException {
        var state = folder.resolve("state");
        var ids = Ids.secure();
        var arn = ID.arn();
        try (var kv = RocksKv.open(state, InstantSource.system())) {
            var store = new FunctionStore(kv, EnvironmentSeal.open(folder.resolve("keys/k"), kv, ids), () -> 0);
            store.change(ID, txn -> {
                store.put(txn, ID, function(arn));
                txn.put(new byte[] {7}, "in-the-clear-8812".getBytes(StandardCharsets.UTF_8));
            });
            assertThat(latest(kv, store)).isEqualTo(function(arn));
        }
        boolean plainSeen = false;
        try (var files = Files.walk(state)) {
            for (var file : files.filter(Files::isRegularFile).toList()) {
                var bytes = Files.readAllBytes(file);
                plainSeen |= contains(bytes, "in-the-clear-8812");
                assertThat(contains(bytes, SECRET)).as("%s", file).isFalse();
                assertThat(contains(bytes, "PASSWORD")).as("%s", file).isFalse();
            }
        }
        assertThat(plainSeen).as("the search finds what is there").isTrue();

        try (var kv = RocksKv.open(state, InstantSource.system())) {
            var store = new FunctionStore(kv, EnvironmentSeal.open(folder.resolve("keys/k"), kv, ids), () -> 0);
            assertThat(latest(kv, store)).isEqualTo(function(arn));
        }
    }

    @Test
    void the_platform_shows_them_and_functions_have_them_while_the_store_does_not() {
        platform.create(Platform.request("f", Zips.program("env PASSWORD"))
                .environment(e -> e.variables(Map.of("PASSWORD", SECRET))));
        platform.active("f");
        platform.call(() -> platform.lambda.publishVersion(r -> r.functionName("f")));

        assertThat(platform.invoke("f", "{}").payload().asUtf8String()).isEqualTo("\"" + SECRET + "\"");
        assertThat(platform.invoke("f:1", "{}").payload().asUtf8String()).isEqualTo("\"" + SECRET + "\"");
        assertThat(platform.call(() -> platform.lambda.getFunctionConfiguration(r -> r.functionName("f")))
                        .environment()
                        .variables())
                .containsExactly(Map.entry("PASSWORD", SECRET));
        assertThat(platform.call(() -> platform.lambda.listFunctions(r -> {}))
                        .functions()
                        .getFirst()
                        .environment()
                        .variables())
                .containsEntry("PASSWORD", SECRET);
        var all = platform.kv.read(snapshot ->
                snapshot.scan(new Range(new byte[] {0}, new byte[] {(byte) 0xfe}), 10_000));
        assertThat(all).isNotEmpty();
        assertThat(all).noneMatch(entry -> contains(entry.value(), SECRET) || contains(entry.value(), "PASSWORD"));
    }

    @Test
    void what_was_stored_in_the_clear_is_read_and_sealed_by_its_next_change() {
        var kv = new MemoryKv(InstantSource.system());
        var store = new FunctionStore(kv, EnvironmentSeal.open(folder.resolve("k"), kv, Ids.secure()), () -> 0);
        var key = LambdaKeys.version(ID, FunctionName.LATEST);
        store.change(ID, txn -> txn.put(key, LambdaKeys.SEALED_FUNCTION.encode(function(ID.arn()))));

        assertThat(latest(kv, store)).isEqualTo(function(ID.arn()));
        store.change(ID, txn -> store.put(txn, ID, store.latest(txn, ID)));
        boolean clear = kv.read(snapshot -> contains(snapshot.get(key), SECRET));
        assertThat(clear).isFalse();
        assertThat(latest(kv, store)).isEqualTo(function(ID.arn()));
    }

    @Test
    void sealed_variables_open_for_their_own_function_only() {
        var kv = new MemoryKv(InstantSource.system());
        var seal = EnvironmentSeal.open(folder.resolve("k"), kv, Ids.secure());
        var mine = seal.seal(function(ID.arn()));
        var moved = mine.with(
                mine.configuration().toBuilder().functionArn(ID.arn() + "2").build());

        assertThatThrownBy(() -> seal.open(moved)).hasMessageContaining("can't be decrypted");
    }

    @Test
    void the_key_is_its_owners_alone_and_its_loss_or_exchange_is_told_at_the_start() throws IOException {
        var kv = new MemoryKv(InstantSource.system());
        var file = folder.resolve("keys/k");
        EnvironmentSeal.open(file, kv, Ids.secure());

        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file.getParent())))
                .isEqualTo("rwx------");
        assertThat(Files.size(file)).isEqualTo(32);
        Files.write(file, new Ids(new SplittableRandom(1)).bytes(32));
        assertThatThrownBy(() -> EnvironmentSeal.open(file, kv, Ids.secure()))
                .hasMessageContaining("isn't the one that");
        Files.delete(file);
        assertThatThrownBy(() -> EnvironmentSeal.open(file, kv, Ids.secure())).hasMessageContaining("is missing");
    }
}
