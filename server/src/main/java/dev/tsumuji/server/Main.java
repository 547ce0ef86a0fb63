package dev.tsumuji.server;

import dev.tsumuji.kernel.settings.PlatformSettings;
import dev.tsumuji.kernel.settings.SettingsException;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/**
 * Starts the platform and runs it until SIGTERM or SIGINT; then requests under way are finished and everything is closed.
 * All flags are settings. Exit codes: 0 stopped in order, 1 could not start, 2 wrong settings.
 */
public final class Main {
    private Main() {}

    public static void main(String[] arguments) throws InterruptedException {
        try {
            var settings = PlatformSettings.read(List.of(arguments), System.getenv());
            var platform = Platform.start(settings);
            stopInOrder(platform);
            welcome(System.out, platform);
        } catch (SettingsException e) {
            System.err.println(e.getMessage());
            System.exit(2);
        } catch (IOException | RuntimeException e) {
            System.err.println("tsumuji can't start: " + e.getMessage());
            System.getLogger(Main.class.getName()).log(System.Logger.Level.DEBUG, "start failed", e);
            System.exit(1);
        }
        new CountDownLatch(1).await();
    }

    private static void stopInOrder(Platform platform) {
        Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().name("stop").unstarted(platform::close));
    }

    private static void welcome(PrintStream out, Platform platform) {
        long millis = ManagementFactory.getRuntimeMXBean().getUptime();
        out.println("Tsumuji is ready at " + platform.url() + " (" + millis + " ms)");
        platform.secureUrl()
                .ifPresent(url -> out.println("  and at " + url + "; clients trust " + platform.authorityFile()));
        platform.newRootKey()
                .ifPresent(key -> out.println("""
                Root key of account %s, shown once and kept in %s:
                  access key  %s
                  secret key  %s""".formatted(
                                key.account(), platform.credentialsFile(), key.accessKeyId(), key.secretAccessKey())));
        out.println("""
                Isolation: %s
                Next, in another terminal:
                  eval "$(./tsumuji env)"
                  aws lambda list-functions""".formatted(platform.isolation()));
        out.flush();
    }
}
