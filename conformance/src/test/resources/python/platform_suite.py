"""Drives the platform with boto3 as an application would. Prints one line per check; any failure ends it with a trace."""
import base64
import gzip
import io
import json
import time
import zipfile

import boto3
import botocore
from botocore.config import Config
from botocore.exceptions import ClientError
from waiting import eventually

config = Config(retries={"max_attempts": 0}, read_timeout=60)
iam = boto3.client("iam", config=config)
sts = boto3.client("sts", config=config)
lam = boto3.client("lambda", config=config)
logs = boto3.client("logs", config=config)

TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}


def package(**files):
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        for name, text in files.items():
            archive.writestr(name + ".py", text)
    return data.getvalue()


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


role = iam.create_role(RoleName="boto", AssumeRolePolicyDocument=json.dumps(TRUST))["Role"]["Arn"]
iam.attach_role_policy(
    RoleName="boto", PolicyArn="arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
)


def create(name, text, **more):
    arguments = dict(
        FunctionName=name, Runtime="python3.11", Role=role, Handler="app.handler", Timeout=10,
        Code={"ZipFile": package(app=text)},
    )
    created = lam.create_function(**{**arguments, **more})
    lam.get_waiter("function_active_v2").wait(FunctionName=name, WaiterConfig={"Delay": 1})
    return created


@check("a function is created, found, invoked, changed and deleted")
def _():
    created = create("echo", "def handler(event, context):\n    return event\n", Environment={"Variables": {"KEY": "b"}})
    assert created["State"] == "Pending" and created["Version"] == "$LATEST", created
    assert created["Environment"] == {"Variables": {"KEY": "b"}}
    found = lam.get_function(FunctionName="echo")
    assert found["Configuration"]["CodeSha256"] == created["CodeSha256"]
    answer = lam.invoke(FunctionName="echo", Payload=json.dumps({"x": [1, "\u98a8", None]}))
    assert answer["StatusCode"] == 200 and answer["ExecutedVersion"] == "$LATEST", answer
    assert json.load(answer["Payload"]) == {"x": [1, "\u98a8", None]}
    lam.update_function_code(FunctionName="echo", ZipFile=package(app="def handler(event, context):\n    return 'new'\n"))
    lam.get_waiter("function_updated_v2").wait(FunctionName="echo", WaiterConfig={"Delay": 1})
    assert json.load(lam.invoke(FunctionName="echo")["Payload"]) == "new"
    lam.update_function_configuration(FunctionName="echo", Timeout=7, Description="seven")
    lam.get_waiter("function_updated_v2").wait(FunctionName="echo", WaiterConfig={"Delay": 1})
    assert lam.get_function_configuration(FunctionName="echo")["Timeout"] == 7
    assert [f["FunctionName"] for f in lam.list_functions()["Functions"]] == ["echo"]
    lam.delete_function(FunctionName="echo")
    missing = refused("ResourceNotFoundException", lam.get_function, FunctionName="echo")
    assert missing["Error"]["Message"].startswith("Function not found: arn:aws:lambda:us-east-1:000000000000:function:echo")


@check("an error of the handler comes back as its runtime formats it")
def _():
    create("failing", "def handler(event, context):\n    raise ValueError('no wind')\n")
    answer = lam.invoke(FunctionName="failing", Payload="{}")
    error = json.load(answer["Payload"])
    assert answer["FunctionError"] == "Unhandled" and error["errorType"] == "ValueError", error
    assert error["errorMessage"] == "no wind" and error["stackTrace"], error


@check("a function that overstays its time is ended and says so")
def _():
    create("slow", "import time\ndef handler(event, context):\n    time.sleep(60)\n", Timeout=1)
    started = time.monotonic()
    answer = lam.invoke(FunctionName="slow", Payload="{}")
    error = json.load(answer["Payload"])
    assert error["errorType"] == "Sandbox.Timedout" and "Task timed out after 1.00 seconds" in error["errorMessage"], error
    assert time.monotonic() - started < 8


@check("what a function prints is in its log within moments")
def _():
    create("printing", "def handler(event, context):\n    print('wind ' + event['n'])\n    return 1\n")
    lam.invoke(FunctionName="printing", Payload=json.dumps({"n": "seven"}))
    def found():
        try:
            return logs.filter_log_events(logGroupName="/aws/lambda/printing", filterPattern="wind")["events"]
        except logs.exceptions.ResourceNotFoundException:
            return None  # the answer may be there before the group is

    events = eventually("the printed line", found, 5)
    assert events[0]["message"].rstrip() == "wind seven", events


@check("an asynchronous event is acknowledged and runs")
def _():
    create("later", "def handler(event, context):\n    print('ran ' + event['id'])\n")
    assert lam.invoke(FunctionName="later", InvocationType="Event", Payload=json.dumps({"id": "e1"}))["StatusCode"] == 202
    def found():
        try:
            return logs.filter_log_events(logGroupName="/aws/lambda/later", filterPattern='"ran e1"')["events"]
        except logs.exceptions.ResourceNotFoundException:
            return None

    eventually("the event's line", found)
    assert lam.invoke(FunctionName="later", InvocationType="DryRun", Payload="{}")["StatusCode"] == 204
    assert lam.invoke_async(FunctionName="later", InvokeArgs=json.dumps({"id": "e2"}))["Status"] == 202
    eventually(
        "the line of an event by the operation of old",
        lambda: logs.filter_log_events(logGroupName="/aws/lambda/later", filterPattern='"ran e2"')["events"],
    )


@check("a function is told what its subscription to a log group passes")
def _():
    arn = create("subscribed", "def handler(event, context):\n    print(event['awslogs']['data'])\n")["FunctionArn"]
    logs.create_log_group(logGroupName="watched")
    logs.create_log_stream(logGroupName="watched", logStreamName="one")
    subscription = dict(logGroupName="watched", filterName="errors", filterPattern="ERROR", destinationArn=arn)
    refused("InvalidParameterException", logs.put_subscription_filter, **subscription)
    lam.add_permission(
        FunctionName="subscribed", StatementId="logs", Action="lambda:InvokeFunction",
        Principal="logs.us-east-1.amazonaws.com", SourceAccount="000000000000",
        SourceArn="arn:aws:logs:us-east-1:000000000000:log-group:watched:*",
    )
    logs.put_subscription_filter(**subscription)
    now = int(time.time() * 1000)
    events = [{"timestamp": now, "message": message} for message in ("fine", "ERROR \u98a8")]
    logs.put_log_events(logGroupName="watched", logStreamName="one", logEvents=events)
    def found():
        try:
            return logs.filter_log_events(logGroupName="/aws/lambda/subscribed", filterPattern="H4sI")["events"]
        except logs.exceptions.ResourceNotFoundException:
            return None

    data = eventually("the events", found)[0]["message"]
    told = json.loads(gzip.decompress(base64.b64decode(data)))
    assert told["messageType"] == "DATA_MESSAGE" and told["owner"] == "000000000000", told
    assert told["logGroup"] == "watched" and told["logStream"] == "one", told
    assert told["subscriptionFilters"] == ["errors"], told
    assert [(e["timestamp"], e["message"]) for e in told["logEvents"]] == [(now, "ERROR \u98a8")], told


SIGNED_CALL = """
import datetime, hashlib, hmac, os, urllib.error, urllib.parse, urllib.request

def call(service, action, version):
    url = os.environ['AWS_ENDPOINT_URL']
    region, token = os.environ['AWS_REGION'], os.environ['AWS_SESSION_TOKEN']
    stamp = datetime.datetime.now(datetime.timezone.utc).strftime('%Y%m%dT%H%M%SZ')
    body = 'Action=' + action + '&Version=' + version
    host = urllib.parse.urlsplit(url).netloc
    signed = 'host;x-amz-date;x-amz-security-token'
    fields = 'host:' + host + chr(10) + 'x-amz-date:' + stamp + chr(10) + 'x-amz-security-token:' + token + chr(10)
    sha = lambda text: hashlib.sha256(text.encode()).hexdigest()
    canonical = chr(10).join(['POST', '/', '', fields, signed, sha(body)])
    scope = '/'.join([stamp[:8], region, service, 'aws4_request'])
    key = ('AWS4' + os.environ['AWS_SECRET_ACCESS_KEY']).encode()
    for part in scope.split('/'):
        key = hmac.new(key, part.encode(), 'sha256').digest()
    text = chr(10).join(['AWS4-HMAC-SHA256', stamp, scope, sha(canonical)])
    signature = hmac.new(key, text.encode(), 'sha256').hexdigest()
    credential = os.environ['AWS_ACCESS_KEY_ID'] + '/' + scope
    request = urllib.request.Request(url + '/', body.encode(), {
        'Content-Type': 'application/x-www-form-urlencoded', 'X-Amz-Date': stamp, 'X-Amz-Security-Token': token,
        'Authorization': f'AWS4-HMAC-SHA256 Credential={credential}, SignedHeaders={signed}, Signature={signature}'})
    try:
        return urllib.request.urlopen(request, timeout=10).read().decode()
    except urllib.error.HTTPError as error:
        return error.read().decode()

def handler(event, context):
    return [call('sts', 'GetCallerIdentity', '2011-06-15'), call('iam', 'ListUsers', '2010-05-08')]
"""


@check("a function's credentials are those of its role, and no more is allowed than the role allows")
def _():
    create("whoami", SIGNED_CALL, Timeout=30, MemorySize=512)
    me, denied = json.load(lam.invoke(FunctionName="whoami", Payload="{}")["Payload"])
    assert "<Arn>arn:aws:sts::000000000000:assumed-role/boto/whoami</Arn>" in me, me
    assert "<Code>AccessDenied</Code>" in denied and "is not authorized to perform: iam:ListUsers" in denied, denied


@check("a user may do what his policies allow, and a revoked key is refused at once")
def _():
    iam.create_user(UserName="ame")
    key = iam.create_access_key(UserName="ame")["AccessKey"]
    theirs = boto3.client(
        "lambda", config=config, aws_access_key_id=key["AccessKeyId"], aws_secret_access_key=key["SecretAccessKey"]
    )
    denied = refused("AccessDeniedException", theirs.list_functions)
    assert denied["Error"]["Message"] == (
        "User: arn:aws:iam::000000000000:user/ame is not authorized to perform: lambda:ListFunctions "
        "because no identity-based policy allows the lambda:ListFunctions action"
    ), denied
    iam.put_user_policy(
        UserName="ame", PolicyName="list",
        PolicyDocument=json.dumps(
            {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "lambda:List*", "Resource": "*"}}
        ),
    )
    theirs.list_functions()
    refused("AccessDeniedException", theirs.get_function, FunctionName="whoami")
    iam.delete_access_key(UserName="ame", AccessKeyId=key["AccessKeyId"])
    refused("UnrecognizedClientException", theirs.list_functions)


@check("forged, unknown and expired signatures are refused by every service")
def _():
    for service, call in (("lambda", "list_functions"), ("iam", "list_users"), ("sts", "get_caller_identity"), ("logs", "describe_log_groups")):
        forged = boto3.client(service, config=config, aws_access_key_id="test", aws_secret_access_key="wrong")
        code = "SignatureDoesNotMatch" if service in ("iam", "sts") else "InvalidSignatureException"
        refused(code, getattr(forged, call))
        unknown = boto3.client(service, config=config, aws_access_key_id="AKIAAAAAAAAAAAAAAAAA", aws_secret_access_key="x")
        code = "InvalidClientTokenId" if service in ("iam", "sts") else "UnrecognizedClientException"
        refused(code, getattr(unknown, call))


@check("a role is assumed with a session policy that narrows it")
def _():
    trust = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": "000000000000"}, "Action": "sts:AssumeRole"}]}
    arn = iam.create_role(RoleName="admin", AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
    iam.attach_role_policy(RoleName="admin", PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess")
    narrow = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "logs:*", "Resource": "*"}]}
    iam.create_user(UserName="kaze")
    iam.attach_user_policy(UserName="kaze", PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess")
    key = iam.create_access_key(UserName="kaze")["AccessKey"]
    kaze = boto3.client("sts", config=config, aws_access_key_id=key["AccessKeyId"], aws_secret_access_key=key["SecretAccessKey"])
    c = kaze.assume_role(RoleArn=arn, RoleSessionName="narrow", Policy=json.dumps(narrow))["Credentials"]
    session = boto3.Session(c["AccessKeyId"], c["SecretAccessKey"], c["SessionToken"], region_name="us-east-1")
    session.client("logs", config=config).describe_log_groups()
    refused("AccessDeniedException", session.client("lambda", config=config).list_functions)
    tampered = c["SessionToken"][:-8] + ("A" if c["SessionToken"][-8] != "A" else "B") + c["SessionToken"][-7:]
    forged = boto3.Session(c["AccessKeyId"], c["SecretAccessKey"], tampered, region_name="us-east-1")
    refused("UnrecognizedClientException", forged.client("logs", config=config).describe_log_groups)


print("done", botocore.__version__)
