package dev.tsumuji.cli;

import java.io.BufferedInputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** Where the command line begins. */
public final class Main {
    private Main() {}

    /** @param args as a user writes them behind {@code tsumuji} */
    public static void main(String[] args) {
        // a POST that was cut off must not be sent twice: it may be an invocation
        System.setProperty("sun.net.http.retryPost", "false");
        var out = new PrintWriter(System.out, false, StandardCharsets.UTF_8);
        var err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
        var terminal = System.console() != null && System.console().isTerminal();
        var shell = new Shell(
                out,
                err,
                new BufferedInputStream(System.in),
                Map.copyOf(System.getenv()),
                terminal && !System.getenv().containsKey("NO_COLOR"));
        int exitCode = CommandLines.run(shell, args);
        out.flush();
        System.exit(exitCode);
    }
}
