"""Tables through unmodified boto3: the resource with its batch writer and conditions, paginators, waiters, streams, transactions."""
import datetime
import decimal
import os
import time

import boto3
from boto3.dynamodb.conditions import Attr, Key
from boto3.dynamodb.types import Binary
from botocore.config import Config
from botocore.exceptions import ClientError

config = Config(retries={"max_attempts": 0})
resource = boto3.resource("dynamodb", config=config)
client = boto3.client("dynamodb", config=config)
streams = boto3.client("dynamodbstreams", config=config)
D = decimal.Decimal


def refused(code, call, **arguments):
    try:
        call(**arguments)
    except ClientError as error:
        assert error.response["Error"]["Code"] == code, error.response
        return error.response
    raise AssertionError(f"expected {code}")


def check(name):
    def run(body):
        body()
        print("ok", name, flush=True)

    return run


table = resource.create_table(
    TableName="orders",
    KeySchema=[{"AttributeName": "customer", "KeyType": "HASH"}, {"AttributeName": "number", "KeyType": "RANGE"}],
    AttributeDefinitions=[
        {"AttributeName": "customer", "AttributeType": "S"}, {"AttributeName": "number", "AttributeType": "N"},
        {"AttributeName": "state", "AttributeType": "S"}, {"AttributeName": "total", "AttributeType": "N"}],
    LocalSecondaryIndexes=[{"IndexName": "by-total", "Projection": {"ProjectionType": "KEYS_ONLY"},
                            "KeySchema": [{"AttributeName": "customer", "KeyType": "HASH"}, {"AttributeName": "total", "KeyType": "RANGE"}]}],
    GlobalSecondaryIndexes=[{"IndexName": "by-state", "Projection": {"ProjectionType": "ALL"},
                             "KeySchema": [{"AttributeName": "state", "KeyType": "HASH"}, {"AttributeName": "number", "KeyType": "RANGE"}]}],
    BillingMode="PAY_PER_REQUEST", StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"})
table.wait_until_exists()
table.reload()


@check("every type of value comes back")
def _():
    item = {"customer": "types", "number": D("1"), "n": D("-1.2345678901234567890123456789012345678E+20"), "b": b"\x00\xff", "l": [D(1), "a", None, True],
            "m": {"deep": {"er": [{}]}}, "ss": {"a", "ü"}, "ns": {D(1), D("2.5")}, "bs": {b"x", b"y"}, "empty": "", "nothing": None, "yes": False}
    table.put_item(Item=item)
    got = table.get_item(Key={"customer": "types", "number": 1}, ConsistentRead=True)["Item"]
    assert got.pop("b") == Binary(item.pop("b")) and got.pop("bs") == {Binary(x) for x in item.pop("bs")} and got == item, got
    assert table.table_status == "ACTIVE" and table.key_schema[0]["AttributeName"] == "customer"
    assert "Item" not in table.get_item(Key={"customer": "none", "number": 0})
    table.delete_item(Key={"customer": "types", "number": 1})


@check("a batch writer writes and deletes hundreds")
def _():
    with table.batch_writer(overwrite_by_pkeys=["customer", "number"]) as batch:
        for n in range(300):
            batch.put_item(Item={"customer": f"c{n % 3}", "number": n, "state": ["new", "paid"][n % 2], "total": D(n * 7 % 50), "text": "x" * 200})
        batch.put_item(Item={"customer": "c0", "number": 0, "state": "new", "total": D(99)})
    assert table.scan(Select="COUNT")["Count"] == 300
    with table.batch_writer() as batch:
        for n in range(290, 300):
            batch.delete_item(Key={"customer": f"c{n % 3}", "number": n})


@check("queries by conditions of the resource, on the table and both kinds of index")
def _():
    got = table.query(KeyConditionExpression=Key("customer").eq("c0") & Key("number").between(10, 50), ScanIndexForward=False, FilterExpression=Attr("state").eq("paid"))
    assert [int(i["number"]) for i in got["Items"]] == [n for n in range(50, 9, -1) if n % 3 == 0 and n % 2 == 1], got
    assert got["ScannedCount"] > got["Count"]
    got = table.query(IndexName="by-total", KeyConditionExpression=Key("customer").eq("c1") & Key("total").gt(45))
    totals = [i["total"] for i in got["Items"]]
    assert totals == sorted(totals) and set(got["Items"][0]) == {"customer", "number", "total"}, got
    got = table.query(IndexName="by-state", KeyConditionExpression=Key("state").eq("paid") & Key("number").lt(10), ProjectionExpression="#n, customer", ExpressionAttributeNames={"#n": "number"})
    assert [int(i["number"]) for i in got["Items"]] == [1, 3, 5, 7, 9]
    got = table.scan(FilterExpression=Attr("text").not_exists() | (Attr("total").is_in([D(48), D(49)]) & Attr("text").begins_with("x") & Attr("text").size().gt(100)))
    assert {int(i["total"]) for i in got["Items"]} == {48, 49, 99}, got["Items"]


@check("paginators see everything once")
def _():
    pages = list(client.get_paginator("query").paginate(
        TableName="orders", KeyConditionExpression="customer = :c", ExpressionAttributeValues={":c": {"S": "c2"}}, PaginationConfig={"PageSize": 17}))
    numbers = [int(i["number"]["N"]) for page in pages for i in page["Items"]]
    assert numbers == [n for n in range(290) if n % 3 == 2] and len(pages) >= 6, numbers
    seen = [i["number"]["N"] for page in client.get_paginator("scan").paginate(TableName="orders", Limit=23) for i in page["Items"]]
    assert len(seen) == 290 == len(set(seen))
    parts = [i["number"]["N"] for s in range(4) for page in client.get_paginator("scan").paginate(TableName="orders", Segment=s, TotalSegments=4) for i in page["Items"]]
    assert sorted(parts) == sorted(seen)
    for n in range(3):
        client.create_table(TableName=f"page-{n}", BillingMode="PAY_PER_REQUEST", KeySchema=[{"AttributeName": "k", "KeyType": "HASH"}], AttributeDefinitions=[{"AttributeName": "k", "AttributeType": "B"}])
    names = [n for page in client.get_paginator("list_tables").paginate(PaginationConfig={"PageSize": 2}) for n in page["TableNames"]]
    assert names == ["orders", "page-0", "page-1", "page-2"], names
    for n in range(3):
        client.delete_table(TableName=f"page-{n}")
        client.get_waiter("table_not_exists").wait(TableName=f"page-{n}")


@check("updates, conditions and what they give back")
def _():
    key = {"customer": "c9", "number": 1}
    got = table.update_item(Key=key, UpdateExpression="SET #s = if_not_exists(#s, :s), tags = list_append(if_not_exists(tags, :e), :t) ADD hits :one, kinds :k",
                            ExpressionAttributeNames={"#s": "state"}, ExpressionAttributeValues={":s": "new", ":e": [], ":t": ["a"], ":one": 1, ":k": {"x"}}, ReturnValues="ALL_NEW")
    assert got["Attributes"] == {"customer": "c9", "number": 1, "state": "new", "tags": ["a"], "hits": 1, "kinds": {"x"}}, got
    got = table.update_item(Key=key, UpdateExpression="REMOVE tags[0] DELETE kinds :k", ExpressionAttributeValues={":k": {"x"}}, ReturnValues="UPDATED_OLD")
    assert got["Attributes"] == {"tags": ["a"], "kinds": {"x"}}, got
    error = refused("ConditionalCheckFailedException", table.put_item, Item=key, ConditionExpression=Attr("customer").not_exists(), ReturnValuesOnConditionCheckFailure="ALL_OLD")
    assert error["Error"]["Message"] == "The conditional request failed" and error["Item"]["hits"] == {"N": "1"}, error
    try:
        table.put_item(Item=key, ConditionExpression="hits = :n", ExpressionAttributeValues={":n": 5})
        raise AssertionError("no refusal")
    except client.exceptions.ConditionalCheckFailedException:
        pass
    refused("ValidationException", table.get_item, Key={"customer": "c9"})
    refused("ResourceNotFoundException", client.describe_table, TableName="none")
    capacity = table.get_item(Key=key, ReturnConsumedCapacity="TOTAL")["ConsumedCapacity"]
    assert capacity["CapacityUnits"] == 0.5, capacity


@check("what is from before there were expressions still works")
def _():
    key = {"customer": "old", "number": 1}
    table.update_item(Key=key, AttributeUpdates={"state": {"Value": "new", "Action": "PUT"}, "hits": {"Value": 2, "Action": "ADD"}}, Expected={"hits": {"Exists": False}})
    refused("ConditionalCheckFailedException", table.update_item, Key=key, AttributeUpdates={"state": {"Action": "DELETE"}}, Expected={"hits": {"Value": 3}})
    got = client.query(TableName="orders", KeyConditions={"customer": {"ComparisonOperator": "EQ", "AttributeValueList": [{"S": "old"}]}},
                       QueryFilter={"hits": {"ComparisonOperator": "GE", "AttributeValueList": [{"N": "2"}]}}, AttributesToGet=["state"])
    assert got["Items"] == [{"state": {"S": "new"}}], got
    assert client.scan(TableName="orders", ScanFilter={"hits": {"ComparisonOperator": "NOT_NULL"}}, Select="COUNT")["Count"] == 2


@check("transactions happen as a whole or not at all")
def _():
    put = lambda n, **more: {"Put": {"TableName": "orders", "Item": {"customer": {"S": "t"}, "number": {"N": str(n)}}, **more}}
    client.transact_write_items(TransactItems=[put(1), put(2)], ClientRequestToken="once")
    client.transact_write_items(TransactItems=[put(1), put(2)], ClientRequestToken="once")
    refused("IdempotentParameterMismatchException", client.transact_write_items, TransactItems=[put(1)], ClientRequestToken="once")
    error = refused("TransactionCanceledException", client.transact_write_items, TransactItems=[put(3), put(1, ConditionExpression="attribute_not_exists(customer)")])
    assert [r["Code"] for r in error["CancellationReasons"]] == ["None", "ConditionalCheckFailed"], error
    keys = [{"Get": {"TableName": "orders", "Key": {"customer": {"S": "t"}, "number": {"N": str(n)}}}} for n in (1, 3)]
    assert [bool(r.get("Item")) for r in client.transact_get_items(TransactItems=keys)["Responses"]] == [True, False]
    got = resource.batch_get_item(RequestItems={"orders": {"Keys": [{"customer": "t", "number": n} for n in range(50)]}})
    assert len(got["Responses"]["orders"]) == 2 and got["UnprocessedKeys"] == {}
    got = client.execute_statement(Statement='SELECT * FROM "orders" WHERE customer = ?', Parameters=[{"S": "t"}])
    assert len(got["Items"]) == 2, got


@check("the stream tells every change in order")
def _():
    shard = streams.describe_stream(StreamArn=table.latest_stream_arn)["StreamDescription"]["Shards"][0]["ShardId"]
    iterator = streams.get_shard_iterator(StreamArn=table.latest_stream_arn, ShardId=shard, ShardIteratorType="TRIM_HORIZON")["ShardIterator"]
    records = []
    while iterator:
        page = streams.get_records(ShardIterator=iterator, Limit=100)
        if not page["Records"]:
            break
        records += page["Records"]
        iterator = page.get("NextShardIterator")
    names = [r["eventName"] for r in records]
    assert names[:2] == ["INSERT", "REMOVE"] and names.count("REMOVE") == 11, names.count("REMOVE")
    sequence = [int(r["dynamodb"]["SequenceNumber"]) for r in records]
    assert sequence == sorted(set(sequence))
    assert records[1]["dynamodb"]["OldImage"]["yes"] == {"BOOL": False}


def all_items(name, **more):
    found = [item for page in client.get_paginator("scan").paginate(TableName=name, **more) for item in page["Items"]]
    return sorted(found, key=repr)


def available(arn):
    while True:
        backup = client.describe_backup(BackupArn=arn)["BackupDescription"]
        if backup["BackupDetails"]["BackupStatus"] == "AVAILABLE":
            return backup
        time.sleep(0.05)


@check("backups")
def _():
    before, indexed = all_items("orders"), all_items("orders", IndexName="by-state")
    asked = client.create_backup(TableName="orders", BackupName="first")["BackupDetails"]
    assert asked["BackupStatus"] == "CREATING" and asked["BackupType"] == "USER", asked
    table.put_item(Item={"customer": "after", "number": 1, "state": "new"})
    backup = available(asked["BackupArn"])
    assert backup["SourceTableDetails"]["ItemCount"] == len(before), backup
    features = backup["SourceTableFeatureDetails"]
    assert features["StreamDescription"]["StreamViewType"] == "NEW_AND_OLD_IMAGES"
    assert [index["IndexName"] for index in features["GlobalSecondaryIndexes"]] == ["by-state"]
    client.create_backup(TableName="orders", BackupName="second")
    pages = list(client.get_paginator("list_backups").paginate(TableName="orders", PaginationConfig={"PageSize": 1}))
    assert [each["BackupName"] for page in pages for each in page["BackupSummaries"]] == ["first", "second"], pages
    refused("ValidationException", client.create_backup, TableName="orders", BackupName="no name")
    refused("ValidationException", client.list_backups, Limit=101)
    made = client.restore_table_from_backup(TargetTableName="restored", BackupArn=asked["BackupArn"])["TableDescription"]
    assert made["TableStatus"] == "CREATING" and made["RestoreSummary"]["RestoreInProgress"], made
    client.get_waiter("table_exists").wait(TableName="restored", WaiterConfig={"Delay": 1})
    assert all_items("restored") == before
    assert all_items("restored", IndexName="by-state") == indexed
    summary = client.describe_table(TableName="restored")["Table"]["RestoreSummary"]
    assert summary["SourceBackupArn"] == asked["BackupArn"] and not summary["RestoreInProgress"], summary
    refused("TableAlreadyExistsException", client.restore_table_from_backup, TargetTableName="restored", BackupArn=asked["BackupArn"])
    client.delete_table(TableName="restored")
    assert client.delete_backup(BackupArn=asked["BackupArn"])["BackupDescription"]["BackupDetails"]["BackupStatus"] == "DELETED"
    refused("BackupNotFoundException", client.describe_backup, BackupArn=asked["BackupArn"])


@check("recovery to a point in time")
def _():
    on = {"PointInTimeRecoveryEnabled": True, "RecoveryPeriodInDays": 7}
    refused("PointInTimeRecoveryUnavailableException", client.restore_table_to_point_in_time,
            SourceTableName="orders", TargetTableName="past", UseLatestRestorableTime=True)
    refused("ValidationException", client.update_continuous_backups, TableName="orders",
            PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True, "RecoveryPeriodInDays": 36})
    client.update_continuous_backups(TableName="orders", PointInTimeRecoverySpecification=on)
    refused("ValidationException", client.tag_resource, ResourceArn=table.table_arn, Tags=[{"Key": "aws:team", "Value": "wind"}])
    recovery = client.describe_continuous_backups(TableName="orders")["ContinuousBackupsDescription"]["PointInTimeRecoveryDescription"]
    assert recovery["PointInTimeRecoveryStatus"] == "ENABLED" and recovery["RecoveryPeriodInDays"] == 7, recovery
    # boto3 sends whole seconds
    earliest = recovery["EarliestRestorableDateTime"].timestamp()
    while time.time() < earliest + 1:
        time.sleep(0.05)
    before = all_items("orders")
    moment = datetime.datetime.fromtimestamp(int(time.time()) + 1, datetime.timezone.utc)
    while time.time() < moment.timestamp() + 0.2:
        time.sleep(0.05)
    table.put_item(Item={"customer": "wrong", "number": 1})
    table.delete_item(Key={"customer": "after", "number": 1})
    client.restore_table_to_point_in_time(SourceTableName="orders", TargetTableName="past", RestoreDateTime=moment)
    client.restore_table_to_point_in_time(SourceTableArn=table.table_arn, TargetTableName="present", UseLatestRestorableTime=True,
                                          GlobalSecondaryIndexOverride=[], LocalSecondaryIndexOverride=[])
    for name in "past", "present":
        client.get_waiter("table_exists").wait(TableName=name, WaiterConfig={"Delay": 1})
    assert all_items("past") == before
    assert all_items("present") == all_items("orders") != before
    assert "GlobalSecondaryIndexes" not in client.describe_table(TableName="present")["Table"]
    refused("InvalidRestoreTimeException", client.restore_table_to_point_in_time, SourceTableName="orders",
            TargetTableName="older", RestoreDateTime=recovery["EarliestRestorableDateTime"] - datetime.timedelta(days=1))
    client.update_continuous_backups(TableName="past", PointInTimeRecoverySpecification=on)
    client.delete_table(TableName="past")
    left = client.list_backups(BackupType="SYSTEM")["BackupSummaries"]
    assert [each["BackupName"] for each in left] == ["past$DeletedTableBackup"], left
    assert left[0]["BackupExpiryDateTime"] - left[0]["BackupCreationDateTime"] == datetime.timedelta(days=35)
    client.update_continuous_backups(TableName="orders", PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": False})


@check("an index joins a live table, with only the items whose keys it can hold")
def _():
    live = resource.create_table(
        TableName="live", BillingMode="PAY_PER_REQUEST", KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}])
    for number, length in enumerate([0, 1, 2048, 2049]):
        live.put_item(Item={"id": str(number), "team": "t" * length})
    create = [{"Create": {"IndexName": "by-team", "KeySchema": [{"AttributeName": "team", "KeyType": "HASH"}],
                          "Projection": {"ProjectionType": "KEYS_ONLY"}}}]
    refused("ValidationException", live.update, GlobalSecondaryIndexUpdates=create)
    team = [{"AttributeName": "team", "AttributeType": "S"}]
    refused("ValidationException", live.update, AttributeDefinitions=team, GlobalSecondaryIndexUpdates=create,
            StreamSpecification={"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"})
    live.update(AttributeDefinitions=team, GlobalSecondaryIndexUpdates=create)
    while live.global_secondary_indexes[0]["IndexStatus"] != "ACTIVE":
        time.sleep(0.05)
        live.reload()
    assert sorted(item["id"] for item in live.scan(IndexName="by-team")["Items"]) == ["1", "2"]
    warm = client.update_table(TableName="live", WarmThroughput={"ReadUnitsPerSecond": 13000})["TableDescription"]["WarmThroughput"]
    assert warm == {"ReadUnitsPerSecond": 12000, "WriteUnitsPerSecond": 4000, "Status": "UPDATING"}, warm
    live.reload()
    assert client.describe_table(TableName="live")["Table"]["WarmThroughput"]["ReadUnitsPerSecond"] == 13000
    refused("ValidationException", client.update_table, TableName="live", WarmThroughput={"ReadUnitsPerSecond": 12999})
    live.delete()


@check("settings of a table")
def _():
    client.update_time_to_live(TableName="orders", TimeToLiveSpecification={"Enabled": True, "AttributeName": "until"})
    assert client.describe_time_to_live(TableName="orders")["TimeToLiveDescription"] == {"TimeToLiveStatus": "ENABLED", "AttributeName": "until"}
    client.tag_resource(ResourceArn=table.table_arn, Tags=[{"Key": "team", "Value": "wind"}])
    assert client.list_tags_of_resource(ResourceArn=table.table_arn)["Tags"] == [{"Key": "team", "Value": "wind"}]
    recovery = client.describe_continuous_backups(TableName="orders")["ContinuousBackupsDescription"]
    assert recovery["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"] == "DISABLED", recovery
    table.update(GlobalSecondaryIndexUpdates=[{"Delete": {"IndexName": "by-state"}}])
    client.get_waiter("table_exists").wait(TableName="orders")
    table.delete()
    table.wait_until_not_exists()


print("done")
