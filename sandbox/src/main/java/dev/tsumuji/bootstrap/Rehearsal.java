package dev.tsumuji.bootstrap;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestHandler;
import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Date;
import java.util.List;
import java.util.Map;

/**
 * Goes through what functions usually make the bootstrap do, so that a JVM that records it (an AOT cache) starts the real thing
 * with all of it loaded and linked.
 */
public final class Rehearsal {

    private static final int WARM_ROUNDS = 20;

    private Rehearsal() {}

    /** @param arguments path of a file that can be made */
    public static void main(String[] arguments) throws Throwable {
        var event =
                "{\"name\":\"zed\",\"count\":3,\"big\":12345678901,\"part\":1.5,\"on\":true,\"none\":null,\"list\":[1,\"a\\n\"],"
                        + "\"when\":1700000000000,\"inner\":{\"name\":\"x\",\"tags\":[\"a\"],\"kind\":\"ONE\"}}";
        for (var name : List.of("Maps", "Streams", "Beans", "Records", "Plain::run", "Throwing", "Missing")) {
            serveOnce(Path.of(arguments[0]), Rehearsal.class.getName() + "$" + name, event);
        }
    }

    /** In a stem: the same in small, so that the function that comes meets code which has run. */
    static void warm() throws IOException {
        var event = "{\"name\":\"zed\",\"count\":3,\"list\":[1,\"a\"]}";
        for (var name : List.of("Maps", "Streams", "Beans")) {
            var events = new ByteArrayOutputStream();
            for (int i = 0; i < WARM_ROUNDS; i++) {
                events.writeBytes(frame(event).array());
            }
            new Main(new ByteArrayInputStream(events.toByteArray()), OutputStream.nullOutputStream())
                    .run(Rehearsal.class.getName() + "$" + name);
        }
    }

    private static void serveOnce(Path path, String handler, String event) throws IOException {
        try (var file = new FileOutputStream(path.toFile())) {
            for (int i = 0; i < 3; i++) {
                file.write(frame(event).array());
            }
        }
        try (var in = new FileInputStream(path.toFile());
                var out = new FileOutputStream("/dev/null")) {
            new Main(in, out).run(handler);
        } finally {
            Files.deleteIfExists(path);
        }
    }

    private static ByteBuffer frame(String event) {
        var bytes = event.getBytes(StandardCharsets.UTF_8);
        var frame = ByteBuffer.allocate(5 + 12 + 10 + bytes.length);
        frame.putInt(22 + bytes.length).put((byte) 1).putInt(1).putLong(System.currentTimeMillis() + 1000);
        return frame.putShort((short) 0)
                .putShort((short) 0)
                .putShort((short) 0)
                .putShort((short) 0)
                .putShort((short) 0)
                .put(bytes)
                .flip();
    }

    static final class Maps implements RequestHandler<Map<String, Object>, Object> {
        @Override
        public Object handleRequest(Map<String, Object> event, Context context) {
            context.getLogger().log("request " + context.getAwsRequestId());
            System.out.println("remaining " + context.getRemainingTimeInMillis());
            return event;
        }
    }

    static final class Streams implements RequestStreamHandler {
        @Override
        public void handleRequest(InputStream in, OutputStream out, Context context) throws IOException {
            in.transferTo(out);
        }
    }

    /** A bean. */
    public static final class Bean {
        private String name = "";
        private List<String> tags = List.of();
        private Date when = new Date(0);

        public String getName() {
            return name;
        }

        public void setName(String name) {
            this.name = name;
        }

        public List<String> getTags() {
            return tags;
        }

        public void setTags(List<String> tags) {
            this.tags = tags;
        }

        public Date getWhen() {
            return when;
        }

        public void setWhen(Date when) {
            this.when = when;
        }
    }

    static final class Beans implements RequestHandler<Bean, Bean> {
        @Override
        public Bean handleRequest(Bean bean, Context context) {
            return bean;
        }
    }

    enum Kind {
        ONE
    }

    record Inner(String name, List<String> tags, Kind kind) {}

    record Whole(String name, int count, double part, Inner inner) {}

    static final class Records implements RequestHandler<Whole, Whole> {
        @Override
        public Whole handleRequest(Whole whole, Context context) {
            return whole;
        }
    }

    /** Without an interface. */
    public static final class Plain {
        public Map<String, Object> run(Map<String, Object> event) {
            return event;
        }
    }

    static final class Throwing implements RequestHandler<Object, Object> {
        @Override
        public Object handleRequest(Object event, Context context) {
            throw new IllegalStateException("rehearsed", new IOException("cause"));
        }
    }
}
