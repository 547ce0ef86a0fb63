package dev.tsumuji.server;

import dev.tsumuji.dynamodb.DynamodbService;
import dev.tsumuji.engines.disk.DiskBlobs;
import dev.tsumuji.engines.rocksdb.RocksKv;
import dev.tsumuji.iam.Accounts;
import dev.tsumuji.iam.IamService;
import dev.tsumuji.kernel.call.Principal;
import dev.tsumuji.kernel.cloud.Caller;
import dev.tsumuji.kernel.cloud.Gate;
import dev.tsumuji.kernel.cloud.LocalCloud;
import dev.tsumuji.kernel.outbox.Dispatcher;
import dev.tsumuji.kernel.settings.DataSize;
import dev.tsumuji.kernel.settings.PlatformSettings;
import dev.tsumuji.kernel.settings.Setting;
import dev.tsumuji.kernel.settings.Settings;
import dev.tsumuji.kernel.signal.Signals;
import dev.tsumuji.kernel.time.Ids;
import dev.tsumuji.kernel.time.SystemScheduler;
import dev.tsumuji.lambda.LambdaService;
import dev.tsumuji.lambda.LambdaSettings;
import dev.tsumuji.logs.LogsService;
import dev.tsumuji.s3.S3Service;
import dev.tsumuji.sandbox.EgressPolicy;
import dev.tsumuji.sandbox.NativeSandboxes;
import dev.tsumuji.sandbox.SandboxSettings;
import dev.tsumuji.sandbox.Sandboxes;
import dev.tsumuji.sandbox.Sockets;
import dev.tsumuji.sts.StsService;
import dev.tsumuji.wire.FrontDoor;
import dev.tsumuji.wire.http.EventLoops;
import dev.tsumuji.wire.tls.CertificateAuthority;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import software.amazon.awssdk.core.SdkClient;
import software.amazon.awssdk.services.lambda.LambdaClient;
import software.amazon.awssdk.services.lambda.model.GetAccountSettingsRequest;

/**
 * The whole platform in one process: everything is made here, in the order in which it needs each other, and closed in the
 * opposite order. Starting is recovering: there is no other way to start. Thread-safe once started.
 */
public final class Platform implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Platform.class.getName());
    private static final long AUDIT_FILE_SIZE_MAX = 32L << 20;

    private final Settings settings;
    private final DataFolder folder;
    private final Closing closing;
    private final LocalCloud cloud;
    private final FrontDoor door;
    private final SecureDoor secureDoor;
    private final Sandboxes sandboxes;
    private final Optional<RootKey> newRootKey;

    /** The first account's key, as it was made by this start. */
    public record RootKey(String account, String accessKeyId, String secretAccessKey) {
        @Override
        public String toString() {
            return "RootKey[" + accessKeyId + "]";
        }
    }

    private Platform(Settings settings, DataFolder folder, Closing closing) throws IOException {
        this.settings = settings;
        this.folder = folder;
        this.closing = closing;
        var clock = InstantSource.system();
        var ids = Ids.secure();

        // ground: threads, time, state, files, work that follows a commit
        var loops = closing.add(new EventLoops());
        var scheduler = closing.add(new SystemScheduler());
        var kv = closing.add(RocksKv.open(folder.resolve("state"), clock));
        var blobs = new DiskBlobs(folder.resolve("blobs"), kv, clock, ids, scheduler);
        var outbox = closing.add(new Dispatcher(kv, clock, scheduler, ids));
        var signals = new Signals();
        var authority = CertificateAuthority.open(folder.resolve("tls"), clock);
        var walls = closing.add(NativeSandboxes.open(sandboxSettings(authority, loops)));
        sandboxes = walls;

        // who may do what, and the gate that asks
        var iam = closing.add(new IamService(kv, clock, ids));
        var audit = closing.add(new AuditLog(folder.resolve("audit"), AUDIT_FILE_SIZE_MAX));
        var gate = new Gate(iam.authorizer(), audit);
        cloud = new LocalCloud(gate, clock, ids);
        newRootKey = firstAccount(iam.accounts());

        // services
        var sts = closing.add(new StsService(iam.credentials(), cloud, clock, ids));
        var logs = closing.add(new LogsService(kv, outbox, cloud, clock, ids, scheduler));
        var lambda = closing.add(new LambdaService(
                kv, blobs, outbox, cloud, signals, sandboxes, clock, ids, scheduler, lambdaSettings()));
        var dynamodb = closing.add(new DynamodbService(kv, outbox, signals, clock, ids, scheduler));
        var s3 = closing.add(new S3Service(kv, blobs, outbox, cloud, clock, ids));
        var services = List.of(
                iam.service(),
                sts.service(),
                logs.service(),
                lambda.service(),
                dynamodb.service(),
                dynamodb.streams().service(),
                s3.service());
        services.forEach(cloud::add);

        // the way in
        var pages = new Pages(this, services, iam.accounts(), audit, lambda);
        var meterPages = new MeterPages(
                lambda.usages(), settings.find(PlatformSettings.METRICS_TOKEN), settings.get(PlatformSettings.PRICES));
        door = FrontDoor.start(
                loops,
                FrontDoor.Settings.usual(
                        settings.get(PlatformSettings.HOST), settings.get(PlatformSettings.PORT_NUMBER)),
                services,
                gate,
                iam.credentials(),
                clock,
                ids,
                meterPages.with(pages.byPath()),
                List.of(lambda.urls(), s3.website(gate)));
        closing.add(this::drain);
        secureDoor = SecureDoor.open(door, settings, authority, clock);
        var inside = new InetSocketAddress(InetAddress.getLoopbackAddress(), door.port());
        walls.platform(inside, secureDoor.inside());
        lambda.platform(inside);
        outbox.start();
        lambda.start();
    }

    /**
     * Opens or makes the data folder and starts.
     *
     * @throws IOException with a message for people when that can't be done; nothing is left running
     */
    public static Platform start(Settings settings) throws IOException {
        var closing = new Closing();
        try {
            var folder = DataFolder.open(settings.get(PlatformSettings.DATA));
            closing.add(folder);
            var platform = new Platform(settings, folder, closing);
            folder.announce(platform.url());
            return platform;
        } catch (IOException | RuntimeException | Error e) {
            closing.close();
            throw e;
        }
    }

    public String url() {
        return "http://" + settings.get(PlatformSettings.HOST) + ":" + door.port();
    }

    /** For TLS; present when the settings name a port for it. */
    public Optional<String> secureUrl() {
        return secureDoor.port().isPresent()
                ? Optional.of("https://" + settings.get(PlatformSettings.HOST) + ":"
                        + secureDoor.port().getAsInt())
                : Optional.empty();
    }

    /** Who trusts the certificate in this file, in PEM, trusts what this platform says over TLS. */
    public Path authorityFile() {
        return folder.resolve("tls").resolve("authority.pem");
    }

    /** The isolation of functions that is in force, truthfully. */
    public String isolation() {
        return sandboxes.isolation();
    }

    /** What runs functions here, with versions. */
    Map<String, String> programs() {
        return sandboxes.programs();
    }

    public Path credentialsFile() {
        return folder.resolve("credentials");
    }

    /** Present only when this start made the first account. */
    public Optional<RootKey> newRootKey() {
        return newRootKey;
    }

    /**
     * The service itself as the SDK's client, with no HTTP between, called as the first account's root in the default region.
     *
     * @throws IllegalArgumentException when the platform has no such service
     */
    public <C extends SdkClient> C client(Class<C> api) {
        return cloud.client(
                api, new Caller(new Principal.Root(Accounts.FIRST), null, Accounts.FIRST, region(), Map.of()));
    }

    /** Finishes what is under way, for as long as the settings say, then stops. Runs once. */
    @Override
    public void close() {
        closing.close();
    }

    /** Functions of the account in the default region. */
    int functions(String account) {
        return cloud.client(
                        LambdaClient.class, new Caller(new Principal.Root(account), null, account, region(), Map.of()))
                .getAccountSettings(GetAccountSettingsRequest.builder().build())
                .accountUsage()
                .functionCount()
                .intValue();
    }

    /** Processes of functions, all accounts together. */
    int instances() {
        return sandboxes.running();
    }

    /** Processes that wait for a function. */
    int waiting() {
        return sandboxes.waiting();
    }

    String region() {
        return settings.get(PlatformSettings.REGION);
    }

    private void drain() throws InterruptedException {
        if (!door.drain(settings.get(PlatformSettings.DRAIN))) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "some requests took longer than the time for stopping and were cut off");
        }
        door.close();
    }

    private SandboxSettings sandboxSettings(CertificateAuthority authority, EventLoops loops) throws IOException {
        var walls = new SandboxSettings(
                        folder.resolve("sandboxes"), settings.get(PlatformSettings.UNSAFE_NO_ISOLATION), Map.of())
                .stems(mebibytes(PlatformSettings.STEMS), settings.get(PlatformSettings.IDLE))
                .caches(mebibytes(PlatformSettings.CACHES))
                .sockets(channel -> waiting(loops.watch(channel)));
        try {
            return walls.authority(authority.file())
                    .egress(EgressPolicy.parse(settings.get(PlatformSettings.EGRESS)))
                    .nodeModules(settings.find(PlatformSettings.NODE_MODULES).orElse(null))
                    .pythonModules(
                            settings.find(PlatformSettings.PYTHON_MODULES).orElse(null));
        } catch (IllegalArgumentException e) {
            throw new IOException("egress: " + e.getMessage(), e);
        }
    }

    /** Sandboxes and the front door know nothing of each other. */
    private static Sockets.Waiting waiting(EventLoops.Watched channel) {
        return new Sockets.Waiting() {
            @Override
            public void awaitReadable() throws IOException {
                channel.awaitReadable();
            }

            @Override
            public void awaitWritable() throws IOException {
                channel.awaitWritable();
            }

            @Override
            public void close() throws IOException {
                channel.close();
            }
        };
    }

    private int mebibytes(Setting<DataSize> setting) {
        return (int) Math.min(Integer.MAX_VALUE, settings.get(setting).bytes() >> 20);
    }

    private LambdaSettings lambdaSettings() {
        return LambdaSettings.defaults(folder.resolve("packages")).idleTime(settings.get(PlatformSettings.IDLE));
    }

    /** Makes the first account, or gives it the root key that was asked for. */
    private Optional<RootKey> firstAccount(Accounts accounts) throws IOException {
        var chosen = settings.find(PlatformSettings.ROOT_KEY).map(Platform::rootKey);
        var known = accounts.rootKey(Accounts.FIRST);
        if (known.isEmpty()) {
            var made = accounts.create("main", chosen.orElse(null)).rootKey();
            keep(made);
            return Optional.of(new RootKey(Accounts.FIRST, made.id(), made.secret()));
        }
        if (chosen.isPresent() && !chosen.equals(known)) {
            accounts.changeRootKey(Accounts.FIRST, chosen.get());
        }
        keep(chosen.orElse(known.get()));
        return Optional.empty();
    }

    private void keep(Accounts.RootKey key) throws IOException {
        folder.writeCredentials(Accounts.FIRST, key.id(), key.secret(), region());
    }

    /** @param text {@code ID:SECRET} */
    static Accounts.RootKey rootKey(String text) {
        int colon = text.indexOf(':');
        if (colon < 0) {
            throw new IllegalArgumentException("a root key is written ID:SECRET");
        }
        return new Accounts.RootKey(text.substring(0, colon), text.substring(colon + 1));
    }
}
