package dev.tsumuji.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalTime;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Redeploys a function whenever its code changes. */
@Command(name = "watch", description = "Redeploy a function whenever a file of it is saved, until interrupted.")
final class WatchCommand implements Callable<Integer> {
    /** Editors save in several steps, and people several files. */
    private static final Duration QUIET = Duration.ofMillis(50);

    private static final Duration BURST_MAX = Duration.ofSeconds(1);
    private static final int NAMES_MAX = 3;

    private final Shell shell;

    @Mixin
    Target target = new Target();

    @Parameters(
            index = "0",
            paramLabel = "DIR",
            description = "folder with the code, a Maven or Gradle project, or a zip or jar file")
    String place = "";

    @Option(names = "--function", paramLabel = "NAME", description = "function to update (default: the folder's name)")
    @Nullable
    String function;

    @Option(
            names = "--create",
            description = "make the function when there is none; needs --runtime, --handler, --role")
    boolean create;

    @Option(names = "--runtime", paramLabel = "NAME", description = "of a function to be made, nodejs22.x for instance")
    @Nullable
    String runtime;

    @Option(names = "--handler", paramLabel = "NAME", description = "of a function to be made")
    @Nullable
    String handler;

    @Option(names = "--role", paramLabel = "ARN", description = "of a function to be made")
    @Nullable
    String role;

    @Option(names = "--invoke", paramLabel = "PAYLOAD", description = "after each deployment, and print the answer")
    @Nullable
    String payload;

    @Option(names = "--once", description = "deploy as it is now and end")
    boolean once;

    WatchCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        var path = Path.of(place).toAbsolutePath().normalize();
        var project = Project.of(path);
        var functions = new Functions(target.endpoint(shell.environment()));
        var name = function != null ? function : nameOf(path);
        var files = project.files();
        if (files.isEmpty()) {
            throw new CommandFailure(
                    ExitCode.FAILED, "there is nothing to deploy in " + path + "; is the project built?");
        }
        boolean known = functions.configuration(name).isPresent();
        if (!known && !create) {
            throw new CommandFailure(
                    ExitCode.FAILED,
                    "there is no function " + name + "; name another with --function, or make it with --create");
        }
        try (var watch = new FolderWatch()) {
            watch.watch(project.folders());
            boolean well = deploy(functions, project, name, files, List.of(), known);
            if (once) {
                return well ? ExitCode.OK.number() : ExitCode.FAILED.number();
            }
            say("watching " + path + (watch.polls() ? " by looking every 300 ms" : ""));
            follow(watch, project, functions, name, files);
        }
        return ExitCode.OK.number();
    }

    private void follow(
            FolderWatch watch, Project project, Functions functions, String name, Map<String, Project.Seen> deployed)
            throws IOException, InterruptedException {
        var before = deployed;
        while (!shell.out().checkError()) {
            watch.await();
            var now = project.files();
            if (now.equals(before)) {
                continue;
            }
            watch.settle(QUIET, BURST_MAX);
            watch.watch(project.folders());
            now = project.files();
            var changed = Project.differences(before, now);
            before = now;
            if (!changed.isEmpty() && !now.isEmpty()) {
                deploy(functions, project, name, now, changed, true);
            }
        }
    }

    /** @return whether the function is as the files are; a failure is told, and the next change tries again */
    private boolean deploy(
            Functions functions,
            Project project,
            String name,
            Map<String, Project.Seen> files,
            List<String> changed,
            boolean known)
            throws InterruptedException {
        long begin = System.nanoTime();
        try {
            var asked = changed.isEmpty() ? List.copyOf(files.keySet()) : changed;
            var sources = new ArrayList<Path>();
            for (var file : asked) {
                var seen = files.get(file);
                if (seen != null) {
                    sources.add(seen.file());
                }
            }
            var problem = SyntaxCheck.problem(sources);
            if (problem.isPresent()) {
                say("not deployed: " + problem.get());
                return false;
            }
            var zip = project.zip(files);
            if (known) {
                functions.updateCode(name, zip);
            } else {
                create(functions, name, zip);
            }
            long millis = Duration.ofNanos(System.nanoTime() - begin).toMillis();
            say((known ? "deployed " : "made ") + name + " in " + millis + " ms (" + files.size() + " files, "
                    + (zip.length + 1023) / 1024 + " KB)" + names(changed));
            if (payload != null) {
                invoke(name, payload);
            }
            return true;
        } catch (CommandFailure e) {
            if (e.exitCode() == ExitCode.NOT_RUNNING || changed.isEmpty()) {
                throw e;
            }
            say("not deployed: " + e.getMessage());
        } catch (IOException e) {
            say("not deployed: " + e);
        }
        return false;
    }

    private void create(Functions functions, String name, byte[] zip) throws InterruptedException {
        if (runtime == null || handler == null || role == null) {
            throw new CommandFailure(ExitCode.USAGE, "--create needs --runtime, --handler and --role");
        }
        var request = Json.object()
                .put("FunctionName", name)
                .put("Runtime", runtime)
                .put("Handler", handler)
                .put("Role", role);
        request.putObject("Code").put("ZipFile", zip);
        functions.create(request);
    }

    private void invoke(String name, String event) throws IOException {
        var invoke = new InvokeCommand(shell);
        invoke.target = target;
        invoke.function = name;
        invoke.payload = event;
        invoke.call();
        shell.out().flush();
        shell.err().flush();
    }

    private static String names(List<String> changed) {
        if (changed.isEmpty()) {
            return "";
        }
        var shown = String.join(", ", changed.subList(0, Math.min(NAMES_MAX, changed.size())));
        return ": " + shown + (changed.size() > NAMES_MAX ? " and " + (changed.size() - NAMES_MAX) + " more" : "");
    }

    private static String nameOf(Path path) {
        var name = path.getFileName();
        if (name == null) {
            throw new CommandFailure(ExitCode.USAGE, "name the function with --function");
        }
        return Files.isRegularFile(path) ? name.toString().replaceFirst("\\.[^.]*$", "") : name.toString();
    }

    private void say(String what) {
        shell.out().println(LocalTime.now().truncatedTo(ChronoUnit.MILLIS) + " " + what);
        shell.out().flush();
    }
}
