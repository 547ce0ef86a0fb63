package dev.tsumuji.wire.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tsumuji.wire.http.Headers;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.core.SdkClient;
import software.amazon.awssdk.core.sync.ResponseTransformer;
import software.amazon.awssdk.http.AbortableInputStream;
import software.amazon.awssdk.services.cloudwatchlogs.CloudWatchLogsClient;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.streams.DynamoDbStreamsClient;
import software.amazon.awssdk.services.iam.IamClient;
import software.amazon.awssdk.services.lambda.LambdaClient;
import software.amazon.awssdk.utils.builder.Buildable;

/** Requests that break a constraint of the model are refused in the words that AWS was recorded to use. */
class ConstraintsTest {
    private static final InProcess PLATFORM = new InProcess(
            answering(LambdaClient.class, "lambda"),
            answering(IamClient.class, "iam"),
            answering(CloudWatchLogsClient.class, "logs"),
            answering(DynamoDbClient.class, "dynamodb"),
            answering(DynamoDbStreamsClient.class, "dynamodb"));

    /** A service whose every operation answers with an empty structure: what is refused never reaches it. */
    static <C extends SdkClient> SdkClient answering(Class<C> api, String name) {
        return (SdkClient) Proxy.newProxyInstance(
                api.getClassLoader(), new Class<?>[] {api}, (proxy, method, arguments) -> {
                    if (method.getName().equals("serviceName")) {
                        return name;
                    }
                    if (method.getName().equals("hashCode")) {
                        return 1;
                    }
                    var operation = Character.toUpperCase(method.getName().charAt(0))
                            + method.getName().substring(1);
                    var type = Class.forName(api.getPackageName() + ".model." + operation + "Response");
                    var answer = ((Buildable) type.getMethod("builder").invoke(null)).build();
                    return arguments[arguments.length - 1] instanceof ResponseTransformer<?, ?> transformer
                            ? transform(transformer, answer)
                            : answer;
                });
    }

    @SuppressWarnings("unchecked")
    private static <A> Object transform(ResponseTransformer<A, ?> transformer, Object answer) throws Exception {
        return transformer.transform((A) answer, AbortableInputStream.createEmpty());
    }

    private static String json(String service, String target, String body) {
        var headers = InProcess.signed(service, "X-Amz-Target", target, "Content-Type", "application/x-amz-json-1.1");
        var answer = PLATFORM.send("POST", "/", null, headers, body.getBytes(StandardCharsets.UTF_8));
        return answer.status + " " + answer.text();
    }

    private static String lambda(String method, String path, String query, String body) {
        var headers = InProcess.signed("lambda", "Content-Type", "application/json");
        var answer = PLATFORM.send(method, path, query, headers, body.getBytes(StandardCharsets.UTF_8));
        return answer.status + " " + answer.header("x-amzn-ErrorType") + " " + answer.text();
    }

    private static String refusal(String text) {
        return "400 ValidationException {\"message\":\"1 validation error detected: " + text + "\"}";
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '~',
            value = {
                "PUT~/2024-08-31/functions/f/recursion-config~{'RecursiveLoop':'InvalidValue'}~'InvalidValue' at 'recursiveLoop' failed to satisfy constraint: Member must satisfy enum value set: [Terminate, Allow]",
                "POST~/2015-03-31/functions/f/policy~{'StatementId':'example.com','Action':'lambda:*','Principal':'p'}~'example.com' at 'statementId' failed to satisfy constraint: Member must satisfy regular expression pattern: ([a-zA-Z0-9-_]+)",
                "POST~/2021-10-31/functions/f/url~{'AuthType':'NONE','InvokeMode':'UNKNOWN'}~'UNKNOWN' at 'invokeMode' failed to satisfy constraint: Member must satisfy enum value set: [RESPONSE_STREAM, BUFFERED]",
                "POST~/2021-10-31/functions/f/url?Qualifier=1~{'AuthType':'NONE'}~'1' at 'qualifier' failed to satisfy constraint: Member must satisfy regular expression pattern: ((?!^\\\\d+$)^[0-9a-zA-Z-_]+$)",
                "GET~/2018-10-31/layers?CompatibleArchitecture=archdoesnotexist~~'archdoesnotexist' at 'compatibleArchitecture' failed to satisfy constraint: Member must satisfy enum value set: [x86_64, arm64]",
                "GET~/2015-03-31/functions/f?Qualifier=invalid-qualifier-with-%3F-char~~'invalid-qualifier-with-?-char' at 'qualifier' failed to satisfy constraint: Member must satisfy regular expression pattern: \\\\$(LATEST(\\\\.PUBLISHED)?)|[a-zA-Z0-9-_$]+",
                "DELETE~/2017-03-31/tags/arn%3Aaws%3Alambda%3Aeu-central-1%3A000000000000%3Afunction%3Af~~null at 'tagKeys' failed to satisfy constraint: Member must not be null",
            },
            quoteCharacter = '`')
    void lambda_refuses_in_the_recorded_words(String method, String uri, String body, String refusal) {
        var question = uri.indexOf('?');
        var answer = lambda(
                method,
                question < 0 ? uri : uri.substring(0, question),
                question < 0 ? null : uri.substring(question + 1),
                body == null ? "" : body.replace('\'', '"'));
        assertThat(answer).isEqualTo(refusal("Value " + refusal));
    }

    @Test
    void a_list_is_refused_whole_with_all_that_its_elements_must_be() {
        var arn = "arn:aws:lambda:eu-central-1:000000000000:layer:x";
        assertThat(lambda("PUT", "/2015-03-31/functions/f/configuration", null, "{\"Layers\":[\"" + arn + "\"]}"))
                .contains(
                        "Value '[" + arn
                                + "]' at 'layers' failed to satisfy constraint: Member must satisfy constraint: "
                                + "[Member must have length less than or equal to 2048, "
                                + "Member must have length greater than or equal to 1, "
                                + "Member must satisfy regular expression pattern: (arn:(aws[a-zA-Z-]*)?:lambda:(eusc-)?[a-z]{2}")
                .endsWith("(arn:[a-zA-Z0-9-]+:lambda:::awslayer:[a-zA-Z0-9-_]+), Member must not be null]\"}");
    }

    @Test
    void several_refusals_come_in_the_models_order() {
        assertThat(
                        lambda(
                                "POST",
                                "/2018-10-31/layers/l/versions",
                                null,
                                "{\"Content\":{},\"CompatibleArchitectures\":[\"invalidarch\"],\"CompatibleRuntimes\":[\"invalidruntime\"]}"))
                .isEqualTo(
                        "400 ValidationException {\"message\":\"2 validation errors detected: Value '[invalidruntime]' at "
                                + "'compatibleRuntimes' failed to satisfy constraint: Member must satisfy enum value set: [nodejs20.x, "
                                + "python3.14, provided.al2023, python3.12, python3.13, nodejs24.x, nodejs22.x, java25, python3.10, "
                                + "python3.11, java21, ruby3.3, ruby3.4, ruby3.2, python3.8, python3.9, java17, nodejs16.x, dotnet10, "
                                + "dotnet8, java11, dotnet6, nodejs18.x, provided.al2, java8.al2]; Value '[invalidarch]' at "
                                + "'compatibleArchitectures' failed to satisfy constraint: Member must satisfy constraint: [Member must "
                                + "satisfy enum value set: [x86_64, arm64], Member must not be null]\"}");
    }

    @Test
    void dynamodb_refuses_lists_in_maps_with_their_map_and_types_in_its_own_order() {
        assertThat(json("dynamodb", "DynamoDB_20120810.BatchWriteItem", "{\"RequestItems\":{\"t\":[]}}"))
                .contains(
                        "Value '{t=[]}' at 'requestItems' failed to satisfy constraint: Map value must satisfy constraint: "
                                + "[Member must have length less than or equal to 25, Member must have length greater than or equal to 1]");
        assertThat(
                        json(
                                "dynamodb",
                                "DynamoDB_20120810.CreateTable",
                                "{\"TableName\":\"table\",\"AttributeDefinitions\":[{\"AttributeName\":\"a\",\"AttributeType\":\"X\"}]}"))
                .contains("Value 'X' at 'attributeDefinitions.1.member.attributeType' failed to satisfy constraint: "
                        + "Member must satisfy enum value set: [B, N, S]");
    }

    @Test
    void a_secret_is_not_repeated() {
        assertThat(lambda(
                        "PUT",
                        "/2015-03-31/functions/f/configuration",
                        null,
                        "{\"Environment\":{\"Variables\":{\"1\":\"hush\"}}}"))
                .contains(
                        "Value at 'environment.variables' failed to satisfy constraint: Map keys must satisfy constraint: "
                                + "[Member must satisfy regular expression pattern: [a-zA-Z]([a-zA-Z0-9_])+, Member must not be null]")
                .doesNotContain("hush");
    }

    @Test
    void logs_refuses_numbers_and_structures_as_recorded() {
        assertThat(json(
                        "logs",
                        "Logs_20140328.GetLogEvents",
                        "{\"logStreamName\":\"s\",\"logGroupName\":\"g\",\"limit\":10001}"))
                .isEqualTo(
                        "400 {\"__type\":\"InvalidParameterException\",\"message\":\"1 validation error detected: Value '10001' "
                                + "at 'limit' failed to satisfy constraint: Member must have value less than or equal to 10000\"}");
        var transformation = "{\"metricName\":\"metric1\",\"metricNamespace\":\"namespace1\",\"metricValue\":\"1\"}";
        assertThat(json(
                        "logs",
                        "Logs_20140328.PutMetricFilter",
                        "{\"logGroupName\":\"g\",\"filterName\":\"f\",\"filterPattern\":\"\",\"metricTransformations\":["
                                + transformation + "," + transformation + "]}"))
                .contains(
                        "Value '[MetricTransformation(metricName=metric1, metricNamespace=namespace1, metricValue=1, "
                                + "defaultValue=null, dimensions=null, unit=null), MetricTransformation(metricName=metric1, "
                                + "metricNamespace=namespace1, metricValue=1, defaultValue=null, dimensions=null, unit=null)]' at "
                                + "'metricTransformations' failed to satisfy constraint: Member must have length less than or equal to 1");
    }

    @Test
    void iam_leaves_the_value_out() {
        var answer = PLATFORM.send(
                "POST",
                "/",
                null,
                InProcess.signed("iam", "Content-Type", "application/x-www-form-urlencoded; charset=utf-8"),
                ("Action=DeleteServiceSpecificCredential&Version=2010-05-08&ServiceSpecificCredentialId="
                                + "x".repeat(20) + "!")
                        .getBytes(StandardCharsets.UTF_8));
        assertThat(answer.status).isEqualTo(400);
        assertThat(answer.text())
                .contains("<Code>ValidationError</Code>")
                .contains(
                        "<Message>1 validation error detected: Value at 'serviceSpecificCredentialId' failed to satisfy "
                                + "constraint: Member must satisfy regular expression pattern: [\\w]+</Message>");
    }

    @Test
    void dynamodb_refuses_with_the_frameworks_namespace_and_nested_paths() {
        assertThat(json("dynamodb", "DynamoDB_20120810.ExecuteStatement", "{\"Statement\":\"s\",\"Parameters\":[]}"))
                .isEqualTo(
                        "400 {\"__type\":\"com.amazon.coral.validate#ValidationException\",\"message\":\"1 validation error "
                                + "detected: Value '[]' at 'parameters' failed to satisfy constraint: Member must have length greater "
                                + "than or equal to 1\"}");
        assertThat(json(
                        "dynamodb",
                        "DynamoDB_20120810.TransactWriteItems",
                        "{\"TransactItems\":[{\"Put\":{\"Item\":{}}}]}"))
                .contains(
                        "Value null at 'transactItems.1.member.put.tableName' failed to satisfy constraint: Member must"
                                + " not be null");
    }

    @Test
    void dynamodb_answers_with_nothing_what_it_has_no_output_for_and_words_tags_itself() {
        assertThat(json(
                        "dynamodb",
                        "DynamoDB_20120810.TagResource",
                        "{\"ResourceArn\":\"a\",\"Tags\":[{\"Value\":\"v\"}]}"))
                .isEqualTo("200 ");
        assertThat(json("dynamodb", "DynamoDB_20120810.ListTables", "{}")).isEqualTo("200 {}");
    }

    @Test
    void streams_are_read_in_pages_of_at_most_so_many() {
        assertThat(json("dynamodb", "DynamoDBStreams_20120810.GetRecords", "{\"ShardIterator\":\"i\",\"Limit\":1001}"))
                .contains(
                        "Value '1001' at 'limit' failed to satisfy constraint: Member must have value less than or equal"
                                + " to 1000");
        assertThat(json("dynamodb", "DynamoDBStreams_20120810.ListStreams", "{\"Limit\":101}"))
                .contains(
                        "Value '101' at 'limit' failed to satisfy constraint: Member must have value less than or equal"
                                + " to 100");
    }

    @Test
    void nulls_in_lists_are_refused() {
        assertThat(json("dynamodb", "DynamoDB_20120810.BatchWriteItem", "{\"RequestItems\":{\"t\":[null]}}"))
                .startsWith("400 ")
                .contains("Member must not be null");
    }

    @Test
    void a_pattern_that_would_backtrack_for_ever_refuses_in_time() {
        var hostile = "arn:" + "a".repeat(200_000) + "!";
        Assertions.assertTimeout(
                Duration.ofSeconds(5),
                () -> assertThat(lambda(
                                "POST",
                                "/2015-03-31/functions/f/policy",
                                null,
                                "{\"StatementId\":\"s\",\"Action\":\"a\",\"Principal\":\"" + hostile
                                        + "\",\"SourceArn\":\"" + hostile + "\"}"))
                        .startsWith("400 ValidationException"));
    }

    @Test
    void success_statuses_are_the_models() {
        assertThat(lambda("DELETE", "/2015-03-31/functions/f", null, "")).isEqualTo("204  ");
        assertThat(PLATFORM.send(
                                "POST",
                                "/2015-03-31/functions",
                                null,
                                InProcess.signed("lambda"),
                                ("{\"FunctionName\":\"f\",\"Role\":\"arn:aws:iam::000000000000:role/r\",\"Code\":{}}")
                                        .getBytes(StandardCharsets.UTF_8))
                        .status)
                .isEqualTo(201);
    }

    @Test
    void headers_of_none_are_no_signature() {
        assertThat(PLATFORM.send("GET", "/2015-03-31/functions", null, Headers.NONE, new byte[0]).status)
                .isIn(403, 404, 501);
    }
}
