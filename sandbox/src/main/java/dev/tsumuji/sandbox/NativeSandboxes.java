package dev.tsumuji.sandbox;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Sandboxes of this machine's kernel, by the launcher {@code jail}. What isolation there is gets tried once, when they are
 * opened; without any they refuse to open unless the settings say otherwise. Thread-safe.
 */
public final class NativeSandboxes implements Sandboxes {

    private static final System.Logger LOG = System.getLogger(NativeSandboxes.class.getName());
    private final Premises premises;
    private final Runtimes runtimes;
    private final SdkLayers sdkLayers;
    private final Stems stems;
    private final Set<Path> reading = ConcurrentHashMap.newKeySet();
    private final Set<NativeSandbox> living = ConcurrentHashMap.newKeySet();

    private NativeSandboxes(SandboxSettings settings) throws IOException {
        this.runtimes = new Runtimes(settings);
        this.premises = Premises.open(settings, runtimes);
        this.sdkLayers = new SdkLayers(settings.nodeModules());
        this.stems = new Stems(this::grow, (long) settings.stemsMebibytes() << 20, settings.stemsIdleTime());
        var isolation = premises.isolation();
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

    /** Where the names of AWS shall lead in sandboxes that start from now on. */
    public void platform(InetSocketAddress plain, InetSocketAddress secure) {
        premises.platform(new Reach.Platform(plain, secure));
    }

    @Override
    public Sandbox start(Sandbox.Spec spec, Sandbox.Late late, Sandbox.Output output, Sandbox.Records records)
            throws IOException {
        var missing = missing(spec.runtime());
        if (missing.isPresent()) {
            throw new IOException(missing.get());
        }
        var language = Runtimes.language(spec.runtime()).orElseThrow();
        stems.functionStarts();
        NativeSandbox sandbox = null;
        try {
            sandbox = fromStem(language, spec, late, output);
            if (sandbox == null) {
                sandbox = new Home(premises, language, spec.with(late.variables()), false)
                        .moveIn(output, records, living);
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
    private @Nullable NativeSandbox fromStem(
            Runtimes.Language language, Sandbox.Spec spec, Sandbox.Late late, Sandbox.Output output) {
        var kind = kind(language, spec).orElse(null);
        if (kind == null) {
            return null;
        }
        var stem = stems.take(kind).orElse(null);
        if (stem == null) {
            return null;
        }
        try {
            stem.assign(spec, () -> assignment(kind, spec.with(late.variables())), output);
            return stem;
        } catch (RuntimeException e) {
            end(stem);
            throw e;
        } catch (IOException e) {
            LOG.log(
                    Level.INFO,
                    "a process that waited is of no use, so {0} starts without it: {1}",
                    spec.name(),
                    e.getMessage());
            end(stem);
            return null;
        }
    }

    private static void end(NativeSandbox stem) {
        Thread.ofVirtual().name("sandbox-stem-end").start(stem::close);
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
                try {
                    read.run();
                } finally {
                    reading.remove(code);
                }
            });
        }
    }

    /**
     * With well-known libraries a stem that has them loaded, once that is made. Without it, a process of its own with a cache
     * is faster than a stem that has to load all jars.
     */
    private Optional<Stems.Kind> javaKind(Stems.Kind lean, Sandbox.Spec spec) {
        var code = bootstraps().caches().code(spec.code());
        if (code.isEmpty()) {
            readLater(spec.code(), () -> bootstraps().caches().want(spec.code(), () -> {}));
        }
        if (code.isEmpty() || spec.layers().stream().anyMatch(layer -> Files.isDirectory(layer.resolve("java")))) {
            return Optional.of(lean);
        }
        var layer = bootstraps().caches().layer(code.get());
        if (layer.isPresent()) {
            return Optional.of(lean.withLayer(layer.get().id()));
        }
        return code.get().hasJars()
                        && bootstraps().caches().ofFunction(code.get()).isPresent()
                ? Optional.empty()
                : Optional.of(lean);
    }

    /** The variables for a stem; those of a layer's jars that are in its function's code as well aren't loaded from there. */
    private Map<String, String> assignment(Stems.Kind kind, Sandbox.Spec spec) {
        var variables = bootstraps().variables(kind.language(), spec, Bootstraps.INSIDE);
        if (kind.language() == Runtimes.Language.JAVA && !kind.layer().isEmpty()) {
            var names = bootstraps().caches().code(spec.code()).stream()
                    .flatMap(code -> code.shared().stream())
                    .map(JavaCode.Jar::name)
                    .toList();
            variables.put("TSUMUJI_SHARED", String.join("/", names));
        }
        return variables;
    }

    /** Whether nothing about the function has to be there before its process starts. */
    private boolean takesStem(Stems.Kind kind, Sandbox.Spec spec) {
        if (!premises.isolation().isolated() || kind.language() == Runtimes.Language.OWN) {
            return false;
        }
        if (spec.layers().stream().anyMatch(layer -> Files.isDirectory(layer.resolve("extensions")))) {
            return false;
        }
        var variables = bootstraps().variables(kind.language(), spec, Bootstraps.INSIDE);
        var stem = bootstraps().variables(kind.language(), bootstraps().stem(kind), Bootstraps.INSIDE);
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
                bootstraps()
                        .caches()
                        .want(spec.code(), () -> kind(language, spec).ifPresent(stems::expect));
            case NODE, PYTHON -> sdkLayers.read(language, spec.code());
            case OWN -> {}
        }
        kind(language, spec).ifPresent(stems::expect);
    }

    /** How many caches are still to be made in the background. */
    public int training() {
        return bootstraps().caches().pending();
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
        return new Home(premises, kind.language(), bootstraps().stem(kind), true)
                .moveIn((at, line) -> {}, null, living);
    }

    Bootstraps bootstraps() {
        return premises.bootstraps();
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
        return premises.isolation().description();
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
        bootstraps().caches().close();
        living.forEach(NativeSandbox::close);
        premises.close();
    }
}
