"""What people do with functions beside invoking them, with boto3 and plain HTTP. Prints one line per check."""
import http.client
import json
import os
import time
import urllib.parse

import boto3
import botocore
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.exceptions import ClientError
from packages import package
from waiting import eventually

config = Config(retries={"max_attempts": 0}, read_timeout=60)
iam = boto3.client("iam", config=config)
lam = boto3.client("lambda", config=config)
platform = urllib.parse.urlparse(lam.meta.endpoint_url)

TRUST = {"Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}]}
role = iam.create_role(RoleName="functions", AssumeRolePolicyDocument=json.dumps(TRUST))["Role"]["Arn"]
iam.attach_role_policy(RoleName="functions", PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess")


def function(name, runtime, handler, files, **more):
    lam.create_function(FunctionName=name, Runtime=runtime, Handler=handler, Role=role, Timeout=10, Code={"ZipFile": package(files)}, **more)
    lam.get_waiter("function_active_v2").wait(FunctionName=name)


def answer(name, payload="{}", **more):
    return json.loads(lam.invoke(FunctionName=name, Payload=payload, **more)["Payload"].read())


def refused(code, call, **arguments):
    try:
        call(**arguments)
    except ClientError as error:
        assert error.response["Error"]["Code"] == code, error.response
        return error.response
    raise AssertionError(f"expected {code}")


def visit(host, path="/", method="GET", body=None, headers=None):
    connection = http.client.HTTPConnection(platform.hostname, platform.port, timeout=30)
    connection.request(method, path, body, {"Host": host, **(headers or {})})
    response = connection.getresponse()
    return response, response.read()


def check(name):
    def run(body):
        body()
        print("ok", name, flush=True)

    return run


@check("layers lie on each other in the function's order, and a deleted one stays where it is used")
def _():
    one = lam.publish_layer_version(LayerName="one", Content={"ZipFile": package({"python/shared.py": "V = 'one'", "python/only.py": "W = 1"})})
    two = lam.publish_layer_version(LayerName="two", Content={"ZipFile": package({"python/shared.py": "V = 'two'", "bin/tool": "#!/bin/sh\necho tool"})})
    source = "import shared, only, subprocess\ndef f(e, c): return [shared.V, only.W, subprocess.check_output(['tool']).decode()]"
    function("layered", "python3.12", "h.f", {"h.py": source}, Layers=[one["LayerVersionArn"], two["LayerVersionArn"]])
    assert answer("layered") == ["two", 1, "tool\n"], answer("layered")
    lam.delete_layer_version(LayerName="one", VersionNumber=1)
    lam.update_function_configuration(FunctionName="layered", Description="started anew")
    lam.get_waiter("function_updated_v2").wait(FunctionName="layered")
    assert answer("layered") == ["two", 1, "tool\n"]
    refused("ResourceNotFoundException", lam.get_layer_version, LayerName="one", VersionNumber=1)


@check("a layer is found by Node where AWS has it")
def _():
    layer = lam.publish_layer_version(LayerName="n", Content={"ZipFile": package({"nodejs/node_modules/dep/index.js": "exports.x = 42"})})
    function("node", "nodejs22.x", "index.h", {"index.js": "exports.h = async () => require('dep').x"}, Layers=[layer["LayerVersionArn"]])
    assert answer("node") == 42


@check("a function URL lets in whom the function's policy lets in")
def _():
    source = "exports.h = async (e) => ({ statusCode: 201, cookies: ['a=b'], body: JSON.stringify([e.rawPath, e.requestContext.accountId]) })"
    function("url", "nodejs22.x", "index.h", {"index.js": source})
    host = urllib.parse.urlparse(lam.create_function_url_config(FunctionName="url", AuthType="NONE")["FunctionUrl"]).netloc
    response, body = visit(host, "/x")
    assert (response.status, body) == (403, b'{"Message":"Forbidden"}'), (response.status, body)
    lam.add_permission(FunctionName="url", StatementId="all", Action="lambda:InvokeFunctionUrl", Principal="*", FunctionUrlAuthType="NONE")
    response, body = visit(host, "/x")
    assert response.status == 201 and json.loads(body) == ["/x", "anonymous"], body
    assert response.headers["Set-Cookie"] == "a=b"
    response, body = visit(platform.netloc, "/_tsumuji/url/" + host.split(".")[0] + "/y")
    assert json.loads(body)[0] == "/y"
    lam.update_function_url_config(FunctionName="url", AuthType="AWS_IAM")
    assert visit(host)[0].status == 403
    request = AWSRequest("GET", f"http://{host}/z")
    SigV4Auth(boto3.Session().get_credentials(), "lambda", lam.meta.region_name).add_auth(request)
    response, body = visit(host, "/z", headers=dict(request.headers))
    assert response.status == 201 and json.loads(body) == ["/z", "000000000000"], (response.status, body)


STREAM = """exports.h = awslambda.streamifyResponse(async (event, out) => {
  if (event.rawPath) out = awslambda.HttpResponseStream.from(out, { statusCode: 202, headers: { 'x-s': 'y' } });
  for (const part of ['one ', 'two ', 'three']) { out.write(part); await new Promise((r) => setTimeout(r, 200)); }
  if (event.fail) throw new Error('middle');
  out.end();
});"""


@check("an answer is streamed while it is made, and an error in its middle is told")
def _():
    function("stream", "nodejs22.x", "index.h", {"index.js": STREAM})
    times, text, last = [], b"", None
    for event in lam.invoke_with_response_stream(FunctionName="stream", Payload="{}")["EventStream"]:
        if "PayloadChunk" in event:
            times.append(time.monotonic())
            text += event["PayloadChunk"]["Payload"]
        last = event
    assert text == b"one two three" and times[-1] - times[0] > 0.2, (text, times)
    assert last == {"InvokeComplete": {}}, last
    events = list(lam.invoke_with_response_stream(FunctionName="stream", Payload='{"fail": true}')["EventStream"])
    assert events[0] == {"PayloadChunk": {"Payload": b"one "}}
    assert "middle" in events[-1]["InvokeComplete"]["ErrorDetails"]
    host = urllib.parse.urlparse(lam.create_function_url_config(FunctionName="stream", AuthType="NONE", InvokeMode="RESPONSE_STREAM")["FunctionUrl"]).netloc
    lam.add_permission(FunctionName="stream", StatementId="all", Action="lambda:InvokeFunctionUrl", Principal="*", FunctionUrlAuthType="NONE")
    response, body = visit(host)
    assert (response.status, response.headers["x-s"], body) == (202, "y", b"one two three"), (response.status, body)


@check("provisioned instances are there before they are wanted")
def _():
    function("warm", "python3.12", "h.f", {"h.py": "import os\ndef f(e, c): return os.environ['AWS_LAMBDA_INITIALIZATION_TYPE']"})
    version = lam.publish_version(FunctionName="warm")["Version"]
    lam.create_alias(FunctionName="warm", Name="live", FunctionVersion=version)
    put = lam.put_provisioned_concurrency_config(FunctionName="warm", Qualifier="live", ProvisionedConcurrentExecutions=2)
    assert put["Status"] == "IN_PROGRESS"
    eventually("ready", lambda: lam.get_provisioned_concurrency_config(FunctionName="warm", Qualifier="live")["Status"] == "READY")
    assert answer("warm", Qualifier="live") == "provisioned-concurrency"
    assert answer("warm") == "on-demand"
    lam.delete_provisioned_concurrency_config(FunctionName="warm", Qualifier="live")
    refused("ProvisionedConcurrencyConfigNotFoundException", lam.get_provisioned_concurrency_config, FunctionName="warm", Qualifier="live")


@check("what became of an event is told to another function")
def _():
    logs = boto3.client("logs", config=config)
    function("told", "python3.12", "h.f", {"h.py": "import json\ndef f(e, c): print('TOLD ' + json.dumps(e))"})
    function("worker", "python3.12", "h.f", {"h.py": "def f(e, c):\n  if e.get('fail'): raise ValueError('no')\n  return e"})
    arn = lam.get_function_configuration(FunctionName="told")["FunctionArn"]
    lam.put_function_event_invoke_config(
        FunctionName="worker", MaximumRetryAttempts=0, DestinationConfig={"OnSuccess": {"Destination": arn}, "OnFailure": {"Destination": arn}}
    )
    lam.invoke(FunctionName="worker", InvocationType="Event", Payload='{"n": 1}')
    lam.invoke(FunctionName="worker", InvocationType="Event", Payload='{"fail": true}')

    def told():
        try:
            events = logs.filter_log_events(logGroupName="/aws/lambda/told", filterPattern="TOLD")["events"]
        except ClientError:
            return None
        return events if len(events) == 2 else None

    records = [json.loads(e["message"].split("TOLD ")[1]) for e in eventually("two records", told)]
    assert sorted(r["requestContext"]["condition"] for r in records) == ["RetriesExhausted", "Success"], records
    failed = next(r for r in records if r["requestContext"]["condition"] == "RetriesExhausted")
    assert failed["responsePayload"]["errorMessage"] == "no" and failed["requestPayload"] == {"fail": True}, failed


@check("a runtime of one's own, in shell, through the Runtime API")
def _():
    script = """#!/bin/sh
api=http://$AWS_LAMBDA_RUNTIME_API/2018-06-01/runtime/invocation
while true; do
  head=$(mktemp)
  event=$(curl -sS -D "$head" "$api/next")
  id=$(grep -i lambda-runtime-aws-request-id "$head" | tr -d '[:space:]' | cut -d: -f2)
  curl -sS -X POST "$api/$id/response" -d "{\\"got\\": $event}" >/dev/null
done
"""
    function("shell", "provided.al2023", "h", {"bootstrap": script})
    assert answer("shell", "[1]") == {"got": [1]}


print("done", botocore.__version__, os.name)
