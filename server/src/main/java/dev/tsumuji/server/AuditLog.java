package dev.tsumuji.server;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.tsumuji.kernel.cloud.Audit;
import dev.tsumuji.kernel.cloud.Decision;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Every call with its decisions, as JSON lines in files of the data folder: what {@code why} reads.
 *
 * <p>Callers put records into a bounded queue and wait only when 16,384 of them are ahead; one platform thread writes. The
 * files are not synced: after a power cut the last moments may be missing, after a mere crash of the process nothing that was
 * written is. When a file reaches its size it is renamed {@code .1}, {@code .2}, …; the oldest is dropped, so the log is
 * bounded by {@code FILES × fileSizeMaxBytes}.
 */
final class AuditLog implements Audit, AutoCloseable {
    private static final System.Logger LOG = System.getLogger(AuditLog.class.getName());
    private static final JsonFactory JSON = new JsonFactory();
    private static final int FILES = 4;
    private static final int QUEUE_MAX = 16_384;

    /** After a pause, so many milliseconds' records are gathered: waking this thread for each cost callers more than writing it. */
    private static final int GATHERED_MILLIS = 5;

    private final Path folder;
    private final long fileSizeMaxBytes;
    private final BlockingQueue<Item> queue = new ArrayBlockingQueue<>(QUEUE_MAX);
    private final Thread writer;

    private sealed interface Item {
        record Call(Entry entry) implements Item {}

        record Flush(CountDownLatch done, boolean last) implements Item {}
    }

    AuditLog(Path folder, long fileSizeMaxBytes) throws IOException {
        this.folder = Files.createDirectories(folder);
        this.fileSizeMaxBytes = fileSizeMaxBytes;
        writer = Thread.ofPlatform().name("audit").daemon().start(this::write);
    }

    @Override
    public void record(Entry entry) {
        put(new Item.Call(entry));
    }

    /** The newest record of a request, as it was written: one JSON object. */
    Optional<String> find(String requestId) throws IOException {
        flush(false);
        var mark = "\"requestId\":\"" + requestId + "\"";
        for (var file : files()) {
            try (var lines = Files.lines(file)) {
                var found = lines.filter(line -> line.contains(mark)).reduce((first, second) -> second);
                if (found.isPresent()) {
                    return found;
                }
            } catch (UncheckedIOException e) {
                throw e.getCause();
            }
        }
        return Optional.empty();
    }

    @Override
    public void close() {
        flush(true);
    }

    private void flush(boolean last) {
        var done = new CountDownLatch(1);
        put(new Item.Flush(done, last));
        try {
            if (writer.isAlive() && !done.await(5, TimeUnit.SECONDS)) {
                LOG.log(System.Logger.Level.WARNING, "the audit log could not be written within 5 s");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void put(Item item) {
        try {
            queue.put(item);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Newest first. */
    private List<Path> files() {
        var files = new ArrayList<Path>(FILES);
        for (int i = 0; i < FILES; i++) {
            var file = file(i);
            if (Files.exists(file)) {
                files.add(file);
            }
        }
        return files;
    }

    private Path file(int age) {
        return folder.resolve(age == 0 ? "audit.log" : "audit.log." + age);
    }

    // ---- on the writer's thread

    private void write() {
        while (true) {
            try (var out = open()) {
                if (!fill(out)) {
                    return;
                }
            } catch (IOException e) {
                LOG.log(System.Logger.Level.ERROR, "the audit log can't be written: " + folder, e);
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    private OutputStream open() throws IOException {
        var current = file(0);
        if (Files.exists(current) && Files.size(current) >= fileSizeMaxBytes) {
            for (int age = FILES - 1; age > 0; age--) {
                if (Files.exists(file(age - 1))) {
                    Files.move(file(age - 1), file(age), StandardCopyOption.REPLACE_EXISTING);
                }
            }
        }
        return new BufferedOutputStream(
                Files.newOutputStream(current, StandardOpenOption.CREATE, StandardOpenOption.APPEND), 1 << 16);
    }

    /** @return false when the log was closed, true when the file is full */
    private boolean fill(OutputStream out) throws IOException, InterruptedException {
        long size = Files.size(file(0));
        while (size < fileSizeMaxBytes) {
            var item = queue.poll();
            if (item == null) {
                out.flush();
                item = queue.take();
                if (item instanceof Item.Call) {
                    Thread.sleep(GATHERED_MILLIS);
                }
            }
            switch (item) {
                case Item.Call(Entry entry) -> {
                    var line = line(entry);
                    out.write(line);
                    size += line.length;
                }
                case Item.Flush(CountDownLatch done, boolean last) -> {
                    out.flush();
                    done.countDown();
                    if (last) {
                        return false;
                    }
                }
            }
        }
        return true;
    }

    private static byte[] line(Entry entry) throws IOException {
        var bytes = new ByteArrayOutputStream(512);
        try (var json = JSON.createGenerator(bytes)) {
            var call = entry.call();
            json.writeStartObject();
            json.writeStringField("requestId", call.requestId());
            json.writeStringField("time", call.time().toString());
            json.writeStringField("account", call.account());
            json.writeStringField("region", call.region());
            json.writeStringField("principal", call.principal().arn());
            json.writeStringField("service", entry.service());
            json.writeStringField("operation", entry.operation());
            json.writeStringField("sourceIp", call.sourceIp());
            json.writeStringField("userAgent", call.userAgent());
            json.writeStringField("errorCode", entry.errorCode());
            json.writeNumberField("durationMicros", entry.durationNanos() / 1000);
            json.writeArrayFieldStart("decisions");
            for (var decision : entry.decisions()) {
                write(json, decision);
            }
            json.writeEndArray();
            json.writeEndObject();
        }
        bytes.write('\n');
        return bytes.toByteArray();
    }

    private static void write(JsonGenerator json, Decision decision) throws IOException {
        json.writeStartObject();
        json.writeBooleanField("allowed", decision.allowed());
        json.writeStringField("action", decision.action());
        json.writeStringField("resource", decision.resource());
        json.writeStringField("reason", decision.reason());
        json.writeStringField("decidedBy", decision.decidedBy());
        if (!decision.remedy().isEmpty()) {
            json.writeStringField("leastPolicy", decision.remedy());
        }
        json.writeArrayFieldStart("trail");
        for (var step : decision.trail()) {
            json.writeString(step);
        }
        json.writeEndArray();
        json.writeEndObject();
    }
}
