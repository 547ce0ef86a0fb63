package dev.tsumuji.sandbox;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

/** A platform in a process of its own: starts a function that leaves children, tells that it runs, and waits to be killed. */
public final class PlatformProgram {
    private PlatformProgram() {}

    /** @param arguments directory, code, an argument to find the function's processes by, {@code unsafe} or {@code safe} */
    public static void main(String[] arguments) throws Exception {
        var settings = new SandboxSettings(Path.of(arguments[0]), arguments[3].equals("unsafe"), Map.of());
        var sandboxes = NativeSandboxes.open(settings);
        System.out.println(sandboxes.isolation());
        var spec = new Sandbox.Spec(
                "test",
                "python3.12",
                Path.of(arguments[1]),
                "app.handler",
                Map.of(),
                256,
                16,
                Duration.ofSeconds(10),
                Map.of());
        sandboxes.expect(spec);
        while (arguments.length == 4 && sandboxes.waiting() == 0) {
            Thread.sleep(5);
        }
        var sandbox = sandboxes.start(spec, (at, line) -> System.out.println(new String(line, StandardCharsets.UTF_8)));
        System.out.println(
                Machine.text(sandbox.invoke(Machine.invocation("\"" + arguments[2] + "\"", Duration.ofSeconds(10)))));
        if (arguments.length > 4) {
            sandboxes.close();
            System.exit(0);
        }
        Thread.sleep(Duration.ofMinutes(1));
    }
}
