package dev.tsumuji.lambda;

import dev.tsumuji.kernel.cloud.Cloud;
import dev.tsumuji.kernel.time.Ids;
import dev.tsumuji.kernel.time.Scheduler;
import dev.tsumuji.sandbox.Sandbox;
import dev.tsumuji.sandbox.Sandboxes;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.cloudwatchlogs.CloudWatchLogsClient;
import software.amazon.awssdk.services.lambda.model.FunctionConfiguration;
import software.amazon.awssdk.services.sts.model.Credentials;

/**
 * Starts instances: assumes the role, unpacks the code, opens the log, sets the environment, starts the sandbox.
 * Thread-safe.
 *
 * @see <a href="https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html">Environment variables</a>
 */
final class InstanceFactory implements AutoCloseable {
    /** Where the platform is reached from inside, whatever its port outside. */
    private static final int PLATFORM_PORT = 4566;

    private static final Duration INIT_TIMEOUT = Duration.ofSeconds(10);
    private static final Duration CREDENTIALS_RESERVE = Duration.ofMinutes(1);

    /** The older of Java's runtimes, in which the SDK's first names of the keys are set too. */
    private static final Set<String> NAME_KEYS_TWICE = Set.of("java8.al2", "java11");

    private static final DateTimeFormatter STREAM_DAY =
            DateTimeFormatter.ofPattern("uuuu/MM/dd").withZone(ZoneOffset.UTC);

    private static final Logger LOG = System.getLogger(InstanceFactory.class.getName());

    private final Sandboxes sandboxes;
    private final Packages packages;
    private final LayerUses layers;
    private final Roles roles;
    private final Cloud cloud;
    private final InstantSource clock;
    private final Ids ids;
    private final Scheduler scheduler;
    private final LambdaSettings settings;
    private final Set<FunctionLog> unwritten = ConcurrentHashMap.newKeySet();
    private volatile @Nullable InetSocketAddress platform;

    InstanceFactory(
            Sandboxes sandboxes,
            Packages packages,
            LayerUses layers,
            Roles roles,
            Cloud cloud,
            InstantSource clock,
            Ids ids,
            Scheduler scheduler,
            LambdaSettings settings) {
        this.sandboxes = sandboxes;
        this.packages = packages;
        this.layers = layers;
        this.roles = roles;
        this.cloud = cloud;
        this.clock = clock;
        this.ids = ids;
        this.scheduler = scheduler;
        this.settings = settings;
    }

    /** @param address where the platform listens; functions started before know of none */
    void platform(InetSocketAddress address) {
        platform = address;
    }

    /** @param type of initialisation, as the function is told it */
    Instance start(Target target, String type) throws IOException {
        var now = clock.instant();
        // worked out while the code is put in place
        var role = new Ahead<>(
                "lambda-role",
                () -> roles.assume(target.id(), target.configuration().role()));
        var stream = STREAM_DAY.format(now) + "/[" + target.version() + "]" + ids.hex(32);
        var log = new FunctionLog(
                () -> cloud.client(CloudWatchLogsClient.class, role.get().caller(target.id())),
                scheduler,
                settings.logDelay(),
                target.configuration().loggingConfig().logGroup(),
                stream,
                unwritten);
        var code = new ArrayList<Packages.Lease>(2);
        try {
            code.add(packages.use(
                    target.function().packageId(), target.configuration().codeSize()));
            if (!target.configuration().layers().isEmpty()) {
                code.add(layers.open(target.configuration()));
            }
            log.least(ApplicationLevel.of(target.configuration().loggingConfig()));
            SystemLog.of(target, type).initStart(log, now);
            var spec = spec(target, stream, code, type);
            var sandbox = sandboxes.start(
                    spec,
                    () -> keys(target, role.get().credentials()),
                    log::printed,
                    new PlatformRecords(target, type));
            return new Instance(sandbox, log, type, code, credentialsUntil(role.get()));
        } catch (IOException | RuntimeException e) {
            code.forEach(Packages.Lease::close);
            throw e;
        }
    }

    /** Lets what can be made ready for instances of a function be made ready. Takes a while when its code is large. */
    void expect(Function function) {
        var configuration = function.configuration();
        try (var code = packages.use(function.packageId(), configuration.codeSize())) {
            sandboxes.expect(expected(configuration, code));
        } catch (IOException e) {
            LOG.log(Level.DEBUG, "nothing is made ready for " + configuration.functionArn(), e);
        }
    }

    private Sandbox.Spec expected(FunctionConfiguration configuration, Packages.Lease code) {
        var variables = configuration.environment();
        return new Sandbox.Spec(
                configuration.functionName(),
                configuration.runtimeAsString(),
                code.path(),
                configuration.handler(),
                variables == null ? Map.of() : variables.variables(),
                configuration.memorySize(),
                configuration.ephemeralStorage().size(),
                INIT_TIMEOUT,
                endpoints(platform));
    }

    private static Map<Integer, InetSocketAddress> endpoints(@Nullable InetSocketAddress address) {
        return address == null ? Map.of() : Map.of(PLATFORM_PORT, address);
    }

    private static Instant credentialsUntil(RoleSession role) {
        return role.session().expiresAt().minus(CREDENTIALS_RESERVE);
    }

    private Sandbox.Spec spec(Target target, String stream, List<Packages.Lease> code, String type) {
        var configuration = target.configuration();
        var address = platform;
        return new Sandbox.Spec(
                target.id().name(),
                configuration.runtimeAsString(),
                code.getFirst().path(),
                configuration.handler(),
                environment(target, stream, address != null, type),
                configuration.memorySize(),
                configuration.ephemeralStorage().size(),
                target.timeout().compareTo(INIT_TIMEOUT) > 0 ? target.timeout() : INIT_TIMEOUT,
                endpoints(address),
                code.stream().skip(1).map(Packages.Lease::path).toList());
    }

    /** What the sandbox doesn't set by itself, from what it is told of the function. */
    private static Map<String, String> environment(Target target, String stream, boolean reachable, String type) {
        var configuration = target.configuration();
        var id = target.id();
        var all = new HashMap<String, String>();
        if (reachable) {
            all.put("AWS_ENDPOINT_URL", "http://127.0.0.1:" + PLATFORM_PORT);
        }
        if (configuration.environment() != null) {
            all.putAll(configuration.environment().variables());
        }
        all.put("AWS_REGION", id.region());
        all.put("AWS_DEFAULT_REGION", id.region());
        all.put("AWS_LAMBDA_FUNCTION_NAME", id.name());
        all.put("AWS_LAMBDA_FUNCTION_VERSION", target.version());
        all.put("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", Integer.toString(configuration.memorySize()));
        all.put("AWS_LAMBDA_INITIALIZATION_TYPE", type);
        all.put("AWS_LAMBDA_LOG_GROUP_NAME", configuration.loggingConfig().logGroup());
        all.put("AWS_LAMBDA_LOG_STREAM_NAME", stream);
        all.putAll(ApplicationLevel.variables(configuration.loggingConfig()));
        all.put("TSUMUJI_ACCOUNT_ID", id.account()); // for extensions that ask; the function doesn't see it
        all.put("AWS_XRAY_CONTEXT_MISSING", "LOG_ERROR");
        return all;
    }

    private static Map<String, String> keys(Target target, Credentials credentials) {
        var keys = new HashMap<>(Map.of(
                "AWS_ACCESS_KEY_ID", credentials.accessKeyId(),
                "AWS_SECRET_ACCESS_KEY", credentials.secretAccessKey(),
                "AWS_SESSION_TOKEN", credentials.sessionToken()));
        if (NAME_KEYS_TWICE.contains(target.configuration().runtimeAsString())) {
            keys.put("AWS_ACCESS_KEY", credentials.accessKeyId());
            keys.put("AWS_SECRET_KEY", credentials.secretAccessKey());
        }
        return keys;
    }

    /** Writes what logs still have. */
    @Override
    public void close() {
        unwritten.forEach(FunctionLog::flush);
    }
}
