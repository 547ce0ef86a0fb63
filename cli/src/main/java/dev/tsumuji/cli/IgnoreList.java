package dev.tsumuji.cli;

import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.PatternSyntaxException;

/**
 * Which files of a folder don't belong into a function's package: a line each in {@code .tsumujiignore}, in the form of
 * {@code .gitignore}, behind what never belongs there. The last line that matches decides; one with an exclamation mark
 * takes back. Immutable.
 *
 * @see <a href="https://git-scm.com/docs/gitignore">gitignore</a>
 */
record IgnoreList(List<Rule> rules) {
    static final String FILE = ".tsumujiignore";

    private static final int LINES_MAX = 1000;
    private static final List<String> NEVER = List.of(
            ".git/",
            ".hg/",
            ".svn/",
            ".DS_Store",
            "__pycache__/",
            "*.pyc",
            ".venv/",
            ".pytest_cache/",
            ".idea/",
            ".vscode/",
            "*.swp",
            "*~",
            ".#*",
            FILE);

    /** @param folder whether it matches folders only */
    record Rule(PathMatcher matcher, boolean folder, boolean included) {}

    static IgnoreList of(Path root) throws IOException {
        var lines = new ArrayList<>(NEVER);
        var file = root.resolve(FILE);
        if (Files.isRegularFile(file)) {
            try (var text = Files.lines(file)) {
                text.limit(LINES_MAX).forEach(lines::add);
            }
        }
        var rules = new ArrayList<Rule>();
        for (var line : lines) {
            add(rules, line.strip());
        }
        return new IgnoreList(List.copyOf(rules));
    }

    private static void add(List<Rule> rules, String line) {
        if (line.isEmpty() || line.startsWith("#")) {
            return;
        }
        boolean included = line.startsWith("!");
        var pattern = included ? line.substring(1) : line;
        boolean folder = pattern.endsWith("/");
        if (folder) {
            pattern = pattern.substring(0, pattern.length() - 1);
        }
        boolean anchored = pattern.indexOf('/') >= 0;
        pattern = pattern.startsWith("/") ? pattern.substring(1) : pattern;
        try {
            var files = FileSystems.getDefault();
            rules.add(new Rule(files.getPathMatcher("glob:" + pattern), folder, included));
            if (!anchored) {
                rules.add(new Rule(files.getPathMatcher("glob:**/" + pattern), folder, included));
            }
        } catch (PatternSyntaxException e) {
            throw new CommandFailure(ExitCode.USAGE, FILE + ": not a pattern: " + line);
        }
    }

    /** @param path relative to the folder */
    boolean ignores(Path path, boolean folder) {
        boolean ignored = false;
        for (var rule : rules) {
            if ((folder || !rule.folder) && rule.matcher.matches(path)) {
                ignored = !rule.included;
            }
        }
        return ignored;
    }
}
