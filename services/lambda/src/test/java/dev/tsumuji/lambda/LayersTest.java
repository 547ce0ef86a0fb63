package dev.tsumuji.lambda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.lambda.model.Architecture;
import software.amazon.awssdk.services.lambda.model.LayerVersionsListItem;
import software.amazon.awssdk.services.lambda.model.PublishLayerVersionResponse;
import software.amazon.awssdk.services.lambda.model.Runtime;

class LayersTest {
    private final Platform platform = new Platform();

    @AfterEach
    void close() {
        platform.close();
    }

    private PublishLayerVersionResponse publish(String name, Map<String, String> files) {
        return platform.call(() -> platform.lambda.publishLayerVersion(r -> r.layerName(name)
                .compatibleRuntimes(Runtime.PYTHON3_12)
                .compatibleArchitectures(Architecture.X86_64)
                .content(c -> c.zipFile(SdkBytes.fromByteArray(Zips.of(files))))));
    }

    private void function(String name, List<String> program, String... layers) {
        platform.create(Platform.request(name, Zips.program(program.toArray(String[]::new)))
                .layers(layers));
        platform.active(name);
    }

    private void layers(String function, String... layers) {
        platform.call(() -> platform.lambda.updateFunctionConfiguration(
                r -> r.functionName(function).layers(layers)));
        platform.active(function);
        Platform.eventually(() -> platform.call(() -> platform.lambda
                        .getFunctionConfiguration(r -> r.functionName(function))
                        .lastUpdateStatusAsString())
                .equals("Successful"));
    }

    private String answer(String function) {
        return platform.invoke(function, "{}").payload().asUtf8String();
    }

    @Test
    void versions_are_numbered_listed_from_the_newest_and_shown_with_their_size() {
        var first = publish("shared", Map.of("a", "1"));
        publish("shared", Map.of("a", "2"));

        assertThat(first.version()).isEqualTo(1);
        assertThat(first.layerVersionArn()).isEqualTo("arn:aws:lambda:eu-central-1:000000000000:layer:shared:1");
        assertThat(first.content().codeSize()).isPositive();
        assertThat(first.content().location()).contains(LambdaService.DOWNLOADS);
        assertThat(platform.call(() -> platform.lambda.listLayerVersions(r -> r.layerName("shared")))
                        .layerVersions())
                .extracting(LayerVersionsListItem::version)
                .containsExactly(2L, 1L);
        assertThat(platform.call(() -> platform.lambda.listLayers(r -> r.compatibleRuntime(Runtime.PYTHON3_12)))
                        .layers())
                .singleElement()
                .satisfies(layer ->
                        assertThat(layer.latestMatchingVersion().version()).isEqualTo(2));
        assertThat(platform.call(() -> platform.lambda.listLayers(r -> r.compatibleRuntime(Runtime.JAVA21)))
                        .layers())
                .isEmpty();
    }

    @Test
    void lists_go_on_where_the_page_before_ended() {
        for (int i = 0; i < 3; i++) {
            publish("shared", Map.of("a", "" + i));
        }
        var page = platform.call(() ->
                platform.lambda.listLayerVersions(r -> r.layerName("shared").maxItems(2)));
        var rest = platform.call(() ->
                platform.lambda.listLayerVersions(r -> r.layerName("shared").marker(page.nextMarker())));

        assertThat(page.layerVersions())
                .extracting(LayerVersionsListItem::version)
                .containsExactly(3L, 2L);
        assertThat(rest.layerVersions())
                .extracting(LayerVersionsListItem::version)
                .containsExactly(1L);
        assertThat(rest.nextMarker()).isNull();
    }

    @Test
    void a_function_sees_its_layers_and_the_later_one_wins_where_paths_conflict() {
        var below = publish("below", Map.of("lib/a", "from below", "lib/both", "from below", "clash", "a file"));
        var above = publish("above", Map.of("lib/both", "from above", "clash/inside", "now a directory"));
        function("both", List.of("opt lib/both"), below.layerVersionArn(), above.layerVersionArn());
        function("only", List.of("opt lib/a"), below.layerVersionArn(), above.layerVersionArn());
        function("turned", List.of("opt lib/both"), above.layerVersionArn(), below.layerVersionArn());
        function("clash", List.of("opt clash/inside"), below.layerVersionArn(), above.layerVersionArn());

        assertThat(answer("both")).isEqualTo("\"from above\"");
        assertThat(answer("only")).isEqualTo("\"from below\"");
        assertThat(answer("turned")).isEqualTo("\"from below\"");
        assertThat(answer("clash")).isEqualTo("\"now a directory\"");
        assertThat(answer("both")).isEqualTo("\"from above\"");
    }

    @Test
    void a_deleted_version_works_on_for_the_functions_that_have_it_and_for_nobody_else() {
        var layer = publish("gone", Map.of("a", "still here")).layerVersionArn();
        function("keeps", List.of("opt a"), layer);
        platform.call(() ->
                platform.lambda.deleteLayerVersion(r -> r.layerName("gone").versionNumber(1L)));
        platform.call(() ->
                platform.lambda.deleteLayerVersion(r -> r.layerName("gone").versionNumber(1L)));

        assertThat(answer("keeps")).isEqualTo("\"still here\"");
        assertThatThrownBy(() -> function("late", List.of("opt a"), layer))
                .hasMessageContaining("Layer version " + layer + " does not exist.");
        assertThatThrownBy(() -> platform.call(() ->
                        platform.lambda.getLayerVersion(r -> r.layerName("gone").versionNumber(1L))))
                .hasMessageContaining("The resource you requested does not exist.");
        assertThat(publish("gone", Map.of("a", "new")).version()).isEqualTo(2);

        layers("keeps");
        assertThat(answer("keeps")).isEqualTo("\"absent\"");
        assertThatThrownBy(() -> layers("keeps", layer)).hasMessageContaining("does not exist.");
    }

    @Test
    void a_published_version_keeps_the_layers_that_it_was_published_with() {
        var layer = publish("shared", Map.of("a", "one")).layerVersionArn();
        function("f", List.of("opt a"), layer);
        platform.call(() -> platform.lambda.publishVersion(r -> r.functionName("f")));
        layers("f");
        platform.call(() ->
                platform.lambda.deleteLayerVersion(r -> r.layerName("shared").versionNumber(1L)));

        assertThat(platform.invoke(r -> r.functionName("f").qualifier("1").payload(SdkBytes.fromUtf8String("{}")))
                        .payload()
                        .asUtf8String())
                .isEqualTo("\"one\"");
        assertThat(answer("f")).isEqualTo("\"absent\"");
    }

    @Test
    void what_a_function_can_not_have_is_refused_in_the_words_of_aws() {
        var one = publish("one", Map.of("a", "1")).layerVersionArn();
        var two = publish("one", Map.of("a", "2")).layerVersionArn();
        var elsewhere = one.replace("eu-central-1", "us-east-1");

        refuses(
                "Two different versions of the same layer are not allowed to be referenced in the same function. " + one
                        + " and " + two + " are versions of the same layer.",
                one,
                two);
        refuses("Cannot reference more than 5 layers.", one, one, one, one, one, one);
        refuses(
                "Layers are not in the same region as the function. Layers are expected to be in region eu-central-1.",
                elsewhere);
        refuses("Layer version " + one.replace(":1", ":9") + " does not exist.", one.replace(":1", ":9"));
    }

    private void refuses(String message, String... layers) {
        assertThatThrownBy(() -> platform.create(
                        Platform.request("refused", Zips.program("echo")).layers(layers)))
                .isInstanceOfSatisfying(
                        AwsServiceException.class,
                        e -> assertThat(e.statusCode()).isEqualTo(400))
                .hasMessageContaining(message);
    }

    @Test
    void a_function_and_its_layers_may_not_unpack_to_more_than_aws_allows() {
        var large = "x".repeat(100 << 20);
        var one = publish("one", Map.of("a", large)).layerVersionArn();
        var two = publish("two", Map.of("b", large)).layerVersionArn();
        var three = publish("three", Map.of("c", large)).layerVersionArn();

        function("fits", List.of("opt a"), one, two);
        refuses(
                "Function code combined with layers exceeds the maximum allowed size of 262144000 bytes. The actual size"
                        + " is 314572804 bytes.",
                one,
                two,
                three);
        assertThatThrownBy(() -> layers("fits", one, two, three)).hasMessageContaining("combined with layers exceeds");
    }

    @Test
    void permissions_of_a_layer_version_are_kept_and_removed() {
        publish("shared", Map.of("a", "1"));
        var added = platform.call(() -> platform.lambda.addLayerVersionPermission(r -> r.layerName("shared")
                .versionNumber(1L)
                .statementId("all")
                .action("lambda:GetLayerVersion")
                .principal("111111111111")));

        assertThat(added.statement())
                .isEqualTo(
                        "{\"Sid\":\"all\",\"Effect\":\"Allow\",\"Principal\":{\"AWS\":\"arn:aws:iam::111111111111:root\"},"
                                + "\"Action\":\"lambda:GetLayerVersion\","
                                + "\"Resource\":\"arn:aws:lambda:eu-central-1:000000000000:layer:shared:1\"}");
        assertThatThrownBy(
                        () -> platform.call(() -> platform.lambda.addLayerVersionPermission(r -> r.layerName("shared")
                                .versionNumber(1L)
                                .statementId("all")
                                .action("lambda:GetLayerVersion")
                                .principal("*"))))
                .hasMessageContaining("The statement id (all) provided already exists. "
                        + "Please provide a new statement id, or remove the existing statement.");
        var policy = platform.call(() ->
                platform.lambda.getLayerVersionPolicy(r -> r.layerName("shared").versionNumber(1L)));
        assertThat(policy.policy()).contains(added.statement());
        assertThat(policy.revisionId()).isEqualTo(added.revisionId());
        assertThatThrownBy(() -> platform.call(() -> platform.lambda.removeLayerVersionPermission(
                        r -> r.layerName("shared").versionNumber(1L).statementId("none"))))
                .hasMessageContaining("Statement none is not found in resource policy.");
        platform.call(() -> platform.lambda.removeLayerVersionPermission(
                r -> r.layerName("shared").versionNumber(1L).statementId("all")));
        assertThatThrownBy(() -> platform.call(() -> platform.lambda.getLayerVersionPolicy(
                        r -> r.layerName("shared").versionNumber(1L))))
                .hasMessageContaining("No policy is associated with the given resource.");
    }

    @Test
    void version_numbers_begin_with_one() {
        assertThatThrownBy(() -> platform.call(() ->
                        platform.lambda.getLayerVersion(r -> r.layerName("x").versionNumber(0L))))
                .hasMessageContaining("Layer Version Cannot be less than 1");
        platform.call(
                () -> platform.lambda.deleteLayerVersion(r -> r.layerName("x").versionNumber(7L)));
    }

    @Test
    void code_from_s3_is_refused_truthfully_where_there_is_no_s3() {
        assertThatThrownBy(() -> platform.call(() -> platform.lambda.publishLayerVersion(
                        r -> r.layerName("x").content(c -> c.s3Bucket("b").s3Key("k")))))
                .isInstanceOf(UnsupportedOperationException.class);
    }
}
