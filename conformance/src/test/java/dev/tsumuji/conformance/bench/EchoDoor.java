package dev.tsumuji.conformance.bench;

import dev.tsumuji.conformance.RunningPlatform;
import dev.tsumuji.kernel.call.Credential;
import dev.tsumuji.kernel.call.Credentials;
import dev.tsumuji.kernel.call.Principal;
import dev.tsumuji.kernel.call.Session;
import dev.tsumuji.kernel.cloud.Decision;
import dev.tsumuji.kernel.cloud.Gate;
import dev.tsumuji.kernel.time.Ids;
import dev.tsumuji.wire.FrontDoor;
import java.io.IOException;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The front door with nothing behind it but a page that answers what it is sent: what an invocation is measured against. */
final class EchoDoor {
    static final String PATH = "/_tsumuji/echo";

    private EchoDoor() {}

    /** Prints its port and serves until it is killed. */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        var gate = new Gate(
                (call, access) -> new Decision(true, access.action(), access.resource(), "", List.of()), entry -> {});
        var door = FrontDoor.start(
                FrontDoor.Settings.usual("127.0.0.1", 0),
                List.of(),
                gate,
                new OneKey(),
                InstantSource.system(),
                Ids.secure(),
                Map.of(PATH, (request, call, reply) -> {
                    var body = request.body().readAllBytes();
                    reply.header("content-type", "application/json");
                    reply.send(200, body);
                }),
                List.of());
        System.out.println(door.port());
        Thread.currentThread().join();
    }

    private static final class OneKey implements Credentials {
        private final Credential root = new Credential(
                RunningPlatform.ACCESS_KEY,
                RunningPlatform.SECRET_KEY,
                null,
                new Principal.Root(RunningPlatform.ACCOUNT),
                null);

        @Override
        public Optional<Credential> find(String accessKeyId, @Nullable String sessionToken) {
            return accessKeyId.equals(root.accessKeyId()) ? Optional.of(root) : Optional.empty();
        }

        @Override
        public Credential issue(Principal principal, Session session) {
            throw new UnsupportedOperationException("nobody asks for it");
        }
    }
}
