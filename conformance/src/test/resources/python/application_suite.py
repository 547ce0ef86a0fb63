"""An application of several services, with least-privilege roles: an upload sets off a function, which reads the object and puts
an item; the table's stream sets off a second one, which prints. Then functions' code from buckets. Prints one line per check."""
import json
import re
import time
import urllib.request

import boto3
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
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
sts = boto3.client("sts", config=config)

# What a program without any SDK does: Signature V4 by hand, over HTTPS, to AWS's own names.
AWS = '''
import datetime, hashlib, hmac, http.client, json, os, urllib.parse

def call(service, method, host, path, body=b"", headers={}):
    now = datetime.datetime.now(datetime.timezone.utc).strftime("%Y%m%dT%H%M%SZ")
    region = os.environ["AWS_REGION"]
    signed = {"host": host, "x-amz-date": now, "x-amz-content-sha256": hashlib.sha256(body).hexdigest(),
              "x-amz-security-token": os.environ["AWS_SESSION_TOKEN"], **headers}
    names = ";".join(sorted(signed))
    canonical = "\\n".join([method, path, "", *[n + ":" + signed[n] for n in sorted(signed)], "", names, signed["x-amz-content-sha256"]])
    scope = "/".join([now[:8], region, service, "aws4_request"])
    text = "\\n".join(["AWS4-HMAC-SHA256", now, scope, hashlib.sha256(canonical.encode()).hexdigest()])
    key = ("AWS4" + os.environ["AWS_SECRET_ACCESS_KEY"]).encode()
    for part in [now[:8], region, service, "aws4_request", text]:
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    signed["Authorization"] = ("AWS4-HMAC-SHA256 Credential=" + os.environ["AWS_ACCESS_KEY_ID"] + "/" + scope
        + ", SignedHeaders=" + names + ", Signature=" + key.hex())
    connection = http.client.HTTPSConnection(host, timeout=10)
    connection.request(method, path, body, signed)
    answer = connection.getresponse()
    return answer.status, answer.read()
'''
COUNTER = '''
from aws import *

def handler(event, context):
    for record in event["Records"]:
        bucket, key = record["s3"]["bucket"]["name"], urllib.parse.unquote_plus(record["s3"]["object"]["key"])
        status, body = call("s3", "GET", bucket + ".s3.amazonaws.com", "/" + urllib.parse.quote(key))
        print("read", status, key, body.decode().replace("\\n", " ") if status != 200 else len(body))
        if status != 200:
            raise RuntimeError("refused: " + body.decode())
        item = {"id": {"S": key}, "words": {"N": str(len(body.split()))}}
        put = json.dumps({"TableName": os.environ["TABLE"], "Item": item}).encode()
        status, body = call("dynamodb", "POST", "dynamodb." + os.environ["AWS_REGION"] + ".amazonaws.com", "/", put,
            {"content-type": "application/x-amz-json-1.0", "x-amz-target": "DynamoDB_20120810.PutItem"})
        if status != 200:
            raise RuntimeError("not put: " + body.decode())
'''
TELLER = '''
exports.handler = async (event) => {
  for (const { eventName, dynamodb } of event.Records) console.log("told", eventName, JSON.stringify(dynamodb.NewImage));
};
'''


def role(name, *statements):
    arn = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(TRUST))["Role"]["Arn"]
    grant(name, LOGS, *statements)
    return arn


def grant(name, *statements):
    iam.put_role_policy(RoleName=name, PolicyName="own", PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": statements}))


def lines(name, pattern):
    try:
        return [e["message"] for e in logs.filter_log_events(logGroupName="/aws/lambda/" + name, filterPattern=pattern)["events"]]
    except logs.exceptions.ResourceNotFoundException:
        return []


def refused(code, text, call, **arguments):
    try:
        call(**arguments)
    except ClientError as error:
        assert error.response["Error"]["Code"] == code and text in error.response["Error"]["Message"], error.response["Error"]
        return error.response
    raise AssertionError(f"expected {code}")


def page(method, path, data=None):
    """A page of the platform's own, signed."""
    request = AWSRequest(method, lam.meta.endpoint_url + path, data=data and data.encode())
    SigV4Auth(boto3.Session().get_credentials(), "tsumuji", lam.meta.region_name).add_auth(request)
    with urllib.request.urlopen(urllib.request.Request(request.url, request.data, dict(request.headers), method=method), timeout=10) as answer:
        return json.load(answer)


def check(name):
    def run(body):
        body()
        print("ok", name, flush=True)

    return run


table = dynamodb.create_table(
    TableName="words", BillingMode="PAY_PER_REQUEST",
    KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}], AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
    StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"})["TableDescription"]
dynamodb.get_waiter("table_exists").wait(TableName="words")
s3.create_bucket(Bucket="inbox")


@check("an upload becomes an item, and the item a line in a log, within seconds")
def _():
    counter = role("counter", allow("s3:GetObject", "arn:aws:s3:::inbox/texts/*"), allow("dynamodb:PutItem", table["TableArn"]))
    teller = role("teller", allow(
        ["dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator", "dynamodb:ListStreams"], table["TableArn"] + "/stream/*"))
    arn = lam.create_function(
        FunctionName="counter", Runtime="python3.12", Handler="app.handler", Role=counter, Timeout=20,
        Environment={"Variables": {"TABLE": "words"}}, Code={"ZipFile": package({"app.py": COUNTER, "aws.py": AWS})})["FunctionArn"]
    lam.create_function(
        FunctionName="teller", Runtime="nodejs22.x", Handler="index.handler", Role=teller, Timeout=20, Code={"ZipFile": package({"index.js": TELLER})})
    for name in ["counter", "teller"]:
        lam.get_waiter("function_active_v2").wait(FunctionName=name)
    mapping = lam.create_event_source_mapping(
        FunctionName="teller", EventSourceArn=table["LatestStreamArn"], StartingPosition="TRIM_HORIZON", BatchSize=10)
    eventually("mapping", lambda: lam.get_event_source_mapping(UUID=mapping["UUID"])["State"] == "Enabled")
    notification = {"LambdaFunctionConfigurations": [{
        "Id": "texts", "LambdaFunctionArn": arn, "Events": ["s3:ObjectCreated:*"],
        "Filter": {"Key": {"FilterRules": [{"Name": "prefix", "Value": ""}, {"Name": "suffix", "Value": ".txt"}]}}}]}
    refused("InvalidArgument", "Unable to validate the following destination configurations",
            s3.put_bucket_notification_configuration, Bucket="inbox", NotificationConfiguration=notification)
    lam.add_permission(FunctionName="counter", StatementId="inbox", Action="lambda:InvokeFunction", Principal="s3.amazonaws.com",
                       SourceArn="arn:aws:s3:::inbox", SourceAccount=sts.get_caller_identity()["Account"])
    s3.put_bucket_notification_configuration(Bucket="inbox", NotificationConfiguration=notification)
    started = time.monotonic()
    s3.put_object(Bucket="inbox", Key="texts/the sea ü.txt", Body="der Wind und das Meer".encode())
    item = eventually("item", lambda: dynamodb.get_item(TableName="words", Key={"id": {"S": "texts/the sea ü.txt"}}).get("Item"))
    assert item["words"] == {"N": "5"}, item
    told = eventually("line", lambda: lines("teller", "told INSERT"))
    print("seconds from upload to log:", round(time.monotonic() - started, 2))
    assert "the sea" in told[0] and '"words":{"N":"5"}' in told[0].replace(" ", ""), told


@check("what a role does not grant is denied, also inside of a function")
def _():
    s3.put_object(Bucket="inbox", Key="secret/plan.txt", Body=b"nobody reads me")
    denied = eventually("denial", lambda: lines("counter", '"read 403 secret/plan.txt"'))
    assert "AccessDenied" in denied[0] and "is not authorized to perform: s3:GetObject" in denied[0], denied
    assert "Item" not in dynamodb.get_item(TableName="words", Key={"id": {"S": "secret/plan.txt"}})
    why = page("GET", "/_tsumuji/why/" + re.search("<RequestId>(.*?)</RequestId>", denied[0])[1])
    assert why["operation"] == "GetObject", why
    least = next(d["leastPolicy"] for d in why["decisions"] if not d["allowed"])
    least = json.loads(least) if isinstance(least, str) else least
    assert "s3:GetObject" in json.dumps(least) and "arn:aws:s3:::inbox/secret/plan.txt" in json.dumps(least), least


@check("an event source mapping needs the role's permission to read the stream")
def _():
    role("blind")
    lam.create_function(FunctionName="blind", Runtime="nodejs22.x", Handler="index.handler", Role=iam.get_role(RoleName="blind")["Role"]["Arn"],
                        Code={"ZipFile": package({"index.js": TELLER})})
    refused("InvalidParameterValueException", "Cannot access stream", lam.create_event_source_mapping,
            FunctionName="blind", EventSourceArn=table["LatestStreamArn"], StartingPosition="LATEST")


def code(text):
    return package({"index.js": f"exports.handler = async () => '{text}';"})


def answer(name):
    return json.loads(lam.invoke(FunctionName=name)["Payload"].read())


@check("a function's code comes from a bucket, in the version that is named")
def _():
    s3.create_bucket(Bucket="code")
    s3.put_bucket_versioning(Bucket="code", VersioningConfiguration={"Status": "Enabled"})
    one = s3.put_object(Bucket="code", Key="a/b c.zip", Body=code("one"))["VersionId"]
    two = s3.put_object(Bucket="code", Key="a/b c.zip", Body=code("two"))["VersionId"]
    arn = iam.get_role(RoleName="blind")["Role"]["Arn"]
    create = dict(FunctionName="stored", Runtime="nodejs22.x", Handler="index.handler", Role=arn)
    refused("InvalidParameterValueException", "Error occurred while GetObject. S3 Error Code: NoSuchKey. S3 Error Message: The specified key does not exist.",
            lam.create_function, Code={"S3Bucket": "code", "S3Key": "none.zip"}, **create)
    refused("InvalidParameterValueException", "Error occurred while GetObject. S3 Error Code: NoSuchBucket. S3 Error Message: The specified bucket does not exist",
            lam.create_function, Code={"S3Bucket": "no-such-code", "S3Key": "none.zip"}, **create)
    lam.create_function(Code={"S3Bucket": "code", "S3Key": "a/b c.zip"}, **create)
    lam.get_waiter("function_active_v2").wait(FunctionName="stored")
    assert answer("stored") == "two"
    lam.update_function_code(FunctionName="stored", S3Bucket="code", S3Key="a/b c.zip", S3ObjectVersion=one)
    lam.get_waiter("function_updated_v2").wait(FunctionName="stored")
    assert answer("stored") == "one"
    s3.delete_object(Bucket="code", Key="a/b c.zip")
    refused("InvalidParameterValueException", "S3 Error Code: NoSuchKey", lam.update_function_code, FunctionName="stored", S3Bucket="code", S3Key="a/b c.zip")
    lam.update_function_code(FunctionName="stored", S3Bucket="code", S3Key="a/b c.zip", S3ObjectVersion=two)
    lam.get_waiter("function_updated_v2").wait(FunctionName="stored")
    assert answer("stored") == "two"
    s3.delete_object(Bucket="code", Key="a/b c.zip", VersionId=one)
    refused("InvalidParameterValueException", "S3 Error Code: NoSuchVersion", lam.update_function_code,
            FunctionName="stored", S3Bucket="code", S3Key="a/b c.zip", S3ObjectVersion=one)


@check("code that the caller may not read is refused")
def _():
    user = iam.create_user(UserName="deployer")["User"]
    iam.put_user_policy(UserName="deployer", PolicyName="own", PolicyDocument=json.dumps(
        {"Version": "2012-10-17", "Statement": [allow("lambda:*", "*")]}))
    key = iam.create_access_key(UserName="deployer")["AccessKey"]
    other = boto3.client("lambda", config=config, aws_access_key_id=key["AccessKeyId"], aws_secret_access_key=key["SecretAccessKey"])
    error = refused("AccessDeniedException", "Your access has been denied by S3, please make sure your request credentials have permission to GetObject for code/a/b c.zip. S3 Error Code: AccessDenied.",
                    other.update_function_code, FunctionName="stored", S3Bucket="code", S3Key="a/b c.zip")
    assert error["ResponseMetadata"]["HTTPStatusCode"] == 403


print("done")
