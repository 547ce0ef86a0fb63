"""What functions in each language find, get and answer, beside what AWS's did. Prints every difference and the count of steps."""
import glob
import json
import os
import shutil
import subprocess
import tempfile

import packages
from recorded import Replay
from recorded_lambda_suite import ELSEWHERE, arguments, fresh, function, lam, package, python, settled

# the interfaces for functions in Java: a jar, or a folder that has its classes
JAVA_TYPES = os.environ["LAMBDA_JAVA_CORE"]


def java_classes(sources):
    """The compiled classes of these Java sources, by their names in a package."""
    with tempfile.TemporaryDirectory() as place:
        for name, text in sources.items():
            with open(os.path.join(place, name), "w") as file:
                file.write(text)
        out = os.path.join(place, "out")
        subprocess.run([os.environ["JAVAC"], "--release", "8", "-Xlint:-options", "-cp", JAVA_TYPES, "-d", out] + glob.glob(place + "/*.java"), check=True)
        return files_of(out)


def files_of(folder):
    files = {}
    for root, _, names in os.walk(folder):
        for name in names:
            path = os.path.join(root, name)
            with open(path, "rb") as file:
                files[os.path.relpath(path, folder)] = file.read()
    return files


def core_jar():
    if os.path.isdir(JAVA_TYPES):
        types = {name: data for name, data in files_of(JAVA_TYPES).items() if name.startswith("com/amazonaws/")}
        return {"lib/aws-lambda-java-core.jar": packages.package(types)}
    with open(JAVA_TYPES, "rb") as file:
        return {"lib/aws-lambda-java-core.jar": file.read()}


JAVA_ECHO = {"Handler.java": """package echo;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestHandler;
import java.util.HashMap;
import java.util.Map;

public class Handler implements RequestHandler<Object, Object> {
    public Object handleRequest(Object event, Context context) {
        if (!(event instanceof Map)) {
            return event;
        }
        Map<?, ?> asked = (Map<?, ?>) event;
        if (asked.containsKey("error_msg")) {
            throw new RuntimeException("Error: " + asked.get("error_msg"));
        }
        if (!asked.containsKey("introspect")) {
            return event;
        }
        Map<String, Object> told = new HashMap<>();
        told.put("aws_request_id", context.getAwsRequestId());
        told.put("function_name", context.getFunctionName());
        told.put("function_version", context.getFunctionVersion());
        told.put("invoked_function_arn", context.getInvokedFunctionArn());
        told.put("log_group_name", context.getLogGroupName());
        told.put("log_stream_name", context.getLogStreamName());
        told.put("memory_limit_in_mb", "" + context.getMemoryLimitInMB());
        told.put("remaining_time_in_millis", context.getRemainingTimeInMillis());
        Map<String, Object> all = new HashMap<>();
        all.put("ctx", told);
        all.put("environment", System.getenv());
        return all;
    }
}
"""}
NODE_ECHO = {"index.js": """exports.handler = async event => {
  if (event?.introspect) return { environment: process.env };
  return event;
};
"""}
PYTHON_ECHO = {"handler.py": """import os


def handler(event, context):
    if isinstance(event, dict) and event.get("introspect"):
        return {"environment": dict(os.environ)}
    return event
"""}
SHELL_ECHO = {"bootstrap": """#!/bin/sh
api="http://$AWS_LAMBDA_RUNTIME_API/2018-06-01/runtime/invocation"
while true; do
  curl -sS -D /tmp/headers -o /tmp/event "$api/next"
  id=$(tr -d '\\r' </tmp/headers | sed -n 's/^[Ll]ambda-[Rr]untime-[Aa]ws-[Rr]equest-[Ii]d: //p')
  curl -sS -o /dev/null --data-binary @/tmp/event "$api/$id/response"
done
"""}


def echo(runtime, extra=None, **more):
    """A function that answers what it is told."""
    extra = extra or {}
    if runtime.startswith("java"):
        files, handler = java_classes(JAVA_ECHO), "echo.Handler"
    elif runtime.startswith("nodejs"):
        files, handler = NODE_ECHO, "index.handler"
    elif runtime.startswith("python"):
        files, handler = PYTHON_ECHO, "handler.handler"
    else:
        files, handler = SHELL_ECHO, "function.handler"
    return dict(Runtime=runtime, Handler=handler, MemorySize=1024, Timeout=10, Code={"ZipFile": packages.package({**files, **extra})}, **more)


# what the functions of a runtime need of this machine
PROGRAMS = {"nodejs": "node", "provided": "curl"}
MISSING = tuple(runtime for runtime, program in PROGRAMS.items() if shutil.which(program) is None)


def runtimes(r, test):
    """The runtimes that a test was recorded with, of those that are offered here."""
    for case in list(r.recordings):
        name, _, runtime = case.partition("[")
        if name.endswith("::" + test) and not runtime.startswith(("ruby", "dotnet", *MISSING)):
            r.of(case)
            yield runtime[:-1]


PAYLOADS = [
    {"hello": "world"},
    {"hello": "'\" some other ''\"\" quotes, a \U0001f973 emoji and some brackets {[}}[([]))"},
    {},
    [],
    [1, "two", None],
    "a text",
    "",
    42,
    3.25,
    True,
    False,
    None,
]


def case_echoes(r):
    for runtime in runtimes(r, "test_echo_invoke"):
        name = function(**echo(runtime))
        for payload in PAYLOADS:
            r.recordings[r.case]["answer"] = {"ExecutedVersion": "$LATEST", "StatusCode": 200, "ResponseMetadata": {"HTTPStatusCode": 200}}
            answer = lam.invoke(FunctionName=name, Payload=json.dumps(payload))
            told = json.loads(answer.pop("Payload").read())
            r.compare("answer", answer)
            r.recordings[r.case]["payload"] = [payload]
            r.compare("payload", [told])


WRAPPER = {"environment_wrapper": """#!/bin/sh
export WRAPPER_VAR=test_value
exec "$@"
"""}


def case_wrappers(r):
    for runtime in runtimes(r, "test_runtime_wrapper_invoke"):
        name = fresh()
        variables = {"Variables": {"AWS_LAMBDA_EXEC_WRAPPER": "/var/task/environment_wrapper"}}
        wanted = arguments(name, **{**echo(runtime, WRAPPER, Environment=variables), "Timeout": None})
        r.step("create_function_result", lam.create_function, **wanted)
        settled(name)
        told = json.loads(lam.invoke(FunctionName=name, Payload=b'{"introspect": true}')["Payload"].read())
        r.recordings[r.case]["seen"] = {"WRAPPER_VAR": "test_value", "AWS_LAMBDA_EXEC_WRAPPER": "/var/task/environment_wrapper"}
        r.compare("seen", {key: told["environment"].get(key) for key in r.recordings[r.case]["seen"]})


def case_java(r):
    for runtime in runtimes(r, "test_uncaught_exception_invoke"):
        if runtime.startswith("java"):
            name = function(**echo(runtime))
            r.step("error_result", lam.invoke, FunctionName=name, Payload=json.dumps({"error_msg": "some_error_msg"}))
    for runtime in runtimes(r, "test_introspection_invoke"):
        if not runtime.startswith("java"):
            continue
        name = function(**echo(runtime, Environment={"Variables": {"TEST_KEY": "TEST_VAL"}}))
        for step, qualifier in (("invocation_result_payload", {}), ("invocation_result_payload_qualified", {"Qualifier": "$LATEST"})):
            seen = json.loads(lam.invoke(FunctionName=name, Payload=b'{"introspect": true}', **qualifier)["Payload"].read())
            expected = r.recordings[r.case][step]
            # where the log goes and which trace it is, the runtime is told by other ways here
            elsewhere = ELSEWHERE | {"_LAMBDA_TELEMETRY_LOG_FD", "_X_AMZN_TRACE_ID"}
            here = lambda told: {"ctx": told["ctx"], "environment": {k: v for k, v in told["environment"].items() if k not in elsewhere}}
            r.recordings[r.case]["here"] = here(expected)
            r.compare("here", here(seen))


def invoked(r, created, step, wanted, payload):
    name = fresh()
    answer = lam.create_function(**arguments(name, **wanted))
    if created in r.recordings[r.case]:
        r.compare(created, {"CreateEventSourceMappingResponse": None, "CreateFunctionResponse": answer})
    settled(name)
    r.step(step, lam.invoke, FunctionName=name, Payload=json.dumps(payload))
    return name


def case_java_handlers(r):
    kind = "TestJavaRuntimes::test_java_custom_handler_method_specification"
    both = {"LambdaHandlerWithInterfaceAndCustom.java": """package cloud.localstack.sample;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestHandler;

public class LambdaHandlerWithInterfaceAndCustom implements RequestHandler<Object, String> {
    public String handleRequest(Object event, Context context) {
        return "INTERFACE";
    }

    public String handleRequestCustom(Object event, Context context) {
        return "CUSTOM";
    }
}
"""}
    handler = "cloud.localstack.sample.LambdaHandlerWithInterfaceAndCustom"
    code = {"ZipFile": packages.package({**java_classes(both), **core_jar()})}
    recorded = r.recordings[f"{kind}[{handler}-INTERFACE]"]
    for method, told in (("", "INTERFACE"), ("::handleRequest", "INTERFACE"), ("::handleRequestCustom", "CUSTOM")):
        r.of(f"{kind}[{handler}{method}-{told}]")
        r.recordings[r.case] = json.loads(json.dumps(recorded).replace("INTERFACE", told).replace(handler, handler + method))
        invoked(r, "create-result", "invoke-result", dict(Runtime="java11", Handler=handler + method, Code=code), {})

    r.of("TestJavaRuntimes::test_java_runtime_with_lib")
    library = {"Library.java": """package library;

public class Library {
    public static String json(String word) {
        return "{\\"echo\\":\\"" + word + "\\"}";
    }
}
"""}
    user = {"LambdaHandlerWithLib.java": """package cloud.localstack.sample;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestHandler;
import java.util.Map;
import library.Library;

public class LambdaHandlerWithLib implements RequestHandler<Map<String, String>, String> {
    public String handleRequest(Map<String, String> event, Context context) {
        return Library.json(event.get("echo"));
    }
}
"""}
    all_classes = java_classes({**library, **user})
    of_library = {name: data for name, data in all_classes.items() if name.startswith("library/")}
    own = {name: data for name, data in all_classes.items() if not name.startswith("library/")}
    in_lib = {**own, "lib/library.jar": packages.package(of_library), **core_jar()}
    for kind in ("jar-with-lib", "zip-with-lib", "zip-with-lib-gradle"):
        wanted = dict(Runtime="java11", Handler="cloud.localstack.sample.LambdaHandlerWithLib", Code={"ZipFile": packages.package(in_lib)})
        invoked(r, "create-result-" + kind, "invoke-result-" + kind, wanted, {"echo": "echo"})

    objects = {"SerializedInputLambdaHandler.java": """package cloud.localstack.awssdkv1.sample;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestHandler;
import java.io.Serializable;

public class SerializedInputLambdaHandler
        implements RequestHandler<SerializedInputLambdaHandler.Input, SerializedInputLambdaHandler.Output> {
    public Output handleRequest(Input input, Context context) {
        Output output = new Output();
        output.setBucket(input.getBucket());
        output.setKey(input.getKey());
        output.setValidated(true);
        return output;
    }

    public static class Input implements Serializable {
        private static final long serialVersionUID = 1;
        private String bucket;
        private String key;

        public String getBucket() {
            return bucket;
        }

        public void setBucket(String bucket) {
            this.bucket = bucket;
        }

        public String getKey() {
            return key;
        }

        public void setKey(String key) {
            this.key = key;
        }
    }

    public static class Output extends Input {
        private boolean validated;

        public boolean isValidated() {
            return validated;
        }

        public void setValidated(boolean validated) {
            this.validated = validated;
        }
    }
}
"""}
    code = {"ZipFile": packages.package({**java_classes(objects), **core_jar()})}
    for runtime in runtimes(r, "test_serializable_input_object"):
        wanted = dict(Runtime=runtime, Handler="cloud.localstack.awssdkv1.sample.SerializedInputLambdaHandler", Code=code)
        invoked(r, "create-result", "invoke-result", wanted, {"bucket": "test_bucket", "key": "test_key"})

    streams = {"StreamHandler.java": """package sample;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

public class StreamHandler implements RequestStreamHandler {
    public void handleRequest(InputStream in, OutputStream out, Context context) throws IOException {
        context.getLogger().log("a stream came");
        int next = in.read();
        while (next >= 0) {
            out.write(next);
            next = in.read();
        }
    }
}
"""}
    code = {"ZipFile": packages.package({**java_classes(streams), **core_jar()})}
    for runtime in runtimes(r, "test_stream_handler"):
        invoked(r, "none", "invoke_result", dict(Runtime=runtime, Handler="sample.StreamHandler", Code=code), {})


def case_handlers(r):
    module = {"lambda_handler_es6.mjs": """export const handler = async event => ({
  statusCode: 200,
  body: JSON.stringify(`response from localstack lambda: ${JSON.stringify(event)}`),
});
"""}
    for runtime in runtimes(r, "test_invoke_nodejs_es6_lambda"):
        wanted = dict(Runtime=runtime, Handler="lambda_handler_es6.handler", Code={"ZipFile": package(module)})
        invoked(r, "creation-result", "invocation-result", wanted, {"event_type": "test_lambda"})
    text = "def handler(event, context):\n    return {'module': __name__, 'event': event}\n"
    for runtime in runtimes(r, "test_handler_in_submodule"):
        for handler in ("pkg.def.main.handler", "pkg/def/main.handler"):
            name = function(Runtime=runtime, Handler=handler, Code={"ZipFile": package({"pkg/def/main.py": text})})
            r.recordings[r.case]["answer"] = {"module": "pkg.def.main", "event": {"a": 1}}
            r.compare("answer", json.loads(lam.invoke(FunctionName=name, Payload=b'{"a": 1}')["Payload"].read()))


# by the standard library: not every machine has boto3 for its functions
WHO = """import datetime
import hashlib
import hmac
import os
import re
import urllib.parse
import urllib.request


def sha256(data):
    return hashlib.sha256(data).hexdigest()


def handler(event, context):
    body = b"Action=GetCallerIdentity&Version=2011-06-15"
    now = datetime.datetime.now(datetime.timezone.utc).strftime("%Y%m%dT%H%M%SZ")
    scope = [now[:8], os.environ["AWS_REGION"], "sts", "aws4_request"]
    url = os.environ["AWS_ENDPOINT_URL"]
    headers = {
        "host": urllib.parse.urlsplit(url).netloc,
        "x-amz-date": now,
        "x-amz-security-token": os.environ["AWS_SESSION_TOKEN"],
    }
    names = ";".join(headers)
    canonical = ["POST", "/", "", *(name + ":" + value for name, value in headers.items()), "", names, sha256(body)]
    text = ["AWS4-HMAC-SHA256", now, "/".join(scope), sha256("\\n".join(canonical).encode())]
    key = ("AWS4" + os.environ["AWS_SECRET_ACCESS_KEY"]).encode()
    for part in [*scope, "\\n".join(text)]:
        key = hmac.new(key, part.encode(), "sha256").digest()
    credential = os.environ["AWS_ACCESS_KEY_ID"] + "/" + "/".join(scope)
    headers["authorization"] = f"AWS4-HMAC-SHA256 Credential={credential}, SignedHeaders={names}, Signature={key.hex()}"
    with urllib.request.urlopen(urllib.request.Request(url + "/", body, headers)) as answer:
        return re.search("<Arn>(.*)</Arn>", answer.read().decode())[1]
"""


def case_inside(r):
    r.of("TestLambdaBehavior::test_lambda_init_environment")
    text = "import os\nENVIRONMENT = dict(os.environ)\n\ndef handler(event, context):\n    return {'environment': ENVIRONMENT}\n"
    name = fresh()
    answer = lam.create_function(**arguments(name, Runtime="python3.14", Code={"ZipFile": package({"handler.py": text})}))
    r.compare("create-result", {"CreateEventSourceMappingResponse": None, "CreateFunctionResponse": answer})
    settled(name)
    seen = json.loads(lam.invoke(FunctionName=name)["Payload"].read())["environment"]
    # a process may be ready before there is an invocation, and is told of a trace with each
    here = lambda told: {key: value for key, value in told.items() if key not in ELSEWHERE | {"_X_AMZN_TRACE_ID"}}
    r.recordings[r.case]["here"] = here(r.recordings[r.case]["lambda-init-inspection"]["Payload"]["environment"])
    r.compare("here", here(seen))

    r.of("TestLambdaBehavior::test_runtime_ulimits")
    limits = python("import resource", "names = [name for name in dir(resource) if name.startswith('RLIMIT_')]",
                    "return {name: resource.getrlimit(getattr(resource, name)) for name in names}")
    answer = lam.invoke(FunctionName=function(Code={"ZipFile": limits}))
    # there are no core dumps here, and control groups count processes and locked memory
    elsewhere = ("RLIMIT_CORE", "RLIMIT_MEMLOCK", "RLIMIT_NPROC")
    expected = {name: limits for name, limits in r.recordings[r.case]["invoke_runtime_ulimits"]["Payload"].items() if name not in elsewhere}
    seen = json.loads(answer["Payload"].read())
    r.recordings[r.case]["limits"] = expected
    r.compare("limits", {name: seen.get(name) for name in expected})

    r.of("TestLambdaBaseFeatures::test_assume_role[2]")
    arn = json.loads(lam.invoke(FunctionName=function(Code={"ZipFile": package({"handler.py": WHO})}))["Payload"].read())
    r.recordings[r.case]["here"] = "arn:<partition>:sts::111111111111:assumed-role/<role>/<function-name>"
    r.compare("here", arn)

    r.of("TestLambdaBaseFeatures::test_large_payloads")
    name = function(MemorySize=512)
    event = {"test": "test123456" * 100 * 1000 * 5}
    r.recordings[r.case]["same"] = True
    r.compare("same", json.loads(lam.invoke(FunctionName=name, Payload=json.dumps(event))["Payload"].read()) == event)
    r.of("TestLambdaBaseFeatures::test_lambda_large_response")
    size = 6 * 1024 * 1024 + 98
    name = function(MemorySize=512, Code={"ZipFile": python(f"return 'a' * {size}")})
    r.recordings[r.case]["length"] = size + 2
    r.compare("length", len(lam.invoke(FunctionName=name)["Payload"].read()))
    r.of("TestLambdaCleanup::test_recreate_function")
    name = fresh()
    for step in ("create_function_response_one", "create_function_response_two"):
        answer = lam.create_function(**arguments(name, Handler="lambda_echo.handler"))
        r.compare(step, {"CreateEventSourceMappingResponse": None, "CreateFunctionResponse": answer})
        settled(name)
        lam.delete_function(FunctionName=name)


if __name__ == "__main__":
    for runtime in MISSING:
        print("left out:", runtime, "as this machine has no", PROGRAMS[runtime])
    Replay("lambda", globals(), bound="<uuid")
