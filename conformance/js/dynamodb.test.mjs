import assert from "node:assert/strict";
import { test } from "node:test";
import {
  CreateTableCommand, DeleteTableCommand, DescribeTableCommand, DynamoDBClient, paginateListTables, waitUntilTableExists,
  waitUntilTableNotExists,
} from "@aws-sdk/client-dynamodb";
import { DescribeStreamCommand, DynamoDBStreamsClient, GetRecordsCommand, GetShardIteratorCommand } from "@aws-sdk/client-dynamodb-streams";
import {
  BatchGetCommand, BatchWriteCommand, DeleteCommand, DynamoDBDocumentClient, ExecuteStatementCommand, GetCommand, PutCommand,
  QueryCommand, TransactWriteCommand, UpdateCommand, paginateQuery, paginateScan,
} from "@aws-sdk/lib-dynamodb";

const client = new DynamoDBClient({});
const documents = DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } });
const TableName = "js-sdk-notes";

test("a table's life with documents", async () => {
  await client.send(new CreateTableCommand({
    TableName, BillingMode: "PAY_PER_REQUEST",
    KeySchema: [{ AttributeName: "book", KeyType: "HASH" }, { AttributeName: "page", KeyType: "RANGE" }],
    AttributeDefinitions: [
      { AttributeName: "book", AttributeType: "S" }, { AttributeName: "page", AttributeType: "N" },
      { AttributeName: "mood", AttributeType: "S" }],
    GlobalSecondaryIndexes: [{
      IndexName: "moods", KeySchema: [{ AttributeName: "mood", KeyType: "HASH" }, { AttributeName: "page", KeyType: "RANGE" }],
      Projection: { ProjectionType: "INCLUDE", NonKeyAttributes: ["text"] } }],
    StreamSpecification: { StreamEnabled: true, StreamViewType: "NEW_IMAGE" },
  }));
  await waitUntilTableExists({ client, maxWaitTime: 20, minDelay: 1 }, { TableName });
  const { Table } = await client.send(new DescribeTableCommand({ TableName }));
  assert.ok(Table.CreationDateTime instanceof Date);

  const item = { book: "types", page: 1, bytes: new Uint8Array([0, 255]), names: new Set(["a", "ü"]), deep: { list: [1, null, { x: true }] }, gone: undefined };
  await documents.send(new PutCommand({ TableName, Item: item }));
  const { Item } = await documents.send(new GetCommand({ TableName, Key: { book: "types", page: 1 }, ConsistentRead: true }));
  assert.deepEqual(Item.deep, item.deep);
  assert.deepEqual([...Item.names].sort(), ["a", "ü"]);
  assert.deepEqual([...Item.bytes], [0, 255]);
  assert.ok(!("gone" in Item));

  const puts = Array.from({ length: 60 }, (_, page) => ({
    PutRequest: { Item: { book: "b", page, mood: page % 2 ? "calm" : "wild", text: `page ${page}`, more: "m" } } }));
  for (let i = 0; i < puts.length; i += 25) {
    const { UnprocessedItems } = await documents.send(new BatchWriteCommand({ RequestItems: { [TableName]: puts.slice(i, i + 25) } }));
    assert.deepEqual(UnprocessedItems, {});
  }
  const pages = [];
  for await (const page of paginateQuery({ client: documents, pageSize: 7 }, {
    TableName, KeyConditionExpression: "book = :b AND page >= :p", ExpressionAttributeValues: { ":b": "b", ":p": 10 }, ScanIndexForward: false })) {
    pages.push(...page.Items.map((i) => i.page));
  }
  assert.deepEqual(pages, Array.from({ length: 50 }, (_, i) => 59 - i));
  const calm = await documents.send(new QueryCommand({
    TableName, IndexName: "moods", KeyConditionExpression: "mood = :m", ExpressionAttributeValues: { ":m": "calm" }, Limit: 3 }));
  assert.deepEqual(calm.Items[0], { book: "b", page: 1, mood: "calm", text: "page 1" });
  assert.deepEqual(calm.LastEvaluatedKey, { book: "b", page: 5, mood: "calm" });
  let count = 0;
  for await (const page of paginateScan({ client: documents, pageSize: 9 }, { TableName })) count += page.Count;
  assert.equal(count, 61);
  const names = [];
  for await (const page of paginateListTables({ client, pageSize: 1 }, {})) names.push(...page.TableNames);
  assert.ok(names.includes(TableName));

  const updated = await documents.send(new UpdateCommand({
    TableName, Key: { book: "b", page: 1 }, UpdateExpression: "SET seen = if_not_exists(seen, :z) + :o, #t = :t REMOVE more",
    ConditionExpression: "attribute_exists(book)", ExpressionAttributeNames: { "#t": "text" },
    ExpressionAttributeValues: { ":z": 0, ":o": 1, ":t": "new" }, ReturnValues: "ALL_NEW" }));
  assert.deepEqual(updated.Attributes, { book: "b", page: 1, mood: "calm", text: "new", seen: 1 });
  await assert.rejects(documents.send(new PutCommand({
    TableName, Item: { book: "b", page: 1 }, ConditionExpression: "attribute_not_exists(book)", ReturnValuesOnConditionCheckFailure: "ALL_OLD" })),
  (error) => error.name === "ConditionalCheckFailedException" && error.Item.text.S === "new" && error.$metadata.httpStatusCode === 400);

  await assert.rejects(documents.send(new TransactWriteCommand({ TransactItems: [
    { Put: { TableName, Item: { book: "t", page: 1 } } },
    { ConditionCheck: { TableName, Key: { book: "b", page: 1 }, ConditionExpression: "seen = :n", ExpressionAttributeValues: { ":n": 9 } } }] })),
  (error) => error.name === "TransactionCanceledException" && error.CancellationReasons[1].Code === "ConditionalCheckFailed");
  await documents.send(new TransactWriteCommand({ TransactItems: [
    { Put: { TableName, Item: { book: "t", page: 1 } } }, { Delete: { TableName, Key: { book: "b", page: 2 } } }] }));
  const batch = await documents.send(new BatchGetCommand({ RequestItems: { [TableName]: { Keys: [
    { book: "t", page: 1 }, { book: "b", page: 2 }, { book: "b", page: 3 }], ProjectionExpression: "page" } } }));
  assert.deepEqual(batch.Responses[TableName].map((i) => i.page).sort(), [1, 3]);
  const spoken = await documents.send(new ExecuteStatementCommand({ Statement: `SELECT page FROM "${TableName}" WHERE book = ?`, Parameters: ["t"] }));
  assert.deepEqual(spoken.Items, [{ page: 1 }]);
  await documents.send(new DeleteCommand({ TableName, Key: { book: "t", page: 1 } }));

  const streams = new DynamoDBStreamsClient({});
  const StreamArn = Table.LatestStreamArn;
  const { StreamDescription } = await streams.send(new DescribeStreamCommand({ StreamArn }));
  const { ShardIterator } = await streams.send(new GetShardIteratorCommand({
    StreamArn, ShardId: StreamDescription.Shards[0].ShardId, ShardIteratorType: "TRIM_HORIZON" }));
  const { Records } = await streams.send(new GetRecordsCommand({ ShardIterator }));
  assert.equal(Records[0].eventName, "INSERT");
  assert.deepEqual(Records[0].dynamodb.Keys, { book: { S: "types" }, page: { N: "1" } });
  assert.ok(Records[0].dynamodb.ApproximateCreationDateTime instanceof Date);
  assert.deepEqual(Records.slice(-3).map((r) => r.eventName).sort(), ["INSERT", "REMOVE", "REMOVE"]);

  await client.send(new DeleteTableCommand({ TableName }));
  await waitUntilTableNotExists({ client, maxWaitTime: 20, minDelay: 1 }, { TableName });
  await assert.rejects(client.send(new DescribeTableCommand({ TableName })), { name: "ResourceNotFoundException" });
});
