package dev.tsumuji.sandbox;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** The files, user and control group of one sandbox. Used by one thread at a time: its starter, then its keeper. */
final class Home implements NativeSandbox.Place {
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

    private final Premises premises;
    private final Isolation isolation;
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

    /** The network of a sandbox with extensions; else -1. */
    private int namespace = -1;

    private final AtomicBoolean closed = new AtomicBoolean();

    Home(Premises premises, Runtimes.Language language, Sandbox.Spec spec, boolean stem) throws IOException {
        this.premises = premises;
        this.isolation = premises.isolation();
        this.language = language;
        this.spec = spec;
        this.stem = stem;
        this.name = premises.newName();
        this.path = premises.directory().resolve("run").resolve(name);
        this.user = premises.users().take();
    }

    /**
     * Starts the sandbox, which is among the living from then on. Closes itself when that fails.
     *
     * @param records for extensions; null of a stem, which has none
     * @param living of which it takes itself away at its end
     */
    NativeSandbox moveIn(Sandbox.Output output, Sandbox.@Nullable Records records, Set<NativeSandbox> living)
            throws IOException {
        try {
            return move(output, records, living);
        } catch (IOException | RuntimeException e) {
            close();
            throw e;
        }
    }

    private NativeSandbox move(Sandbox.Output output, Sandbox.@Nullable Records records, Set<NativeSandbox> living)
            throws IOException {
        var root = Files.createDirectories(path.resolve("root"));
        var sockets = Files.createDirectory(path.resolve("s"));
        Files.setPosixFilePermissions(sockets, PosixFilePermissions.fromString("rwxr-xr-x"));
        if (isolation.groups() != null) {
            var limits = new ControlGroups.Limits((long) spec.memoryMebibytes() << 20, PROCESSES_MAX);
            group = isolation.groups().create(name, limits);
        }
        var socket = premises.near().resolve("run").resolve(name).resolve("s").resolve("platform");
        var frames = language == Runtimes.Language.OWN
                ? null
                : new FrameWire(socket, premises.sockets(), language == Runtimes.Language.NODE);
        if (frames != null) {
            Files.setPosixFilePermissions(sockets.resolve("platform"), PosixFilePermissions.fromString("rw-rw-rw-"));
        }
        var order = order(socket).put("root", root).put("socket", sockets);
        var telemetry = servesApi
                ? new Telemetry(premises.clock(), this::dial, records, "JSON".equals(told.get("AWS_LAMBDA_LOG_FORMAT")))
                : Telemetry.none();
        var pipes = new ArrayList<Outputs.Pipe>(2);
        Jail.LifeLine lifeLine = null;
        try {
            pipes.add(pipe(order, "output", servesApi ? told("function", telemetry, output) : output));
            if (!external.isEmpty()) {
                pipes.add(pipe(order, "extension_output", told("extension", telemetry, output)));
            }
            lifeLine = premises.jail().launch(order);
            var process = processOf(lifeLine.line());
            if (servesApi) {
                namespace = Network.namespace(process);
            }
            if (isolation.hasNetworks()) {
                reach = premises.reach(process, spec.endpoints());
            }
            if (stem) {
                openMounts(process);
            } else {
                allow(spec);
            }
            var extensions = new Extensions(external, told, telemetry);
            var api = servesApi ? new RuntimeApi(apiListener(process), extensions) : null;
            var wire = frames != null ? frames : java.util.Objects.requireNonNull(api);
            var sandbox = new NativeSandbox(
                    spec,
                    this,
                    wire,
                    extensions,
                    frames != null ? api : null,
                    premises.watch(),
                    lifeLine,
                    pipes,
                    telemetry,
                    premises.clock());
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
            pipes.forEach(Outputs.Pipe::close);
            throw e;
        }
    }

    /** A named pipe that becomes what the order says. */
    private Outputs.Pipe pipe(Jail.Order order, String name, Sandbox.Output to) throws IOException {
        var fifo = path.resolve(name);
        Native.makeFifo(fifo);
        if (isolation.level() == Isolation.Level.ROOT) {
            Files.setAttribute(fifo, "unix:uid", user);
        }
        order.put(name, fifo);
        return premises.outputs().open(fifo, to);
    }

    /** Lines are for the log, and for extensions that want them. */
    private static Sandbox.Output told(String type, Telemetry telemetry, Sandbox.Output output) {
        return (at, line) -> {
            telemetry.line(type, at, line);
            output.line(at, line);
        };
    }

    private SocketChannel dial() throws IOException {
        return premises.network().within(namespace, () -> SocketChannel.open(StandardProtocolFamily.INET));
    }

    private static long processOf(String line) throws IOException {
        if (!line.startsWith("started ")) {
            throw new IOException("the sandbox didn't start: " + line);
        }
        return Long.parseLong(line.substring("started ".length()));
    }

    private Jail.Order order(Path socket) throws IOException {
        boolean isolated = isolation.isolated();
        var view = isolated
                ? Bootstraps.INSIDE
                : new Bootstraps.View(spec.code(), premises.bootstraps().runtimeDirectory(language), socket);
        var launch = premises.bootstraps().launch(language, spec, view);
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
            premises.bootstraps().caches().use(cache);
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
        var trust = premises.trust();
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
            case NODE -> premises.nodeModules();
            case PYTHON -> premises.pythonModules();
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
                    files.filter(Files::isRegularFile).forEach(file -> found.add(String.valueOf(file.getFileName())));
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
            order.put("tmp_template", premises.images().ofSize(spec.tmpMebibytes()))
                    .put("tmp_directory", premises.images().directory());
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
        return plainApi != null ? plainApi : premises.network().listen(process, RUNTIME_API_PORT);
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
            reach.allow(premises.egress().of(function.name()));
        }
    }

    @Override
    public void attach(Sandbox.Spec function) throws IOException {
        allow(function);
        var descriptors = Path.of("/proc", Long.toString(ProcessHandle.current().pid()), "fd");
        var order = new Jail.Order()
                .put("attach", descriptors.resolve(Integer.toString(mounts)))
                .put("root", path.resolve("root"))
                .put("code", function.code());
        if (owner >= 0) {
            order.put("user_namespace", descriptors.resolve(Integer.toString(owner)));
        }
        function.layers().forEach(layer -> order.put("layer", layer));
        premises.jail().attach(order);
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
            premises.bootstraps().caches().release(cache);
        }
        for (var descriptor : new int[] {mounts, owner, namespace}) {
            if (descriptor >= 0) {
                Native.close(descriptor);
            }
        }
        try {
            FileTree.delete(path);
        } catch (IOException e) {
            System.getLogger(Home.class.getName()).log(System.Logger.Level.WARNING, "removing " + path, e);
        }
        var gone = group == null || group.removePatiently(Duration.ofSeconds(2));
        if (gone) {
            premises.users().give(user); // else somebody of it may live: better one user less than one shared
        }
    }
}
