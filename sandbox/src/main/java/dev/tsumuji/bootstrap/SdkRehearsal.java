package dev.tsumuji.bootstrap;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.net.URI;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.client.builder.AwsClientBuilder;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.core.SdkField;
import software.amazon.awssdk.core.SdkPojo;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.protocol.MarshallLocation;
import software.amazon.awssdk.core.protocol.MarshallingType;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.core.traits.ListTrait;
import software.amazon.awssdk.core.traits.MapTrait;
import software.amazon.awssdk.core.traits.RequiredTrait;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.utils.builder.Buildable;

/**
 * Uses whatever clients of the AWS SDK are on the class path, by their own description of themselves, against an endpoint in this
 * process: so that a JVM has loaded, linked and run what functions use before any function is there. Needs the SDK's core on
 * the class path, and credentials and a region where functions find theirs, in the environment; leaves no system property behind.
 */
final class SdkRehearsal {

    private static final String SERVICES = "software.amazon.awssdk.services.";
    private static final String JSON = "application/x-amz-json-1.0";
    private static final String ENDPOINT = "aws.endpointUrl";
    private static final int DEPTH_MAX = 3;

    /** What functions do most, first. */
    private static final Map<String, List<String>> OPERATIONS = operations();

    /** Members of requests that are worth setting although they need not be. */
    private static final Set<String> COMMON = Set.of(
            "TableName",
            "Key",
            "Item",
            "KeyConditionExpression",
            "ExpressionAttributeNames",
            "ExpressionAttributeValues",
            "UpdateExpression",
            "ConditionExpression",
            "FilterExpression",
            "ReturnValues",
            "MessageAttributes",
            "MessageBody",
            "Message",
            "TopicArn",
            "FunctionName",
            "SecretId",
            "Entries",
            "Input",
            "PartitionKey",
            "Data",
            "StreamName");

    private final DummyEndpoint endpoint;
    private int done;

    private SdkRehearsal(DummyEndpoint endpoint) {
        this.endpoint = endpoint;
    }

    private static Map<String, List<String>> operations() {
        var all = new LinkedHashMap<String, List<String>>();
        all.put(
                "dynamodb.DynamoDbClient",
                List.of(
                        "getItem",
                        "putItem",
                        "query",
                        "updateItem",
                        "deleteItem",
                        "scan",
                        "batchGetItem",
                        "batchWriteItem"));
        all.put("s3.S3Client", List.of("getObjectAsBytes", "putObject", "headObject", "listObjectsV2", "deleteObject"));
        all.put("sqs.SqsClient", List.of("sendMessage", "receiveMessage", "deleteMessage", "sendMessageBatch"));
        all.put("sns.SnsClient", List.of("publish"));
        all.put("sts.StsClient", List.of("getCallerIdentity", "assumeRole"));
        all.put("lambda.LambdaClient", List.of("invoke"));
        all.put("eventbridge.EventBridgeClient", List.of("putEvents"));
        all.put("ssm.SsmClient", List.of("getParameter", "getParametersByPath"));
        all.put("secretsmanager.SecretsManagerClient", List.of("getSecretValue"));
        all.put("sfn.SfnClient", List.of("startExecution", "sendTaskSuccess"));
        all.put("kinesis.KinesisClient", List.of("putRecord", "putRecords"));
        all.put("firehose.FirehoseClient", List.of("putRecordBatch"));
        all.put("cloudwatch.CloudWatchClient", List.of("putMetricData"));
        all.put("cloudwatchlogs.CloudWatchLogsClient", List.of("putLogEvents"));
        all.put("kms.KmsClient", List.of("encrypt", "decrypt"));
        all.put("sesv2.SesV2Client", List.of("sendEmail"));
        return all;
    }

    /**
     * Throws a {@link LinkageError} when a library needs what isn't on the class path: its classes are of no use then in this JVM.
     *
     * @param rounds how often each operation is called in each way that there is
     * @return how many calls were answered
     */
    static int run(int rounds) throws IOException {
        var before = new HashMap<Object, Object>(System.getProperties());
        try (var endpoint = new DummyEndpoint()) {
            System.setProperty(ENDPOINT, endpoint.address().toString());
            var rehearsal = new SdkRehearsal(endpoint);
            for (int round = 0; round < rounds; round++) {
                OPERATIONS.forEach(rehearsal::use);
            }
            return rehearsal.done;
        } finally {
            System.getProperties().keySet().removeIf(name -> !before.containsKey(name));
        }
    }

    /** Each operation once, by a client as functions make theirs, and one by a client that is told more. */
    private void use(String name, List<String> operations) {
        Class<?> type;
        try {
            type = Class.forName(SERVICES + name);
        } catch (ClassNotFoundException e) {
            return;
        }
        try (var client = (AutoCloseable) type.getMethod("create").invoke(null);
                var told = told(type, endpoint.address())) {
            for (var operation : operations) {
                call(type, client, operation);
            }
            call(type, told, operations.getFirst());
            fail(type, client, operations.getFirst());
        } catch (Exception e) {
            // another version of the SDK than this was written for: then it is rehearsed less
        }
    }

    private static AutoCloseable told(Class<?> type, URI endpoint) throws ReflectiveOperationException {
        var builder = (AwsClientBuilder<?, ?>) type.getMethod("builder").invoke(null);
        if (type.getSimpleName().equals("S3Client")) {
            for (var method : builder.getClass().getMethods()) {
                if (method.getName().equals("forcePathStyle")) {
                    method.setAccessible(true);
                    method.invoke(builder, true);
                    break;
                }
            }
        }
        builder.endpointOverride(endpoint).region(Region.US_EAST_1);
        return (AutoCloseable) builder.build();
    }

    /** By a request, by what fills a builder, and page by page: whichever of them there are. */
    private void call(Class<?> type, AutoCloseable client, String operation) throws ReflectiveOperationException {
        for (var method : type.getMethods()) {
            var types = method.getParameterTypes();
            if (types.length == 1
                    && types[0] == Consumer.class
                    && method.getName().equals(operation)) {
                prepareAnswer(type, method);
                invoke(method, client, (Consumer<SdkPojo>) SdkRehearsal::fill);
                continue;
            }
            if (!method.getName().startsWith(operation)
                    || types.length == 0
                    || !SdkPojo.class.isAssignableFrom(types[0])) {
                continue;
            }
            if (method.getName().equals(operation + "Paginator")) {
                page(type, method, client, types[0]);
            } else if (!method.getName().equals(operation)) {
                continue;
            } else if (types.length == 2 && types[1] == RequestBody.class) {
                prepareAnswer(type, method);
                invoke(method, client, sample(types[0]), RequestBody.fromString("hello"));
            } else if (types.length == 1 && !operation.equals("putObject")) {
                prepareAnswer(type, method);
                invoke(method, client, sample(types[0]));
            }
        }
    }

    private void invoke(Method method, AutoCloseable client, Object... arguments) throws ReflectiveOperationException {
        try {
            method.invoke(client, arguments);
            done++;
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof LinkageError missing) {
                throw missing;
            }
            // an answer that it didn't like: it has still gone most of the way
        }
    }

    private void page(Class<?> type, Method method, AutoCloseable client, Class<?> request)
            throws ReflectiveOperationException {
        prepareAnswer(type, type.getMethod(method.getName().replace("Paginator", ""), request));
        var pages = (Iterable<?>) method.invoke(client, sample(request));
        try {
            pages.iterator().next();
            done++;
        } catch (SdkException e) {
            // as above
        }
    }

    private void fail(Class<?> type, AutoCloseable client, String operation) throws ReflectiveOperationException {
        for (var method : type.getMethods()) {
            if (method.getName().equals(operation)
                    && method.getParameterCount() == 1
                    && SdkPojo.class.isAssignableFrom(method.getParameterTypes()[0])) {
                endpoint.answer(
                        400,
                        JSON,
                        "{\"__type\":\"com.amazonaws#ResourceNotFoundException\",\"message\":\"rehearsed\"}");
                invoke(method, client, sample(method.getParameterTypes()[0]));
            }
        }
    }

    private void prepareAnswer(Class<?> client, Method operation) throws ReflectiveOperationException {
        var answer = operation.getReturnType();
        var name = operation.getName();
        switch (client.getSimpleName()) {
            case "S3Client" ->
                endpoint.answer(
                        200,
                        "application/xml",
                        name.equals("listObjectsV2")
                                ? "<ListBucketResult><Name>x</Name><KeyCount>1</KeyCount><Contents><Key>k</Key><Size>1</Size>"
                                        + "<LastModified>2024-01-01T00:00:00.000Z</LastModified></Contents></ListBucketResult>"
                                : name.equals("getObjectAsBytes") ? "hello" : "");
            case "StsClient", "SnsClient", "CloudWatchClient" -> {
                var result = Character.toUpperCase(name.charAt(0)) + name.substring(1);
                endpoint.answer(
                        200,
                        "text/xml",
                        "<" + result + "Response><" + result
                                + "Result><Account>1</Account><Arn>a</Arn><MessageId>m</MessageId>"
                                + "<Credentials><AccessKeyId>a</AccessKeyId><SecretAccessKey>s</SecretAccessKey>"
                                + "<SessionToken>t</SessionToken><Expiration>2044-01-01T00:00:00Z</Expiration></Credentials></"
                                + result + "Result><ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></"
                                + result
                                + "Response>");
            }
            default -> {
                var json = new StringBuilder();
                var members = SdkPojo.class.isAssignableFrom(answer) ? json(builder(answer), 0) : Map.of();
                Json.write(members, json, Handler.Late.BEANS);
                endpoint.answer(200, JSON, json.toString());
            }
        }
    }

    // ---- samples, made from what the SDK's classes say of their members

    private static SdkPojo builder(Class<?> type) throws ReflectiveOperationException {
        return (SdkPojo) type.getMethod("builder").invoke(null);
    }

    private static Object sample(Class<?> type) throws ReflectiveOperationException {
        var builder = builder(type);
        fill(builder);
        return ((Buildable) builder).build();
    }

    private static void fill(SdkPojo builder) {
        for (var field : builder.sdkFields()) {
            if (field.containsTrait(RequiredTrait.class) || COMMON.contains(field.memberName())) {
                field.set(builder, value(field, 1));
            }
        }
    }

    private static @Nullable Object value(SdkField<?> field, int depth) {
        var type = field.marshallingType();
        if (type == MarshallingType.STRING) {
            return "x";
        } else if (type == MarshallingType.INTEGER) {
            return 1;
        } else if (type == MarshallingType.LONG) {
            return 1L;
        } else if (type == MarshallingType.BOOLEAN) {
            return false;
        } else if (type == MarshallingType.DOUBLE) {
            return 1.5;
        } else if (type == MarshallingType.SDK_BYTES) {
            return SdkBytes.fromUtf8String("x");
        } else if (type == MarshallingType.INSTANT) {
            return java.time.Instant.ofEpochSecond(1_700_000_000);
        } else if (depth >= DEPTH_MAX) {
            return null;
        } else if (type == MarshallingType.LIST) {
            var element = value(field.getTrait(ListTrait.class).memberFieldInfo(), depth + 1);
            return element == null ? null : List.of(element);
        } else if (type == MarshallingType.MAP) {
            var element = value(field.getTrait(MapTrait.class).valueFieldInfo(), depth + 1);
            return element == null ? null : Map.of("x", element);
        } else if (type == MarshallingType.SDK_POJO) {
            var builder = field.constructor().get();
            for (var member : builder.sdkFields()) {
                var value = value(member, depth + 1);
                if (value != null) {
                    member.set(builder, value);
                }
            }
            return ((Buildable) builder).build();
        }
        return null;
    }

    private static Map<String, Object> json(SdkPojo builder, int depth) {
        var members = new LinkedHashMap<String, Object>();
        for (var field : builder.sdkFields()) {
            var value = field.location() == MarshallLocation.PAYLOAD ? jsonValue(field, depth) : null;
            if (value != null) {
                members.put(field.locationName(), value);
            }
        }
        return members;
    }

    private static @Nullable Object jsonValue(SdkField<?> field, int depth) {
        var type = field.marshallingType();
        if (type == MarshallingType.SDK_BYTES) {
            return "eA==";
        } else if (type == MarshallingType.INSTANT) {
            return 1_700_000_000;
        } else if (type != MarshallingType.LIST && type != MarshallingType.MAP && type != MarshallingType.SDK_POJO) {
            return value(field, depth);
        } else if (depth >= DEPTH_MAX) {
            return null;
        } else if (type == MarshallingType.LIST) {
            var element = jsonValue(field.getTrait(ListTrait.class).memberFieldInfo(), depth + 1);
            return element == null ? null : List.of(element);
        } else if (type == MarshallingType.MAP) {
            var element = jsonValue(field.getTrait(MapTrait.class).valueFieldInfo(), depth + 1);
            return element == null ? null : Map.of("x", element);
        }
        return json(field.constructor().get(), depth + 1);
    }
}
