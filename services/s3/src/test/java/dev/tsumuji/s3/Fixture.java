package dev.tsumuji.s3;

import dev.tsumuji.engines.disk.DiskBlobs;
import dev.tsumuji.engines.memory.MemoryKv;
import dev.tsumuji.kernel.call.Call;
import dev.tsumuji.kernel.call.Principal;
import dev.tsumuji.kernel.cloud.Decision;
import dev.tsumuji.kernel.cloud.Gate;
import dev.tsumuji.kernel.cloud.LocalCloud;
import dev.tsumuji.kernel.cloud.Service;
import dev.tsumuji.kernel.kv.Kv;
import dev.tsumuji.kernel.outbox.Dispatcher;
import dev.tsumuji.kernel.time.Ids;
import dev.tsumuji.testkit.VirtualTime;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.assertj.core.api.AbstractThrowableAssert;
import org.assertj.core.api.Assertions;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.lambda.LambdaClient;
import software.amazon.awssdk.services.lambda.model.InvocationType;
import software.amazon.awssdk.services.lambda.model.InvokeRequest;
import software.amazon.awssdk.services.lambda.model.InvokeResponse;
import software.amazon.awssdk.services.lambda.model.ResourceNotFoundException;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.GetObjectRequest;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.PutObjectResponse;
import software.amazon.awssdk.services.s3.model.S3Exception;

/** S3 on the memory engine and real blobs, with time and identifiers that a test decides. */
final class Fixture implements AutoCloseable {
    static final String BUCKET = "things";
    static final String FUNCTION = "arn:aws:lambda:us-east-1:000000000000:function:told";

    final VirtualTime time = new VirtualTime();
    final Kv kv = new MemoryKv(time);
    final Path directory;
    final S3Service s3;
    /** What a function was told. */
    final BlockingQueue<String> told = new LinkedBlockingQueue<>();

    private final Dispatcher dispatcher;
    String account = "000000000000";
    String region = "us-east-1";

    Fixture() {
        try {
            directory = Files.createTempDirectory("s3-test");
            var ids = new Ids(new SplittableRandom(1));
            var gate = new Gate(
                    (call, access) -> new Decision(true, access.action(), access.resource(), "", List.of()),
                    entry -> {});
            var cloud = new LocalCloud(gate, time, ids);
            dispatcher = new Dispatcher(kv, time, time, ids);
            s3 = new S3Service(
                    kv, new DiskBlobs(directory.resolve("blobs"), kv, time, ids, time), dispatcher, cloud, time, ids);
            cloud.add(s3.service());
            cloud.add(new Service(
                    "lambda",
                    LambdaClient.class,
                    new Told(),
                    (operation, request, call) ->
                            List.of(dev.tsumuji.kernel.cloud.Access.open("lambda:" + operation, call.account())),
                    "AccessDeniedException"));
            dispatcher.start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A function that keeps what it is told. */
    private final class Told implements LambdaClient {
        @Override
        public InvokeResponse invoke(InvokeRequest request) {
            if (!request.functionName().equals(FUNCTION)) {
                throw ResourceNotFoundException.builder().statusCode(404).build();
            }
            if (request.invocationType() == InvocationType.EVENT) {
                told.add(request.payload().asUtf8String());
            }
            return InvokeResponse.builder().statusCode(202).build();
        }

        @Override
        public String serviceName() {
            return SERVICE_NAME;
        }

        @Override
        public void close() {
            // holds nothing
        }
    }

    static Fixture withBucket() {
        var fixture = new Fixture();
        fixture.call(() -> fixture.s3.createBucket(r -> r.bucket(BUCKET)));
        return fixture;
    }

    static Fixture versioned() {
        var fixture = withBucket();
        fixture.versioning("Enabled");
        return fixture;
    }

    void versioning(String status) {
        call(() -> s3.putBucketVersioning(r -> r.bucket(BUCKET).versioningConfiguration(v -> v.status(status))));
    }

    <T> T call(Supplier<T> body) {
        var call = new Call(
                account,
                region,
                new Principal.Root(account),
                null,
                null,
                "request",
                "127.0.0.1",
                "test",
                time.instant(),
                false,
                Map.of());
        return ScopedValue.where(Call.CURRENT, call).call(body::get);
    }

    PutObjectResponse put(String key, String text) {
        return put(key, text, r -> {});
    }

    PutObjectResponse put(String key, String text, Consumer<PutObjectRequest.Builder> more) {
        return put(key, text.getBytes(StandardCharsets.UTF_8), more);
    }

    PutObjectResponse put(String key, byte[] bytes, Consumer<PutObjectRequest.Builder> more) {
        var request = PutObjectRequest.builder().bucket(BUCKET).key(key);
        more.accept(request);
        return call(() -> s3.putObject(request.build(), RequestBody.fromBytes(bytes)));
    }

    String get(String key) {
        return get(key, r -> {});
    }

    String get(String key, Consumer<GetObjectRequest.Builder> more) {
        return new String(bytes(key, more), StandardCharsets.UTF_8);
    }

    byte[] bytes(String key, Consumer<GetObjectRequest.Builder> more) {
        var request = GetObjectRequest.builder().bucket(BUCKET).key(key);
        more.accept(request);
        return call(() -> s3.getObjectAsBytes(request.build()).asByteArray());
    }

    /** Any call of the service. */
    <T> T s3(java.util.function.Function<S3Client, T> body) {
        return call(() -> body.apply(s3));
    }

    AbstractThrowableAssert<?, ? extends Throwable> assertRefused(ThrowingCallable body, String code, int status) {
        return Assertions.assertThatThrownBy(body).isInstanceOfSatisfying(S3Exception.class, e -> {
            Assertions.assertThat(e.awsErrorDetails().errorCode()).isEqualTo(code);
            Assertions.assertThat(e.statusCode()).isEqualTo(status);
        });
    }

    /** Bytes of which no two pieces are alike. */
    static byte[] noise(int length, int seed) {
        var bytes = new byte[length];
        new SplittableRandom(seed).nextBytes(bytes);
        return bytes;
    }

    /** Files of objects that there are, also those nobody needs any more. */
    long files() {
        try (var files = Files.find(directory, 5, (file, attributes) -> attributes.isRegularFile())) {
            return files.count();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        dispatcher.close();
        kv.close();
        try (var files = Files.walk(directory)) {
            files.sorted(Comparator.reverseOrder())
                    .forEach(file -> file.toFile().delete());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
