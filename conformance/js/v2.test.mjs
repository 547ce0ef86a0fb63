// The SDK for JavaScript, version 2: much of what runs today was written with it.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import AWS from "aws-sdk";

const endpoint = process.env.AWS_ENDPOINT_URL;
const region = process.env.AWS_REGION;
const dynamodb = new AWS.DynamoDB({ endpoint, region });
const documents = new AWS.DynamoDB.DocumentClient({ service: dynamodb });
const s3 = new AWS.S3({ endpoint, region, s3ForcePathStyle: true, signatureVersion: "v4" });
const older = new AWS.S3({ endpoint, region, s3ForcePathStyle: true, signatureVersion: "v2" });

test("documents", async () => {
  const TableName = "js-v2-notes";
  await dynamodb.createTable({
    TableName, ProvisionedThroughput: { ReadCapacityUnits: 1, WriteCapacityUnits: 1 },
    KeySchema: [{ AttributeName: "id", KeyType: "HASH" }], AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" }] }).promise();
  const { Table } = await dynamodb.waitFor("tableExists", { TableName, $waiter: { delay: 1 } }).promise();
  assert.equal(Table.ProvisionedThroughput.ReadCapacityUnits, 1);
  await documents.put({ TableName, Item: { id: "1", names: documents.createSet(["a", "b"]), list: [1, { x: null }] } }).promise();
  const { Item } = await documents.get({ TableName, Key: { id: "1" } }).promise();
  assert.deepEqual(Item.list, [1, { x: null }]);
  assert.deepEqual(Item.names.values.sort(), ["a", "b"]);
  const { Attributes } = await documents.update({
    TableName, Key: { id: "1" }, UpdateExpression: "SET n = :n", ExpressionAttributeValues: { ":n": 3 }, ReturnValues: "UPDATED_NEW" }).promise();
  assert.deepEqual(Attributes, { n: 3 });
  await assert.rejects(documents.put({ TableName, Item: { id: "1" }, ConditionExpression: "attribute_not_exists(id)" }).promise(),
    { code: "ConditionalCheckFailedException", statusCode: 400, message: "The conditional request failed" });
  await documents.batchWrite({ RequestItems: { [TableName]: [{ PutRequest: { Item: { id: "2" } } }, { DeleteRequest: { Key: { id: "1" } } }] } }).promise();
  await documents.transactWrite({ TransactItems: [{ Put: { TableName, Item: { id: "3" } } }] }).promise();
  assert.equal((await documents.scan({ TableName }).promise()).Count, 2);
  const { Items } = await documents.query({ TableName, KeyConditionExpression: "id = :i", ExpressionAttributeValues: { ":i": "3" } }).promise();
  assert.deepEqual(Items, [{ id: "3" }]);
  await dynamodb.deleteTable({ TableName }).promise();
});

test("objects, uploads and links by both signatures", async () => {
  const Bucket = "js-v2-bucket";
  await s3.createBucket({ Bucket }).promise();
  await s3.putObject({ Bucket, Key: "a b/ü.txt", Body: "hello", Metadata: { x: "y" } }).promise();
  const got = await s3.getObject({ Bucket, Key: "a b/ü.txt" }).promise();
  assert.equal(got.Body.toString(), "hello");
  assert.deepEqual(got.Metadata, { x: "y" });
  const bytes = randomBytes(11 * 1024 * 1024);
  const done = await s3.upload({ Bucket, Key: "large", Body: bytes }, { queueSize: 2 }).promise();
  assert.match(done.ETag, /-3"$/);
  assert.equal(done.Key, "large");
  const parts = [];
  for await (const part of s3.getObject({ Bucket, Key: "large" }).createReadStream()) parts.push(part);
  assert.ok(Buffer.concat(parts).equals(bytes));
  for (const client of [s3, older]) {
    const put = client.getSignedUrl("putObject", { Bucket, Key: "linked ü", Expires: 60 });
    assert.equal((await fetch(put, { method: "PUT", body: Buffer.from("linked") })).status, 200);
    const get = await client.getSignedUrlPromise("getObject", { Bucket, Key: "linked ü", Expires: 60, ResponseContentType: "text/x" });
    const answer = await fetch(get);
    assert.deepEqual([await answer.text(), answer.headers.get("content-type")], ["linked", "text/x"]);
    assert.equal((await fetch(get.replace(/Signature=...../, "Signature=AAAAA"))).status, 403);
    assert.equal((await client.getObject({ Bucket, Key: "linked ü", Range: "bytes=0-1" }).promise()).Body.toString(), "li");
  }
  await assert.rejects(s3.getObject({ Bucket, Key: "none" }).promise(), { code: "NoSuchKey", statusCode: 404 });
  const { Contents } = await s3.listObjects({ Bucket }).promise();
  await s3.deleteObjects({ Bucket, Delete: { Objects: Contents.map(({ Key }) => ({ Key })) } }).promise();
  await s3.deleteBucket({ Bucket }).promise();
});
