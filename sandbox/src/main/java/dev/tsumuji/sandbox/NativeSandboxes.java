package dev.tsumuji.sandbox;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Sandboxes of this machine's kernel, by the launcher {@code jail}. What isolation there is gets tried once, when they are
 * opened; without any they refuse to open unless the settings say otherwise. Thread-safe.
 */
public final class NativeSandboxes implements Sandboxes {

    private static final System.Logger LOG = System.getLogger(NativeSandboxes.class.getName());
    private static final int PROCESSES_MAX = 1024;
    private static final int RUNTIME_API_PORT = 9001;

    /** Variables that AWS doesn't give to extensions. */
    private static final Set<String> NOT_FOR_EXTENSIONS = Set.of(
            "AWS_EXECUTION_ENV",
            "AWS_LAMBDA_LOG_GROUP_NAME",
            "AWS_LAMBDA_LOG_STREAM_NAME",
            "AWS_XRAY_CONTEXT_MISSING",
            "LAMBDA_RUNTIME_DIR",
            "LAMBDA_TASK_ROOT",
            "_HANDLER");

    private static final Bootstraps.View INSIDE =
            new Bootstraps.View(Path.of("/var/task"), Path.of("/var/runtime"), Path.of("/run/tsumuji/platform"));

    private final Path directory;

    /** The same directory by a short name: paths of Unix sockets are limited to about a hundred bytes. */
    private final Path near;

    private final int descriptor;

    private final Jail jail;
    private final Isolation isolation;
    private final Runtimes runtimes;
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
    private final Sockets sockets;
    private final Outputs outputs;
    private final Watch watch = new Watch();
    private final SdkLayers sdkLayers;
    private final Stems stems;
    private final Set<Path> reading = ConcurrentHashMap.newKeySet();
    private final InstantSource clock = InstantSource.system();
    private final Set<NativeSandbox> living = ConcurrentHashMap.newKeySet();
    private final AtomicLong names = new AtomicLong();

    private NativeSandboxes(SandboxSettings settings) throws IOException {
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
        this.sdkLayers = new SdkLayers(nodeModules);
        this.runtimes = new Runtimes(settings);
        this.images = new TemporaryImages(directory.resolve("tmp"));
        this.isolation = new Trial(directory, jail, images).isolation();
        this.bootstraps = new Bootstraps(
                directory.resolve("runtime"),
                runtimes,
                settings.authority() != null,
                new Training(directory, jail, isolation, images, outputs),
                (long) settings.cachesMebibytes() << 20);
        this.trust = settings.authority() == null ? null : trust(settings.authority());
        this.stems = new Stems(this::grow, (long) settings.stemsMebibytes() << 20, settings.stemsIdleTime());
        if (!isolation.isolated() && !settings.unsafeNoIsolation()) {
            close();
            throw new IOException("functions can't be isolated on this machine: " + isolation.reason()
                    + ". Run as root, allow user namespaces, or accept it with --unsafe-no-isolation");
        }
    }

    /**
     * Makes ready to start sandboxes, and removes what a crashed predecessor left.
     *
     * @throws IOException when functions can't be isolated here and the settings require it; says why
     */
    public static NativeSandboxes open(SandboxSettings settings) throws IOException {
        return new NativeSandboxes(settings);
    }

    private Trust trust(Path authority) throws IOException {
        var made = new Trust(directory.resolve("trust"), authority, runtimes.program("java"));
        for (var language : Runtimes.Language.values()) {
            made.publish(bootstraps.runtimeDirectory(language));
        }
        return made;
    }

    /** Where the names of AWS shall lead in sandboxes that start from now on. */
    public void platform(InetSocketAddress plain, InetSocketAddress secure) {
        platform = new Reach.Platform(plain, secure);
    }

    @Override
    public Sandbox start(Sandbox.Spec spec, Sandbox.Output output) throws IOException {
        var missing = missing(spec.runtime());
        if (missing.isPresent()) {
            throw new IOException(missing.get());
        }
        var language = Runtimes.language(spec.runtime()).orElseThrow();
        stems.functionStarts();
        NativeSandbox sandbox = null;
        try {
            sandbox = fromStem(language, spec, output);
            if (sandbox == null) {
                sandbox = new Home(language, spec, false).moveIn(output);
            }
            return sandbox;
        } finally {
            if (sandbox != null) {
                sandbox.afterFirstAnswer(stems::functionStarted);
            } else {
                stems.functionStarted();
            }
        }
    }

    /** Null when this function needs a process of its own, or no stem is there, or it was of no use. */
    private @Nullable NativeSandbox fromStem(Runtimes.Language language, Sandbox.Spec spec, Sandbox.Output output) {
        var kind = kind(language, spec).orElse(null);
        if (kind == null) {
            return null;
        }
        var stem = stems.take(kind).orElse(null);
        if (stem == null) {
            return null;
        }
        try {
            stem.assign(spec, assignment(kind, spec), output);
            return stem;
        } catch (IOException e) {
            LOG.log(
                    Level.INFO,
                    "a process that waited is of no use, so {0} starts without it: {1}",
                    spec.name(),
                    e.getMessage());
            Thread.ofVirtual().name("sandbox-stem-end").start(stem::close);
            return null;
        }
    }

    /** The kind of stem for a function: one that has those libraries loaded that it will ask for. Empty for none. */
    private Optional<Stems.Kind> kind(Runtimes.Language language, Sandbox.Spec spec) {
        var lean = Stems.Kind.of(language, spec);
        if (!takesStem(lean, spec)) {
            return Optional.empty();
        }
        if (language == Runtimes.Language.JAVA) {
            return javaKind(lean, spec);
        }
        if (!sdkLayers.isRead(spec.code())) {
            readLater(spec.code(), () -> sdkLayers.read(language, spec.code()));
        }
        return Optional.of(sdkLayers.layer(language, spec).map(lean::withLayer).orElse(lean));
    }

    /** Of code that was unpacked again after it was made ready, or after the platform started. */
    private void readLater(Path code, Runnable read) {
        if (reading.add(code)) {
            Thread.ofVirtual().name("sandbox-code").start(() -> {
                read.run();
                reading.remove(code);
            });
        }
    }

    /**
     * With well-known libraries a stem that has them loaded, once that is made. Without it, a process of its own with a cache
     * is faster than a stem that has to load all jars.
     */
    private Optional<Stems.Kind> javaKind(Stems.Kind lean, Sandbox.Spec spec) {
        var code = bootstraps.caches().code(spec.code());
        if (code.isEmpty()) {
            readLater(spec.code(), () -> bootstraps.caches().want(spec.code(), () -> {}));
        }
        if (code.isEmpty() || spec.layers().stream().anyMatch(layer -> Files.isDirectory(layer.resolve("java")))) {
            return Optional.of(lean);
        }
        var layer = bootstraps.caches().layer(code.get());
        if (layer.isPresent()) {
            return Optional.of(lean.withLayer(layer.get().id()));
        }
        return code.get().hasJars()
                        && bootstraps.caches().ofFunction(code.get()).isPresent()
                ? Optional.empty()
                : Optional.of(lean);
    }

    /** The variables for a stem; those of a layer's jars that are in its function's code as well aren't loaded from there. */
    private Map<String, String> assignment(Stems.Kind kind, Sandbox.Spec spec) {
        var variables = bootstraps.variables(kind.language(), spec, INSIDE);
        if (kind.language() == Runtimes.Language.JAVA && !kind.layer().isEmpty()) {
            var names = bootstraps.caches().code(spec.code()).stream()
                    .flatMap(code -> code.shared().stream())
                    .map(JavaCode.Jar::name)
                    .toList();
            variables.put("TSUMUJI_SHARED", String.join("/", names));
        }
        return variables;
    }

    /** Whether nothing about the function has to be there before its process starts. */
    private boolean takesStem(Stems.Kind kind, Sandbox.Spec spec) {
        if (!isolation.isolated() || kind.language() == Runtimes.Language.OWN) {
            return false;
        }
        if (spec.layers().stream().anyMatch(layer -> Files.isDirectory(layer.resolve("extensions")))) {
            return false;
        }
        var variables = bootstraps.variables(kind.language(), spec, INSIDE);
        var stem = bootstraps.variables(kind.language(), bootstraps.stem(kind), INSIDE);
        return StartVariables.same(kind.language(), variables, stem) && FrameWire.fits(variables);
    }

    @Override
    public void expect(Sandbox.Spec spec) {
        if (missing(spec.runtime()).isPresent()) {
            return;
        }
        var language = Runtimes.language(spec.runtime()).orElseThrow();
        switch (language) {
            case JAVA ->
                bootstraps.caches().want(spec.code(), () -> kind(language, spec).ifPresent(stems::expect));
            case NODE, PYTHON -> sdkLayers.read(language, spec.code());
            case OWN -> {}
        }
        kind(language, spec).ifPresent(stems::expect);
    }

    /** How many caches are still to be made in the background. */
    public int training() {
        return bootstraps.caches().pending();
    }

    /** How many wait that could become a function like this. */
    public int waiting(Sandbox.Spec spec) {
        return kind(Runtimes.language(spec.runtime()).orElseThrow(), spec)
                .map(stems::waiting)
                .orElse(0);
    }

    Stems stems() {
        return stems;
    }

    private NativeSandbox grow(Stems.Kind kind) throws IOException {
        return new Home(kind.language(), bootstraps.stem(kind), true).moveIn((at, line) -> {});
    }

    Bootstraps bootstraps() {
        return bootstraps;
    }

    @Override
    public Optional<String> missing(String runtime) {
        return runtimes.missing(runtime);
    }

    @Override
    public Map<String, String> programs() {
        return runtimes.versions();
    }

    @Override
    public String isolation() {
        return isolation.description();
    }

    @Override
    public int running() {
        return (int) living.stream().filter(NativeSandbox::isAssigned).count();
    }

    @Override
    public int waiting() {
        return stems.waiting();
    }

    @Override
    public void close() {
        stems.close();
        bootstraps.caches().close();
        living.forEach(NativeSandbox::close);
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

    /** The files, user and control group of one sandbox. Used by one thread at a time: its starter, then its keeper. */
    private final class Home implements NativeSandbox.Place {
        private final Sandbox.Spec spec;
        private final String name;
        private final Path path;
        private final int user;
        private final Runtimes.Language language;
        private final boolean stem;
        private @Nullable Reach reach;
        private @Nullable ControlGroup group;
        private @Nullable ServerSocketChannel plainApi;
        private Sandbox.StartPath startPath = Sandbox.StartPath.ORDINARY;
        private String cache = "";
        private List<String> external = List.of();
        private Map<String, String> told = Map.of();
        private boolean servesApi;

        /** Of a stem, where a function's code is to appear later; else -1. */
        private int mounts = -1;

        private int owner = -1;
        private final AtomicBoolean closed = new AtomicBoolean();

        Home(Runtimes.Language language, Sandbox.Spec spec, boolean stem) throws IOException {
            this.language = language;
            this.spec = spec;
            this.stem = stem;
            this.name = Long.toString(names.incrementAndGet());
            this.path = directory.resolve("run").resolve(name);
            this.user = users.take();
        }

        /** Closes itself when that fails. */
        NativeSandbox moveIn(Sandbox.Output output) throws IOException {
            try {
                return move(output);
            } catch (IOException | RuntimeException e) {
                close();
                throw e;
            }
        }

        private NativeSandbox move(Sandbox.Output output) throws IOException {
            var root = Files.createDirectories(path.resolve("root"));
            var sockets = Files.createDirectory(path.resolve("s"));
            Files.setPosixFilePermissions(sockets, PosixFilePermissions.fromString("rwxr-xr-x"));
            var fifo = path.resolve("output");
            Native.makeFifo(fifo);
            if (isolation.level() == Isolation.Level.ROOT) {
                Files.setAttribute(fifo, "unix:uid", user);
            }
            if (isolation.groups() != null) {
                var limits = new ControlGroups.Limits((long) spec.memoryMebibytes() << 20, PROCESSES_MAX);
                group = isolation.groups().create(name, limits);
            }
            var socket = near.resolve("run").resolve(name).resolve("s").resolve("platform");
            var frames = language == Runtimes.Language.OWN
                    ? null
                    : new FrameWire(socket, NativeSandboxes.this.sockets, language == Runtimes.Language.NODE);
            if (frames != null) {
                Files.setPosixFilePermissions(
                        sockets.resolve("platform"), PosixFilePermissions.fromString("rw-rw-rw-"));
            }
            var order = order(socket).put("root", root).put("socket", sockets).put("output", fifo);
            Outputs.Pipe pipe = outputs.open(fifo, output);
            Jail.LifeLine lifeLine = null;
            try {
                lifeLine = jail.launch(order);
                var process = processOf(lifeLine.line());
                if (isolation.hasNetworks()) {
                    reach = new Reach(network, nameServer, outside, process, platform, spec.endpoints());
                }
                if (stem) {
                    openMounts(process);
                } else {
                    allow(spec);
                }
                var extensions = new Extensions(external, told);
                var api = servesApi ? new RuntimeApi(apiListener(process), extensions) : null;
                var wire = frames != null ? frames : java.util.Objects.requireNonNull(api);
                var sandbox = new NativeSandbox(
                        spec, this, wire, extensions, frames != null ? api : null, watch, lifeLine, pipe, clock);
                living.add(sandbox);
                Runnable onEnd = () -> living.remove(sandbox);
                if (stem) {
                    sandbox.beginStem(onEnd);
                } else {
                    sandbox.begin(startPath, onEnd);
                }
                return sandbox;
            } catch (IOException | RuntimeException e) {
                if (lifeLine != null) {
                    lifeLine.close();
                }
                pipe.close();
                throw e;
            }
        }

        private static long processOf(String line) throws IOException {
            if (!line.startsWith("started ")) {
                throw new IOException("the sandbox didn't start: " + line);
            }
            return Long.parseLong(line.substring("started ".length()));
        }

        private Jail.Order order(Path socket) throws IOException {
            boolean isolated = isolation.isolated();
            var view =
                    isolated ? INSIDE : new Bootstraps.View(spec.code(), bootstraps.runtimeDirectory(language), socket);
            var launch = bootstraps.launch(language, spec, view);
            var order = new Jail.Order()
                    .put("isolated", isolated ? 1 : 0)
                    .put("hold", 1)
                    .put("uid", user)
                    .put("code", spec.code())
                    .put("runtime", launch.runtime())
                    .put("directory", view.task());
            startPath = launch.startPath();
            cache = launch.cache();
            if (!cache.isEmpty()) {
                bootstraps.caches().use(cache);
            }
            spec.layers().forEach(layer -> order.put("layer", layer));
            launch.arguments().forEach(argument -> order.put("argument", argument));
            var variables = new HashMap<>(launch.variables());
            if (language == Runtimes.Language.JAVA) {
                order.put("input", socket);
            }
            external = extensions();
            servesApi = !stem
                    && (language == Runtimes.Language.OWN
                            || !external.isEmpty()
                            || !variables
                                    .getOrDefault("AWS_LAMBDA_EXEC_WRAPPER", "")
                                    .isEmpty());
            if (servesApi) {
                variables.put("AWS_LAMBDA_RUNTIME_API", "127.0.0.1:" + apiPort());
            }
            variables.forEach((key, value) -> order.put("variable", key + "=" + outside(value)));
            extend(order, variables);
            launch.binds().forEach(bind -> order.put("bind", bind));
            temporary(order);
            if (isolated) {
                offerPackages(order);
            }
            if (trust != null && isolated) {
                trust.order(order);
            }
            if (group != null) {
                group.procs().forEach(file -> order.put("procs", file));
                order.put("thaw_file", group.freezer()).put("thaw_word", group.thawed());
            }
            return order;
        }

        /** The SDK of the platform, where it has one for the language. */
        private void offerPackages(Jail.Order order) {
            var packages = switch (language) {
                case NODE -> nodeModules;
                case PYTHON -> pythonModules;
                case JAVA, OWN -> null;
            };
            if (packages != null && Files.isDirectory(packages)) {
                order.put("modules", packages).put("modules_at", Bootstraps.packages(language));
            }
        }

        /** Names of the files of the layers that are started beside the runtime. */
        private List<String> extensions() throws IOException {
            var found = new TreeSet<String>();
            for (var layer : spec.layers()) {
                var directory = layer.resolve("extensions");
                if (Files.isDirectory(directory)) {
                    try (var files = Files.list(directory)) {
                        files.filter(Files::isRegularFile)
                                .forEach(file -> found.add(String.valueOf(file.getFileName())));
                    }
                }
            }
            if (!found.isEmpty() && !isolation.isolated()) {
                throw new IOException(
                        "extensions need sandboxes, and this machine's functions run without: " + isolation.reason());
            }
            return List.copyOf(found);
        }

        private void extend(Jail.Order order, Map<String, String> variables) {
            told = new HashMap<>(variables);
            told.putAll(Map.of(Bootstraps.ACCOUNT, spec.environment().getOrDefault(Bootstraps.ACCOUNT, "")));
            if (external.isEmpty()) {
                return;
            }
            external.forEach(name -> order.put("extension", "/opt/extensions/" + name));
            variables.forEach((key, value) -> {
                if (!NOT_FOR_EXTENSIONS.contains(key)) {
                    order.put("extension_variable", key + "=" + value);
                }
            });
        }

        private void temporary(Jail.Order order) throws IOException {
            order.put("tmp_bytes", (long) spec.tmpMebibytes() << 20);
            if (isolation.diskTmp()) {
                order.put("tmp_template", images.ofSize(spec.tmpMebibytes())).put("tmp_directory", images.directory());
            }
        }

        /** Without a network and files of its own, the function can't have ports and paths of its own. */
        private String outside(String value) {
            if (isolation.isolated()) {
                return value;
            }
            var text = spec.layers().isEmpty()
                    ? value
                    : value.replace("/opt/", spec.layers().getLast() + "/");
            for (var endpoint : spec.endpoints().entrySet()) {
                var address = endpoint.getValue().getHostString() + ":"
                        + endpoint.getValue().getPort();
                text = text.replace("127.0.0.1:" + endpoint.getKey(), address)
                        .replace("localhost:" + endpoint.getKey(), address);
            }
            return text;
        }

        private int apiPort() throws IOException {
            if (isolation.isolated()) {
                return RUNTIME_API_PORT;
            }
            plainApi = Network.listenHere(0);
            return ((InetSocketAddress) plainApi.getLocalAddress()).getPort();
        }

        private ServerSocketChannel apiListener(long process) throws IOException {
            return plainApi != null ? plainApi : network.listen(process, RUNTIME_API_PORT);
        }

        /** Held from before its code runs: the number of a process may be used again, what is open stays what it was. */
        private void openMounts(long process) throws IOException {
            var namespaces = Path.of("/proc", Long.toString(process), "ns");
            mounts = Native.open(namespaces.resolve("mnt"), Native.READ_ONLY | Native.CLOSE_ON_EXEC);
            if (isolation.level() == Isolation.Level.ROOTLESS) {
                owner = Native.open(namespaces.resolve("user"), Native.READ_ONLY | Native.CLOSE_ON_EXEC);
            }
        }

        /** Before its code runs. */
        private void allow(Sandbox.Spec function) throws IOException {
            if (reach != null) {
                reach.allow(egress.of(function.name()));
            }
        }

        @Override
        public void attach(Sandbox.Spec function) throws IOException {
            allow(function);
            var descriptors =
                    Path.of("/proc", Long.toString(ProcessHandle.current().pid()), "fd");
            var order = new Jail.Order()
                    .put("attach", descriptors.resolve(Integer.toString(mounts)))
                    .put("root", path.resolve("root"))
                    .put("code", function.code());
            if (owner >= 0) {
                order.put("user_namespace", descriptors.resolve(Integer.toString(owner)));
            }
            function.layers().forEach(layer -> order.put("layer", layer));
            jail.attach(order);
        }

        @Override
        public @Nullable ControlGroup group() {
            return group;
        }

        @Override
        public void close() {
            if (!closed.compareAndSet(false, true)) {
                return; // a start that failed half way is noticed by its starter and by its keeper
            }
            if (reach != null) {
                reach.close();
            }
            if (!cache.isEmpty()) {
                bootstraps.caches().release(cache);
            }
            for (var descriptor : new int[] {mounts, owner}) {
                if (descriptor >= 0) {
                    Native.close(descriptor);
                }
            }
            try {
                FileTree.delete(path);
            } catch (IOException e) {
                System.getLogger(NativeSandboxes.class.getName())
                        .log(System.Logger.Level.WARNING, "removing " + path, e);
            }
            var gone = group == null || group.removePatiently(Duration.ofSeconds(2));
            if (gone) {
                users.give(user); // else somebody of it may live: better one user less than one shared
            }
        }
    }
}
