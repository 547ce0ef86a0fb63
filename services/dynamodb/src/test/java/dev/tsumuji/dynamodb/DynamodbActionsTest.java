package dev.tsumuji.dynamodb;

import static dev.tsumuji.dynamodb.Fixture.TABLE;
import static dev.tsumuji.dynamodb.Fixture.item;
import static dev.tsumuji.dynamodb.Fixture.key;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tsumuji.kernel.call.Call;
import dev.tsumuji.kernel.cloud.Access;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.SdkRequest;
import software.amazon.awssdk.services.dynamodb.model.BatchGetItemRequest;
import software.amazon.awssdk.services.dynamodb.model.ExecuteStatementRequest;
import software.amazon.awssdk.services.dynamodb.model.GetItemRequest;
import software.amazon.awssdk.services.dynamodb.model.KeysAndAttributes;
import software.amazon.awssdk.services.dynamodb.model.PutItemRequest;
import software.amazon.awssdk.services.dynamodb.model.QueryRequest;
import software.amazon.awssdk.services.dynamodb.model.RestoreTableFromBackupRequest;
import software.amazon.awssdk.services.dynamodb.model.RestoreTableToPointInTimeRequest;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItemsRequest;

class DynamodbActionsTest {
    private static final String POLICY_1 = "{\"Statement\":[],\"Id\":\"1\"}";
    private static final String POLICY_2 = "{\"Statement\":[],\"Id\":\"2\"}";
    private static final String ARN = "arn:aws:dynamodb:eu-central-1:000000000000:table/orders";
    private final Fixture it = Fixture.withTable();

    @AfterEach
    void close() {
        it.close();
    }

    private List<Access> needed(String operation, SdkRequest request) {
        return it.call(() -> it.dynamodb.service().actions().of(operation, request, Call.current()));
    }

    @Test
    void an_operation_on_an_item_is_about_its_table_and_its_leading_key() {
        var needed = needed(
                "GetItem",
                GetItemRequest.builder().tableName(TABLE).key(key("a", 1)).build());
        assertThat(needed).singleElement().satisfies(access -> {
            assertThat(access.action()).isEqualTo("dynamodb:GetItem");
            assertThat(access.resource()).isEqualTo(ARN);
            assertThat(access.context()).containsEntry("dynamodb:LeadingKeys", List.of("a"));
        });
        assertThat(needed(
                                "PutItem",
                                PutItemRequest.builder()
                                        .tableName(TABLE)
                                        .item(item("b", 1))
                                        .build())
                        .getFirst()
                        .context()
                        .get("dynamodb:Attributes"))
                .containsExactlyInAnyOrder("id", "at");
    }

    @Test
    void a_query_of_an_index_is_about_the_index() {
        assertThat(needed(
                        "Query",
                        QueryRequest.builder()
                                .tableName(TABLE)
                                .indexName("g")
                                .select("COUNT")
                                .build()))
                .singleElement()
                .satisfies(access -> {
                    assertThat(access.resource()).isEqualTo(ARN + "/index/g");
                    assertThat(access.context()).containsEntry("dynamodb:Select", List.of("COUNT"));
                });
    }

    @Test
    void a_batch_and_a_transaction_need_what_their_parts_need() {
        var keys = KeysAndAttributes.builder().keys(key("a", 1), key("b", 1)).build();
        assertThat(needed(
                                "BatchGetItem",
                                BatchGetItemRequest.builder()
                                        .requestItems(Map.of(TABLE, keys))
                                        .build())
                        .getFirst()
                        .context())
                .containsEntry("dynamodb:LeadingKeys", List.of("a", "b"));
        var transaction = TransactWriteItemsRequest.builder()
                .transactItems(
                        i -> i.put(p -> p.tableName(TABLE).item(item("a", 1))),
                        i -> i.conditionCheck(c -> c.tableName(TABLE).key(key("b", 1))))
                .build();
        assertThat(needed("TransactWriteItems", transaction))
                .extracting(Access::action)
                .containsExactly("dynamodb:PutItem", "dynamodb:ConditionCheckItem");
    }

    @Test
    void a_statement_needs_the_action_of_its_kind() {
        var statement = ExecuteStatementRequest.builder()
                .statement("SELECT * FROM \"orders\".\"g\" WHERE x = 1")
                .build();
        assertThat(needed("ExecuteStatement", statement)).singleElement().satisfies(access -> {
            assertThat(access.action()).isEqualTo("dynamodb:PartiQLSelect");
            assertThat(access.resource()).isEqualTo(ARN + "/index/g");
        });
    }

    @Test
    void a_table_is_guarded_by_its_own_policy() {
        it.call(() -> it.dynamodb.putResourcePolicy(r -> r.resourceArn(ARN).policy(POLICY_1)));
        assertThat(policy(null)).isEqualTo(POLICY_1);
        assertThat(policy("g")).isEqualTo(POLICY_1);
    }

    @Test
    void a_policy_counts_from_its_acknowledgement_until_it_is_replaced_or_removed() {
        assertThat(policy(null)).isNull();
        it.call(() -> it.dynamodb.putResourcePolicy(r -> r.resourceArn(ARN).policy(POLICY_1)));
        assertThat(policy(null)).isEqualTo(POLICY_1);
        it.call(() -> it.dynamodb.putResourcePolicy(r -> r.resourceArn(ARN).policy(POLICY_2)));
        assertThat(policy(null)).isEqualTo(POLICY_2);
        it.call(() -> it.dynamodb.deleteResourcePolicy(r -> r.resourceArn(ARN)));
        assertThat(policy(null)).isNull();
    }

    @Test
    void a_policy_goes_with_its_table() {
        it.call(() -> it.dynamodb.putResourcePolicy(r -> r.resourceArn(ARN).policy(POLICY_1)));
        assertThat(policy(null)).isEqualTo(POLICY_1);
        it.call(() -> it.dynamodb.deleteTable(r -> r.tableName(TABLE)));
        assertThat(policy(null)).isNull();
        it.withTable(_ -> {});
        assertThat(policy(null)).isNull();
    }

    /** The document that guards a query of the table, or of an index. */
    private @Nullable String policy(@Nullable String index) {
        var query = QueryRequest.builder().tableName(TABLE).indexName(index).build();
        return needed("Query", query).getFirst().resourcePolicy().get();
    }

    @Test
    void a_restore_is_about_its_source_and_about_writing_the_new_table() {
        var backup = ARN + "/backup/01489173575360-b308cd7d";
        var copy = ARN.replace("orders", "copy");
        assertThat(needed(
                        "RestoreTableFromBackup",
                        RestoreTableFromBackupRequest.builder()
                                .backupArn(backup)
                                .targetTableName("copy")
                                .build()))
                .extracting(access -> access.action() + " " + access.resource())
                .startsWith("dynamodb:RestoreTableFromBackup " + backup)
                .contains("dynamodb:RestoreTableFromBackup " + copy, "dynamodb:PutItem " + copy);
        assertThat(needed(
                        "RestoreTableToPointInTime",
                        RestoreTableToPointInTimeRequest.builder()
                                .sourceTableName(TABLE)
                                .targetTableName("copy")
                                .build()))
                .extracting(access -> access.action() + " " + access.resource())
                .startsWith("dynamodb:RestoreTableToPointInTime " + ARN)
                .contains("dynamodb:BatchWriteItem " + copy, "dynamodb:Scan " + copy);
    }
}
