package dev.tsumuji.sandbox;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * The variables that a program or its libraries look at only when the process starts. A process that runs already can't take
 * them, so a function that sets one of them otherwise than the platform does has its process started for it.
 */
final class StartVariables {

    private static final List<String> ANY = List.of(
            "LD_", "LC_", "LANG", "GLIBC_", "MALLOC_", "GCONV_", "LOCPATH", "OPENSSL_", "AWS_LAMBDA_EXEC_WRAPPER");
    private static final List<String> JAVA = List.of("JAVA_", "JDK_", "_JAVA_", "CLASSPATH");
    private static final List<String> NODE = List.of("NODE_", "UV_", "ICU_");
    private static final List<String> PYTHON = List.of("PYTHON");

    /** Begin as the above, but are read when they are needed. */
    private static final Set<String> LATE =
            Set.of("NODE_ENV", "NODE_PATH", "NODE_TLS_REJECT_UNAUTHORIZED", "JAVA_HOME", "LANGUAGE");

    /** What the SDKs look at when they are loaded, and never again. */
    private static final Set<String> NODE_SDK =
            Set.of("AWS_LAMBDA_NODEJS_NO_GLOBAL_AWSLAMBDA", "AWS_LAMBDA_MAX_CONCURRENCY", "AWS_LAMBDA_BENCHMARK_MODE");

    private static final Set<String> PYTHON_SDK =
            Set.of("HOME", "BOTO_DISABLE_CRT", "AWS_DATA_PATH", "AWS_NEW_RETRIES_2026", "AWS_LOGIN_CACHE_DIRECTORY");

    private StartVariables() {}

    /** Whether a function sets something that a loaded SDK doesn't see any more. */
    static boolean anyReadBySdk(Runtimes.Language language, Map<String, String> variables) {
        var names = language == Runtimes.Language.NODE ? NODE_SDK : PYTHON_SDK;
        return names.stream().anyMatch(variables::containsKey);
    }

    /** Whether two environments are the same to a program that starts. */
    static boolean same(Runtimes.Language language, Map<String, String> one, Map<String, String> other) {
        var names = new HashSet<>(one.keySet());
        names.addAll(other.keySet());
        return names.stream()
                .filter(name -> matters(language, name))
                .allMatch(name -> Objects.equals(one.get(name), other.get(name)));
    }

    private static boolean matters(Runtimes.Language language, String name) {
        return !LATE.contains(name)
                && (begins(name, ANY)
                        || begins(
                                name,
                                switch (language) {
                                    case JAVA -> JAVA;
                                    case NODE -> NODE;
                                    case PYTHON -> PYTHON;
                                    case OWN -> List.of("");
                                }));
    }

    private static boolean begins(String name, List<String> prefixes) {
        return prefixes.stream().anyMatch(name::startsWith);
    }
}
