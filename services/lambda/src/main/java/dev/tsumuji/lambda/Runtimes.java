package dev.tsumuji.lambda;

import dev.tsumuji.sandbox.Sandboxes;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import software.amazon.awssdk.services.lambda.model.Runtime;

/**
 * Which runtimes may be chosen for a function.
 *
 * @see <a href="https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html">Lambda runtimes</a>
 */
final class Runtimes {
    /** In the order in which AWS's message lists them. */
    private static final List<String> SUPPORTED = List.of(
            "nodejs20.x",
            "python3.14",
            "provided.al2023",
            "python3.12",
            "python3.13",
            "nodejs24.x",
            "nodejs22.x",
            "java25",
            "python3.10",
            "python3.11",
            "java21",
            "ruby3.3",
            "ruby3.4",
            "ruby3.2",
            "python3.8",
            "python3.9",
            "java17",
            "nodejs16.x",
            "dotnet10",
            "dotnet8",
            "java11",
            "dotnet6",
            "nodejs18.x",
            "provided.al2",
            "java8.al2");

    /** No longer taken by AWS, but here: applications that name them run on what this machine has. */
    private static final Pattern OLD = Pattern.compile("nodejs(4\\.3|6\\.10|8\\.10|1[024]\\.x)|python3\\.[67]");

    private static final Set<String> SNAP_START = Set.of(
            "java11", "java17", "java21", "java25", "python3.12", "python3.13", "python3.14", "dotnet8", "dotnet10");

    private Runtimes() {}

    /** Refuses a runtime that AWS doesn't know, no longer takes, or that this machine can't run. */
    static void check(String runtime, Sandboxes sandboxes) {
        if (!SUPPORTED.contains(runtime) && !OLD.matcher(runtime).matches()) {
            if (Runtime.fromValue(runtime) != Runtime.UNKNOWN_TO_SDK_VERSION) {
                throw LambdaErrors.invalid("The runtime parameter of " + runtime
                        + " is no longer supported for creating or updating AWS Lambda functions. We recommend you use a"
                        + " supported runtime while creating or updating functions.");
            }
            throw LambdaErrors.invalid("Value " + runtime
                    + " at 'runtime' failed to satisfy constraint: Member must satisfy enum value set: ["
                    + String.join(", ", SUPPORTED) + "] or be a valid ARN");
        }
        sandboxes.missing(runtime).ifPresent(missing -> {
            throw LambdaErrors.invalid("The runtime " + runtime + " can't run on this machine. " + missing);
        });
    }

    static boolean takesSnapStart(String runtime) {
        return SNAP_START.contains(runtime);
    }

    /** Has no handler of its own: the package's {@code bootstrap} decides. */
    static boolean isCustom(String runtime) {
        return runtime.startsWith("provided");
    }

    /** The runtime's version as logs name it, {@code python:3.12.v1}. */
    static String versionName(String runtime) {
        int digits = 0;
        while (digits < runtime.length() && Character.isLetter(runtime.charAt(digits))) {
            digits++;
        }
        var version = runtime.substring(digits).replaceFirst("^\\.", "").replaceFirst("\\.x$", "");
        return runtime.substring(0, digits) + ":" + version + ".v1";
    }

    /** The ARN by which answers name the runtime's version. */
    static String versionArn(String region, String runtime) {
        return "arn:aws:lambda:" + region + "::runtime:" + sha256(runtime);
    }

    static String sha256(String text) {
        try {
            var digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java has SHA-256", e);
        }
    }
}
