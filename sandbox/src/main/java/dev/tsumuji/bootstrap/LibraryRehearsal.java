package dev.tsumuji.bootstrap;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * Uses the well-known libraries that are on the class path, never code of a function: in a stem that has them, and when a JVM
 * records an AOT cache.
 */
public final class LibraryRehearsal {

    private static final String EVENTS = "com.amazonaws.services.lambda.runtime.events.";
    private static final int ROUNDS = 3;

    private LibraryRehearsal() {}

    /**
     * Records, for a JVM that makes an AOT cache.
     *
     * <p>The classes of a function are listed beside this program; they are loaded and linked but not initialised: none of their
     * code runs.
     */
    public static void main(String[] arguments) throws Throwable {
        Rehearsal.main(new String[] {"/tmp/rehearsal"});
        Rehearsal.warm();
        var layer = Files.exists(Path.of("/var/runtime/lib"));
        try {
            System.out.println("answered calls of the SDK: " + run());
        } catch (LinkageError e) {
            if (layer) {
                throw e; // classes that failed once stay so: no stem must come of these jars
            }
        }
        for (var name : Files.readAllLines(Path.of("/var/runtime/classes"))) {
            try {
                var type = Class.forName(name, false, ClassLoader.getSystemClassLoader());
                java.util.Objects.requireNonNull(type.getMethods()); // loads all that its methods name
            } catch (Throwable e) {
                // needs what isn't there; it may never be used
            }
        }
    }

    /**
     * Throws a {@link LinkageError} when a library needs what isn't on the class path.
     *
     * @return how many calls of the AWS SDK were answered
     */
    static int run() throws IOException {
        jackson();
        events();
        LinkageRehearsal.run();
        return has("software.amazon.awssdk.core.SdkPojo") && has("software.amazon.awssdk.awscore.AwsRequest")
                ? SdkRehearsal.run(ROUNDS)
                : 0;
    }

    private static boolean has(String name) {
        try {
            Class.forName(name);
            return true;
        } catch (ClassNotFoundException e) {
            return false;
        }
    }

    private static void jackson() {
        try {
            var type = Class.forName("com.fasterxml.jackson.databind.ObjectMapper");
            var mapper = type.getConstructor().newInstance();
            var read = type.getMethod("readValue", String.class, Class.class);
            var write = type.getMethod("writeValueAsString", Object.class);
            var json = "{\"name\":\"zed\",\"tags\":[\"a\",1,1.5,true,null],\"when\":1700000000000}";
            for (int i = 0; i < ROUNDS; i++) {
                write.invoke(mapper, read.invoke(mapper, json, Map.class));
                write.invoke(mapper, read.invoke(mapper, "{\"name\":\"zed\",\"tags\":[\"a\"]}", Rehearsal.Bean.class));
            }
        } catch (ReflectiveOperationException e) {
            if (e.getCause() instanceof LinkageError missing) {
                throw missing;
            }
            // not on the class path
        }
    }

    private static void events() {
        var record = Map.of("body", "b", "messageId", "m", "attributes", Map.of("a", "b"), "eventSource", "aws:sqs");
        var request = Map.of(
                "httpMethod",
                "GET",
                "path",
                "/",
                "headers",
                Map.of("a", "b"),
                "requestContext",
                Map.of("stage", "s"),
                "body",
                "b");
        for (var name : List.of("SQSEvent", "SNSEvent", "S3Event", "DynamodbEvent", "KinesisEvent", "ScheduledEvent")) {
            bind(name, Map.of("Records", List.of(record)));
        }
        for (var name : List.of(
                "APIGatewayProxyRequestEvent", "APIGatewayV2HTTPEvent", "ApplicationLoadBalancerRequestEvent")) {
            bind(name, request);
        }
        for (var name : List.of("APIGatewayProxyResponseEvent", "APIGatewayV2HTTPResponse")) {
            bind(name, Map.of("statusCode", 200, "body", "b", "headers", Map.of("a", "b")));
        }
    }

    private static void bind(String name, Map<String, Object> json) {
        try {
            var bound = Beans.bind(json, Class.forName(EVENTS + name));
            Json.write(bound, new StringBuilder(), Handler.Late.BEANS);
        } catch (ReflectiveOperationException | RuntimeException e) {
            // another version of the events
        }
    }
}
