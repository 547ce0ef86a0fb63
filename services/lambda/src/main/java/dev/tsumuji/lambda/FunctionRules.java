package dev.tsumuji.lambda;

import dev.tsumuji.kernel.call.Arn;
import dev.tsumuji.sandbox.Sandboxes;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.lambda.model.Architecture;
import software.amazon.awssdk.services.lambda.model.CreateFunctionRequest;
import software.amazon.awssdk.services.lambda.model.DeadLetterConfig;
import software.amazon.awssdk.services.lambda.model.EnvironmentResponse;
import software.amazon.awssdk.services.lambda.model.EphemeralStorage;
import software.amazon.awssdk.services.lambda.model.FunctionConfiguration;
import software.amazon.awssdk.services.lambda.model.Layer;
import software.amazon.awssdk.services.lambda.model.LogFormat;
import software.amazon.awssdk.services.lambda.model.LoggingConfig;
import software.amazon.awssdk.services.lambda.model.PackageType;
import software.amazon.awssdk.services.lambda.model.RuntimeVersionConfig;
import software.amazon.awssdk.services.lambda.model.SnapStartApplyOn;
import software.amazon.awssdk.services.lambda.model.SnapStartOptimizationStatus;
import software.amazon.awssdk.services.lambda.model.SnapStartResponse;
import software.amazon.awssdk.services.lambda.model.TracingConfigResponse;
import software.amazon.awssdk.services.lambda.model.TracingMode;
import software.amazon.awssdk.services.lambda.model.UpdateFunctionConfigurationRequest;
import software.amazon.awssdk.services.lambda.model.VpcConfig;
import software.amazon.awssdk.services.lambda.model.VpcConfigResponse;

/**
 * What a function's configuration may be, and what it is where a request says nothing. Stateless.
 *
 * @see <a href="https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html">CreateFunction</a>
 */
final class FunctionRules {
    private static final Pattern VARIABLE_NAME = Pattern.compile("[a-zA-Z]([a-zA-Z0-9_])+");
    private static final Pattern SUBNET_ID = Pattern.compile("^subnet-[0-9a-z]*$");
    private static final Pattern SECURITY_GROUP_ID = Pattern.compile("^sg-[0-9a-zA-Z]*$");

    /** @see <a href="https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html">Reserved variables</a> */
    private static final Set<String> RESERVED_VARIABLES = Set.of(
            "_HANDLER",
            "_X_AMZN_TRACE_ID",
            "AWS_DEFAULT_REGION",
            "AWS_REGION",
            "AWS_EXECUTION_ENV",
            "AWS_LAMBDA_FUNCTION_NAME",
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
            "AWS_LAMBDA_FUNCTION_VERSION",
            "AWS_LAMBDA_INITIALIZATION_TYPE",
            "AWS_LAMBDA_LOG_GROUP_NAME",
            "AWS_LAMBDA_LOG_STREAM_NAME",
            "AWS_ACCESS_KEY",
            "AWS_ACCESS_KEY_ID",
            "AWS_SECRET_ACCESS_KEY",
            "AWS_SECRET_KEY",
            "AWS_SESSION_TOKEN",
            "AWS_LAMBDA_RUNTIME_API",
            "LAMBDA_TASK_ROOT",
            "LAMBDA_RUNTIME_DIR");

    private final Sandboxes sandboxes;
    private final LayerUses layers;
    private final Destinations destinations;

    FunctionRules(Sandboxes sandboxes, LayerUses layers, Destinations destinations) {
        this.sandboxes = sandboxes;
        this.destinations = destinations;
        this.layers = layers;
    }

    /** The configuration that a new function has, without what depends on its code and state. */
    FunctionConfiguration configure(FunctionId id, CreateFunctionRequest request) {
        if (request.packageType() == PackageType.IMAGE || request.code().imageUri() != null) {
            throw new UnsupportedOperationException("functions from container images are not built; use a zip package");
        }
        if (request.runtimeAsString() == null || request.handler() == null) {
            throw LambdaErrors.invalid(
                    "Runtime and Handler are mandatory parameters for functions created with deployment packages.");
        }
        unsupported("FileSystemConfigs", !request.fileSystemConfigs().isEmpty());
        unsupported("KMSKeyArn", notEmpty(request.kmsKeyArn()));
        unsupported("ImageConfig", request.imageConfig() != null);
        unsupported("CodeSigningConfigArn", notEmpty(request.codeSigningConfigArn()));
        unsupported("SourceKMSKeyArn", notEmpty(request.code().sourceKMSKeyArn()));
        unsupported("CapacityProviderConfig", request.capacityProviderConfig() != null);
        unsupported("DurableConfig", request.durableConfig() != null);
        unsupported("TenancyConfig", request.tenancyConfig() != null);
        unsupported("PublishTo", request.publishTo() != null);
        Tags.check(request.tags());
        var storage = request.ephemeralStorage();
        var vpc = vpc(request.vpcConfig());
        var runtime = runtime(request.runtimeAsString());
        return FunctionConfiguration.builder()
                .functionName(id.name())
                .functionArn(id.arn())
                .runtime(runtime)
                .runtimeVersionConfig(version(id, runtime))
                .role(request.role())
                .handler(handler(request.handler()))
                .description(description(Objects.requireNonNullElse(request.description(), "")))
                .timeout(timeout(Objects.requireNonNullElse(request.timeout(), 3)))
                .memorySize(memory(Objects.requireNonNullElse(request.memorySize(), 128)))
                .version(FunctionName.LATEST)
                .vpcConfig(vpc)
                .environment(
                        request.environment() == null
                                ? null
                                : environment(request.environment().variables()))
                .tracingConfig(tracing(
                        request.tracingConfig() == null
                                ? null
                                : request.tracingConfig().mode()))
                .layers(orNone(layers.resolve(id, request.layers())))
                .packageType(PackageType.ZIP)
                .architectures(request.hasArchitectures() ? one(request.architectures()) : List.of(Architecture.X86_64))
                .ephemeralStorage(storage(
                        storage == null ? EphemeralStorage.builder().size(512).build() : storage))
                .snapStart(snapStart(
                        runtime,
                        request.snapStart() == null ? null : request.snapStart().applyOn()))
                .loggingConfig(logging(id, request.loggingConfig(), null))
                .deadLetterConfig(deadLetter(request.deadLetterConfig()))
                .build();
    }

    /** The configuration after an update: what the request leaves out stays. */
    FunctionConfiguration reconfigure(
            FunctionId id, FunctionConfiguration old, UpdateFunctionConfigurationRequest request) {
        unsupported("FileSystemConfigs", !request.fileSystemConfigs().isEmpty());
        unsupported("KMSKeyArn", notEmpty(request.kmsKeyArn()));
        unsupported("ImageConfig", request.imageConfig() != null);
        unsupported("CapacityProviderConfig", request.capacityProviderConfig() != null);
        unsupported("DurableConfig", request.durableConfig() != null);
        var changed = old.toBuilder();
        var runtime = Objects.requireNonNullElse(request.runtimeAsString(), old.runtimeAsString());
        if (request.runtimeAsString() != null) {
            changed.runtime(runtime(runtime)).runtimeVersionConfig(version(id, runtime));
        }
        if (request.role() != null) {
            changed.role(request.role());
        }
        if (request.handler() != null) {
            changed.handler(handler(request.handler()));
        }
        if (request.description() != null) {
            changed.description(description(request.description()));
        }
        if (request.timeout() != null) {
            changed.timeout(timeout(request.timeout()));
        }
        if (request.memorySize() != null) {
            changed.memorySize(memory(request.memorySize()));
        }
        if (request.vpcConfig() != null) {
            changed.vpcConfig(vpc(request.vpcConfig()));
        }
        if (request.environment() != null) {
            changed.environment(environment(request.environment().variables()));
        }
        if (request.tracingConfig() != null) {
            changed.tracingConfig(tracing(request.tracingConfig().mode()));
        }
        if (request.deadLetterConfig() != null) {
            changed.deadLetterConfig(deadLetter(request.deadLetterConfig()));
        }
        if (request.hasLayers()) {
            changed.layers(orNone(layers.resolve(id, request.layers())));
        }
        if (request.ephemeralStorage() != null) {
            changed.ephemeralStorage(storage(request.ephemeralStorage()));
        }
        if (request.snapStart() != null) {
            changed.snapStart(snapStart(runtime, request.snapStart().applyOn()));
        }
        if (request.loggingConfig() != null) {
            changed.loggingConfig(logging(id, request.loggingConfig(), old.loggingConfig()));
        }
        return changed.build();
    }

    /** A function without layers has no list of them. */
    private static @Nullable List<Layer> orNone(List<Layer> layers) {
        return layers.isEmpty() ? null : layers;
    }

    /** Exactly one architecture is allowed. */
    static List<Architecture> one(List<Architecture> architectures) {
        if (architectures.size() != 1 || architectures.get(0) == Architecture.UNKNOWN_TO_SDK_VERSION) {
            throw LambdaErrors.validation(
                    "Value '" + architectures
                            + "' at 'architectures' failed to satisfy constraint: Member must have length less than or equal to 1");
        }
        return architectures;
    }

    private String runtime(String runtime) {
        Runtimes.check(runtime, sandboxes);
        return runtime;
    }

    private static RuntimeVersionConfig version(FunctionId id, String runtime) {
        return RuntimeVersionConfig.builder()
                .runtimeVersionArn(Runtimes.versionArn(id.region(), runtime))
                .build();
    }

    private static String handler(String handler) {
        if (handler.length() > LambdaLimits.HANDLER_LENGTH_MAX) {
            throw LambdaErrors.validation(LambdaErrors.problem(
                    handler, "handler", "have length less than or equal to " + LambdaLimits.HANDLER_LENGTH_MAX));
        }
        if (handler.isEmpty() || handler.chars().anyMatch(Character::isWhitespace)) {
            throw LambdaErrors.validation(
                    LambdaErrors.problem(handler, "handler", "satisfy regular expression pattern: [^\\s]+"));
        }
        return handler;
    }

    private static String description(String description) {
        if (description.length() > LambdaLimits.DESCRIPTION_LENGTH_MAX) {
            throw LambdaErrors.validation(LambdaErrors.problem(
                    description,
                    "description",
                    "have length less than or equal to " + LambdaLimits.DESCRIPTION_LENGTH_MAX));
        }
        return description;
    }

    private static int timeout(int seconds) {
        return within(seconds, "timeout", 1, LambdaLimits.TIMEOUT_MAX_SECONDS);
    }

    private static int memory(int mebibytes) {
        if (mebibytes > LambdaLimits.MEMORY_MAX_MEBIBYTES) {
            throw LambdaErrors.invalid(
                    "'MemorySize' value failed to satisfy constraint: Member must have value less than or equal to "
                            + LambdaLimits.MEMORY_MAX_MEBIBYTES);
        }
        return within(mebibytes, "memorySize", LambdaLimits.MEMORY_MIN_MEBIBYTES, LambdaLimits.MEMORY_MAX_MEBIBYTES);
    }

    private static EphemeralStorage storage(EphemeralStorage storage) {
        within(
                storage.size(),
                "ephemeralStorage.size",
                LambdaLimits.EPHEMERAL_STORAGE_MIN_MEBIBYTES,
                LambdaLimits.EPHEMERAL_STORAGE_MAX_MEBIBYTES);
        return storage;
    }

    private static int within(int value, String member, int min, int max) {
        if (value < min) {
            throw LambdaErrors.validation(LambdaErrors.problem(
                    Integer.toString(value), member, "have value greater than or equal to " + min));
        }
        if (value > max) {
            throw LambdaErrors.validation(
                    LambdaErrors.problem(Integer.toString(value), member, "have value less than or equal to " + max));
        }
        return value;
    }

    private static EnvironmentResponse environment(Map<String, String> variables) {
        for (var name : variables.keySet()) {
            if (!VARIABLE_NAME.matcher(name).matches() && !RESERVED_VARIABLES.contains(name)) {
                throw LambdaErrors.validation(
                        "Value at 'environment.variables' failed to satisfy constraint: Map keys must"
                                + " satisfy constraint: [Member must satisfy regular expression pattern: "
                                + VARIABLE_NAME + "]");
            }
        }
        var reserved = variables.keySet().stream()
                .filter(RESERVED_VARIABLES::contains)
                .sorted()
                .collect(Collectors.joining(", "));
        if (!reserved.isEmpty()) {
            throw LambdaErrors.invalid(
                    "Lambda was unable to configure your environment variables because the environment variables you have"
                            + " provided contains reserved keys that are currently not supported for modification."
                            + " Reserved keys used in this request: " + reserved);
        }
        var measured = Json.write(variables);
        if (measured.getBytes(StandardCharsets.UTF_8).length > LambdaLimits.ENVIRONMENT_SIZE_MAX_BYTES) {
            throw LambdaErrors.invalid(
                    "Lambda was unable to configure your environment variables because the environment variables you have"
                            + " provided exceeded the 4KB limit. String measured: " + measured);
        }
        return EnvironmentResponse.builder().variables(variables).build();
    }

    private static @Nullable VpcConfigResponse vpc(@Nullable VpcConfig vpc) {
        if (vpc == null) {
            return null;
        }
        wellFormed(vpc.subnetIds(), "vpcConfig.subnetIds", SUBNET_ID);
        wellFormed(vpc.securityGroupIds(), "vpcConfig.securityGroupIds", SECURITY_GROUP_ID);
        for (var subnet : vpc.subnetIds()) {
            throw LambdaErrors.invalid("Error occurred while DescribeSubnets. EC2 Error Code: InvalidSubnetID.NotFound."
                    + " EC2 Error Message: The subnet ID '" + subnet + "' does not exist");
        }
        for (var group : vpc.securityGroupIds()) {
            throw LambdaErrors.invalid(
                    "Error occurred while DescribeSecurityGroups. EC2 Error Code: InvalidGroup.NotFound."
                            + " EC2 Error Message: The security group '" + group + "' does not exist");
        }
        return VpcConfigResponse.builder()
                .subnetIds(List.of())
                .securityGroupIds(List.of())
                .vpcId("")
                .ipv6AllowedForDualStack(false)
                .build();
    }

    /** AWS checks these forms though its published model doesn't state them. */
    private static void wellFormed(List<String> ids, String member, Pattern form) {
        if (!ids.stream().allMatch(id -> form.matcher(id).matches())) {
            throw LambdaErrors.validation(LambdaErrors.problem(
                    ids.toString(),
                    member,
                    "satisfy constraint: [Member must have length less than or equal to 1024, Member must have length"
                            + " greater than or equal to 0, Member must satisfy regular expression pattern: " + form
                            + "]"));
        }
    }

    private static TracingConfigResponse tracing(@Nullable TracingMode mode) {
        return TracingConfigResponse.builder()
                .mode(mode == null ? TracingMode.PASS_THROUGH : mode)
                .build();
    }

    private static SnapStartResponse snapStart(String runtime, @Nullable SnapStartApplyOn applyOn) {
        var wanted = applyOn == null ? SnapStartApplyOn.NONE : applyOn;
        if (wanted == SnapStartApplyOn.PUBLISHED_VERSIONS && !Runtimes.takesSnapStart(runtime)) {
            throw LambdaErrors.invalid(runtime + " is not supported for SnapStart enabled functions.");
        }
        return SnapStartResponse.builder()
                .applyOn(wanted)
                .optimizationStatus(SnapStartOptimizationStatus.OFF)
                .build();
    }

    /** Only published versions are optimised, and those always. */
    static @Nullable SnapStartResponse ofVersion(@Nullable SnapStartResponse latest) {
        return latest == null || latest.applyOn() != SnapStartApplyOn.PUBLISHED_VERSIONS
                ? latest
                : latest.toBuilder()
                        .optimizationStatus(SnapStartOptimizationStatus.ON)
                        .build();
    }

    private static LoggingConfig logging(FunctionId id, @Nullable LoggingConfig wanted, @Nullable LoggingConfig old) {
        var format = wanted != null && wanted.logFormat() != null
                ? wanted.logFormat()
                : old != null ? old.logFormat() : LogFormat.TEXT;
        var group = wanted != null && wanted.logGroup() != null
                ? wanted.logGroup()
                : old != null ? old.logGroup() : "/aws/lambda/" + id.name();
        var logging = LoggingConfig.builder().logFormat(format).logGroup(group);
        boolean levels = wanted != null && (wanted.applicationLogLevel() != null || wanted.systemLogLevel() != null);
        if (format != LogFormat.JSON) {
            if (levels) {
                throw LambdaErrors.invalid("To set LoggingConfig.ApplicationLogLevel or LoggingConfig.SystemLogLevel,"
                        + " LoggingConfig.LogFormat must be set to JSON.");
            }
            return logging.build();
        }
        return logging.applicationLogLevel(level(
                        wanted == null ? null : wanted.applicationLogLevelAsString(),
                        old == null ? null : old.applicationLogLevelAsString()))
                .systemLogLevel(level(
                        wanted == null ? null : wanted.systemLogLevelAsString(),
                        old == null ? null : old.systemLogLevelAsString()))
                .build();
    }

    private static String level(@Nullable String wanted, @Nullable String old) {
        return wanted != null ? wanted : old != null ? old : "INFO";
    }

    /** A queue or a topic that the platform has; null for none, as an empty ARN says. */
    private @Nullable DeadLetterConfig deadLetter(@Nullable DeadLetterConfig wanted) {
        if (wanted == null || !notEmpty(wanted.targetArn())) {
            return null;
        }
        var arn = wanted.targetArn();
        boolean known = Arn.isArn(arn)
                && (Arn.parse(arn).service().equals("sqs")
                        || Arn.parse(arn).service().equals("sns"));
        if (!known) {
            throw LambdaErrors.invalid("The provided dead letter target " + arn + " is neither a queue nor a topic.");
        }
        if (!destinations.has(arn)) {
            throw new UnsupportedOperationException("the platform has no service for " + arn);
        }
        return wanted;
    }

    /** What would change how a function runs isn't passed over: refused as not built. */
    static void unsupported(String member, boolean used) {
        if (used) {
            throw new UnsupportedOperationException(member + " of a function is not built");
        }
    }

    static boolean notEmpty(@Nullable String text) {
        return text != null && !text.isEmpty();
    }
}
