package dev.tsumuji.dynamodb;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tsumuji.kernel.call.Call;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.SdkRequest;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.ExecuteStatementRequest;
import software.amazon.awssdk.services.dynamodb.model.QueryRequest;

class LeadingKeysTest {
    private final Fixture fixture = Fixture.withTable();

    @Test
    void a_query_says_which_partition_it_is_for() {
        var query = QueryRequest.builder()
                .tableName(Fixture.TABLE)
                .keyConditionExpression("id = :id")
                .expressionAttributeValues(Map.of(":id", AttributeValue.fromS("alice")))
                .build();
        assertThat(context("Query", query)).containsEntry("dynamodb:LeadingKeys", List.of("alice"));
    }

    @Test
    void a_statement_says_which_partitions_it_is_for_and_whether_it_goes_through_the_whole_table() {
        assertThat(context("SELECT total FROM orders WHERE id IN ['alice', 'bob']"))
                .containsEntry("dynamodb:LeadingKeys", List.of("alice", "bob"))
                .containsEntry("dynamodb:FullTableScan", List.of("false"))
                .containsEntry("dynamodb:Attributes", List.of("total"));
        assertThat(context("SELECT * FROM orders WHERE total = 1"))
                .doesNotContainKey("dynamodb:LeadingKeys")
                .containsEntry("dynamodb:FullTableScan", List.of("true"));
        for (var statement : List.of(
                "UPDATE orders SET total = 1 WHERE id = 'alice' AND \"at\" = 1",
                "DELETE FROM orders WHERE id = 'alice' AND \"at\" = 1",
                "INSERT INTO orders VALUE {'id': 'alice', 'at': 1}")) {
            assertThat(context(statement)).containsEntry("dynamodb:LeadingKeys", List.of("alice"));
        }
    }

    private Map<String, List<String>> context(String statement) {
        return context(
                "ExecuteStatement",
                ExecuteStatementRequest.builder().statement(statement).build());
    }

    private Map<String, List<String>> context(String operation, SdkRequest request) {
        return fixture.call(() -> fixture.dynamodb
                .service()
                .actions()
                .of(operation, request, Call.current())
                .getFirst()
                .context());
    }
}
