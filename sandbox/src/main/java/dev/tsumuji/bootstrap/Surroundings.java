package dev.tsumuji.bootstrap;

import java.io.ByteArrayOutputStream;
import java.io.File;
import java.lang.reflect.InvocationTargetException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TimeZone;

/**
 * What a process is given when it starts, replaced in one that runs: variables, directory, class path, time zone. It reaches
 * into the JDK, which the manifest of this program's jar opens for it when the jar itself is started.
 */
final class Surroundings {

    private static final String LIBRARY = "/var/runtime/surroundings.so";

    private static final String TASK = "/var/task";
    private static final String OWN_CLASS_PATH = System.getProperty("java.class.path");

    /** The function's directory, once it is on the class path. */
    private static String added = "";

    private Surroundings() {}

    /** Goes through what {@link #takeOn} does, ahead of time: the first time is most of its cost. */
    static void prepare() throws ReflectiveOperationException {
        System.load(LIBRARY);
        var variables = new HashMap<>(System.getenv());
        replace(variables, variables.getOrDefault("LAMBDA_TASK_ROOT", TASK));
        extendClassPath(TASK, List.of()); // every function's: it is empty until then
        try {
            Class.forName("dev.tsumuji.bootstrap.None"); // opens what is on the class path before the function's own
        } catch (ClassNotFoundException e) {
            // as it should
        }
    }

    /** From now on the process has these variables and no others, in Java, in native code and for its children. */
    static void takeOn(Map<String, String> variables) throws ReflectiveOperationException {
        // names of jars that this process has already, which aren't to be had twice
        var shared = variables.getOrDefault("TSUMUJI_SHARED", "").split("/");
        variables.remove("TSUMUJI_SHARED");
        var root = variables.getOrDefault("LAMBDA_TASK_ROOT", TASK);
        replace(variables, root);
        extendClassPath(root, Arrays.asList(shared));
    }

    private static void replace(Map<String, String> variables, String directory) throws ReflectiveOperationException {
        var environment = environment();
        environment.clear();
        environment.putAll(variables);
        if (!variables(block(variables)) || !enter(directory.getBytes(StandardCharsets.UTF_8))) {
            throw new IllegalStateException("the surroundings of the function can't be taken on");
        }
        TimeZone.setDefault(null);
        System.clearProperty("user.timezone");
    }

    private static byte[] block(Map<String, String> variables) {
        var block = new ByteArrayOutputStream(4096);
        variables.forEach((name, value) -> {
            block.writeBytes((name + "=" + value).getBytes(StandardCharsets.UTF_8));
            block.write(0);
        });
        return block.toByteArray();
    }

    /** The one map behind all of the JDK's views of the environment. */
    @SuppressWarnings("unchecked")
    private static Map<String, String> environment() throws ReflectiveOperationException {
        var shown = Class.forName("java.lang.ProcessEnvironment").getDeclaredField("theUnmodifiableEnvironment");
        shown.setAccessible(true);
        var view = shown.get(null);
        var behind = view.getClass().getDeclaredField("m");
        behind.setAccessible(true);
        return (Map<String, String>) behind.get(view);
    }

    private static java.lang.reflect.Method classPathAdder() throws ReflectiveOperationException {
        var loader = ClassLoader.getSystemClassLoader().getClass();
        var adder = loader.getDeclaredMethod("appendToClassPathForInstrumentation", String.class);
        adder.setAccessible(true);
        return adder;
    }

    /** What is on the class path of a process that is started for a function. */
    private static void extendClassPath(String root, List<String> shared) throws ReflectiveOperationException {
        var adder = classPathAdder();
        var whole = new StringBuilder(OWN_CLASS_PATH);
        try {
            if (!root.equals(added)) {
                adder.invoke(ClassLoader.getSystemClassLoader(), root);
                added = root;
            }
            whole.append(File.pathSeparatorChar).append(root);
            for (var directory : new String[] {root + "/lib", "/opt/java/lib"}) {
                for (var jar : jars(directory)) {
                    if (shared.contains(jar) && directory.startsWith(root)) {
                        continue;
                    }
                    adder.invoke(ClassLoader.getSystemClassLoader(), directory + "/" + jar);
                    whole.append(File.pathSeparatorChar)
                            .append(directory)
                            .append('/')
                            .append(jar);
                }
            }
        } catch (InvocationTargetException e) {
            throw new IllegalStateException(e.getCause());
        }
        System.setProperty("java.class.path", whole.toString());
    }

    private static String[] jars(String directory) {
        var names = new File(directory).list();
        if (names == null) {
            return new String[0];
        }
        int kept = 0;
        for (var name : names) {
            if (name.endsWith(".jar")) {
                names[kept++] = name;
            }
        }
        var jars = Arrays.copyOf(names, kept);
        Arrays.sort(jars);
        return jars;
    }

    /** @return whether it is the working directory now */
    private static native boolean enter(byte[] directory);

    /** @param variables each as {@code name=value}, ended by a zero */
    private static native boolean variables(byte[] variables);
}
