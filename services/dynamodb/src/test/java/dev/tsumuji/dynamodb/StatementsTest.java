package dev.tsumuji.dynamodb;

import static dev.tsumuji.dynamodb.Fixture.ALL;
import static dev.tsumuji.dynamodb.Fixture.KEYS_ONLY;
import static dev.tsumuji.dynamodb.Fixture.attribute;
import static dev.tsumuji.dynamodb.Fixture.fails;
import static dev.tsumuji.dynamodb.Fixture.global;
import static dev.tsumuji.dynamodb.Fixture.hash;
import static dev.tsumuji.dynamodb.Fixture.item;
import static dev.tsumuji.dynamodb.Fixture.local;
import static dev.tsumuji.dynamodb.Fixture.n;
import static dev.tsumuji.dynamodb.Fixture.range;
import static dev.tsumuji.dynamodb.Fixture.s;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.BatchStatementErrorCodeEnum;
import software.amazon.awssdk.services.dynamodb.model.TransactionCanceledException;

class StatementsTest {
    private final Fixture it = new Fixture()
            .withTable(r -> r.attributeDefinitions(attribute("id", "S"), attribute("at", "N"), attribute("who", "S"))
                    .globalSecondaryIndexes(global("byWho", ALL, hash("who")), global("keys", KEYS_ONLY, hash("who")))
                    .localSecondaryIndexes(local("local", KEYS_ONLY, hash("id"), range("who"))));

    @AfterEach
    void close() {
        it.close();
    }

    private List<Map<String, AttributeValue>> run(String statement, AttributeValue... parameters) {
        return it.call(() -> it.dynamodb
                .executeStatement(
                        r -> r.statement(statement).parameters(parameters.length == 0 ? null : List.of(parameters)))
                .items());
    }

    @Test
    void an_inserted_item_is_there_once() {
        run("INSERT INTO \"orders\" VALUE {'id': 'a', 'at': 1, 'x': ?}", s("y"));
        assertThat(it.get("a", 1)).isEqualTo(item("a", 1, "x", "y"));
        fails(
                "DuplicateItemException",
                "Duplicate primary key exists in table",
                () -> run("INSERT INTO \"orders\" VALUE {'id': 'a', 'at': 1}"));
    }

    @Test
    void a_selection_reads_partitions_indexes_and_whole_tables() {
        for (int i = 0; i < 5; i++) {
            it.put(item("a", i, "who", i % 2 == 0 ? "even" : "odd"));
            it.put(item("b", i, "x", i));
        }
        assertThat(run("SELECT * FROM orders WHERE id = 'a' AND \"at\" >= 3")).hasSize(2);
        assertThat(run("SELECT \"at\" FROM orders WHERE id = 'a' ORDER BY \"at\" DESC")
                        .getFirst())
                .isEqualTo(Map.of("at", n(4)));
        assertThat(run("SELECT * FROM \"orders\".\"byWho\" WHERE who = ?", s("even")))
                .hasSize(3);
        assertThat(run("SELECT * FROM orders WHERE x > 2")).hasSize(2);
        assertThat(run("SELECT * FROM orders WHERE id IN ['a', 'b']")).hasSize(10);
    }

    @Test
    void alternatives_must_not_look_at_the_same_place() {
        for (int i = 1; i <= 3; i++) {
            it.put(item("a", i, "x", i));
        }
        for (var overlapping : List.of(
                "id IN ['a', 'a']",
                "id = 'a' OR id = 'a'",
                "id = 'a' OR id = 'a' AND \"at\" = 1",
                "id = 'a' AND x = 1 OR id = 'a' AND \"at\" = 2",
                "id = 'a' AND x <> 1 OR id = 'a' AND \"at\" = 2",
                "id = 'a' AND \"at\" = 1 OR id = 'b' OR id = 'a' AND \"at\" = 1",
                "id = 'a' AND \"at\" > 1 OR id = 'a' AND \"at\" <= 2")) {
            fails(
                    "ValidationException",
                    "Overlapping conditions with range keys are not supported in where clause",
                    () -> run("SELECT * FROM orders WHERE " + overlapping));
        }
        fails(
                "ValidationException",
                "Key attribute's data type should match its data type in table's schema: Key id",
                () -> run("SELECT * FROM orders WHERE id = 1 OR id = 'a'"));
        var found = Map.of(
                "id = 'a' OR id = 'b'", 3,
                "id = 'a' OR \"at\" = 1", 3,
                "id = 'a' OR x = 1", 3,
                "id = 'a' AND \"at\" = 1 OR id = 'a' AND \"at\" = 3", 2,
                "id = 'a' AND \"at\" < 2 OR id = 'a' AND \"at\" >= 2", 3,
                "id = 'a' AND NOT \"at\" = 1 OR id = 'a' AND \"at\" = 2", 2,
                "id = 'a' AND \"at\" <> 1 OR id = 'a' AND \"at\" = 2", 2,
                "id = 'a' OR id = 'a' AND NOT \"at\" = 1", 3,
                "id = 'a' AND (x = 1 OR x = 2)", 2);
        found.forEach((where, count) ->
                assertThat(run("SELECT * FROM orders WHERE " + where)).as(where).hasSize(count));
    }

    @Test
    void pages_of_a_selection_follow_each_other() {
        for (int i = 0; i < 10; i++) {
            it.put(item("a", i));
            it.put(item("b", i));
        }
        var seen = new ArrayList<Map<String, AttributeValue>>();
        String token = null;
        do {
            var from = token;
            var page = it.call(
                    () -> it.dynamodb.executeStatement(r -> r.statement("SELECT * FROM orders WHERE id IN ['a', 'b']")
                            .limit(3)
                            .nextToken(from)));
            seen.addAll(page.items());
            token = page.nextToken();
        } while (token != null);
        assertThat(seen).hasSize(20).doesNotHaveDuplicates();
    }

    @Test
    void an_update_needs_its_item_and_shows_what_it_is_asked_to() {
        it.put(item("a", 1, "x", 1));
        assertThat(run("UPDATE orders SET x = x + 1 WHERE id = 'a' AND \"at\" = 1 RETURNING ALL NEW *"))
                .containsExactly(item("a", 1, "x", 2));
        fails(
                "ConditionalCheckFailedException",
                "The conditional request failed",
                () -> run("UPDATE orders SET x = 1 WHERE id = 'none' AND \"at\" = 1"));
        run("DELETE FROM orders WHERE id = 'a' AND \"at\" = 1");
        assertThat(it.get("a", 1)).isEmpty();
    }

    @Test
    void an_index_answers_only_for_itself() {
        for (var refused : List.of(
                List.of("\"orders\".\"none\" WHERE id = 'a'", "The table does not have the specified index"),
                List.of("\"orders\".\"byWho\".\"x\"", "A path may contain at most 2 components in the FROM clause"),
                List.of("\"orders\".\"\"", "Path component cannot be an empty string"),
                List.of("\"\"", "Path component cannot be an empty string"),
                List.of(
                        "\"orders\".\"keys\" WHERE who = 'me' AND x = 1",
                        "One or more parameter values were invalid: Secondary index keys does not project one or more"
                                + " filter attributes: [x]"))) {
            fails("ValidationException", refused.getLast(), () -> run("SELECT * FROM " + refused.getFirst()));
        }
        fails(
                "ValidationException",
                "One or more parameter values were invalid: Global secondary index keys does not project [x]",
                () -> run("SELECT x FROM \"orders\".\"keys\""));
        fails(
                "ValidationException",
                "Strongly consistent read is not supported on Global Secondary Indexes",
                () -> it.call(() -> it.dynamodb.executeStatement(
                        r -> r.statement("SELECT * FROM \"orders\".\"byWho\"").consistentRead(true))));
    }

    @Test
    void a_local_index_is_completed_from_the_table() {
        it.put(item("a", 1, "who", "me", "x", "y"));
        assertThat(run("SELECT x FROM \"orders\".\"local\" WHERE id = 'a' AND who = 'me'"))
                .containsExactly(Map.of("x", s("y")));
    }

    @Test
    void a_transaction_neither_reads_indexes_nor_returns_what_it_changed() {
        for (var refused : List.of(
                List.of(
                        "SELECT * FROM \"orders\".\"byWho\" WHERE who = 'me'",
                        "Reads on indices are not supported within transactions."),
                List.of(
                        "UPDATE orders SET x = 1 WHERE id = 'a' AND \"at\" = 1 RETURNING ALL NEW *",
                        "RETURNING clause is not supported in ExecuteTransaction."))) {
            fails(
                    "ValidationException",
                    "Validation failed in TransactStatements[0]: " + refused.getLast(),
                    () -> it.call(() -> it.dynamodb.executeTransaction(
                            r -> r.transactStatements(one -> one.statement(refused.getFirst())))));
        }
    }

    @Test
    void what_a_transaction_asks_of_one_item_is_said_by_its_key_and_of_exists_by_more() {
        it.put(item("a", 1, "x", 1));
        for (var refused : List.of(
                List.of(
                        "SELECT * FROM orders WHERE id = 'a' AND \"at\" = 1 AND attribute_exists(x)",
                        "Select statements within ExecuteTransaction must specify the primary key in the where clause."),
                List.of(
                        "EXISTS(SELECT * FROM orders WHERE id = 'a' AND \"at\" = 1)",
                        "EXISTS() must contain a single item read with additional condition"))) {
            fails(
                    "ValidationException",
                    "Validation failed in TransactStatements[0]: " + refused.getLast(),
                    () -> it.call(() -> it.dynamodb.executeTransaction(
                            r -> r.transactStatements(one -> one.statement(refused.getFirst())))));
        }
    }

    @Test
    void capacity_is_counted_for_each_table_of_a_batch_and_twice_in_a_transaction() {
        it.put(item("a", 1, "who", "me"));
        it.put(item("b", 1));
        var read = it.call(() -> it.dynamodb.batchExecuteStatement(r -> r.statements(
                        a -> a.statement("SELECT * FROM orders WHERE id = 'a' AND \"at\" = 1")
                                .consistentRead(true),
                        b -> b.statement("SELECT * FROM orders WHERE id = 'b' AND \"at\" = 1"))
                .returnConsumedCapacity("TOTAL")));
        assertThat(read.consumedCapacity().getFirst().capacityUnits()).isEqualTo(1.5);

        for (boolean again : List.of(false, true)) {
            var capacity = it.call(() -> it.dynamodb.executeTransaction(r -> r.transactStatements(
                                    a -> a.statement("UPDATE orders SET x = 1 WHERE id = 'b' AND \"at\" = 1"))
                            .clientRequestToken("token")
                            .returnConsumedCapacity("INDEXES")))
                    .consumedCapacity()
                    .getFirst();
            assertThat(capacity.table().writeCapacityUnits()).isEqualTo(again ? null : 2.0);
            assertThat(capacity.table().readCapacityUnits()).isEqualTo(again ? 2.0 : null);
        }

        var written = it.call(() -> it.dynamodb.executeStatement(
                r -> r.statement("UPDATE orders SET who = 'you', y = ? WHERE id = 'a' AND \"at\" = 1")
                        .parameters(s("z".repeat(1500)))
                        .returnConsumedCapacity("INDEXES")));
        assertThat(written.consumedCapacity().table().capacityUnits()).isEqualTo(2.0);
        assertThat(written.consumedCapacity()
                        .globalSecondaryIndexes()
                        .get("byWho")
                        .capacityUnits())
                .isEqualTo(3.0);
    }

    @Test
    void an_update_may_say_first_what_it_changes() {
        it.put(item("a", 1, "x", 1));
        assertThat(run("FROM orders WHERE id = ? AND \"at\" = 1 SET y = 2 REMOVE x RETURNING ALL NEW *", s("a")))
                .containsExactly(item("a", 1, "y", 2));
        fails(
                "ConditionalCheckFailedException",
                "The conditional request failed",
                () -> run("FROM orders WHERE id = 'a' AND \"at\" = 1 AND y = 3 SET y = 4"));
    }

    @Test
    void only_a_selection_of_partitions_may_not_look_at_what_its_index_lacks() {
        it.put(item("a", 1, "who", "me", "x", 1));
        assertThat(run("SELECT * FROM \"orders\".\"keys\" WHERE x = 1")).isEmpty();
        assertThat(run("SELECT * FROM \"orders\".\"keys\" WHERE NOT x = 1")).hasSize(1);
        assertThat(run("SELECT * FROM \"orders\".\"keys\" WHERE (who = 'you' AND x = 1) OR who = 'me'"))
                .hasSize(1);
    }

    @Test
    void an_index_with_a_key_of_several_attributes_is_not_for_statements() {
        var several =
                "PartiQL statements cannot be executed on tables with multi-attribute HASH keys or multi-attribute RANGE"
                        + " keys.";
        try (var other = new Fixture()
                .withTable(r -> r.attributeDefinitions(
                                attribute("id", "S"),
                                attribute("at", "N"),
                                attribute("who", "S"),
                                attribute("why", "S"))
                        .globalSecondaryIndexes(global("both", ALL, hash("who"), hash("why"))))) {
            for (var where : List.of(" WHERE who = 'me'", " WHERE who = 5", "")) {
                fails(
                        "ValidationException",
                        several,
                        () -> other.call(() -> other.dynamodb.executeStatement(
                                r -> r.statement("SELECT * FROM \"orders\".\"both\"" + where))));
            }
            assertThat(other.call(() -> other.dynamodb.executeStatement(r -> r.statement("SELECT * FROM orders")))
                            .items())
                    .isEmpty();
        }
    }

    @Test
    void a_batch_reads_or_writes() {
        it.put(item("a", 1));
        fails(
                "ValidationException",
                "Read and write requests together in the same batch is not supported.",
                () -> it.call(() -> it.dynamodb.batchExecuteStatement(r -> r.statements(
                        a -> a.statement("INSERT INTO orders VALUE {'id': 'b', 'at': 1}"),
                        b -> b.statement("SELECT * FROM orders WHERE id = 'a' AND \"at\" = 1")))));
        assertThat(it.get("b", 1)).isEmpty();
    }

    @Test
    void what_is_wrong_with_a_member_of_a_batch_is_told_in_its_place_with_its_table_if_it_ran() {
        it.put(item("a", 1, "x", 1));
        var reads = it.call(() -> it.dynamodb
                .batchExecuteStatement(r -> r.statements(
                        a -> a.statement("SLECT * FROM orders WHERE id = 'a'"),
                        b -> b.statement("SELECT * FROM orders WHERE id = 'a'"),
                        c -> c.statement("SELECT x FROM orders WHERE id = 'a' AND \"at\" = 1")))
                .responses());
        assertThat(reads.get(0).error().message())
                .isEqualTo("Statement wasn't well formed, can't be processed: Expected data manipulation");
        assertThat(reads.get(1).error().code()).isEqualTo(BatchStatementErrorCodeEnum.VALIDATION_ERROR);
        assertThat(reads.get(1).error().message())
                .isEqualTo("Select statements within BatchExecuteStatement must specify the primary key in the where"
                        + " clause.");
        assertThat(reads.get(1).tableName()).isNull();
        assertThat(reads.get(2).item()).isEqualTo(Map.of("x", n(1)));

        var writes = it.call(() -> it.dynamodb
                .batchExecuteStatement(r -> r.statements(
                        a -> a.statement("UPDATE orders SET x = 2 WHERE id = 'a' AND \"at\" = 1 AND x = 3"),
                        b -> b.statement(
                                "UPDATE orders REMOVE x WHERE id = 'a' AND \"at\" = 1 RETURNING MODIFIED NEW *")))
                .responses());
        assertThat(writes.getFirst().error().code()).isEqualTo(BatchStatementErrorCodeEnum.CONDITIONAL_CHECK_FAILED);
        assertThat(writes.getFirst().tableName()).isEqualTo("orders");
        assertThat(writes.getLast().hasItem()).isFalse();
    }

    @Test
    void a_batch_tells_of_each_statement_what_became_of_it() {
        var answer = it.call(() -> it.dynamodb.batchExecuteStatement(r -> r.statements(
                a -> a.statement("INSERT INTO orders VALUE {'id': 'a', 'at': 1}"),
                b -> b.statement("INSERT INTO orders VALUE {'id': 'a', 'at': 1}"))));
        assertThat(answer.responses().getFirst().tableName()).isEqualTo("orders");
        assertThat(answer.responses().getFirst().error()).isNull();
        assertThat(answer.responses().getLast().error().code()).isEqualTo(BatchStatementErrorCodeEnum.DUPLICATE_ITEM);
    }

    @Test
    void statements_of_a_transaction_happen_together_or_not_at_all() {
        it.put(item("a", 1));
        var e = catchThrowableOfType(
                TransactionCanceledException.class,
                () -> it.call(() -> it.dynamodb.executeTransaction(r -> r.transactStatements(
                        a -> a.statement("INSERT INTO orders VALUE {'id': 'b', 'at': 1}"),
                        b -> b.statement("INSERT INTO orders VALUE {'id': 'a', 'at': 1}")))));
        assertThat(e.cancellationReasons().getLast().code()).isEqualTo("DuplicateItem");
        assertThat(it.get("b", 1)).isEmpty();
    }
}
