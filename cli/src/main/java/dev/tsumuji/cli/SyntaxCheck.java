package dev.tsumuji.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** Asks a language's own parser about changed files, so that a slip of the finger is told at once and not deployed. Stateless. */
final class SyntaxCheck {
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final int FILES_MAX = 20;
    private static final String PYTHON = """
            import ast, sys
            for name in sys.argv[1:]:
                try:
                    ast.parse(open(name, 'rb').read(), name)
                except (SyntaxError, ValueError) as e:
                    line = getattr(e, 'text', None)
                    print(f'{name}:{getattr(e, "lineno", 0)}: {getattr(e, "msg", e)}' + (f'\\n    {line.strip()}' if line else ''))
                    sys.exit(1)
            """;

    private SyntaxCheck() {}

    /** @return what is wrong; empty when nothing is, or when nobody here can tell */
    static Optional<String> problem(List<Path> changed) throws InterruptedException {
        var python = ending(changed, ".py");
        if (!python.isEmpty()) {
            var command = new ArrayList<>(List.of("python3", "-c", PYTHON));
            python.forEach(file -> command.add(file.toString()));
            var problem = run(command);
            if (problem.isPresent()) {
                return problem;
            }
        }
        for (var file : ending(changed, ".js", ".mjs", ".cjs")) {
            var problem = run(List.of("node", "--check", file.toString()));
            if (problem.isPresent()) {
                return problem.map(SyntaxCheck::shortened);
            }
        }
        return Optional.empty();
    }

    /** Without Node's own stack and the blank lines between. */
    private static String shortened(String text) {
        return text.split("\n\\s+at ")[0].strip().replaceAll("\n\\s*\n+", "\n");
    }

    private static List<Path> ending(List<Path> files, String... endings) {
        return files.stream()
                .filter(file -> {
                    for (var ending : endings) {
                        if (file.toString().endsWith(ending)) {
                            return !file.toString().contains("node_modules");
                        }
                    }
                    return false;
                })
                .limit(FILES_MAX)
                .toList();
    }

    private static Optional<String> run(List<String> command) throws InterruptedException {
        Process process;
        try {
            process = new ProcessBuilder(command).redirectErrorStream(true).start();
        } catch (IOException e) {
            return Optional.empty(); // the language isn't installed here
        }
        try {
            var text = new String(process.getInputStream().readNBytes(16 << 10), StandardCharsets.UTF_8);
            if (!process.waitFor(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
                process.destroyForcibly();
                return Optional.empty();
            }
            return process.exitValue() == 0 ? Optional.empty() : Optional.of(text.strip());
        } catch (IOException e) {
            return Optional.empty();
        }
    }
}
