package dev.tsumuji.wire.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tsumuji.wire.catalog.ServiceModel.Failure;
import dev.tsumuji.wire.catalog.ServiceModel.Operation;
import dev.tsumuji.wire.catalog.ServiceModel.Protocol;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class CatalogTest {
    private static final Catalog CATALOG = catalog();

    private static Catalog catalog() {
        try {
            return CatalogBuilder.ofClassPath();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static ServiceModel service(String module) {
        return CATALOG.services().stream()
                .filter(s -> s.module().equals(module))
                .findFirst()
                .orElseThrow();
    }

    private static Operation operation(String module, String name) {
        return service(module).operations().stream()
                .filter(o -> o.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void services_have_their_signing_names_protocols_and_targets() {
        assertThat(service("lambda").name()).isEqualTo("lambda");
        assertThat(service("lambda").protocol()).isEqualTo(Protocol.REST_JSON);
        assertThat(service("cloudwatchlogs").name()).isEqualTo("logs");
        assertThat(service("cloudwatchlogs").targetPrefix()).isEqualTo("Logs_20140328");
        assertThat(service("iam").protocol()).isEqualTo(Protocol.QUERY);
        assertThat(service("iam").version()).isEqualTo("2010-05-08");
        assertThat(service("s3").protocol()).isEqualTo(Protocol.REST_XML);
        assertThat(service("dynamodb.streams").targetPrefix()).isEqualTo("DynamoDBStreams_20120810");
        assertThat(service("cloudwatch").targetPrefix()).isEqualTo("GraniteServiceVersion20100801");
    }

    @Test
    void operations_have_their_verbs_paths_and_streams() {
        assertThat(operation("lambda", "Invoke"))
                .isEqualTo(new Operation(
                        "Invoke", "POST", "/2015-03-31/functions/{FunctionName}/invocations", false, false));
        assertThat(operation("s3", "PutObject").streamingInput()).isTrue();
        assertThat(operation("s3", "GetObject").streamingOutput()).isTrue();
        assertThat(operation("s3", "GetObject").streamingInput()).isFalse();
        assertThat(operation("iam", "CreateRole").uri()).isEqualTo("/");
    }

    @Test
    void errors_have_their_codes_and_statuses() {
        assertThat(service("iam").failure("NoSuchEntityException"))
                .isEqualTo(new Failure("NoSuchEntityException", "NoSuchEntity", 404));
        assertThat(service("lambda").failureWithCode("TooManyRequestsException"))
                .isEqualTo(new Failure("TooManyRequestsException", "TooManyRequestsException", 429));
        assertThat(service("lambda").failure("None")).isNull();
    }

    @Test
    void what_is_written_is_read_again() {
        assertThat(Catalog.parse("# made from jars\n" + CATALOG.format())).isEqualTo(CATALOG);
    }
}
