package dev.tsumuji.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.core.pagination.sync.SdkIterable;
import software.amazon.awssdk.enhanced.dynamodb.DynamoDbEnhancedClient;
import software.amazon.awssdk.enhanced.dynamodb.DynamoDbTable;
import software.amazon.awssdk.enhanced.dynamodb.Expression;
import software.amazon.awssdk.enhanced.dynamodb.Key;
import software.amazon.awssdk.enhanced.dynamodb.TableSchema;
import software.amazon.awssdk.enhanced.dynamodb.extensions.annotations.DynamoDbVersionAttribute;
import software.amazon.awssdk.enhanced.dynamodb.mapper.annotations.DynamoDbAttribute;
import software.amazon.awssdk.enhanced.dynamodb.mapper.annotations.DynamoDbBean;
import software.amazon.awssdk.enhanced.dynamodb.mapper.annotations.DynamoDbPartitionKey;
import software.amazon.awssdk.enhanced.dynamodb.mapper.annotations.DynamoDbSecondaryPartitionKey;
import software.amazon.awssdk.enhanced.dynamodb.mapper.annotations.DynamoDbSecondarySortKey;
import software.amazon.awssdk.enhanced.dynamodb.mapper.annotations.DynamoDbSortKey;
import software.amazon.awssdk.enhanced.dynamodb.model.Page;
import software.amazon.awssdk.enhanced.dynamodb.model.QueryConditional;
import software.amazon.awssdk.enhanced.dynamodb.model.ReadBatch;
import software.amazon.awssdk.enhanced.dynamodb.model.WriteBatch;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.BillingMode;
import software.amazon.awssdk.services.dynamodb.model.ConditionalCheckFailedException;
import software.amazon.awssdk.services.dynamodb.model.KeyType;
import software.amazon.awssdk.services.dynamodb.model.ProjectionType;
import software.amazon.awssdk.services.dynamodb.model.ResourceNotFoundException;
import software.amazon.awssdk.services.dynamodb.model.ScalarAttributeType;
import software.amazon.awssdk.services.dynamodb.model.TransactionCanceledException;

/** Tables by the AWS SDK for Java, version 2: its client, and its Enhanced Client with annotated beans. */
class JavaTablesIT {
    private static DynamoDbClient dynamodb;
    private static DynamoDbEnhancedClient enhanced;

    @BeforeAll
    static void connect() {
        dynamodb = RunningPlatform.shared().client(DynamoDbClient.builder());
        enhanced = DynamoDbEnhancedClient.builder().dynamoDbClient(dynamodb).build();
    }

    @AfterAll
    static void disconnect() {
        dynamodb.close();
    }

    /** A bean as the SDK's guide writes them. */
    @DynamoDbBean
    public static final class Book {
        private @Nullable String author;
        private @Nullable Integer year;
        private @Nullable String shelf;
        private @Nullable String title;
        private @Nullable Instant added;
        private @Nullable Set<String> subjects;
        private @Nullable List<Double> ratings;
        private @Nullable Map<String, String> notes;
        private @Nullable Long version;

        @DynamoDbPartitionKey
        public @Nullable String getAuthor() {
            return author;
        }

        public void setAuthor(@Nullable String author) {
            this.author = author;
        }

        @DynamoDbSortKey
        @DynamoDbSecondarySortKey(indexNames = "shelves")
        public @Nullable Integer getYear() {
            return year;
        }

        public void setYear(@Nullable Integer year) {
            this.year = year;
        }

        @DynamoDbSecondaryPartitionKey(indexNames = "shelves")
        public @Nullable String getShelf() {
            return shelf;
        }

        public void setShelf(@Nullable String shelf) {
            this.shelf = shelf;
        }

        @DynamoDbAttribute("name")
        public @Nullable String getTitle() {
            return title;
        }

        public void setTitle(@Nullable String title) {
            this.title = title;
        }

        public @Nullable Instant getAdded() {
            return added;
        }

        public void setAdded(@Nullable Instant added) {
            this.added = added;
        }

        public @Nullable Set<String> getSubjects() {
            return subjects;
        }

        public void setSubjects(@Nullable Set<String> subjects) {
            this.subjects = subjects;
        }

        public @Nullable List<Double> getRatings() {
            return ratings;
        }

        public void setRatings(@Nullable List<Double> ratings) {
            this.ratings = ratings;
        }

        public @Nullable Map<String, String> getNotes() {
            return notes;
        }

        public void setNotes(@Nullable Map<String, String> notes) {
            this.notes = notes;
        }

        @DynamoDbVersionAttribute
        public @Nullable Long getVersion() {
            return version;
        }

        public void setVersion(@Nullable Long version) {
            this.version = version;
        }
    }

    private static Book book(String author, int year, String shelf) {
        var book = new Book();
        book.setAuthor(author);
        book.setYear(year);
        book.setShelf(shelf);
        book.setTitle(author + " " + year);
        return book;
    }

    private static Key key(String author, int year) {
        return Key.builder().partitionValue(author).sortValue(year).build();
    }

    private static DynamoDbTable<Book> books(String name) {
        var table = enhanced.table(name, TableSchema.fromBean(Book.class));
        table.createTable();
        dynamodb.waiter().waitUntilTableExists(r -> r.tableName(name));
        return table;
    }

    private static List<Integer> years(SdkIterable<Page<Book>> pages) {
        return pages.stream()
                .flatMap(page -> page.items().stream())
                .map(Book::getYear)
                .toList();
    }

    @Test
    void beans_are_written_read_and_queried_on_the_table_and_its_index() {
        var table = books("java2-books");
        var whole = book("Woolf", 1931, "waves");
        whole.setAdded(Instant.parse("2024-05-06T07:08:09.123456789Z"));
        whole.setSubjects(Set.of("sea", "time"));
        whole.setRatings(List.of(4.5, 1e-7));
        whole.setNotes(Map.of("ü", "☃"));
        table.putItem(whole);
        var read = table.getItem(r -> r.key(key("Woolf", 1931)).consistentRead(true));
        assertThat(read).usingRecursiveComparison().ignoringFields("version").isEqualTo(whole);

        var batch = IntStream.range(1900, 1925)
                .mapToObj(y -> book("Zweig", y, y % 2 == 0 ? "even" : "odd"))
                .toList();
        // Batches have no conditions, so the SDK refuses them for beans with a version unless its extension is left
        // out.
        var unversioned = DynamoDbEnhancedClient.builder()
                .dynamoDbClient(dynamodb)
                .extensions()
                .build();
        var writes = WriteBatch.builder(Book.class)
                .mappedTableResource(unversioned.table("java2-books", TableSchema.fromBean(Book.class)));
        batch.forEach(writes::addPutItem);
        var written = unversioned.batchWriteItem(r -> r.addWriteBatch(writes.build()));
        assertThat(written.unprocessedPutItemsForTable(table)).isEmpty();

        assertThat(years(table.query(
                        r -> r.queryConditional(QueryConditional.sortBetween(key("Zweig", 1905), key("Zweig", 1909)))
                                .scanIndexForward(false))))
                .containsExactly(1909, 1908, 1907, 1906, 1905);
        var pages = table.index("shelves")
                .query(r -> r.queryConditional(QueryConditional.keyEqualTo(k -> k.partitionValue("odd")))
                        .limit(5));
        assertThat(pages.stream().count()).isGreaterThanOrEqualTo(3);
        assertThat(years(pages)).hasSize(12).isSorted().contains(1901, 1923);
        assertThat(table.scan(r -> r.limit(7)
                                .filterExpression(Expression.builder()
                                        .expression("#y > :y")
                                        .putExpressionName("#y", "year")
                                        .putExpressionValue(":y", AttributeValue.fromN("1920"))
                                        .build()))
                        .items())
                .hasSize(5);
        var got = enhanced.batchGetItem(r -> r.readBatches(ReadBatch.builder(Book.class)
                        .mappedTableResource(table)
                        .addGetItem(key("Zweig", 1900))
                        .addGetItem(key("Zweig", 1800))
                        .addGetItem(key("Woolf", 1931))
                        .build()))
                .resultsForTable(table);
        assertThat(got).extracting(Book::getAuthor).containsExactlyInAnyOrder("Zweig", "Woolf");
        table.deleteTable();
        dynamodb.waiter().waitUntilTableNotExists(r -> r.tableName("java2-books"));
    }

    @Test
    void a_stale_version_is_refused_and_a_transaction_is_whole() {
        var table = books("java2-versions");
        table.putItem(book("Sebald", 1995, "rings"));
        var first = table.getItem(key("Sebald", 1995));
        var second = table.getItem(key("Sebald", 1995));
        first.setTitle("first");
        assertThat(table.updateItem(first).getVersion()).isGreaterThan(second.getVersion());
        second.setTitle("second");
        assertThatThrownBy(() -> table.updateItem(second)).isInstanceOf(ConditionalCheckFailedException.class);

        enhanced.transactWriteItems(
                r -> r.addPutItem(table, book("Kafka", 1925, "trial")).addDeleteItem(table, key("Kafka", 1926)));
        assertThatThrownBy(() -> enhanced.transactWriteItems(
                        r -> r.addPutItem(table, book("Kafka", 1927, "america")).addUpdateItem(table, second)))
                .isInstanceOfSatisfying(
                        TransactionCanceledException.class,
                        canceled -> assertThat(canceled.cancellationReasons())
                                .extracting(reason -> reason.code())
                                .containsExactly("None", "ConditionalCheckFailed"));
        var documents = enhanced.transactGetItems(
                r -> r.addGetItem(table, key("Kafka", 1925)).addGetItem(table, key("Kafka", 1927)));
        assertThat(documents.get(0).getItem(table).getShelf()).isEqualTo("trial");
        assertThat(documents.get(1).getItem(table)).isNull();
        table.deleteTable();
    }

    @Test
    void the_plain_client_pages_updates_and_tells_refusals_by_their_types() {
        var name = "java2-plain";
        dynamodb.createTable(r -> r.tableName(name)
                .billingMode(BillingMode.PAY_PER_REQUEST)
                .keySchema(
                        k -> k.attributeName("p").keyType(KeyType.HASH),
                        k -> k.attributeName("s").keyType(KeyType.RANGE))
                .attributeDefinitions(
                        a -> a.attributeName("p").attributeType(ScalarAttributeType.S),
                        a -> a.attributeName("s").attributeType(ScalarAttributeType.B),
                        a -> a.attributeName("l").attributeType(ScalarAttributeType.N))
                .localSecondaryIndexes(i -> i.indexName("local")
                        .projection(p -> p.projectionType(ProjectionType.ALL))
                        .keySchema(
                                k -> k.attributeName("p").keyType(KeyType.HASH),
                                k -> k.attributeName("l").keyType(KeyType.RANGE))));
        dynamodb.waiter().waitUntilTableExists(r -> r.tableName(name));
        for (int i = 0; i < 30; i++) {
            int n = i;
            dynamodb.putItem(r -> r.tableName(name)
                    .item(Map.of(
                            "p", AttributeValue.fromS("p"),
                            "s", AttributeValue.fromB(SdkBytes.fromByteArray(new byte[] {(byte) (n * 8)})),
                            "l", AttributeValue.fromN(Integer.toString(100 - n)))));
        }
        var pages = dynamodb.queryPaginator(r -> r.tableName(name)
                .indexName("local")
                .limit(4)
                .keyConditionExpression("p = :p")
                .expressionAttributeValues(Map.of(":p", AttributeValue.fromS("p"))));
        assertThat(pages.items().stream()
                        .map(item -> Integer.parseInt(item.get("l").n()))
                        .toList())
                .hasSize(30)
                .isSorted();
        assertThatThrownBy(() ->
                        dynamodb.getItem(r -> r.tableName("java2-none").key(Map.of("p", AttributeValue.fromS("p")))))
                .isInstanceOf(ResourceNotFoundException.class)
                .hasMessageContaining("Requested resource not found");
        var ends = dynamodb.updateTimeToLive(r -> r.tableName(name)
                .timeToLiveSpecification(t -> t.attributeName("ends").enabled(true)));
        assertThat(ends.timeToLiveSpecification().enabled()).isTrue();
        dynamodb.deleteTable(r -> r.tableName(name));
    }
}
