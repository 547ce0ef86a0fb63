"""Extensions that subscribe to telemetry, and failures that are told to buckets. Prints one line per check."""
import json
import time

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError
from packages import package
from roles import LOGS, TRUST, allow
from waiting import eventually

config = Config(retries={"max_attempts": 0}, read_timeout=60, s3={"addressing_style": "path"})
iam = boto3.client("iam", config=config)
lam = boto3.client("lambda", config=config)
s3 = boto3.client("s3", config=config)
dynamodb = boto3.client("dynamodb", config=config)
logs = boto3.client("logs", config=config)

# It shows what it is told in the function's log, so it doesn't subscribe to what extensions print.
OBSERVER = '''#!/usr/bin/python3
import http.client, json, os, threading
from http.server import BaseHTTPRequestHandler, HTTPServer

class Listener(BaseHTTPRequestHandler):
    def do_POST(self):
        for event in json.loads(self.rfile.read(int(self.headers["Content-Length"]))):
            print("TOLD " + json.dumps(event), flush=True)
        self.send_response(200)
        self.end_headers()

    def log_message(self, *args):
        pass

def call(method, path, body=None, headers={}):
    api = http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])
    api.request(method, path, body, headers)
    answer = api.getresponse()
    return answer, answer.read()

threading.Thread(target=HTTPServer(("sandbox.localdomain", 8080), Listener).serve_forever, daemon=True).start()
answer, _ = call("POST", "/2020-01-01/extension/register", '{"events": ["INVOKE", "SHUTDOWN"]}', {"Lambda-Extension-Name": "observer"})
me = {"Lambda-Extension-Identifier": answer.headers["Lambda-Extension-Identifier"]}
answer, said = call("PUT", "/2022-07-01/telemetry", json.dumps({"schemaVersion": "2025-01-29", "types": ["platform", "function"],
    "buffering": {"timeoutMs": 25}, "destination": {"protocol": "HTTP", "URI": "http://sandbox.localdomain:8080/telemetry"}}), me)
assert answer.status == 200, said
while True:
    event = json.loads(call("GET", "/2020-01-01/extension/event/next", None, me)[1])
    if event["eventType"] == "SHUTDOWN":
        print("LEAVING " + event["shutdownReason"], flush=True)
        break
'''


def role(name, *statements):
    arn = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(TRUST))["Role"]["Arn"]
    iam.put_role_policy(RoleName=name, PolicyName="own", PolicyDocument=json.dumps(
        {"Version": "2012-10-17", "Statement": [LOGS, *statements]}))
    return arn


def lines(name, begin):
    try:
        events = logs.filter_log_events(logGroupName="/aws/lambda/" + name)["events"]
    except logs.exceptions.ResourceNotFoundException:
        return []
    return [e["message"].removeprefix(begin) for e in events if e["message"].startswith(begin)]


def refused(text, call, **arguments):
    try:
        call(**arguments)
    except ClientError as error:
        assert error.response["Error"]["Code"] == "InvalidParameterValueException", error.response
        assert text in error.response["Error"]["Message"], error.response
        return
    raise AssertionError("not refused: " + text)


def function(name, source, role, **more):
    lam.create_function(FunctionName=name, Runtime="python3.12", Handler="app.handler", Role=role, Timeout=20,
                        Code={"ZipFile": package({"app.py": source})}, **more)
    lam.get_waiter("function_active_v2").wait(FunctionName=name)


# ---- telemetry
layer = lam.publish_layer_version(LayerName="observer", Content={"ZipFile": package({"extensions/observer": OBSERVER})})
function("watched", "def handler(event, context):\n    print('hello', event)\n    return event\n", role("watched"),
         Layers=[layer["LayerVersionArn"]])
for n in range(2):
    answer = lam.invoke(FunctionName="watched", Payload=json.dumps(n))
    assert json.loads(answer["Payload"].read()) == n
    time.sleep(0.2)  # the sandbox is frozen, and what is left to tell waits
lam.update_function_configuration(FunctionName="watched", Description="so that the instance goes")
told = eventually("the last report", lambda: [
    json.loads(line) for line in lines("watched", "TOLD ")] if lines("watched", "TOLD ")[-1:] and sum(
        "platform.report" in line for line in lines("watched", "TOLD ")) == 2 else None)
kinds = [event["type"] for event in told]
once = ["platform.start", "function", "platform.runtimeDone", "platform.report"]
assert kinds == ["platform.initStart", "platform.telemetrySubscription", "platform.initRuntimeDone", "platform.extension",
                 "platform.initReport", *once, *once], kinds
start, init_done, init_report, invoke, line, done, report = (told[i]["record"] for i in (0, 2, 4, 5, 6, 7, 8))
assert start["initializationType"] == "on-demand" and start["functionName"] == "watched" and start["phase"] == "init", start
assert start["functionVersion"] == "$LATEST" and start["runtimeVersionArn"].startswith("arn:aws:lambda:"), start
assert init_done == {"initializationType": "on-demand", "phase": "init", "status": "success"}, init_done
assert init_report["metrics"]["durationMs"] > 0, init_report
assert line == "hello 0", line
assert done["status"] == "success" and done["requestId"] == invoke["requestId"], done
assert done["metrics"]["producedBytes"] == 1, done
assert report["metrics"]["memorySizeMB"] == 128 and report["metrics"]["billedDurationMs"] >= 1, report
assert "initDurationMs" in report["metrics"] and "initDurationMs" not in told[-1]["record"]["metrics"], report
eventually("the end told", lambda: lines("watched", "LEAVING ") == ["spindown\n"])
print("an extension in a layer is told of all that happens, in order, over freezes and before its end")

# ---- buckets as failure destinations
s3.create_bucket(Bucket="failures", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
ARN = "arn:aws:s3:::failures"
function("failing", "def handler(event, context):\n    raise ValueError('no')\n",
         role("failing", allow("s3:ListBucket", ARN), allow("s3:PutObject", ARN + "/*")))
function("poor", "def handler(event, context):\n    raise ValueError('no')\n", role("poor"))
put = lam.put_function_event_invoke_config
refused("does not have permissions to call ListBucket on S3", put, FunctionName="poor", DestinationConfig={"OnFailure": {"Destination": ARN}})
refused("is invalid.", put, FunctionName="failing", DestinationConfig={"OnSuccess": {"Destination": ARN}})
put(FunctionName="failing", MaximumRetryAttempts=0, DestinationConfig={"OnFailure": {"Destination": ARN}})
request = lam.invoke(FunctionName="failing", InvocationType="Event", Payload=b'{"job": 7}')["ResponseMetadata"]["RequestId"]
day = time.strftime("%Y/%m/%d/%Y-%m-%dT", time.gmtime())
found = eventually("the object", lambda: s3.list_objects_v2(Bucket="failures", Prefix="aws/lambda/async/failing/").get("Contents"))
assert len(found) == 1 and found[0]["Key"].startswith("aws/lambda/async/failing/" + day[:8]), found
record = json.loads(s3.get_object(Bucket="failures", Key=found[0]["Key"])["Body"].read())
assert record["requestContext"]["condition"] == "RetriesExhausted" and record["requestPayload"] == {"job": 7}, record
assert record["responsePayload"]["errorMessage"] == "no" and record["requestContext"]["requestId"] == request, record
print("an event that failed becomes an object, by the function's role")

table = dynamodb.create_table(
    TableName="items", KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}], BillingMode="PAY_PER_REQUEST",
    AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
    StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"})["TableDescription"]
iam.put_role_policy(RoleName="failing", PolicyName="stream", PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [
    allow(["dynamodb:GetRecords", "dynamodb:GetShardIterator", "dynamodb:DescribeStream", "dynamodb:ListStreams"], "*")]}))
mapping = lam.create_event_source_mapping(
    FunctionName="failing", EventSourceArn=table["LatestStreamArn"], StartingPosition="TRIM_HORIZON", MaximumRetryAttempts=0,
    DestinationConfig={"OnFailure": {"Destination": ARN}})["UUID"]
dynamodb.put_item(TableName="items", Item={"id": {"S": "a"}})
found = eventually("the batch", lambda: s3.list_objects_v2(Bucket="failures", Prefix="aws/lambda/" + mapping + "/").get("Contents"))
record = json.loads(s3.get_object(Bucket="failures", Key=found[0]["Key"])["Body"].read())
shard = record["DDBStreamBatchInfo"]["shardId"]
assert found[0]["Key"].startswith(f"aws/lambda/{mapping}/{shard}/{day[:8]}"), found
assert json.loads(record["payload"])["Records"][0]["dynamodb"]["NewImage"] == {"id": {"S": "a"}}, record
print("a batch that was given up becomes an object with its records")
print("done")
