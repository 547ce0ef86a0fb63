package dev.tsumuji.sandbox;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** What all sandboxes of this machine share: the launcher, the programs, who looks after them, and the ways out. Thread-safe. */
final class Premises implements AutoCloseable {

    private final Path directory;

    /** The same directory by a short name: paths of Unix sockets are limited to about a hundred bytes. */
    private final Path near;

    private final int descriptor;
    private final Jail jail;
    private final Isolation isolation;
    private final Bootstraps bootstraps;
    private final TemporaryImages images;
    private final Users users = new Users();
    private final Network network;
    private final NameServer nameServer;
    private final Outside outside = new Outside();
    private final EgressPolicy egress;
    private final @Nullable Path nodeModules;
    private final @Nullable Path pythonModules;
    private final @Nullable Trust trust;
    private volatile Reach.@Nullable Platform platform;
    private final InstantSource clock = InstantSource.system();
    private final Sockets sockets;
    private final Outputs outputs;
    private final Watch watch = new Watch();
    private final AtomicLong names = new AtomicLong();

    private Premises(SandboxSettings settings, Runtimes runtimes) throws IOException {
        this.directory = settings.directory();
        Files.createDirectories(directory);
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
        FileTree.delete(directory.resolve("run"));
        Files.createDirectories(directory.resolve("run"));
        this.descriptor = Native.open(directory, Native.READ_ONLY | Native.CLOSE_ON_EXEC);
        this.near = Path.of("/proc", Long.toString(ProcessHandle.current().pid()), "fd", Integer.toString(descriptor));
        this.jail = new Jail(directory, near);
        this.sockets = settings.sockets();
        this.outputs = new Outputs(clock);
        this.network = new Network();
        this.nameServer = new NameServer();
        this.egress = settings.egress();
        this.nodeModules = settings.nodeModules();
        this.pythonModules = settings.pythonModules();
        this.images = new TemporaryImages(directory.resolve("tmp"));
        this.isolation = new Trial(directory, jail, images).isolation();
        this.bootstraps = new Bootstraps(
                directory.resolve("runtime"),
                runtimes,
                settings.authority() != null,
                new Training(directory, jail, isolation, images, outputs),
                (long) settings.cachesMebibytes() << 20);
        this.trust = settings.authority() == null ? null : trust(settings.authority(), runtimes);
    }

    /** Makes the directory ready, removes what a crashed predecessor left, and tries what isolation there is. */
    static Premises open(SandboxSettings settings, Runtimes runtimes) throws IOException {
        return new Premises(settings, runtimes);
    }

    private Trust trust(Path authority, Runtimes runtimes) throws IOException {
        var made = new Trust(directory.resolve("trust"), authority, runtimes.program("java"));
        for (var language : Runtimes.Language.values()) {
            made.publish(bootstraps.runtimeDirectory(language));
        }
        return made;
    }

    Path directory() {
        return directory;
    }

    Path near() {
        return near;
    }

    /** One that no sandbox has had. */
    String newName() {
        return Long.toString(names.incrementAndGet());
    }

    Jail jail() {
        return jail;
    }

    Isolation isolation() {
        return isolation;
    }

    Bootstraps bootstraps() {
        return bootstraps;
    }

    TemporaryImages images() {
        return images;
    }

    Users users() {
        return users;
    }

    Network network() {
        return network;
    }

    EgressPolicy egress() {
        return egress;
    }

    /** The SDK of the platform for Node.js, where it has one. */
    @Nullable
    Path nodeModules() {
        return nodeModules;
    }

    /** The same for Python. */
    @Nullable
    Path pythonModules() {
        return pythonModules;
    }

    @Nullable
    Trust trust() {
        return trust;
    }

    InstantSource clock() {
        return clock;
    }

    Sockets sockets() {
        return sockets;
    }

    Outputs outputs() {
        return outputs;
    }

    Watch watch() {
        return watch;
    }

    /** Where the names of AWS lead in sandboxes that start from now on. */
    void platform(Reach.Platform where) {
        platform = where;
    }

    /** @param process one that is in the sandbox's network */
    Reach reach(long process, Map<Integer, InetSocketAddress> endpoints) throws IOException {
        return new Reach(network, nameServer, outside, process, platform, endpoints);
    }

    @Override
    public void close() {
        watch.close();
        outputs.close();
        nameServer.close();
        outside.close();
        network.close();
        jail.close();
        Native.close(descriptor);
        if (isolation.groups() != null) {
            isolation.groups().close();
        }
    }
}
