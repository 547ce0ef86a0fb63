package dev.tsumuji.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.amazonaws.auth.AWSStaticCredentialsProvider;
import com.amazonaws.auth.BasicAWSCredentials;
import com.amazonaws.client.builder.AwsClientBuilder.EndpointConfiguration;
import com.amazonaws.services.dynamodbv2.AmazonDynamoDB;
import com.amazonaws.services.dynamodbv2.AmazonDynamoDBClientBuilder;
import com.amazonaws.services.dynamodbv2.datamodeling.DynamoDBAttribute;
import com.amazonaws.services.dynamodbv2.datamodeling.DynamoDBHashKey;
import com.amazonaws.services.dynamodbv2.datamodeling.DynamoDBIndexHashKey;
import com.amazonaws.services.dynamodbv2.datamodeling.DynamoDBIndexRangeKey;
import com.amazonaws.services.dynamodbv2.datamodeling.DynamoDBMapper;
import com.amazonaws.services.dynamodbv2.datamodeling.DynamoDBQueryExpression;
import com.amazonaws.services.dynamodbv2.datamodeling.DynamoDBRangeKey;
import com.amazonaws.services.dynamodbv2.datamodeling.DynamoDBScanExpression;
import com.amazonaws.services.dynamodbv2.datamodeling.DynamoDBTable;
import com.amazonaws.services.dynamodbv2.datamodeling.DynamoDBVersionAttribute;
import com.amazonaws.services.dynamodbv2.datamodeling.TransactionLoadRequest;
import com.amazonaws.services.dynamodbv2.datamodeling.TransactionWriteRequest;
import com.amazonaws.services.dynamodbv2.model.AttributeValue;
import com.amazonaws.services.dynamodbv2.model.ComparisonOperator;
import com.amazonaws.services.dynamodbv2.model.Condition;
import com.amazonaws.services.dynamodbv2.model.ConditionalCheckFailedException;
import com.amazonaws.services.dynamodbv2.model.ProvisionedThroughput;
import com.amazonaws.services.dynamodbv2.model.TransactionCanceledException;
import com.amazonaws.services.dynamodbv2.util.TableUtils;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Tables by the AWS SDK for Java, version 1, and its mapper, which speaks in the legacy parameters. */
class JavaMapperIT {
    private static AmazonDynamoDB dynamodb;
    private static DynamoDBMapper mapper;

    @BeforeAll
    static void connect() throws InterruptedException {
        var platform = RunningPlatform.shared();
        dynamodb = AmazonDynamoDBClientBuilder.standard()
                .withEndpointConfiguration(new EndpointConfiguration(platform.url(), RunningPlatform.REGION))
                .withCredentials(new AWSStaticCredentialsProvider(
                        new BasicAWSCredentials(RunningPlatform.ACCESS_KEY, RunningPlatform.SECRET_KEY)))
                .build();
        mapper = new DynamoDBMapper(dynamodb);
        var request = mapper.generateCreateTableRequest(Letter.class);
        request.setProvisionedThroughput(new ProvisionedThroughput(5L, 5L));
        request.getGlobalSecondaryIndexes().forEach(i -> i.setProvisionedThroughput(new ProvisionedThroughput(5L, 5L)));
        TableUtils.createTableIfNotExists(dynamodb, request);
        TableUtils.waitUntilActive(dynamodb, "java1-letters", 20_000, 100);
    }

    @AfterAll
    static void disconnect() {
        dynamodb.deleteTable("java1-letters");
        dynamodb.shutdown();
    }

    /** A class as the SDK's guide writes them. */
    @DynamoDBTable(tableName = "java1-letters")
    public static final class Letter {
        private @Nullable String writer;
        private @Nullable Integer number;
        private @Nullable String reader;
        private @Nullable Date written;
        private @Nullable Set<String> places;
        private @Nullable List<String> pages;
        private @Nullable Map<String, Integer> stamps;
        private @Nullable Boolean answered;
        private @Nullable Long version;

        @DynamoDBHashKey
        public @Nullable String getWriter() {
            return writer;
        }

        public void setWriter(@Nullable String writer) {
            this.writer = writer;
        }

        @DynamoDBRangeKey
        @DynamoDBIndexRangeKey(globalSecondaryIndexName = "readers")
        public @Nullable Integer getNumber() {
            return number;
        }

        public void setNumber(@Nullable Integer number) {
            this.number = number;
        }

        @DynamoDBIndexHashKey(globalSecondaryIndexName = "readers")
        public @Nullable String getReader() {
            return reader;
        }

        public void setReader(@Nullable String reader) {
            this.reader = reader;
        }

        @DynamoDBAttribute(attributeName = "date")
        public @Nullable Date getWritten() {
            return written;
        }

        public void setWritten(@Nullable Date written) {
            this.written = written;
        }

        public @Nullable Set<String> getPlaces() {
            return places;
        }

        public void setPlaces(@Nullable Set<String> places) {
            this.places = places;
        }

        public @Nullable List<String> getPages() {
            return pages;
        }

        public void setPages(@Nullable List<String> pages) {
            this.pages = pages;
        }

        public @Nullable Map<String, Integer> getStamps() {
            return stamps;
        }

        public void setStamps(@Nullable Map<String, Integer> stamps) {
            this.stamps = stamps;
        }

        public @Nullable Boolean getAnswered() {
            return answered;
        }

        public void setAnswered(@Nullable Boolean answered) {
            this.answered = answered;
        }

        @DynamoDBVersionAttribute
        public @Nullable Long getVersion() {
            return version;
        }

        public void setVersion(@Nullable Long version) {
            this.version = version;
        }
    }

    private static Letter letter(String writer, int number, String reader) {
        var letter = new Letter();
        letter.setWriter(writer);
        letter.setNumber(number);
        letter.setReader(reader);
        return letter;
    }

    @Test
    void what_is_saved_is_loaded_queried_and_scanned() {
        var whole = letter("Rilke", 1, "Kappus");
        whole.setWritten(new Date(1_045_000_000_123L));
        whole.setPlaces(Set.of("Paris", "Rom"));
        whole.setPages(List.of("eins", "zwei"));
        whole.setStamps(Map.of("red", 2));
        whole.setAnswered(true);
        mapper.save(whole);
        assertThat(whole.getVersion()).isEqualTo(1);
        assertThat(mapper.load(Letter.class, "Rilke", 1))
                .usingRecursiveComparison()
                .isEqualTo(whole);
        assertThat(mapper.load(Letter.class, "Rilke", 9)).isNull();

        var many = IntStream.range(0, 60)
                .mapToObj(n -> letter("Goethe", n, n % 3 == 0 ? "Stein" : "Schiller"))
                .toList();
        assertThat(mapper.batchSave(many)).isEmpty();
        var query = new DynamoDBQueryExpression<Letter>()
                .withHashKeyValues(letterOf("Goethe"))
                .withRangeKeyCondition(
                        "number",
                        new Condition()
                                .withComparisonOperator(ComparisonOperator.BETWEEN)
                                .withAttributeValueList(
                                        new AttributeValue().withN("10"), new AttributeValue().withN("40")))
                .withScanIndexForward(false)
                .withLimit(7);
        assertThat(mapper.query(Letter.class, query))
                .hasSize(31)
                .extracting(Letter::getNumber)
                .startsWith(40, 39);
        var index = new DynamoDBQueryExpression<Letter>()
                .withIndexName("readers")
                .withConsistentRead(false)
                .withKeyConditionExpression("reader = :r")
                .withExpressionAttributeValues(Map.of(":r", new AttributeValue("Stein")));
        assertThat(mapper.query(Letter.class, index)).hasSize(20);
        assertThat(mapper.count(Letter.class, index)).isEqualTo(20);
        var filter = new DynamoDBScanExpression()
                .withFilterConditionEntry(
                        "reader",
                        new Condition()
                                .withComparisonOperator(ComparisonOperator.BEGINS_WITH)
                                .withAttributeValueList(new AttributeValue("Sch")));
        assertThat(mapper.scan(Letter.class, filter)).hasSize(40);
        assertThat(mapper.parallelScan(Letter.class, new DynamoDBScanExpression(), 3))
                .hasSizeGreaterThanOrEqualTo(61);
        var loaded =
                mapper.batchLoad(List.of(letter("Goethe", 1, ""), letter("Goethe", 2, ""), letter("Goethe", 99, "")));
        assertThat(loaded.get("java1-letters")).hasSize(2);
        assertThat(mapper.batchDelete(mapper.query(Letter.class, query))).isEmpty();
        assertThat(mapper.count(
                        Letter.class, new DynamoDBQueryExpression<Letter>().withHashKeyValues(letterOf("Goethe"))))
                .isEqualTo(29);
    }

    @Test
    void a_stale_version_is_refused_and_a_transaction_is_whole() {
        mapper.save(letter("Kleist", 1, "Ulrike"));
        var first = Objects.requireNonNull(mapper.load(Letter.class, "Kleist", 1));
        var second = Objects.requireNonNull(mapper.load(Letter.class, "Kleist", 1));
        first.setReader("Marie");
        mapper.save(first);
        second.setReader("Wilhelmine");
        assertThatThrownBy(() -> mapper.save(second)).isInstanceOf(ConditionalCheckFailedException.class);
        assertThatThrownBy(() -> mapper.delete(second)).isInstanceOf(ConditionalCheckFailedException.class);

        mapper.transactionWrite(new TransactionWriteRequest()
                .addPut(letter("Kleist", 2, "Marie"))
                .addUpdate(first));
        assertThatThrownBy(() -> mapper.transactionWrite(new TransactionWriteRequest()
                        .addPut(letter("Kleist", 3, "Marie"))
                        .addUpdate(second)))
                .isInstanceOf(TransactionCanceledException.class);
        var got = mapper.transactionLoad(
                new TransactionLoadRequest().addLoad(letter("Kleist", 2, "")).addLoad(letter("Kleist", 3, "")));
        assertThat(got.get(0)).isNotNull();
        assertThat(got.get(1)).isNull();
    }

    private static Letter letterOf(String writer) {
        var letter = new Letter();
        letter.setWriter(writer);
        return letter;
    }
}
