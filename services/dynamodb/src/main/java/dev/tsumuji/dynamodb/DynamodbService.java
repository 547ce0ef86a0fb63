package dev.tsumuji.dynamodb;

import dev.tsumuji.kernel.call.Call;
import dev.tsumuji.kernel.cloud.Service;
import dev.tsumuji.kernel.kv.Kv;
import dev.tsumuji.kernel.outbox.Outbox;
import dev.tsumuji.kernel.signal.Signals;
import dev.tsumuji.kernel.time.Ids;
import dev.tsumuji.kernel.time.Scheduler;
import java.time.InstantSource;
import java.util.Set;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.*;

/**
 * DynamoDB: tables with their indexes, streams and backups, items, transactions, expiry. An acknowledged write is on disk, its index
 * entries and stream record with it; every read sees it. Thread-safe; all state is in the store.
 *
 * @see <a href="https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/Welcome.html">DynamoDB API</a>
 */
public final class DynamodbService implements DynamoDbClient {
    private final Tables tables;
    private final TableLifecycle lifecycle;
    private final TableUpdate update;
    private final Items items;
    private final Batches batches;
    private final Transactions transactions;
    private final Queries queries;
    private final Statements statements;
    private final Backups backups;
    private final Restores restores;
    private final ContinuousBackups continuousBackups;
    private final TimeToLive timeToLive;
    private final Tags tags;
    private final ResourcePolicies policies;
    private final DynamodbStreamsService streamsService;

    public DynamodbService(Kv kv, Outbox outbox, Signals signals, InstantSource clock, Ids ids, Scheduler scheduler) {
        var creation = new TableCreation(ids);
        tables = new Tables(kv);
        var histories = new Histories(kv, clock, tables, creation);
        var stored = new BackupStore(kv, clock, creation);
        var streams = new Streams(kv, signals, clock, scheduler, creation, () -> histories.trim() | stored.trim());
        var sweep = new ExpirySweep(kv, clock, scheduler, tables, streams::recorded, streams::wake);
        var work = new TableWork(kv, outbox, clock, tables, sweep);
        var counts = new ItemCounts(kv, clock, scheduler);
        var tokens = new ClientTokens(kv, clock, scheduler);
        var changes = new ItemChanges(tables, new ItemWriter(sweep::expires, streams::recorded, streams::wake));
        lifecycle = new TableLifecycle(kv, tables, streams, counts, stored, creation);
        update = new TableUpdate(kv, tables, streams, counts, work);
        items = new Items(kv, tables, changes);
        batches = new Batches(kv, tables, changes);
        transactions = new Transactions(kv, tables, changes, tokens);
        queries = new Queries(kv, tables);
        statements = new Statements(kv, tables, changes, transactions);
        var copies = new Copies(kv, outbox, clock, tables, work, histories);
        backups = new Backups(kv, tables, counts, histories, stored, copies);
        restores = new Restores(kv, tables, creation, histories, copies);
        continuousBackups = new ContinuousBackups(kv, tables, histories);
        timeToLive = new TimeToLive(kv, tables, work);
        tags = new Tags(tables);
        policies = new ResourcePolicies(kv, ids, tables);
        streamsService = new DynamodbStreamsService(kv, clock);
        // what an earlier process left to do in time
        sweep.wake();
        streams.wake();
        tokens.wake();
    }

    /** This service as the platform holds it. */
    public Service service() {
        return new Service(
                "dynamodb",
                DynamoDbClient.class,
                this,
                new DynamodbActions(tables, policies),
                "AccessDeniedException",
                Set.of("GetItem", "PutItem", "UpdateItem", "DeleteItem", "Query"));
    }

    /** DynamoDB Streams over the same tables. */
    public DynamodbStreamsService streams() {
        return streamsService;
    }

    @Override
    public String serviceName() {
        return SERVICE_NAME;
    }

    @Override
    public void close() {
        // holds nothing: the store and the scheduler belong to whoever made them
    }

    // ---- tables

    @Override
    public CreateTableResponse createTable(CreateTableRequest request) {
        return CreateTableResponse.builder()
                .tableDescription(lifecycle.create(request))
                .build();
    }

    @Override
    public DescribeTableResponse describeTable(DescribeTableRequest request) {
        return DescribeTableResponse.builder()
                .table(lifecycle.describe(request.tableName()))
                .build();
    }

    @Override
    public UpdateTableResponse updateTable(UpdateTableRequest request) {
        return UpdateTableResponse.builder()
                .tableDescription(update.update(request))
                .build();
    }

    @Override
    public DeleteTableResponse deleteTable(DeleteTableRequest request) {
        return DeleteTableResponse.builder()
                .tableDescription(lifecycle.delete(request))
                .build();
    }

    @Override
    public ListTablesResponse listTables(ListTablesRequest request) {
        return lifecycle.list(request);
    }

    @Override
    public DescribeLimitsResponse describeLimits(DescribeLimitsRequest request) {
        return DescribeLimitsResponse.builder()
                .accountMaxReadCapacityUnits(80_000L)
                .accountMaxWriteCapacityUnits(80_000L)
                .tableMaxReadCapacityUnits(40_000L)
                .tableMaxWriteCapacityUnits(40_000L)
                .build();
    }

    @Override
    public DescribeEndpointsResponse describeEndpoints(DescribeEndpointsRequest request) {
        return DescribeEndpointsResponse.builder()
                .endpoints(Endpoint.builder()
                        .address("dynamodb." + Call.current().region() + ".amazonaws.com")
                        .cachePeriodInMinutes(1440L)
                        .build())
                .build();
    }

    @Override
    public UpdateTimeToLiveResponse updateTimeToLive(UpdateTimeToLiveRequest request) {
        return UpdateTimeToLiveResponse.builder()
                .timeToLiveSpecification(timeToLive.update(request.tableName(), request.timeToLiveSpecification()))
                .build();
    }

    @Override
    public DescribeTimeToLiveResponse describeTimeToLive(DescribeTimeToLiveRequest request) {
        return DescribeTimeToLiveResponse.builder()
                .timeToLiveDescription(timeToLive.describe(request.tableName()))
                .build();
    }

    // ---- items

    @Override
    public GetItemResponse getItem(GetItemRequest request) {
        return items.get(request);
    }

    @Override
    public PutItemResponse putItem(PutItemRequest request) {
        return items.put(request);
    }

    @Override
    public UpdateItemResponse updateItem(UpdateItemRequest request) {
        return items.update(request);
    }

    @Override
    public DeleteItemResponse deleteItem(DeleteItemRequest request) {
        return items.delete(request);
    }

    @Override
    public QueryResponse query(QueryRequest request) {
        return queries.query(request);
    }

    @Override
    public ScanResponse scan(ScanRequest request) {
        return queries.scan(request);
    }

    @Override
    public BatchGetItemResponse batchGetItem(BatchGetItemRequest request) {
        return batches.get(request);
    }

    @Override
    public BatchWriteItemResponse batchWriteItem(BatchWriteItemRequest request) {
        return batches.write(request);
    }

    @Override
    public TransactGetItemsResponse transactGetItems(TransactGetItemsRequest request) {
        return transactions.get(request);
    }

    @Override
    public TransactWriteItemsResponse transactWriteItems(TransactWriteItemsRequest request) {
        return transactions.write(request);
    }

    @Override
    public ExecuteStatementResponse executeStatement(ExecuteStatementRequest request) {
        return statements.execute(request);
    }

    @Override
    public BatchExecuteStatementResponse batchExecuteStatement(BatchExecuteStatementRequest request) {
        return statements.batch(request);
    }

    @Override
    public ExecuteTransactionResponse executeTransaction(ExecuteTransactionRequest request) {
        return statements.transaction(request);
    }

    // ---- backups and recovery

    @Override
    public CreateBackupResponse createBackup(CreateBackupRequest request) {
        return CreateBackupResponse.builder()
                .backupDetails(backups.create(request))
                .build();
    }

    @Override
    public DescribeBackupResponse describeBackup(DescribeBackupRequest request) {
        return DescribeBackupResponse.builder()
                .backupDescription(backups.describe(request.backupArn()))
                .build();
    }

    @Override
    public DeleteBackupResponse deleteBackup(DeleteBackupRequest request) {
        return DeleteBackupResponse.builder()
                .backupDescription(backups.delete(request.backupArn()))
                .build();
    }

    @Override
    public ListBackupsResponse listBackups(ListBackupsRequest request) {
        return backups.list(request);
    }

    @Override
    public RestoreTableFromBackupResponse restoreTableFromBackup(RestoreTableFromBackupRequest request) {
        return RestoreTableFromBackupResponse.builder()
                .tableDescription(restores.fromBackup(request))
                .build();
    }

    @Override
    public RestoreTableToPointInTimeResponse restoreTableToPointInTime(RestoreTableToPointInTimeRequest request) {
        return RestoreTableToPointInTimeResponse.builder()
                .tableDescription(restores.toPointInTime(request))
                .build();
    }

    @Override
    public DescribeContinuousBackupsResponse describeContinuousBackups(DescribeContinuousBackupsRequest request) {
        return DescribeContinuousBackupsResponse.builder()
                .continuousBackupsDescription(continuousBackups.describe(request.tableName()))
                .build();
    }

    @Override
    public UpdateContinuousBackupsResponse updateContinuousBackups(UpdateContinuousBackupsRequest request) {
        return UpdateContinuousBackupsResponse.builder()
                .continuousBackupsDescription(
                        continuousBackups.update(request.tableName(), request.pointInTimeRecoverySpecification()))
                .build();
    }

    // ---- what tables can have and these don't: told truthfully, so that tools which look don't stumble

    @Override
    public DescribeContributorInsightsResponse describeContributorInsights(DescribeContributorInsightsRequest request) {
        return DescribeContributorInsightsResponse.builder()
                .tableName(tables.describe(TableName.of(request.tableName()))
                        .name()
                        .name())
                .indexName(request.indexName())
                .contributorInsightsStatus(ContributorInsightsStatus.DISABLED)
                .build();
    }

    @Override
    public DescribeKinesisStreamingDestinationResponse describeKinesisStreamingDestination(
            DescribeKinesisStreamingDestinationRequest request) {
        return DescribeKinesisStreamingDestinationResponse.builder()
                .tableName(tables.describe(TableName.of(request.tableName()))
                        .name()
                        .name())
                .kinesisDataStreamDestinations(java.util.List.of())
                .build();
    }

    // ---- tags and policies

    @Override
    public TagResourceResponse tagResource(TagResourceRequest request) {
        tags.add(request.resourceArn(), request.tags());
        return TagResourceResponse.builder().build();
    }

    @Override
    public UntagResourceResponse untagResource(UntagResourceRequest request) {
        tags.remove(request.resourceArn(), request.tagKeys());
        return UntagResourceResponse.builder().build();
    }

    @Override
    public ListTagsOfResourceResponse listTagsOfResource(ListTagsOfResourceRequest request) {
        return tags.list(request);
    }

    @Override
    public PutResourcePolicyResponse putResourcePolicy(PutResourcePolicyRequest request) {
        return PutResourcePolicyResponse.builder()
                .revisionId(policies.put(request))
                .build();
    }

    @Override
    public GetResourcePolicyResponse getResourcePolicy(GetResourcePolicyRequest request) {
        var stored = policies.get(request.resourceArn());
        return GetResourcePolicyResponse.builder()
                .policy(stored.document())
                .revisionId(stored.revision())
                .build();
    }

    @Override
    public DeleteResourcePolicyResponse deleteResourcePolicy(DeleteResourcePolicyRequest request) {
        return DeleteResourcePolicyResponse.builder()
                .revisionId(policies.delete(request.resourceArn(), request.expectedRevisionId()))
                .build();
    }
}
