package dev.tsumuji.sandbox.functions;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestHandler;
import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Date;
import java.util.List;
import java.util.Map;

/** Functions in Java, as users write them. */
public final class Functions {
    private Functions() {}

    public static final class Hello implements RequestHandler<Map<String, String>, Map<String, Object>> {
        @Override
        public Map<String, Object> handleRequest(Map<String, String> event, Context context) {
            context.getLogger().log("hi\nthere");
            System.out.println("printed");
            return Map.of("hello", event.get("name"));
        }
    }

    public static final class Upper implements RequestStreamHandler {
        @Override
        public void handleRequest(InputStream in, OutputStream out, Context context) throws IOException {
            out.write(new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .toUpperCase()
                    .getBytes(StandardCharsets.UTF_8));
        }
    }

    public enum Color {
        RED,
        GREEN
    }

    public static class Order {
        private String id;
        private int count;
        private Color color;
        private List<Line> lines;
        private Date placed;
        private boolean paid;

        public String getId() {
            return id;
        }

        public void setId(String id) {
            this.id = id;
        }

        public int getCount() {
            return count;
        }

        public void setCount(int count) {
            this.count = count;
        }

        public Color getColor() {
            return color;
        }

        public void setColor(Color color) {
            this.color = color;
        }

        public List<Line> getLines() {
            return lines;
        }

        public void setLines(List<Line> lines) {
            this.lines = lines;
        }

        public Date getPlaced() {
            return placed;
        }

        public void setPlaced(Date placed) {
            this.placed = placed;
        }

        public boolean isPaid() {
            return paid;
        }

        public void setPaid(boolean paid) {
            this.paid = paid;
        }
    }

    public record Line(String sku, double price) {}

    public static class Orders implements RequestHandler<Order, Order> {
        @Override
        public Order handleRequest(Order order, Context context) {
            order.setCount(order.getCount() + order.getLines().size());
            return order;
        }
    }

    public static class Plain {
        public String greet(String name) {
            return "hi " + name;
        }

        public int sum(List<Integer> numbers, Context context) {
            return numbers.stream().mapToInt(i -> i).sum();
        }

        public Line line(Line line) {
            return new Line(line.sku() + "!", line.price() * 2);
        }
    }

    public static class Throwing implements RequestHandler<Object, Object> {
        @Override
        public Object handleRequest(Object event, Context context) {
            throw new IllegalStateException("outer", new IOException("inner"));
        }
    }

    /** All that a process gets from outside. */
    public static final class Surroundings implements RequestHandler<Object, Object> {
        @Override
        public Object handleRequest(Object event, Context context) {
            try {
                var child = new ProcessBuilder("/usr/bin/env").start();
                var seen = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
                return new java.util.TreeMap<>(Map.of(
                        "environment", new java.util.TreeMap<>(System.getenv()),
                        "child", seen.lines().sorted().toList(),
                        "directory", System.getProperty("user.dir"),
                        "entered", new java.io.File("here.txt").exists(),
                        "path", System.getProperty("java.class.path"),
                        "zone", java.util.TimeZone.getDefault().getID(),
                        "in", System.in.available(),
                        "thread", Thread.currentThread().getName(),
                        "resource", String.valueOf(Surroundings.class.getResource("/here.txt")),
                        "loader", getClass().getClassLoader() == ClassLoader.getSystemClassLoader()));
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        }
    }

    /** Tells how its JVM was started. */
    public static final class Options implements RequestHandler<Object, Object> {
        @Override
        public Object handleRequest(Object event, Context context) {
            var beans = java.lang.management.ManagementFactory.getGarbageCollectorMXBeans();
            var compiler = java.lang.management.ManagementFactory.getPlatformMXBean(
                            com.sun.management.HotSpotDiagnosticMXBean.class)
                    .getVMOption("TieredStopAtLevel")
                    .getValue();
            return compiler + " " + beans.getFirst().getName() + " "
                    + (Runtime.getRuntime().maxMemory() >> 20);
        }
    }

    /** Told of its snapshot. */
    public static final class Snap
            implements RequestHandler<Object, Object>, com.amazonaws.services.lambda.crac.Resource {
        private final List<String> told = new java.util.ArrayList<>();
        private final com.amazonaws.services.lambda.crac.Resource second =
                new com.amazonaws.services.lambda.crac.Resource() {
                    @Override
                    public void beforeCheckpoint(com.amazonaws.services.lambda.crac.Context<?> context) {
                        told.add("before 2");
                    }

                    @Override
                    public void afterRestore(com.amazonaws.services.lambda.crac.Context<?> context) {
                        told.add("after 2");
                    }
                };

        public Snap() {
            com.amazonaws.services.lambda.crac.Core.getGlobalContext().register(this);
            com.amazonaws.services.lambda.crac.Core.getGlobalContext().register(second);
        }

        @Override
        public void beforeCheckpoint(com.amazonaws.services.lambda.crac.Context<?> context) {
            told.add("before 1");
        }

        @Override
        public void afterRestore(com.amazonaws.services.lambda.crac.Context<?> context) {
            told.add("after 1");
        }

        @Override
        public Object handleRequest(Object event, Context context) {
            return told;
        }
    }

    public static final class Random implements RequestHandler<Object, Object> {
        @Override
        public Object handleRequest(Object event, Context context) {
            return List.of(
                    java.util.UUID.randomUUID().toString(),
                    Math.random(),
                    new java.util.Random().nextLong(),
                    new java.security.SecureRandom().nextLong(),
                    java.util.concurrent.ThreadLocalRandom.current().nextLong());
        }
    }

    public static class Broken {
        static final int VALUE = Integer.parseInt("x");

        public String go(String s) {
            return s;
        }
    }

    public static final class Levels implements RequestHandler<Object, String> {
        @Override
        public String handleRequest(Object event, Context context) {
            context.getLogger().log("quiet", com.amazonaws.services.lambda.runtime.logging.LogLevel.INFO);
            context.getLogger().log("loud", com.amazonaws.services.lambda.runtime.logging.LogLevel.ERROR);
            return "";
        }
    }
}
