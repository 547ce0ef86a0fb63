package dev.tsumuji.lambda;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonToken;
import dev.tsumuji.sandbox.Sandbox;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.lambda.model.LogFormat;

/**
 * What a function's log says, beside AWS's words, when its handler can't be found: what was looked for, what the package has,
 * and what to change. The answer to the caller stays as it is on AWS. Reads at most a few thousand names. Stateless.
 */
final class HandlerHint {
    private static final int SHOWN_MAX = 20;
    private static final int WALK_MAX = 5000;
    private static final Pattern NODE_MODULE = Pattern.compile("Cannot find (?:module|package) '([^']{1,200})'");
    private static final Pattern PYTHON_MODULE = Pattern.compile("No module named '([^']{1,200})'");

    private HandlerHint() {}

    /** Writes it, if there is anything to say about the error. */
    static void write(FunctionLog log, Instant at, Target target, Path code, Sandbox.Answer answer) {
        if (!(answer instanceof Sandbox.Answer.Failure failure)) {
            return;
        }
        String hint;
        try {
            hint = hint(target, code, failure);
        } catch (IOException e) {
            hint = null;
        }
        if (hint == null) {
            return;
        }
        var logging = target.configuration().loggingConfig();
        if (logging != null && logging.logFormat() == LogFormat.JSON) {
            var line = new LinkedHashMap<String, @Nullable Object>();
            line.put("timestamp", at.toString());
            line.put("level", "WARN");
            line.put("message", hint);
            log.add(at.toEpochMilli(), Json.write(line) + "\n");
        } else {
            log.add(at.toEpochMilli(), "PLATFORM " + hint + "\n");
        }
    }

    static @Nullable String hint(Target target, Path code, Sandbox.Answer.Failure failure) throws IOException {
        var runtime = target.configuration().runtimeAsString();
        var handler = target.configuration().handler();
        if (Runtimes.isCustom(runtime)) {
            return custom(runtime, code);
        }
        var looked = switch (failure.errorType()) {
            case "Runtime.ImportModuleError", "Runtime.HandlerNotFound", "Runtime.MalformedHandlerName" ->
                runtime.startsWith("nodejs")
                        ? node(handler, code, failure)
                        : runtime.startsWith("python") ? python(handler, code, failure) : null;
            case "java.lang.ClassNotFoundException", "java.lang.NoSuchMethodException" ->
                java(handler, code, failure.errorType());
            default -> null;
        };
        return looked == null ? null : looked + " The package has: " + listed(code) + "." + folder(handler, code);
    }

    private static @Nullable String custom(String runtime, Path code) throws IOException {
        var bootstrap = code.resolve("bootstrap");
        if (!Files.exists(bootstrap)) {
            return "The runtime " + runtime + " starts the file bootstrap at the package's root, and there is none. "
                    + "The package has: " + listed(code) + ".";
        }
        return Files.isExecutable(bootstrap)
                ? null
                : "The file bootstrap may not be executed: run chmod +x bootstrap before packing it.";
    }

    private static String node(String handler, Path code, Sandbox.Answer.Failure failure) throws IOException {
        int dot = handler.indexOf('.', handler.lastIndexOf('/') + 1);
        if (dot < 0) {
            return malformed(handler, "index.handler", "index.js");
        }
        var module = handler.substring(0, dot);
        var export = handler.substring(dot + 1);
        if (failure.errorType().equals("Runtime.HandlerNotFound")) {
            return "The handler " + handler + " is the export " + export + " of " + module
                    + ", which was found but has no such export.";
        }
        var missing = missing(NODE_MODULE, failure);
        if (missing != null && !missing.equals(module) && !missing.endsWith("/" + module)) {
            return "The code needs the module " + missing + ", which is neither in the package nor part of Node.js:"
                    + " install it beside the code (npm install " + missing.replaceFirst("^[./].*", "…")
                    + ") and pack node_modules too.";
        }
        return lookedFor(handler, code, module, List.of("", ".js", ".mjs", ".cjs"), List.of(".js", ".mjs", ".cjs"));
    }

    private static String python(String handler, Path code, Sandbox.Answer.Failure failure) throws IOException {
        int dot = handler.lastIndexOf('.');
        if (dot < 0) {
            return malformed(handler, "app.handler", "app.py");
        }
        var module = handler.substring(0, dot);
        var function = handler.substring(dot + 1);
        if (failure.errorType().equals("Runtime.HandlerNotFound")) {
            return "The handler " + handler + " is " + function + " in the module " + module
                    + ", which was found but has no such name.";
        }
        var path = module.replace('.', '/');
        var missing = missing(PYTHON_MODULE, failure);
        if (missing != null && !missing.replace('.', '/').equals(path) && !path.startsWith(missing + "/")) {
            return "The code needs the module " + missing + ", which is neither in the package nor part of Python:"
                    + " install it beside the code (pip install --target . " + missing + ") and pack it too.";
        }
        return lookedFor(handler, code, path, List.of(".py", "/__init__.py"), List.of(".py"));
    }

    private static String malformed(String handler, String example, String file) {
        return "The handler " + handler + " names no function: it is FILE.FUNCTION, as in " + example + " for " + file
                + ".";
    }

    /** @param endings of files that could be meant instead */
    private static String lookedFor(String handler, Path code, String module, List<String> tried, List<String> endings)
            throws IOException {
        var text = new StringBuilder("The handler ").append(handler).append(" was looked for in ");
        text.append(String.join(", ", tried.stream().map(module::concat).toList()))
                .append('.');
        var function = handler.substring(handler.lastIndexOf('.') + 1);
        var others = names(code).stream()
                .filter(name -> endings.stream().anyMatch(name::endsWith))
                .toList();
        if (others.size() == 1) {
            var other = others.getFirst();
            text.append(" Perhaps it is ")
                    .append(other, 0, other.lastIndexOf('.'))
                    .append('.')
                    .append(function);
            text.append('.');
        }
        return text.toString();
    }

    private static String java(String handler, Path code, String errorType) throws IOException {
        int colons = handler.indexOf("::");
        var type = colons < 0 ? handler : handler.substring(0, colons);
        if (errorType.equals("java.lang.NoSuchMethodException")) {
            return "The handler " + handler + " was found as a class, but not what is to be called: it implements"
                    + " RequestHandler or RequestStreamHandler and can be made without arguments, or the handler is"
                    + " written CLASS::METHOD for a public method.";
        }
        var file = type.replace('.', '/') + ".class";
        var text = new StringBuilder("The class ")
                .append(type)
                .append(" was looked for in ")
                .append(file);
        text.append(" and in the jars in lib/ (").append(Files.isDirectory(code.resolve("lib")) ? count(code) : 0);
        text.append(" jars).");
        var simple = file.substring(file.lastIndexOf('/') + 1);
        var same = walk(code).stream()
                .filter(name -> name.endsWith("/" + simple) || name.equals(simple))
                .findFirst();
        same.ifPresent(name -> text.append(" There is ")
                .append(name)
                .append(": perhaps the handler is ")
                .append(name.substring(0, name.length() - ".class".length()).replace('/', '.'))
                .append(colons < 0 ? "" : handler.substring(colons))
                .append('.'));
        return text.toString();
    }

    private static long count(Path code) throws IOException {
        try (var files = Files.list(code.resolve("lib"))) {
            return files.filter(file -> file.toString().endsWith(".jar")).count();
        }
    }

    /** The commonest mistake: the folder was packed instead of what is in it. */
    private static String folder(String handler, Path code) throws IOException {
        var names = names(code);
        if (names.size() == 1 && Files.isDirectory(code.resolve(names.getFirst()))) {
            return " Everything lies in the folder " + names.getFirst()
                    + ": pack what is in it instead of the folder, or make the handler " + names.getFirst() + "/"
                    + handler + ".";
        }
        return "";
    }

    private static String listed(Path code) throws IOException {
        var names = names(code);
        var shown = new ArrayList<String>();
        for (var name : names.subList(0, Math.min(SHOWN_MAX, names.size()))) {
            shown.add(Files.isDirectory(code.resolve(name)) ? name + "/" : name);
        }
        if (names.size() > SHOWN_MAX) {
            shown.add("and " + (names.size() - SHOWN_MAX) + " more");
        }
        return shown.isEmpty() ? "nothing" : String.join(", ", shown);
    }

    private static List<String> names(Path code) throws IOException {
        try (var files = Files.list(code)) {
            return files.limit(WALK_MAX)
                    .map(file -> printable(file.getFileName().toString()))
                    .sorted()
                    .toList();
        }
    }

    private static List<String> walk(Path code) throws IOException {
        try (var files = Files.walk(code, 12)) {
            return files.limit(WALK_MAX)
                    .map(file -> printable(code.relativize(file).toString()))
                    .toList();
        }
    }

    private static String printable(String name) {
        return name.replaceAll("\\p{Cntrl}", "?");
    }

    private static @Nullable String missing(Pattern pattern, Sandbox.Answer.Failure failure) {
        var message = message(failure.payload());
        var match = message == null ? null : pattern.matcher(message);
        return match != null && match.find() ? match.group(1) : null;
    }

    private static @Nullable String message(byte[] payload) {
        try (var parser = new JsonFactory().createParser(payload)) {
            while (parser.nextToken() != null) {
                if (parser.currentToken() == JsonToken.FIELD_NAME
                        && parser.currentName().equals("errorMessage")) {
                    parser.nextToken();
                    return parser.getValueAsString();
                }
            }
        } catch (IOException e) {
            // not an error object: a runtime of somebody's own
        }
        return null;
    }
}
