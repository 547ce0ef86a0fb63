package dev.tsumuji.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.cloudwatchlogs.CloudWatchLogsClient;
import software.amazon.awssdk.services.lambda.LambdaClient;
import software.amazon.awssdk.services.lambda.model.InvocationType;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.S3Object;

/**
 * {@code examples/paper} as its users run it: pages are put into a bucket, tiles come out of another, also when the platform is
 * killed in the middle. {@code -Dpages=1180} for the pages of a real issue's archive, 20,060 tiles; {@code -Dpolling=true}
 * measures beside it a poller that looks every minute.
 */
class PaperIT {
    private static final int PAGES = Integer.getInteger("pages", 12);
    private static final int TILES_PER_PAGE = 12 + 4 + 1;
    private static final Duration DRAIN_MAX = Duration.ofSeconds(120 + PAGES * 4L);
    private static final Duration POLL = Duration.ofSeconds(60);

    private final RunningPlatform platform = RunningPlatform.start(RunningPlatform.temporary("paper"));
    private final S3Client s3 = platform.client(S3Client.builder());
    private final LambdaClient lambda = platform.client(LambdaClient.builder());
    private final PaperStack stack = new PaperStack(platform, s3, lambda);
    /** When each page had been put, in milliseconds since 1970. */
    private final Map<String, Long> putMillis = new HashMap<>();

    @BeforeEach
    void deploy() throws IOException {
        stack.deploy();
    }

    @AfterEach
    void close() {
        s3.close();
        lambda.close();
        platform.close();
    }

    @Test
    void every_page_becomes_its_tiles_also_when_the_platform_is_killed_in_the_middle() throws IOException {
        stack.startFunctionByNotification();
        long began = System.nanoTime();
        for (int page = 1; page <= PAGES; page++) {
            put(page);
        }
        Waiting.until(DRAIN_MAX, () -> tiles().size() > 2 * TILES_PER_PAGE);
        platform.kill();
        int before = putMillis.size();
        platform.restart();
        assertThat(before).isEqualTo(PAGES);
        drained(PAGES);
        tell("by notification", began);

        var tiles = tiles();
        assertThat(tiles).hasSize(PAGES * TILES_PER_PAGE);
        theSameEventAgainChangesNothing(tiles);
        theSamePageAgainChangesNothing(tiles);
        aPdfHasItsPages();
        aBrowserShows("page-1");
    }

    @Test
    void polling_for_comparison() throws IOException {
        assumeTrue(Boolean.getBoolean("polling"), "skipped: takes minutes; run it with -Dpolling=true");
        long began = System.nanoTime();
        var seen = new HashSet<String>();
        for (int page = 1; page <= PAGES; page++) {
            put(page);
        }
        long deadline = System.nanoTime() + DRAIN_MAX.plus(POLL.multipliedBy(2)).toNanos();
        while (documents() < PAGES && System.nanoTime() < deadline) {
            Waiting.pause(POLL);
            s3.listObjectsV2Paginator(r -> r.bucket(PaperStack.PAGES)).contents().stream()
                    .map(S3Object::key)
                    .filter(seen::add)
                    .forEach(key -> lambda.invoke(r -> r.functionName(PaperStack.FUNCTION)
                            .invocationType(InvocationType.EVENT)
                            .payload(event(key))));
            Waiting.pause(Duration.ofMillis(10));
        }
        drained(PAGES);
        tell("by polling every " + POLL.toSeconds() + " s", began);
    }

    private void put(int page) throws IOException {
        var key = "page-" + page + ".png";
        s3.putObject(r -> r.bucket(PaperStack.PAGES).key(key), RequestBody.fromBytes(PaperPages.png(page)));
        putMillis.put(key, System.currentTimeMillis());
    }

    /** Waits until every page's last object is there. */
    private void drained(int pages) {
        Waiting.until(DRAIN_MAX, () -> documents() >= pages);
    }

    /** {@code pages/NAME.json} is written when all of a document is there. */
    private long documents() {
        return s3
                .listObjectsV2Paginator(
                        r -> r.bucket(PaperStack.SITE).prefix("pages/").delimiter("/"))
                .contents()
                .stream()
                .count();
    }

    /** The ETag, which is made of the bytes, of each tile. */
    private Map<String, String> tiles() {
        var tiles = new TreeMap<String, String>();
        s3.listObjectsV2Paginator(r -> r.bucket(PaperStack.SITE).prefix("pages/")).contents().stream()
                .filter(o -> o.key().endsWith(".jpg"))
                .forEach(o -> tiles.put(o.key(), o.eTag()));
        return tiles;
    }

    private static SdkBytes event(String key) {
        return SdkBytes.fromUtf8String("""
                {"Records":[{"eventVersion":"2.1","eventSource":"aws:s3","awsRegion":"us-east-1",\
                "eventTime":"2026-01-01T00:00:00.000Z","eventName":"ObjectCreated:Put",\
                "s3":{"s3SchemaVersion":"1.0","bucket":{"name":"%s","arn":"arn:aws:s3:::%s"},"object":{"key":"%s"}}}]}""".formatted(PaperStack.PAGES, PaperStack.PAGES, key));
    }

    // ---- what is checked besides

    private void theSameEventAgainChangesNothing(Map<String, String> tiles) {
        var answer = lambda.invoke(r -> r.functionName(PaperStack.FUNCTION).payload(event("page-1.png")));
        assertThat(answer.functionError()).isNull();
        assertThat(answer.payload().asUtf8String()).isEqualTo("\"" + TILES_PER_PAGE + " tiles\"");
        assertThat(tiles()).isEqualTo(tiles);
    }

    private void theSamePageAgainChangesNothing(Map<String, String> tiles) throws IOException {
        var document = "pages/page-2.json";
        var before = s3.headObject(r -> r.bucket(PaperStack.SITE).key(document)).lastModified();
        put(2);
        Waiting.until(
                DRAIN_MAX,
                () -> s3.headObject(r -> r.bucket(PaperStack.SITE).key(document))
                        .lastModified()
                        .isAfter(before));
        assertThat(tiles()).isEqualTo(tiles);
    }

    private void aPdfHasItsPages() throws IOException {
        s3.putObject(r -> r.bucket(PaperStack.PAGES).key("small.pdf"), RequestBody.fromBytes(PaperPages.pdf(2)));
        drained(PAGES + 1);
        var document = s3.getObjectAsBytes(r -> r.bucket(PaperStack.SITE).key("pages/small.json"));
        assertThat(document.asUtf8String()).isEqualTo("{\"pages\":2}");
        assertThat(tiles().keySet())
                .anyMatch(key -> key.startsWith("pages/small/1/"))
                .anyMatch(key -> key.startsWith("pages/small/2/"));
    }

    /** Skipped, saying so, where there is no Chromium or no npm to fetch the viewer with. */
    private void aBrowserShows(String document) throws IOException {
        if (!Files.isExecutable(Path.of("/usr/bin/chromium"))) {
            System.out.println("paper: no browser check: there is no /usr/bin/chromium");
            return;
        }
        var folder = RunningPlatform.temporary("browser");
        if (!stack.putSite(folder)) {
            System.out.println("paper: no browser check: npm brings no viewer here");
            return;
        }
        Files.writeString(folder.resolve("see.js"), """
                const { chromium } = require('playwright-core');
                (async () => {
                  const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', headless: true, args: [
                    '--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
                    '--disable-background-networking', '--disable-component-update', '--disable-sync'] });
                  const page = await browser.newPage();
                  const failures = [];
                  page.on('pageerror', (e) => failures.push(String(e)));
                  await page.goto(process.argv[2]);
                  await page.waitForFunction(() => document.getElementById('state').textContent, null, { timeout: 60000 });
                  await page.waitForTimeout(500);
                  const text = (id) => page.locator('#' + id).textContent();
                  console.log(await text('state') + ' ' + await text('number') + failures.join(';'));
                  await page.screenshot({ path: 'seen.png' });
                  await browser.close();
                })().catch((e) => { console.error(e); process.exit(1); });
                """);
        var address =
                "http://" + PaperStack.SITE + ".s3-website.localhost:" + platform.port() + "/?document=" + document;
        var seen =
                Client.run(folder, Map.of(), List.of("node", "see.js", address)).ok();
        assertThat(seen).as("the viewer's status and page").endsWith("shown 1 / 1");
        System.out.println("paper: a browser shows " + address);
    }

    // ---- what is told

    private void tell(String how, long began) {
        long seconds = (System.nanoTime() - began) / 1_000_000_000;
        var waits = waitsMillis();
        System.out.println("paper " + how + ": " + PAGES + " pages, " + tiles().size() + " tiles in " + seconds
                + " s; from a page's put to its function's start " + waits.get(waits.size() / 2) + " ms (p50), "
                + waits.getLast() + " ms (longest)");
    }

    /** The handler's first line names its file. */
    private List<Long> waitsMillis() {
        var started = new HashMap<String, Long>();
        try (var logs = platform.client(CloudWatchLogsClient.builder())) {
            logs
                    .filterLogEventsPaginator(r ->
                            r.logGroupName("/aws/lambda/" + PaperStack.FUNCTION).filterPattern("\"cutting s3://\""))
                    .events()
                    .stream()
                    .forEach(event -> started.merge(
                            event.message()
                                    .substring(event.message().lastIndexOf('/') + 1)
                                    .strip(),
                            event.timestamp(),
                            Math::min));
        }
        return putMillis.entrySet().stream()
                .filter(put -> started.containsKey(put.getKey()))
                .map(put -> Math.max(0, started.get(put.getKey()) - put.getValue()))
                .sorted()
                .toList();
    }
}
