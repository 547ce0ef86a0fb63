"""DynamoDB's answers beside those that AWS gave to the same requests. Prints every difference and the count of steps."""
import os
import time

import boto3
from botocore.config import Config

from recorded import Replay

config = Config(retries={"max_attempts": 1}, parameter_validation=False)
dynamodb = boto3.client("dynamodb", region_name="us-east-1", config=config)
streams = boto3.client("dynamodbstreams", region_name="us-east-1", config=config)
RUN = "recorded-" + os.urandom(4).hex()
made = 0
IMAGES = {"StreamSpecification": {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"}}


def table(key="id", ready=True, **more):
    global made
    made += 1
    name = f"{RUN}-{made}"
    arguments = dict(
        TableName=name,
        KeySchema=[{"AttributeName": key, "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"}],
        ProvisionedThroughput={"ReadCapacityUnits": 5, "WriteCapacityUnits": 5},
    )
    arguments.update(more)
    if ready:
        dynamodb.create_table(**arguments)
        dynamodb.get_waiter("table_exists").wait(TableName=name, WaiterConfig={"Delay": 1})
        return name
    return arguments


def text(value):
    return {"S": value}


def case_tables(r):
    r.of("TestDynamoDB::test_table_warm_throughput")
    arguments = table(ready=False)
    r.step("create-table", dynamodb.create_table, **dict(arguments, WarmThroughput={"ReadUnitsPerSecond": 1000, "WriteUnitsPerSecond": 1200}))
    dynamodb.get_waiter("table_exists").wait(TableName=arguments["TableName"], WaiterConfig={"Delay": 1})
    r.step("describe-table", dynamodb.describe_table, TableName=arguments["TableName"])
    r.of("TestDynamoDB::test_gsi_with_billing_mode[PAY_PER_REQUEST]")
    arguments = table(
        "TID",
        ready=False,
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in ("TID", "TRID")],
        BillingMode="PAY_PER_REQUEST",
        GlobalSecondaryIndexes=[
            {
                "IndexName": "TransactionRecordID",
                "KeySchema": [{"AttributeName": "TRID", "KeyType": "HASH"}],
                "Projection": {"ProjectionType": "ALL"},
            }
        ],
    )
    del arguments["ProvisionedThroughput"]
    r.step("create-table-with-gsi", dynamodb.create_table, **arguments)
    dynamodb.get_waiter("table_exists").wait(TableName=arguments["TableName"], WaiterConfig={"Delay": 1})
    r.step("describe-table", dynamodb.describe_table, TableName=arguments["TableName"])
    r.of("TestDynamoDB::test_create_duplicate_table")
    name = table()
    r.compare("Error", raised(dynamodb.create_table, **dict(table(ready=False), TableName=name)))
    r.of("TestDynamoDB::test_dynamodb_pay_per_request")
    r.compare("Error", raised(dynamodb.create_table, **table(ready=False, BillingMode="PAY_PER_REQUEST")))
    r.of("TestDynamoDB::test_dynamodb_describe_contributor_insights")
    r.step("describe-contributor-insights-disabled", dynamodb.describe_contributor_insights, TableName=name)


def raised(call, **arguments):
    try:
        call(**arguments)
    except Exception as e:
        return str(e)
    return "nothing raised"


def case_items(r):
    name = table()
    put = lambda item: {"Put": {"TableName": name, "Item": item}}
    r.of("TestDynamoDB::test_batch_write_not_existing_table")
    r.step("exc-not-found-transact-write-items", dynamodb.transact_write_items,
           TransactItems=[{"Put": {"TableName": "non-existing-table", "Item": {"id": text("a")}}}])
    r.of("TestDynamoDB::test_batch_write_not_matching_schema")
    r.compare("ValidationException", raised(dynamodb.batch_write_item, RequestItems={name: [{"PutRequest": {"Item": {"nonKey": text("x")}}}]}))
    r.of("TestDynamoDB::test_transaction_write_items")
    r.step("Response", dynamodb.transact_write_items, TransactItems=[put({"id": text("a")}), put({"id": text("b")})])
    arn = dynamodb.describe_table(TableName=name)["Table"]["TableArn"]
    r.step("Response_using_table_arn", dynamodb.transact_write_items, TransactItems=[{"Put": {"TableName": arn, "Item": {"id": text("c")}}}])
    r.of("TestDynamoDB::test_return_values_on_conditions_check_failure")
    item = {"id": text("456"), "price": {"N": "650"}, "product": text("sporting goods")}
    dynamodb.put_item(TableName=name, Item=item)
    r.step("items", dynamodb.delete_item, TableName=name, Key={"id": text("456")}, ConditionExpression="price < :p",
           ExpressionAttributeValues={":p": {"N": "1"}}, ReturnValuesOnConditionCheckFailure="ALL_OLD")
    r.of("TestDynamoDB::test_dynamodb_execute_statement_empy_parameter")
    r.step("invalid-param-error", dynamodb.execute_statement, Statement=f'SELECT * FROM "{name}"', Parameters=[])
    users = table("Username")
    r.of("TestDynamoDB::test_dynamodb_execute_transaction")
    r.step("ExecutedTransaction", dynamodb.execute_transaction, TransactStatements=[
        {"Statement": f"INSERT INTO \"{users}\" VALUE {{'Username': ?}}", "Parameters": [text(user)]} for user in ("user01", "user02")])
    # the order of partitions is nobody's promise
    scan = dynamodb.scan(TableName=users)
    r.compare("TableScan", dict(scan, Items=sorted(scan["Items"], key=lambda item: item["Username"]["S"])))
    other = table("Username")
    r.of("TestDynamoDB::test_dynamodb_batch_execute_statement")
    dynamodb.put_item(TableName=other, Item={"Username": text("user02")})
    r.step("ExecutedStatement", dynamodb.batch_execute_statement, Statements=[
        {"Statement": f"INSERT INTO \"{other}\" VALUE {{'Username': ?}}", "Parameters": [text("user01")]},
        {"Statement": f'UPDATE "{other}" SET Age=20 WHERE Username=?', "Parameters": [text("user02")]}])
    r.compare("ItemUser1", dynamodb.get_item(TableName=other, Key={"Username": text("user01")})["Item"])
    r.compare("ItemUser2", dynamodb.get_item(TableName=other, Key={"Username": text("user02")})["Item"])


def case_batches(r):
    name = table()
    write = lambda *items: {"RequestItems": {name: [{"PutRequest": {"Item": item}} for item in items]}}
    r.of("TestDynamoDB::test_batch_write_binary")
    r.step("Response", dynamodb.batch_write_item, **write({"id": text("a"), "data": {"B": b"\x90"}}))
    r.of("TestDynamoDB::test_empty_and_binary_values")
    r.step("PutFirstItem", dynamodb.put_item, TableName=name, Item={"id": text("id1"), "data": text("")})
    r.step("PutSecondItem", dynamodb.put_item, TableName=name, Item={"id": text("id2"), "data": {"B": b"\x90"}})
    r.of("TestDynamoDB::test_dynamodb_get_batch_items")
    r.recordings[r.case]["Response"]["Responses"] = {name: []}
    r.step("Response", dynamodb.batch_get_item, RequestItems={name: {"Keys": [{"id": text("none")}]}})


def records(name, wanted):
    arn = dynamodb.describe_table(TableName=name)["Table"]["LatestStreamArn"]
    shard = streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"][0]["ShardId"]
    iterator = streams.get_shard_iterator(StreamArn=arn, ShardId=shard, ShardIteratorType="TRIM_HORIZON")["ShardIterator"]
    seen = []
    for _ in range(50):
        page = streams.get_records(ShardIterator=iterator)
        seen += page["Records"]
        if len(seen) >= wanted:
            return {"Records": seen}
        iterator = page["NextShardIterator"]
        time.sleep(0.1)
    return {"Records": seen}


def case_streams(r):
    r.of("TestDynamoDB::test_transact_write_items_streaming")
    arguments = table(ready=False, **IMAGES)
    name = arguments["TableName"]
    created = r.step("create-table", dynamodb.create_table, **arguments)
    dynamodb.get_waiter("table_exists").wait(TableName=name, WaiterConfig={"Delay": 1})
    r.step("describe-stream", streams.describe_stream, StreamArn=created["TableDescription"]["LatestStreamArn"])
    r.step("put-item-1", dynamodb.put_item, TableName=name, Item={"id": text("Fred")})
    put = lambda item: {"Put": {"TableName": name, "Item": item}}
    full = {"id": text("NewKey"), "attr1": text("value1"), "attr2": text("value2")}
    r.step("transact-write-update-insert", dynamodb.transact_write_items, TransactItems=[put({"id": text("NewKey")})])
    r.step("transact-write-response-overwrite", dynamodb.transact_write_items, TransactItems=[put(full)])
    expected = r.recordings[r.case]["get-records"]["Records"]
    r.recordings[r.case]["first-records"] = expected[:3]
    r.compare("first-records", records(name, 3)["Records"])
    # what changes nothing leaves no record: the next one is of what changes something
    dynamodb.transact_write_items(TransactItems=[put(full)])
    r.step("transact-write-response-delete", dynamodb.transact_write_items,
           TransactItems=[{"Delete": {"TableName": name, "Key": {"id": text("NewKey")}}}])
    seen = records(name, 4)["Records"]
    r.recordings[r.case]["count"] = 4
    r.compare("count", len(seen))
    r.recordings[r.case]["last"] = [record for record in expected if record["eventName"] == "REMOVE"][-1]
    r.compare("last", seen[-1])


def case_streams_of_batches(r):
    r.of("TestDynamoDB::test_batch_write_items_streaming")
    arguments = table(ready=False, **IMAGES)
    name = arguments["TableName"]
    created = r.step("create-table", dynamodb.create_table, **arguments)
    dynamodb.get_waiter("table_exists").wait(TableName=name, WaiterConfig={"Delay": 1})
    r.step("describe-stream", streams.describe_stream, StreamArn=created["TableDescription"]["LatestStreamArn"])
    r.step("put-item-1", dynamodb.put_item, TableName=name, Item={"id": text("Fred")})
    request = lambda *requests: {"RequestItems": {name: list(requests)}}
    put = lambda **item: {"PutRequest": {"Item": item}}
    # what changes nothing leaves no record
    r.step("batch-write-response-overwrite-item-1", dynamodb.batch_write_item, **request(put(id=text("Fred")), put(id=text("NewKey"))))
    r.step("batch-write-response-delete", dynamodb.batch_write_item, **request({"DeleteRequest": {"Key": {"id": text("NewKey")}}}))
    dynamodb.batch_write_item(**request(put(id=text("Fred"), name=text("Fred"))))
    r.recordings[r.case]["records"] = {"Records": r.recordings[r.case]["get-records"]["Records"]}
    r.compare("records", records(name, 4))


def case_streams_of_updates(r):
    r.of("TestDynamoDB::test_dynamodb_stream_records_with_update_item")
    arguments = table(ready=False, **IMAGES)
    name = arguments["TableName"]
    stream = r.step("create-table", dynamodb.create_table, **arguments)["TableDescription"]["LatestStreamArn"]
    dynamodb.get_waiter("table_exists").wait(TableName=name, WaiterConfig={"Delay": 1})
    shard = r.step("describe-stream", streams.describe_stream, StreamArn=stream)["StreamDescription"]["Shards"][0]["ShardId"]
    r.step("get-shard-iterator", streams.get_shard_iterator, StreamArn=stream, ShardId=shard, ShardIteratorType="LATEST")
    for values in (("value1", "value2"), ("value2", "value3")):
        dynamodb.update_item(
            TableName=name,
            Key={"id": text("my-item-id")},
            UpdateExpression="SET attr1 = :v1, attr2 = :v2",
            ExpressionAttributeValues={f":v{i + 1}": text(value) for i, value in enumerate(values)},
        )
    r.recordings[r.case]["get-records"] = {"Records": r.recordings[r.case]["get-records"]["Records"][:2]}
    r.compare("get-records", records(name, 2))
    r.of("TestDynamoDB::test_data_encoding_consistency")
    name = table(**IMAGES)
    shown = lambda item: dict(item, data={"B": str(item["data"]["B"])})
    got = lambda: shown(dynamodb.get_item(TableName=name, Key={"id": text("id1")})["Item"])
    dynamodb.put_item(TableName=name, Item={"id": text("id1"), "version": {"N": "1"}, "data": {"B": b"\x90"}})
    r.compare("GetItem", got())
    r.compare("GetRecords", shown(records(name, 1)["Records"][0]["dynamodb"]["NewImage"]))
    dynamodb.update_item(TableName=name, Key={"id": text("id1")}, UpdateExpression="SET version = :v",
                         ExpressionAttributeValues={":v": {"N": "2"}})
    r.compare("GetItemAfterUpdate", got())
    r.compare("GetRecordsAfterUpdate", shown(records(name, 2)["Records"][1]["dynamodb"]["NewImage"]))


def case_recovery(r):
    r.of("TestDynamoDB::test_continuous_backup_update")
    name = table()
    r.step("update-continuous-backup", dynamodb.update_continuous_backups, TableName=name,
           PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True})
    r.step("describe-continuous-backup", dynamodb.describe_continuous_backups, TableName=name)


def case_shards_behind_the_last(r):
    """What the test of this name found on AWS, which it recorded nothing of."""
    r.of("TestDynamoDB::test_dynamodb_streams_describe_with_exclusive_start_shard_id")
    name = table(**IMAGES)
    stream = dynamodb.describe_table(TableName=name)["Table"]["LatestStreamArn"]
    shards = streams.describe_stream(StreamArn=stream)["StreamDescription"]["Shards"]
    behind = streams.describe_stream(StreamArn=stream, ExclusiveStartShardId=shards[0]["ShardId"])["StreamDescription"]
    r.recordings[r.case] = {"first": 1, "behind": 0}
    r.compare("first", len(shards))
    r.compare("behind", len(behind["Shards"]))


if __name__ == "__main__":
    Replay("dynamodb", globals())
