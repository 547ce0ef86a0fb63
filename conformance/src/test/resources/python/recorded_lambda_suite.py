"""Lambda's answers beside those that AWS gave to the same requests. Prints every difference and the count of steps."""
import base64
import http.client
import io
import json
import os
import re
import time
import urllib.parse
import zipfile

import boto3
from botocore.config import Config

from recorded import Replay

config = Config(retries={"max_attempts": 0}, parameter_validation=False, read_timeout=60)
REGION = "us-east-1"
lam = boto3.client("lambda", region_name=REGION, config=config)
iam = boto3.client("iam", region_name=REGION, config=config)
logs = boto3.client("logs", region_name=REGION, config=config)
dynamodb = boto3.client("dynamodb", region_name=REGION, config=config)
s3 = boto3.client("s3", region_name=REGION, config=config)
platform = urllib.parse.urlsplit(lam.meta.endpoint_url)
ACCOUNT = boto3.client("sts", region_name=REGION, config=config).get_caller_identity()["Account"]
ARN = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:"
RUN = "recorded-" + os.urandom(4).hex()
made = 0

TRUST = {"Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}]}
ROLE = iam.create_role(RoleName=RUN, AssumeRolePolicyDocument=json.dumps(TRUST))["Role"]["Arn"]
iam.attach_role_policy(RoleName=RUN, PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess")


def package(files):
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return data.getvalue()


ECHO = package({"handler.py": "def handler(event, context):\n    print(event)\n    return event\n"})
NODE_ECHO = package({"index.js": "exports.handler = async event => { console.log(JSON.stringify(event)); return event; };\n"})


def fresh():
    global made
    made += 1
    return f"{RUN}-{made}"


def settled(name):
    """Waits until what was begun with a function is done, and gives its configuration."""
    for _ in range(1200):
        seen = lam.get_function_configuration(FunctionName=name)
        if seen["State"] != "Pending" and seen.get("LastUpdateStatus") != "InProgress":
            return seen
        time.sleep(0.05)
    raise AssertionError(f"{name} does not settle: {seen}")


def arguments(name, **more):
    usual = dict(
        FunctionName=name,
        Runtime="python3.12",
        Role=ROLE,
        Handler="handler.handler",
        Timeout=30,
        Environment={"Variables": {}},
        Code={"ZipFile": ECHO},
    )
    usual.update(more)
    return {key: value for key, value in usual.items() if value is not None}


def function(**more):
    name = fresh()
    lam.create_function(**arguments(name, **more))
    settled(name)
    return name


def eventually(what, condition):
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        seen = condition()
        if seen:
            return seen
        time.sleep(0.1)
    raise AssertionError("not within a minute: " + what)


# ---- functions


def as_new(seen):
    """What must have been asked for, for a function to be created as it was."""
    wanted = {
        key: seen[key]
        for key in ("Runtime", "Handler", "Description", "Timeout", "MemorySize", "Environment", "Architectures", "EphemeralStorage")
        if key in seen
    }
    wanted["TracingConfig"] = seen["TracingConfig"]
    return wanted


def case_every_recorded_creation(r):
    tried = set()
    for case, steps in r.recordings.items():
        for step, answer in steps.items():
            inner = answer.get("CreateFunctionResponse", answer) if isinstance(answer, dict) else {}
            created = inner.get("State") == "Pending" and "CodeSha256" in inner and inner["ResponseMetadata"]["HTTPStatusCode"] == 201
            # older recordings lack what AWS answers today
            if not created or "RuntimeVersionConfig" not in inner or "VpcConfig" in inner or "DeadLetterConfig" in inner or "Layers" in inner:
                continue
            if inner["Runtime"].startswith(("dotnet", "ruby")):
                continue
            wanted = as_new(inner)
            key = json.dumps([wanted, inner["Version"]])
            if key in tried:
                continue
            tried.add(key)
            r.of(case)
            answer = lam.create_function(**arguments(fresh(), **{"Environment": None, **wanted}), Publish=inner["Version"] != "$LATEST")
            r.compare(step, {"CreateEventSourceMappingResponse": None, "CreateFunctionResponse": answer} if inner is not steps[step] else answer)


def summary(error):
    """An error in few words, its validation errors one by one."""
    code, message = error["Error"]["Code"], error["Error"]["Message"]
    problems = re.fullmatch(r"(\d+) validation errors? detected: (.*)", message, re.DOTALL)
    if not problems:
        return {"Code": code, "Message": message}
    return {"Code": code, "Count": int(problems[1]), "Errors": sorted(re.split("; (?=Value )", problems[2]))}


def error(call, **more):
    try:
        call(**more)
    except lam.exceptions.ClientError as e:
        return e.response
    return {"Error": {"Code": "none", "Message": "answered"}}


NAMES = {
    "full_arn_and_qualifier_too_long_and_invalid_region": (
        f"arn:aws:lambda:invalid-region:{ACCOUNT}:function:my-function-" + "a" * 170,
        "a" * 129,
    ),
    "full_arn_with_multiple_qualifiers": (ARN + "my-function:1:2", None),
    "function_name_and_qualifier_too_long": ("my-function", "a" * 65),
    "function_name_is_single_invalid": ("*", None),
    "function_name_too_long": ("a" * 65, None),
    "incomplete_arn": (f"arn:aws:lambda:{REGION}:{ACCOUNT}:function", None),
    "invalid_account_id_in_partial_arn": ("invalid-account:function:my-function", None),
    "invalid_characters_in_function_name": ("my-function!", None),
    "invalid_characters_in_qualifier": ("my-function", "invalid!"),
    "invalid_region_in_arn": (f"arn:aws:lambda:invalid-region:{ACCOUNT}:function:my-function", None),
    "latest_version_with_additional_qualifier": ("my-function:$LATEST", "1"),
    "lowercase_latest_qualifier": (ARN + "my-function", "$latest"),
    "missing_account_id_in_arn": (f"arn:aws:lambda:{REGION}::function:my-function", None),
    "missing_region_in_arn": (f"arn:aws:lambda::{ACCOUNT}:function:my-function", None),
    "misspelled_latest_in_arn": (ARN + "my-function:$LATES", None),
    "non_lambda_arn": (f"arn:aws:ec2:{REGION}:{ACCOUNT}:instance:i-1234567890abcdef0", None),
    "partial_arn_with_extra_qualifier": ("function:my-function:$LATEST:extra", None),
    "qualifier_too_long": ("my-function", "a" * 129),
    "qualifier_too_long0": ("my-function", "a" * 129),
    "qualifier_too_long1": ("my-function", "a" * 65),
}


def case_names(r):
    prefix = "TestLambdaFunction::test_function_name_and_qualifier_validation["
    for case in r.recordings:
        if not case.startswith(prefix):
            continue
        kind, operation = case[len(prefix) : -1].rsplit("-", 1)
        name, qualifier = NAMES[kind]
        if operation == "create_function":
            # it has no qualifier beside the name
            wanted = arguments(name if qualifier is None else f"{name}:{qualifier}")
        else:
            wanted = {"FunctionName": name} if qualifier is None else {"FunctionName": name, "Qualifier": qualifier}
        r.of(case)
        if not r.recordings[case]:
            continue
        r.compare(operation + "_exception", summary(error(getattr(lam, operation), **wanted)))
    for case in r.recordings:
        ask = re.fullmatch(r"TestLambdaFunction::test_get_function_wrong_region\[(.*)]", case)
        if ask:
            r.of(case)
            r.step("wrong_region_exception", getattr(lam, ask[1]), FunctionName=f"arn:aws:lambda:eu-west-1:{ACCOUNT}:function:f")
        ask = re.fullmatch(r"TestLambdaFunction::test_ops_on_nonexisting_fn\[(.*)]", case)
        if ask:
            r.of(case)
            r.step("not_found_exception", getattr(lam, ask[1]), FunctionName="no-such-function")
        ask = re.fullmatch(r"TestLambdaFunction::test_ops_with_arn_qualifier_mismatch\[(.*)]", case)
        if ask:
            r.of(case)
            arn = ARN + "some-function:$LATEST"
            r.step("not_match_exception", getattr(lam, ask[1]), FunctionName=arn, Qualifier="1")
            r.step("match_exception", getattr(lam, ask[1]), FunctionName=arn, Qualifier="$LATEST")
    name = function()
    for operation in ("get_function", "get_function_event_invoke_config"):
        r.of(f"TestLambdaFunction::test_ops_on_nonexisting_version[{operation}]")
        r.step("version_not_found_exception", getattr(lam, operation), FunctionName=name, Qualifier="1221")
    r.of("TestLambdaFunction::test_function_arns")
    wrapped = lambda step, answer: r.compare(step, {"CreateEventSourceMappingResponse": None, "CreateFunctionResponse": answer})
    wrapped("create-function-arn-response", lam.create_function(**arguments(ARN + fresh())))
    wrapped("create-function-partial-arn-response", lam.create_function(**arguments(f"{ACCOUNT}:function:{fresh()}")))
    r.step("function_arn_other_region_exc", lam.create_function,
           **arguments(f"arn:aws:lambda:ap-southeast-1:{ACCOUNT}:function:{fresh()}"))
    r.step("function_arn_other_account_exc", lam.create_function, **arguments(f"arn:aws:lambda:{REGION}:123456789012:function:{fresh()}"))
    r.step("invalid_function_name_exc", lam.create_function, **arguments("invalid:function:name"))
    r.step("long_function_name_exc", lam.create_function, **arguments("a" * 65))
    r.step("long_function_arn_exc", lam.create_function, **arguments(ARN + "a" * 140))


def case_updates(r):
    r.of("TestLambdaFunction::test_redundant_updates")
    name = fresh()
    answer = lam.create_function(**arguments(name, Description="Initial description"))
    r.compare("create_response", {"CreateEventSourceMappingResponse": None, "CreateFunctionResponse": answer})
    settled(name)
    r.step("first_update_result", lam.update_function_configuration, FunctionName=name, Description="1st update description")
    settled(name)
    r.step("get_fn_config_result", lam.get_function_configuration, FunctionName=name)
    r.step("get_fn_result", lam.get_function, FunctionName=name)
    r.step("redundant_update_result", lam.update_function_configuration, FunctionName=name, Description="1st update description")
    settled(name)
    r.step("get_fn_result_after_redundant_update", lam.get_function, FunctionName=name)
    r.of("TestLambdaFunction::test_lambda_code_location_s3")
    bucket = fresh()
    s3.create_bucket(Bucket=bucket)
    s3.put_object(Bucket=bucket, Key="code.zip", Body=package({"index.py": "def handler(event, context):\n    return 1\n"}))
    name = fresh()
    plain = dict(Handler="index.handler", Timeout=None, Environment=None)
    r.step("create_response_s3", lam.create_function, **arguments(name, Code={"S3Bucket": bucket, "S3Key": "code.zip"}, **plain))
    settled(name)
    r.step("get-function-response", lam.get_function, FunctionName=name)
    s3.put_object(Bucket=bucket, Key="code.zip", Body=package({"index.py": "def handler(event, context):\n    return 2\n"}))
    r.step("update-function-response", lam.update_function_code, FunctionName=name, S3Bucket=bucket, S3Key="code.zip")
    r.of("TestLambdaBehavior::test_mixed_architecture")
    name = function()
    r.step("update_function_code_response", lam.update_function_code, FunctionName=name, ZipFile=ECHO, Architectures=["arm64"])
    r.of("TestLambdaImages::test_lambda_zip_file_to_image")
    name = fresh()
    r.step("create-image-response", lam.create_function, **arguments(name, Timeout=None, Environment=None))
    settled(name)
    r.step("get-function-code-response", lam.get_function, FunctionName=name)
    r.step("get-function-config-response", lam.get_function_configuration, FunctionName=name)
    r.step("zipfile-to-image-error", lam.update_function_code, FunctionName=name, ImageUri=f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/image:latest")
    r.step("get-function-code-response-after-update", lam.get_function, FunctionName=name)
    r.step("get-function-config-response-after-update", lam.get_function_configuration, FunctionName=name)
    for runtime in ("java8", "provided", "ruby2.7"):
        r.of(f"TestRuntimeValidation::test_create_deprecated_function_runtime_with_validation_enabled[{runtime}]")
        r.step("deprecation_error", lam.create_function, **arguments(fresh(), Runtime=runtime))
    r.of("TestLambdaSizeLimits::test_oversized_lambda")
    r.step("invalid_param_exc", lam.create_function, **arguments(fresh(), Code={"ZipFile": large()}))
    r.of("TestLambdaAccountSettings::test_account_settings")
    seen = lam.get_account_settings()
    r.compare("acc_settings_modded", {key: sorted(value) if key != "ResponseMetadata" else value for key, value in seen.items()})


def large():
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive, archive.open("handler.py", "w", force_zip64=True) as entry:
        for _ in range(251):
            entry.write(bytes(1 << 20))
    return data.getvalue()


def case_logging(r):
    for number, wanted in enumerate([{"LogFormat": "JSON"}, {"LogFormat": "JSON", "ApplicationLogLevel": "DEBUG"},
                                     {"LogFormat": "JSON", "SystemLogLevel": "DEBUG"}]):
        r.of(f"TestLoggingConfig::test_function_partial_advanced_logging_configuration_update[partial_config{number}]")
        logged(r, wanted)
    r.of("TestLoggingConfig::test_advanced_logging_configuration_format_switch")
    name = logged(r, {"LogFormat": "JSON"})
    r.step("updated_config_v2", lam.update_function_configuration, FunctionName=name, LoggingConfig={"LogFormat": "Text"})
    settled(name)
    r.step("received_config_v2", lam.get_function_configuration, FunctionName=name)


def logged(r, wanted):
    name = fresh()
    answer = lam.create_function(**arguments(name, MemorySize=256, Timeout=5))
    r.compare("create_response", {"CreateEventSourceMappingResponse": None, "CreateFunctionResponse": answer})
    settled(name)
    r.step("get_function_response", lam.get_function, FunctionName=name)
    r.step("function_config", lam.get_function_configuration, FunctionName=name)
    r.step("updated_config", lam.update_function_configuration, FunctionName=name, LoggingConfig=wanted)
    settled(name)
    r.step("received_config", lam.get_function_configuration, FunctionName=name)
    return name


def case_snap_start(r):
    for case in list(r.recordings):
        ask = re.fullmatch(r"TestLambdaSnapStart::test_snapstart_(lifecycle|update_function_configuration)\[((java|python).*)]", case)
        if not ask:
            continue
        r.of(case)
        name = fresh()
        handler = "echo.Handler" if ask[3] == "java" else "handler.handler"
        wanted = arguments(name, Runtime=ask[2], Handler=handler, MemorySize=1024, Timeout=5, Environment=None)
        r.step("create_function_response", lam.create_function, **wanted)
        settled(name)
        if ask[1] == "lifecycle":
            r.step("get_function_response_latest", lam.get_function, FunctionName=name)
            lam.publish_version(FunctionName=name, Description="version1")
            r.step("get_function_response_version_1", lam.get_function, FunctionName=name, Qualifier="1")
        else:
            r.step("update_function_response", lam.update_function_configuration, FunctionName=name, SnapStart={"ApplyOn": "PublishedVersions"})


# ---- versions and aliases


def case_versions(r):
    r.of("TestLambdaVersions::test_version_lifecycle")
    name = fresh()
    plain = dict(Handler="index.handler", Timeout=None, Environment=None)
    r.step("create_response", lam.create_function, **arguments(name, Description="No version :(", **plain))
    settled(name)
    r.step("get_function_result", lam.get_function, FunctionName=name)
    r.step("list_versions_result", lam.list_versions_by_function, FunctionName=name)
    r.step("first_update_response", lam.update_function_configuration, FunctionName=name, Description="First version :)")
    settled(name)
    r.step("first_update_get_function", lam.get_function, FunctionName=name)
    r.step("first_publish_response", lam.publish_version, FunctionName=name, Description="First version description :)")
    r.step("first_publish_get_function", lam.get_function, FunctionName=name, Qualifier="1")
    r.step("first_publish_get_function_config", lam.get_function_configuration, FunctionName=name, Qualifier="1")
    r.step("second_update_response", lam.update_function_configuration, FunctionName=name, Description="Second version :))")
    settled(name)
    r.step("first_publish_get_function_after_update", lam.get_function, FunctionName=name, Qualifier="1")
    r.step("second_publish_response", lam.publish_version, FunctionName=name)
    r.step("third_publish_response", lam.publish_version, FunctionName=name, Description="Third version description :)))")
    r.step("list_versions_result_after_third_publish", lam.list_versions_by_function, FunctionName=name)
    lam.delete_function(FunctionName=name, Qualifier="1")
    r.step("list_versions_result_after_deletion_of_first_version", lam.list_versions_by_function, FunctionName=name)
    r.of("TestLambdaVersions::test_publish_with_update")
    name = fresh()
    r.step("create_response", lam.create_function, **arguments(name, **plain))
    settled(name)
    r.step("get_function_result", lam.get_function, FunctionName=name)
    other = package({"index.py": "def handler(event, context):\n    return 2\n"})
    r.step("update_function_code_result", lam.update_function_code, FunctionName=name, ZipFile=other, Publish=True)
    r.of("TestLambdaAlias::test_non_existent_alias_update")
    name = fresh()
    r.step("create_response", lam.create_function, **arguments(name, **dict(plain, Environment={"Variables": {"testenv": "staging"}})))
    settled(name)
    r.step("update_alias_response", lam.update_alias, FunctionName=name, Name="non-existent", FunctionVersion="$LATEST")


def case_alias_moving(r):
    r.of("TestLambdaAliases::test_lambda_alias_moving")
    name = fresh()
    code = lambda text: package({"handler.py": "import os\ndef handler(event, context):\n"
                                 f"    return {{'version_id': '{text}', 'invoked_arn': context.invoked_function_arn,"
                                 " 'version_from_ctx': context.function_version}\n"})
    wanted = dict(as_new(r.recordings[r.case]["create_response"]), Environment=None, Code={"ZipFile": code("version1")})
    r.step("create_response", lam.create_function, **arguments(name, **wanted))
    settled(name)
    lam.publish_version(FunctionName=name)
    r.step("create_alias_response", lam.create_alias, FunctionName=name, Name="alias1", FunctionVersion="1")
    r.step("invocation_result_qualifier_v1", lam.invoke, FunctionName=name, Qualifier="alias1", Payload=b"{}")
    r.step("invocation_result_qualifier_v1_arn", lam.invoke, FunctionName=ARN + name + ":alias1", Payload=b"{}")
    r.step("update_lambda_response", lam.update_function_code, FunctionName=name, ZipFile=code("version2"))
    settled(name)
    r.step("invocation_result_qualifier_v1_after_update", lam.invoke, FunctionName=name, Qualifier="alias1", Payload=b"{}")
    described = r.recordings[r.case]["second_publish_response"]["Description"]
    r.step("second_publish_response", lam.publish_version, FunctionName=name, Description=described)
    r.step("invocation_result_qualifier_v1_after_publish", lam.invoke, FunctionName=name, Qualifier="alias1", Payload=b"{}")
    r.step("update_alias_response", lam.update_alias, FunctionName=name, Name="alias1", FunctionVersion="2")
    r.step("invocation_result_qualifier_v2", lam.invoke, FunctionName=name, Qualifier="alias1", Payload=b"{}")
    r.step("invocation_exc_not_existent", lam.invoke, FunctionName=name, Qualifier="non-existent-alias", Payload=b"{}")


# ---- who may


def case_permissions(r):
    of_service = lambda service, **more: dict(StatementId=service, Action="lambda:InvokeFunction", Principal=service + ".amazonaws.com", **more)
    r.of("TestLambdaPermissions::test_create_multiple_lambda_permissions")
    name = function()
    r.step("add_permission_response_1", lam.add_permission, FunctionName=name, **of_service("logs"))
    r.step("add_permission_response_2", lam.add_permission, FunctionName=name, **of_service("kinesis"))
    r.step("policy_after_2_add", lam.get_policy, FunctionName=name)
    of_bucket = of_service("s3", SourceArn=f"arn:aws:s3:::{RUN}")
    for case in ("test_lambda_permission_fn_versioning", "test_lambda_permission_versioning"):
        r.of("TestLambdaPermissions::" + case)
        name = function()
        r.step("add_permission", lam.add_permission, FunctionName=name, **of_bucket)
        r.step("get_policy", lam.get_policy, FunctionName=name)
        published = lam.publish_version(FunctionName=name)
        r.step("get_policy_after_publishing_new_version", lam.get_policy, FunctionName=name, Qualifier="1")
        # the older recording shows another revision of the same policy here
        newer = "_fn_" in case
        if newer:
            r.compare("publish_version_result", published)
            r.step("get_function_result_after_publishing", lam.get_function, FunctionName=name)
            r.step("get_policy_after_publishing_latest", lam.get_policy, FunctionName=name)
        lam.add_permission(FunctionName=name, Qualifier="1", **of_bucket)
        if newer:
            r.step("get_policy_after_adding_to_new_version", lam.get_policy, FunctionName=name)
            r.step("get_policy_version", lam.get_policy, FunctionName=name, Qualifier="1")
            alias = "permission-alias"
            r.step("create_alias_response", lam.create_alias, FunctionName=name, Name=alias, FunctionVersion="1")
            r.step("get_alias", lam.get_alias, FunctionName=name, Name=alias)
            r.step("add_permission_alias_revision_exception", lam.add_permission, FunctionName=name, Qualifier=alias, RevisionId="wrong", **of_bucket)
            lam.add_permission(FunctionName=name, Qualifier=alias, **of_bucket)
            r.step("get_policy_alias", lam.get_policy, FunctionName=name, Qualifier=alias)
        lam.add_permission(FunctionName=name, **dict(of_bucket, StatementId="s3_2"))
        r.step("get_policy_after_adding_2", lam.get_policy, FunctionName=name)


def case_permission_errors(r):
    r.of("TestLambdaPermissions::test_permission_exceptions")
    name = function()
    wanted = dict(StatementId="s3", Action="lambda:InvokeFunction", Principal="s3.amazonaws.com", SourceArn=f"arn:aws:s3:::{RUN}")
    add = lambda step, **more: r.step(step, lam.add_permission, **{"FunctionName": name, **wanted, **more})
    r.step("remove_permission_policy_doesnotexist", lam.remove_permission, FunctionName=name, StatementId="s3")
    add("add_permission_fn_doesnotexist", FunctionName="doesnotexist")
    add("add_permission_invalid_statement_id", StatementId="example.com")
    add("add_permission_fn_qualifier_latest", Qualifier="$LATEST")
    add("add_permission_fn_qualifier_mismatch", FunctionName=ARN + name + ":alias", Qualifier="other")
    add("add_permission_fn_qualifier_invalid", Qualifier="invalid-qualifier-with-?-char")
    add("add_permission_fn_qualifier_valid_doesnotexist", Qualifier="valid-with-$-but-doesnotexist")
    add("add_permission_fn_version_doesnotexist", Qualifier="42")
    add("add_permission_fn_alias_doesnotexist", Qualifier="alias-doesnotexist")
    add("add_permission_principal_invalid", Principal="invalid.nonaws.com")
    r.step("get_policy_fn_doesnotexist", lam.get_policy, FunctionName="doesnotexist")
    r.step("get_policy_fn_version_doesnotexist", lam.get_policy, FunctionName=name, Qualifier="42")
    lam.add_permission(FunctionName=name, **wanted)
    add("add_permission_conflicting_statement_id")
    r.step("remove_permission_fn_doesnotexist", lam.remove_permission, FunctionName="doesnotexist", StatementId="s3")
    r.step("remove_permission_fn_alias_doesnotexist", lam.remove_permission, FunctionName=name, StatementId="s3", Qualifier="alias-doesnotexist")


# ---- tags


def case_tags(r):
    for case in ("TestLambdaTag::test_tag_nonexisting_resource",):
        r.of(case)
        name = function()
        arn = ARN + name
        r.step("pre_delete_get_function", lam.get_function, FunctionName=name)
        lam.delete_function(FunctionName=name)
        r.step("not_found_exception_tag", lam.tag_resource, Resource=arn, Tags={"A": "B"})
        r.step("not_found_exception_untag", lam.untag_resource, Resource=arn, TagKeys=["A"])
        r.step("not_found_exception_list", lam.list_tags, Resource=arn)
    r.of("TestLambdaTag::test_tag_exceptions[event_source_mapping]")
    prefix = f"arn:aws:lambda:{REGION}:{ACCOUNT}:"
    mapping = prefix + "event-source-mapping:12345678-1234-1234-1234-123456789012"
    r.step("not_found_exception_tag", lam.tag_resource, Resource=mapping, Tags={"A": "B"})
    r.step("not_found_exception_untag", lam.untag_resource, Resource=mapping, TagKeys=["A"])
    r.step("not_found_exception_list", lam.list_tags, Resource=mapping)
    r.step("invalid_arn_exception", lam.tag_resource, Resource=prefix + "foobar:12345678-1234-1234-1234-123456789012", Tags={"A": "B"})
    r.step("aliased_arn_exception", lam.tag_resource, Resource=mapping + ":alias", Tags={"A": "B"})
    r.of("TestLambdaTags::test_tag_exceptions")
    name = function()
    arn = ARN + name
    r.step("tag_lambda_invalidarn", lam.tag_resource, Resource="arn:aws:something", Tags={"A": "B"})
    r.step("tag_lambda_qualifier_doesnotexist", lam.tag_resource, Resource=arn + ":v1", Tags={"A": "B"})
    r.step("tag_lambda_doesnotexist", lam.tag_resource, Resource=ARN + "doesnotexist", Tags={"A": "B"})
    r.step("tag_empty_tags", lam.tag_resource, Resource=arn, Tags={})
    r.step("list_tag_lambda_empty", lam.list_tags, Resource=arn)
    r.step("untag_nomatch", lam.untag_resource, Resource=arn, TagKeys=["somekey"])
    r.step("untag_empty_keys", lam.untag_resource, Resource=arn, TagKeys=[])
    r.of("TestLambdaTags::test_tag_versions")
    lam.publish_version(FunctionName=name)
    r.step("tag_resource_exception", lam.tag_resource, Resource=arn + ":1", Tags={"A": "B"})
    r.step("tag_resource_latest_exception", lam.tag_resource, Resource=arn + ":$LATEST", Tags={"A": "B"})
    r.of("TestLambdaTags::test_tag_limits")
    tags = {f"{i}_key": f"{i}_value" for i in range(51)}
    r.step("create_function_invalid_tags", lam.create_function, **arguments(fresh(), Tags=tags))
    name = function()
    arn = ARN + name
    r.step("tag_lambda_too_many_tags", lam.tag_resource, Resource=arn, Tags=tags)
    del tags["50_key"]
    r.step("tag_response", lam.tag_resource, Resource=arn, Tags=tags)
    r.step("list_tags_response", lam.list_tags, Resource=arn)
    r.step("get_fn_response", lam.get_function, FunctionName=name)
    r.step("tag_lambda_too_many_tags_additional", lam.tag_resource, Resource=arn, Tags={"a": "b"})


# ---- concurrency


def case_concurrency(r):
    r.of("TestLambdaConcurrency::test_lambda_concurrency_crud")
    name = function()
    r.step("get_function_concurrency_default", lam.get_function_concurrency, FunctionName=name)
    r.step("put_function_concurrency", lam.put_function_concurrency, FunctionName=name, ReservedConcurrentExecutions=0)
    r.step("get_function_concurrency_updated", lam.get_function_concurrency, FunctionName=name)
    lam.delete_function_concurrency(FunctionName=name)
    r.step("get_function_concurrency_deleted", lam.get_function_concurrency, FunctionName=name)
    r.of("TestLambdaConcurrency::test_reserved_provisioned_overlap")
    lam.publish_version(FunctionName=name)
    version = dict(FunctionName=name, Qualifier="1")
    r.step("put_provisioned_5", lam.put_provisioned_concurrency_config, ProvisionedConcurrentExecutions=2, **version)
    ready = lambda: lam.get_provisioned_concurrency_config(**version)["Status"] == "READY"
    eventually("provisioned", ready)
    r.step("get_provisioned_postwait", lam.get_provisioned_concurrency_config, **version)
    r.step("reserved_lower_than_provisioned_exc", lam.put_function_concurrency, FunctionName=name, ReservedConcurrentExecutions=1)
    lam.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=2)
    r.step("get_concurrency", lam.get_function_concurrency, FunctionName=name)
    r.step("reserved_equals_provisioned_latest_invoke_exc", lam.invoke, FunctionName=name, Payload=b"{}")
    r.step("reserved_equals_provisioned_increase_provisioned_exc", lam.put_provisioned_concurrency_config,
           ProvisionedConcurrentExecutions=3, **version)
    lam.update_function_configuration(FunctionName=name, Description="two")
    settled(name)
    lam.publish_version(FunctionName=name)
    r.step("reserved_equals_provisioned_another_provisioned_exc", lam.put_provisioned_concurrency_config,
           FunctionName=name, Qualifier="2", ProvisionedConcurrentExecutions=1)
    lam.delete_provisioned_concurrency_config(**version)
    r.of("TestLambdaProvisionedConcurrency::test_provisioned_concurrency_limits")
    lam.delete_function_concurrency(FunctionName=name)
    unreserved = lam.get_account_settings()["AccountLimit"]["UnreservedConcurrentExecutions"]
    r.step("put_provisioned_concurrency_account_limit_exceeded", lam.put_provisioned_concurrency_config,
           ProvisionedConcurrentExecutions=unreserved + 1, **version)
    r.step("put_provisioned_concurrency_below_unreserved_min_value", lam.put_provisioned_concurrency_config,
           ProvisionedConcurrentExecutions=unreserved - 5, **version)
    r.of("TestLambdaConcurrency::test_reserved_concurrency_async_queue")
    r.step("put_fn_concurrency", lam.put_function_concurrency, FunctionName=name, ReservedConcurrentExecutions=1)
    lam.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=0)
    r.step("too_many_requests_exc", lam.invoke, FunctionName=name, Payload=b"{}")


# ---- asynchronous invocations


def case_event_invoke_configs(r):
    put, get, update = lam.put_function_event_invoke_config, lam.get_function_event_invoke_config, lam.update_function_event_invoke_config
    delete, listed = lam.delete_function_event_invoke_config, lam.list_function_event_invoke_configs
    r.of("TestLambdaEventInvokeConfig::test_lambda_eventinvokeconfig_lifecycle")
    name = function()
    r.step("put_invokeconfig_retries_0", put, FunctionName=name, MaximumRetryAttempts=0)
    r.step("put_invokeconfig_eventage_60", put, FunctionName=name, MaximumEventAgeInSeconds=60)
    r.step("update_invokeconfig_eventage_nochange", update, FunctionName=name, MaximumEventAgeInSeconds=60)
    r.step("update_invokeconfig_retries", update, FunctionName=name, MaximumRetryAttempts=1)
    r.step("get_invokeconfig", get, FunctionName=name)
    r.step("get_invokeconfig_latest", get, FunctionName=name, Qualifier="$LATEST")
    r.step("list_single_invokeconfig", listed, FunctionName=name)
    r.step("publish_version_result", lam.publish_version, FunctionName=name)
    r.step("get_invokeconfig_postpublish", get, FunctionName=name, Qualifier="1")
    r.step("put_published_invokeconfig", put, FunctionName=name, Qualifier="1", MaximumEventAgeInSeconds=120)
    r.step("get_published_invokeconfig", get, FunctionName=name, Qualifier="1")
    delete(FunctionName=name)
    r.step("list_paging_nolimit_postdelete", listed, FunctionName=name)

    r.of("TestLambdaEventInvokeConfig::test_lambda_eventinvokeconfig_exceptions")
    name, other, alias = function(), function(), "eventinvokealias"
    r.step("fn_version_result", lam.publish_version, FunctionName=name)
    r.step("fn_alias_result", lam.create_alias, FunctionName=name, Name=alias, FunctionVersion="1")
    once = dict(MaximumRetryAttempts=1)
    arn = ARN + name
    r.step("put_functionname_name_notfound", put, FunctionName="doesnotexist", **once)
    r.step("put_functionname_arn_notfound", put, FunctionName=ARN + "doesnotexist", **once)
    r.step("put_functionname_nootherargs", put, FunctionName=name)
    success = lambda target: dict(FunctionName=name, DestinationConfig={"OnSuccess": {"Destination": target}})
    r.step("put_destination_lambda_doesntexist", put, **success(ARN + "doesnotexist"))
    r.step("put_destination_recursive", put, **success(arn))
    r.step("put_destination_other_lambda", put, **success(ARN + other))
    r.step("put_destination_invalid_service_arn", put, **success(arn.replace(":lambda:", ":iam:")))
    r.step("put_destination_success_no_destination_arn", put, FunctionName=name, DestinationConfig={"OnSuccess": {}})
    r.step("put_destination_failure_no_destination_arn", put, FunctionName=name, DestinationConfig={"OnFailure": {}})
    r.step("put_destination_invalid_arn_pattern", put, FunctionName=name,
           DestinationConfig={"OnFailure": {"Destination": arn.replace(":lambda:", ":_-/!lambda:")}})
    r.step("put_destination_latest", put, FunctionName=name, **once)
    r.step("put_destination_latest_explicit_qualifier", put, FunctionName=name, Qualifier="$LATEST", **once)
    r.step("put_destination_version", put, FunctionName=name, Qualifier="1", **once)
    r.step("put_version_shorthand", put, FunctionName=name + ":1", **once)
    r.step("put_alias_functionname_qualifier", put, FunctionName=name, Qualifier=alias, **once)
    r.step("put_alias_qualifiedarn", put, FunctionName=f"{arn}:{alias}", **once)
    r.step("put_alias_qualifiedarn_qualifier", put, FunctionName=f"{arn}:{alias}", Qualifier=alias, **once)
    r.step("put_alias_qualifiedarn_qualifierconflict", put, FunctionName=f"{arn}:{alias}", Qualifier="other", **once)
    r.step("put_alias_shorthand", put, FunctionName=f"{name}:{alias}", **once)
    r.step("put_alias_shorthand_qualifier", put, FunctionName=f"{name}:{alias}", Qualifier=alias, **once)
    r.step("put_alias_shorthand_qualifierconflict", put, FunctionName=f"{name}:{alias}", Qualifier="other", **once)
    r.step("put_alias_doesnotexist", put, FunctionName=name, Qualifier="doesnotexist", **once)
    r.step("put_shorthand_qualifier_match", put, FunctionName=name + ":$LATEST", Qualifier="$LATEST", **once)
    r.step("put_shorthand_qualifier_mismatch_1", put, FunctionName=name + ":$LATEST", Qualifier="1", **once)
    r.step("put_shorthand_qualifier_mismatch_2", put, FunctionName=name + ":1", Qualifier="$LATEST", **once)
    r.step("put_shorthand_qualifier_mismatch_3", put, FunctionName=f"{name}:{alias}", Qualifier="1", **once)
    r.step("put_maxevent_maxvalue_result", put, FunctionName=name, MaximumRetryAttempts=2, MaximumEventAgeInSeconds=21600)
    r.step("put_pre_overwrite", put, FunctionName=name, MaximumRetryAttempts=2, MaximumEventAgeInSeconds=60)
    r.step("put_post_overwrite", put, FunctionName=name, MaximumRetryAttempts=0)
    r.step("second_overwrite_existing_response", put, FunctionName=name, MaximumRetryAttempts=0)
    r.step("get_post_overwrite", get, FunctionName=name)
    r.step("pre_update_response", put, FunctionName=name, MaximumRetryAttempts=2, MaximumEventAgeInSeconds=60)
    r.step("update_response", update, FunctionName=name, MaximumRetryAttempts=0)
    r.step("update_response_existing", update, FunctionName=name, MaximumRetryAttempts=0)
    r.step("list_configs", listed, FunctionName=name)
    r.step("list_function_doesnotexist", listed, FunctionName="doesnotexist")
    r.step("get_function_doesnotexist", get, FunctionName="doesnotexist")
    r.step("get_qualifier_doesnotexist", get, FunctionName=name, Qualifier="doesnotexist")
    r.step("delete_latest", delete, FunctionName=name)
    r.step("delete_version", delete, FunctionName=name, Qualifier="1")
    r.step("delete_alias", delete, FunctionName=name, Qualifier=alias)
    r.step("list_configs_postdelete", listed, FunctionName=name)
    r.step("delete_function_not_found", delete, FunctionName=name)
    r.step("delete_function_doesnotexist", delete, FunctionName="doesnotexist")
    r.step("get_eventinvokeconfig_doesnotexist", get, FunctionName=name, Qualifier=alias)
    r.step("update_eventinvokeconfig_function_doesnotexist", update, FunctionName="doesnotexist", **once)
    r.step("update_eventinvokeconfig_config_doesnotexist_with_qualifier", update, FunctionName=name, Qualifier=alias, **once)
    r.step("update_eventinvokeconfig_config_doesnotexist_without_qualifier", update, FunctionName=name, **once)


# ---- function URLs


def case_urls(r):
    operations = {
        "create": (lam.create_function_url_config, {"AuthType": "NONE"}),
        "get": (lam.get_function_url_config, {}),
        "update": (lam.update_function_url_config, {"AuthType": "AWS_IAM"}),
        "delete": (lam.delete_function_url_config, {}),
    }
    r.of("TestLambdaUrl::test_url_config_exceptions")
    name, alias = fresh(), "urlalias"
    lam.create_function(**arguments(name, Runtime="nodejs20.x", Handler="lambda_handler.handler"))
    settled(name)
    r.step("fn_version_result", lam.publish_version, FunctionName=name)
    r.step("create_alias_result", lam.create_alias, FunctionName=name, Name=alias, FunctionVersion="1")
    rows = {
        "name_doesnotexist": dict(FunctionName="doesnotexist"),
        "arn_doesnotexist": dict(FunctionName=ARN + "doesnotexist"),
        "name_doesnotexist_qualifier": dict(FunctionName="doesnotexist", Qualifier="1"),
        "qualifier_version": dict(FunctionName=name, Qualifier="1"),
        "qualifier_version_doesnotexist": dict(FunctionName=name, Qualifier="2"),
        "qualifier_alias_doesnotexist": dict(FunctionName=name, Qualifier="doesnotexist"),
        "qualifier_alias_doesnotmatch_arn": dict(FunctionName=f"{ARN}{name}:{alias}", Qualifier="othername"),
        "qualifier_latest": dict(FunctionName=name, Qualifier="$LATEST"),
        "config_doesnotexist": dict(FunctionName=name),
    }
    for what, (call, more) in operations.items():
        for row, wanted in rows.items():
            step = f"{what}_function_url_config_{row}"
            # one of them is an internal failure of AWS's own
            if isinstance(r.recordings[r.case].get(step), dict):
                r.step(step, call, **wanted, **more)
    r.of("TestLambdaUrl::test_url_config_lifecycle")
    name = function()
    r.step("url_creation", lam.create_function_url_config, FunctionName=name, AuthType="NONE")
    r.step("failed_duplication", lam.create_function_url_config, FunctionName=name, AuthType="NONE")
    r.step("get_url_config", lam.get_function_url_config, FunctionName=name)
    r.step("updated_url_config", lam.update_function_url_config, FunctionName=name, AuthType="AWS_IAM")
    lam.delete_function_url_config(FunctionName=name)
    r.step("failed_getter", lam.get_function_url_config, FunctionName=name)
    r.of("TestLambdaURL::test_lambda_url_invalid_invoke_mode")
    r.step("invoke_function_invalid_invoke_type", lam.create_function_url_config, FunctionName=name, AuthType="NONE", InvokeMode="UNKNOWN")
    r.of("TestLambdaURL::test_lambda_url_echo_invoke[RESPONSE_STREAM]")
    r.step("create_lambda_url_config", lam.create_function_url_config, FunctionName=name, AuthType="NONE", InvokeMode="RESPONSE_STREAM")
    r.step("add_permission", lam.add_permission, FunctionName=name, StatementId="urlPermission", Action="lambda:InvokeFunctionUrl",
           Principal="*", FunctionUrlAuthType="NONE")


def visit(url, path="/", method="GET", body=None, headers=None):
    """By the address that the client is told, wherever the URL's name leads to."""
    host = urllib.parse.urlsplit(url).netloc
    connection = http.client.HTTPConnection(platform.hostname, platform.port, timeout=60)
    connection.request(method, path, body, {"Host": host, **(headers or {})})
    response = connection.getresponse()
    return response, response.read().decode()


def open_url(r, name, **more):
    created = r.step("create_lambda_url_config", lam.create_function_url_config, FunctionName=name, AuthType="NONE", **more)
    r.step("add_permission", lam.add_permission, FunctionName=name, StatementId="urlPermission", Action="lambda:InvokeFunctionUrl",
           Principal="*", FunctionUrlAuthType="NONE")
    return created["FunctionUrl"]


def node(source):
    return function(Runtime="nodejs20.x", Handler="index.handler", Code={"ZipFile": package({"index.js": source})})


ANSWERS = {
    "boolean": "true",
    "dict": "({ hello: 'world' })",
    "float": "3.1",
    "http-response": "({ statusCode: 200, body: 'body123' })",
    "integer": "3",
    "string": "'hello'",
}

# every header and argument that came, as JSON
TOLD_BY_URL = """exports.handler = async event => {
  const context = event.requestContext;
  const headers = Object.entries(event.headers).filter(([name]) => !event.queryStringParameters.trim || !name.startsWith('x-'));
  delete event.queryStringParameters.trim;
  return {
    args: event.queryStringParameters,
    data: JSON.parse(event.isBase64Encoded ? Buffer.from(event.body, 'base64') : event.body),
    domain: context.domainName,
    headers: Object.fromEntries(headers),
    method: context.http.method,
    origin: context.http.sourceIp,
    path: event.rawPath,
  };
};
"""


def case_url_invocations(r):
    for kind, answer in ANSWERS.items():
        r.of(f"TestLambdaURL::test_lambda_url_invocation[{kind}]")
        url = open_url(r, node(f"exports.handler = async () => {answer};\n"))
        response, body = visit(url)
        headers = {name: response.getheader(name) for name in ("Content-Length", "Content-Type")}
        r.compare("lambda_url_invocation", {"statuscode": response.status, "headers": headers, "content": body})
    r.of("TestLambdaURL::test_lambda_url_invocation_exception")
    name = node("exports.handler = async () => { throw new Error('no'); };\n")
    url = open_url(r, name)
    assert visit(url)[0].status == 502
    r.of("TestRequestIdHandling::test_request_id_invoke_url")
    name = node("exports.handler = async () => 'hi';\n")
    url = open_url(r, name)
    response, body = visit(url)
    request_id = response.getheader("x-amzn-RequestId")
    r.compare("lambda_url_invocation", {"statuscode": response.status, "headers": {"x-amzn-RequestId": request_id}, "content": body})
    ended = f"END RequestId: {request_id}"
    r.compare("end_log_entries", eventually("the end in the log", lambda: [line.strip() for line in logged_lines(name) if ended in line]))
    sent = {"content-type": "application/json", "accept": "*/*", "accept-encoding": "gzip, deflate", "user-agent": "test/echo",
            "ExTrA-HeadErs": "With WeiRd CapS"}
    name = node(TOLD_BY_URL)
    url = lam.create_function_url_config(FunctionName=name, AuthType="NONE")["FunctionUrl"]
    lam.add_permission(FunctionName=name, StatementId="urlPermission", Action="lambda:InvokeFunctionUrl", Principal="*", FunctionUrlAuthType="NONE")
    body = json.dumps({"foo": "bar"})
    r.of("TestLambdaURL::test_lambda_url_echo_http_fixture_default")
    _, told = visit(url, "/pa2%25Fth/1?q=query&multiQuery=foo&multiQuery=%2Fbar", "POST", body, sent)
    r.compare("url_response", without_tls(json.loads(told)))
    r.of("TestLambdaURL::test_lambda_url_echo_http_fixture_trim_x_headers")
    _, told = visit(url, "/path/1?q=query&trim=1", "POST", body, sent)
    r.compare("url_response", json.loads(told))


def without_tls(told):
    """Plain HTTP was spoken: what tells of TLS is left out on AWS's side."""
    return dict(told, headers={"x-amzn-tls-cipher-suite": "none", "x-amzn-tls-version": "none", **told["headers"]})


def log_streams(name):
    group = "/aws/lambda/" + name
    try:
        streams = logs.describe_log_streams(logGroupName=group)["logStreams"]
    except logs.exceptions.ResourceNotFoundException:
        return []
    return [dict(event, logStreamName=stream["logStreamName"]) for stream in streams for event in logs.get_log_events(
        logGroupName=group, logStreamName=stream["logStreamName"], startFromHead=True)["events"]]


def logged_lines(name):
    return [event["message"] for event in log_streams(name)]


def case_logs(r):
    r.of("TestCloudwatchLogs::test_multi_line_prints")
    name = function(Runtime="python3.13", Code={"ZipFile": python("print('multi\\nline\\nstring')", "print('another\\rline')")})
    lam.invoke(FunctionName=name)
    eventually("the report in the log", lambda: [line for line in logged_lines(name) if line.startswith("REPORT")])
    events = logs.filter_log_events(logGroupName="/aws/lambda/" + name)["events"]
    for event in events:
        event["message"] = without_start_path(event["message"])
    r.compare("log-events", events)


# ---- layers


def case_layers(r):
    zip_file = {"ZipFile": package({"python/layer.py": "VALUE = 1\n"})}
    publish = lambda layer, **more: lam.publish_layer_version(LayerName=layer, Content=zip_file, **more)
    r.of("TestLambdaLayer::test_layer_compatibilities[runtimes2]")
    seen = publish(fresh(), CompatibleRuntimes=["provided.al2023", "provided.al2", "provided"], CompatibleArchitectures=["x86_64", "arm64"])
    seen["CompatibleArchitectures"].sort()
    r.compare("publish_result", seen)

    r.of("TestLambdaLayer::test_layer_exceptions")
    layer = fresh()
    named = dict(LayerName=layer)
    r.step("publish_result", publish, layer=layer, CompatibleRuntimes=["python3.12"], CompatibleArchitectures=["x86_64"])
    r.step("publish_empty_result", publish, layer=fresh(), CompatibleRuntimes=[], CompatibleArchitectures=[])
    r.step("publish_layer_version_exc_invalid_runtime_arch", publish, layer=layer, CompatibleRuntimes=["invalidruntime"],
           CompatibleArchitectures=["invalidarch"])
    r.step("publish_layer_version_exc_partially_invalid_values", publish, layer=layer,
           CompatibleRuntimes=["invalidruntime", "invalidruntime2", "nodejs20.x"], CompatibleArchitectures=["invalidarch", "x86_64"])
    r.step("list_nonexistent_layer", lam.list_layer_versions, LayerName="doesnotexist")
    r.step("list_layers_exc_compatibleruntime_invalid", lam.list_layers, CompatibleRuntime="runtimedoesnotexist")
    r.step("list_layers_exc_compatiblearchitecture_invalid", lam.list_layers, CompatibleArchitecture="archdoesnotexist")
    r.step("get_layer_version_exc_layer_doesnotexist", lam.get_layer_version, LayerName="doesnotexist", VersionNumber=1)
    r.step("get_layer_version_exc_layer_version_doesnotexist_negative", lam.get_layer_version, VersionNumber=-1, **named)
    r.step("get_layer_version_exc_layer_version_doesnotexist_zero", lam.get_layer_version, VersionNumber=0, **named)
    r.step("get_layer_version_exc_layer_version_doesnotexist_2", lam.get_layer_version, VersionNumber=2, **named)
    arn = f"arn:aws:lambda:{REGION}:{ACCOUNT}:layer:"
    r.step("get_layer_version_by_arn_exc_invalidarn", lam.get_layer_version_by_arn, Arn=arn + layer)
    r.step("get_layer_version_by_arn_exc_nonexistentversion", lam.get_layer_version_by_arn, Arn=arn + layer + ":2")
    r.step("delete_nonexistent_response", lam.delete_layer_version, LayerName="doesnotexist", VersionNumber=1)
    r.step("delete_nonexistent_version_response", lam.delete_layer_version, VersionNumber=2, **named)
    r.step("delete_layer_version_exc_layerversion_invalid_version", lam.delete_layer_version, VersionNumber=-1, **named)
    r.step("delete_layer_response", lam.delete_layer_version, VersionNumber=1, **named)
    r.step("delete_layer_again_response", lam.delete_layer_version, VersionNumber=1, **named)

    r.of("TestLambdaLayer::test_layer_function_exceptions")
    layer, name = fresh(), function()
    r.step("get_fn_result", lam.get_function, FunctionName=name)
    for step in ("publish_result", "publish_result_2", "publish_result_3"):
        r.step(step, publish, layer=layer, CompatibleArchitectures=["x86_64"], CompatibleRuntimes=[])
    having = lambda step, *arns: r.step(step, lam.update_function_configuration, FunctionName=name, Layers=list(arns))
    having("two_layer_versions_single_function_exc", arn + layer + ":1", arn + layer + ":2")
    having("three_layer_versions_single_function_exc", arn + layer + ":1", arn + layer + ":2", arn + layer + ":3")
    having("two_identical_layer_versions_single_function_exc", arn + layer + ":1", arn + layer + ":1")
    having("add_nonexistent_layer_exc", arn + "doesnotexist:1")
    having("add_nonexistent_layer_version_exc", arn + layer + ":9")
    having("add_layer_arn_without_version_exc", arn + layer)
    r.step("create_function_with_layer_in_different_region", lam.create_function,
           **arguments(fresh(), Layers=[f"arn:aws:lambda:eu-west-1:{ACCOUNT}:layer:{layer}:1"]))
    r.of("TestLambdaLayer::test_layer_function_quota_exception")
    six = [publish(fresh())["LayerVersionArn"] for _ in range(6)]
    r.step("create_function_with_six_layers", lam.create_function, **arguments(fresh(), Layers=six))

    r.of("TestLambdaLayer::test_layer_lifecycle")
    layer, name = fresh(), function()
    r.step("get_fn_result", lam.get_function, FunctionName=name)
    r.step("get_fn_config_result", lam.get_function_configuration, FunctionName=name)
    described = dict(CompatibleRuntimes=["python3.12"], CompatibleArchitectures=["x86_64"], Description="described", LicenseInfo="MIT")
    r.step("publish_result", publish, layer=layer, **described)
    r.step("publish_result_2", publish, layer=layer, **described)
    r.step("update_fn_config", lam.update_function_configuration, FunctionName=name, Layers=[arn + layer + ":1"])
    settled(name)
    r.step("get_fn_config", lam.get_function_configuration, FunctionName=name)
    r.step("get_layer_ver_result", lam.get_layer_version, LayerName=layer, VersionNumber=1)
    r.step("get_layer_by_arn_version", lam.get_layer_version_by_arn, Arn=arn + layer + ":1")
    r.step("list_layer_versions_predelete", lam.list_layer_versions, LayerName=layer)
    r.step("delete_layer_1", lam.delete_layer_version, LayerName=layer, VersionNumber=1)
    r.step("get_fn_config_postdelete", lam.get_function_configuration, FunctionName=name)
    r.step("delete_layer_2", lam.delete_layer_version, LayerName=layer, VersionNumber=2)
    r.step("list_layer_versions_postdelete", lam.list_layer_versions, LayerName=layer)
    r.step("publish_result_3", publish, layer=layer, **described)


# ---- invocations


def python(*lines):
    """A package whose handler has these lines."""
    return package({"handler.py": "\n".join(("def handler(event, context):",) + tuple("    " + line for line in lines)) + "\n"})


def case_invocation_types(r):
    names = {"python": function(), "nodejs": function(Runtime="nodejs20.x", Handler="index.handler", Code={"ZipFile": NODE_ECHO})}
    for case in list(r.recordings):
        ask = re.fullmatch(r"TestLambdaFeatures::test_invocation_type_(\w+)\[(python|nodejs).*]", case)
        if ask:
            kind = {"dry_run": "DryRun", "event": "Event", "no_return_payload": "Event", "request_response": "RequestResponse"}[ask[1]]
            r.of(case)
            r.step("invoke-result", lam.invoke, FunctionName=names[ask[2]], Payload=b"{}", InvocationType=kind)
        ask = re.fullmatch(r"TestLambdaFeatures::test_invocation_with_logs\[(python|nodejs).*]", case)
        if ask:
            r.of(case)
            name = function() if ask[1] == "python" else function(Runtime="nodejs20.x", Handler="index.handler", Code={"ZipFile": NODE_ECHO})
            answer = r.step("invoke", lam.invoke, FunctionName=name, Payload=b"{}", LogType="Tail")
            r.compare("logs", {"logs": log_tail(answer).splitlines(keepends=True)})
    for case in ("python", "nodejs"):
        r.of(f"TestLambdaBehavior::test_lambda_cache_local[{case}]")
        if case == "python":
            code = package({"handler.py": "counter = -1\ndef handler(event, context):\n    global counter\n    counter += 1\n"
                                          "    return {'counter': counter}\n"})
            name = function(Code={"ZipFile": code})
        else:
            code = package({"index.js": "let counter = -1;\nexports.handler = async () => ({ counter: ++counter });\n"})
            name = function(Runtime="nodejs20.x", Handler="index.handler", Code={"ZipFile": code})
        r.step("first_invoke_result", lam.invoke, FunctionName=name)
        r.step("second_invoke_result", lam.invoke, FunctionName=name)


def without_start_path(text):
    """Without what stands behind AWS's own members in the report of a cold start."""
    return re.sub(r"\tStart Path: \w+\t\n", "\t\n", text)


def log_tail(answer):
    """An invocation's lines, their times as the recordings show them."""
    text = without_start_path(base64.b64decode(answer["LogResult"]).decode())
    return re.sub(r"\d{4}-\d\d-\d\dT[\d:.]+Z", "date", text)


TOLD = package({"handler.py": """import logging

logging.getLogger().setLevel(logging.INFO)


def handler(event, context):
    print("Lambda log message - print function")
    logging.info("Lambda log message - logging module")
    names = ("aws_request_id", "client_context", "function_name", "function_version", "invoked_function_arn", "log_group_name",
             "log_stream_name", "memory_limit_in_mb")
    return {"event": event, "context": {name: getattr(context, name) for name in names}}
"""})


def case_invocation_results(r):
    event = json.dumps({"foo": "bar with 'quotes\""})
    r.of("TestLambdaFeatures::test_invocation_with_qualifier")
    wanted = as_new(r.recordings[r.case]["creation-response"])
    name = fresh()
    r.step("creation-response", lam.create_function, Publish=True, **arguments(name, **{"Environment": None, **wanted, "Code": {"ZipFile": TOLD}}))
    settled(name)
    settled(name + ":1")
    answer = r.step("invocation-response", lam.invoke, FunctionName=name, Qualifier="1", Payload=event, LogType="Tail")
    r.compare("log_result", {"log_result": [line for line in log_tail(answer).split("\n") if line and "REPORT" not in line]})
    r.of("TestLambdaFeatures::test_upload_lambda_from_s3")
    r.step("invocation-response", lam.invoke, FunctionName=function(Code={"ZipFile": TOLD}), Payload=event)
    r.of("TestLambdaBaseFeatures::test_lambda_too_large_response")
    name = function(Code={"ZipFile": python("return 'a' * 6291556")}, MemorySize=512)
    r.step("invoke_result", lam.invoke, FunctionName=name)
    r.step("invoke_result_2", lam.invoke, FunctionName=name)
    r.of("TestLambdaErrors::test_lambda_handler_exit")
    r.step("invocation_error", lam.invoke, FunctionName=function(Code={"ZipFile": python("import sys", "sys.exit(0)")}))
    r.of("TestLambdaErrors::test_lambda_runtime_error")
    broken = package({"lambda_runtime_error.py": "raise Exception(\"Runtime startup fails\")\n"})
    answer = lam.invoke(FunctionName=function(Code={"ZipFile": broken}, Handler="lambda_runtime_error.handler"))
    # how this machine's Python names its own files and lines is not Lambda's answer
    recorded = r.recordings[r.case]["invocation_error"]
    answer["Payload"] = without_frames_of_python(json.loads(answer["Payload"].read()))
    r.recordings[r.case]["own-frames"] = dict(recorded, Payload=without_frames_of_python(recorded["Payload"]))
    r.compare("own-frames", answer)
    r.of("TestLambdaErrors::test_lambda_runtime_exit_segfault")
    forever = python("while True:", "    pass")
    name = function(Code={"ZipFile": forever}, Timeout=1)
    recorded = json.loads(json.dumps(r.recordings[r.case]["invocation_error"]).replace("30.00", "1.00"))
    r.recordings[r.case]["after-a-second"] = recorded
    r.step("after-a-second", lam.invoke, FunctionName=name)


def without_frames_of_python(error):
    return dict(error, stackTrace=[frame for frame in error["stackTrace"] if "importlib" not in frame])


def case_exceptions(r):
    for case in list(r.recordings):
        ask = re.fullmatch(r"TestLambdaRuntimesCommon::test_uncaught_exception_invoke\[(python|nodejs).*]", case)
        if ask:
            r.of(case)
            if ask[1] == "python":
                name = function(Code={"ZipFile": python("raise Exception('Failed: ' + event['error_msg'])")})
            else:
                code = package({"index.js": "exports.handler = async event => { throw new Error('Error: ' + event.error_msg); };\n"})
                name = function(Runtime="nodejs20.x", Handler="index.handler", Code={"ZipFile": code})
            r.step("error_result", lam.invoke, FunctionName=name, Payload=json.dumps({"error_msg": "some_error_msg"}))
    r.of("TestLambdaDLQ::test_dead_letter_queue")
    lines = ["import logging", "logging.getLogger().setLevel(logging.INFO)", *[""] * 46, "def handler(event, context):", "", "",
             '    print("Lambda log message - print function")', '    logging.info("Lambda log message - logging module")', "",
             '    raise Exception("Test exception (this is intentional)")']
    name = function(Code={"ZipFile": package({"handler.py": "\n".join(lines) + "\n"})})
    answer = r.step("invoke_result", lam.invoke, FunctionName=name, Payload=json.dumps({"raise_error": 1}), LogType="Tail")
    r.compare("log_result", {"result": [line for line in log_tail(answer).splitlines() if line and "REPORT" not in line]})


# what a function finds here beside or instead of what it finds on AWS, where there is a tracing daemon and no other endpoint
ELSEWHERE = {
    "AWS_CA_BUNDLE",
    "AWS_ENDPOINT_URL",
    "AWS_LAMBDA_RUNTIME_API",
    "AWS_XRAY_DAEMON_ADDRESS",
    "LC_ALL",
    "LC_CTYPE",
    "NODE_EXTRA_CA_CERTS",
    "REQUESTS_CA_BUNDLE",
    "_AWS_XRAY_DAEMON_ADDRESS",
    "_AWS_XRAY_DAEMON_PORT",
}

INTROSPECTION = {
    "python": package({"handler.py": """import os


def handler(event, context):
    names = ("aws_request_id", "function_name", "function_version", "invoked_function_arn", "log_group_name", "log_stream_name",
             "memory_limit_in_mb")
    told = {name: getattr(context, name) for name in names}
    return {"ctx": dict(told, remaining_time_in_millis=context.get_remaining_time_in_millis()), "environment": dict(os.environ)}
"""}),
    "nodejs": package({"index.js": """exports.handler = async (event, context) => ({
  ctx: {
    aws_request_id: context.awsRequestId,
    function_name: context.functionName,
    function_version: context.functionVersion,
    invoked_function_arn: context.invokedFunctionArn,
    log_group_name: context.logGroupName,
    log_stream_name: context.logStreamName,
    remaining_time_in_millis: context.getRemainingTimeInMillis(),
  },
  environment: process.env,
});
"""}),
}


def case_introspection(r):
    for case in list(r.recordings):
        ask = re.fullmatch(r"TestLambdaRuntimesCommon::test_introspection_invoke\[((python|nodejs).*)]", case)
        if not ask:
            continue
        r.of(case)
        name = fresh()
        handler = "handler.handler" if ask[2] == "python" else "index.handler"
        variables = {"Variables": {"TEST_KEY": "TEST_VAL"}}
        wanted = arguments(name, Runtime=ask[1], Handler=handler, MemorySize=1024, Environment=variables, Code={"ZipFile": INTROSPECTION[ask[2]]})
        lam.create_function(**wanted)
        settled(name)
        for step, qualifier in (("invocation_result_payload", {}), ("invocation_result_payload_qualified", {"Qualifier": "$LATEST"})):
            seen = json.loads(lam.invoke(FunctionName=name, Payload=b"{}", **qualifier)["Payload"].read())
            expected = r.recordings[case][step]
            r.recordings[case][step + "-here"] = without_elsewhere(expected)
            r.compare(step + "-here", without_elsewhere(seen))


def without_elsewhere(told):
    variables = {name: value for name, value in told["environment"].items() if name not in ELSEWHERE}
    return {"ctx": told["ctx"], "environment": variables}


def case_destinations(r):
    """What a bus would be told is told to a function: the event's detail."""
    r.of("TestLambdaDestinationEventbridge::test_invoke_lambda_eventbridge")
    code = package({"index.py": "import json\ndef handler(event, context):\n    if event['mode'] == 'failure':\n"
                                "        raise Exception(\"intentional failure!\")\n"
                                "    return {'hello': 'world', 'test': 'abc', 'val': 5, 'success': True}\n"})
    name = function(Handler="index.handler", Code={"ZipFile": code})
    told = function(Code={"ZipFile": python("import json", "print('TOLD ' + json.dumps(event))")})
    to = {"Destination": ARN + told}
    lam.put_function_event_invoke_config(FunctionName=name, MaximumRetryAttempts=0, DestinationConfig={"OnSuccess": to, "OnFailure": to})
    for mode in ("success", "failure"):
        lam.invoke(FunctionName=name, InvocationType="Event", Payload=json.dumps({"mode": mode}))
    find = lambda mode: lambda: [json.loads(line[5:]) for line in logged_lines(told) if line.startswith("TOLD ") and f'"mode": "{mode}"' in line]
    for mode in ("success", "failure"):
        expected = json.loads(json.dumps(r.recordings[r.case]["lambda_destination_event_bus_" + mode]["detail"]))
        r.recordings[r.case]["told-of-" + mode] = expected
        r.compare("told-of-" + mode, eventually(mode + " is told", find(mode))[0])


# ---- event source mappings


def case_mappings(r):
    r.of("TestLambdaEventSourceMappings::test_event_source_mapping_exceptions")
    unknown = "12345678-1234-1234-1234-123456789012"
    r.step("get_unknown_uuid", lam.get_event_source_mapping, UUID=unknown)
    r.step("delete_unknown_uuid", lam.delete_event_source_mapping, UUID=unknown)
    r.step("update_unknown_uuid", lam.update_event_source_mapping, UUID=unknown, Enabled=False)
    r.step("create_no_event_source_arn", lam.create_event_source_mapping, FunctionName="doesnotexist")
    r.step("create_unknown_params", lam.create_event_source_mapping, FunctionName="doesnotexist",
           EventSourceArn=f"arn:aws:sqs:{REGION}:{ACCOUNT}:somequeue")
    r.of("TestLambdaRecursion::test_put_function_recursion_config_invalid_value")
    r.step("put_recursion_invalid_value_error", lam.put_function_recursion_config, FunctionName=function(), RecursiveLoop="InvalidValue")


def table(key="id", view="NEW_AND_OLD_IMAGES"):
    name = fresh()
    dynamodb.create_table(TableName=name, KeySchema=[{"AttributeName": key, "KeyType": "HASH"}], BillingMode="PAY_PER_REQUEST",
                          AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"}],
                          StreamSpecification={"StreamEnabled": True, "StreamViewType": view})
    dynamodb.get_waiter("table_exists").wait(TableName=name, WaiterConfig={"Delay": 1})
    return name, dynamodb.describe_table(TableName=name)["Table"]["LatestStreamArn"]


def as_mapping(seen):
    """What must have been asked for, for a mapping to be made as it was."""
    wanted = {key: seen[key] for key in ("BatchSize", "MaximumBatchingWindowInSeconds", "MaximumRetryAttempts", "StartingPosition")}
    if seen.get("FunctionResponseTypes"):
        wanted["FunctionResponseTypes"] = seen["FunctionResponseTypes"]
    if "FilterCriteria" in seen:
        patterns = [json.dumps(each["Pattern"]).replace('"<approximate-creation-datetime>"', '[{"numeric": [">", 0]}]')
                    for each in seen["FilterCriteria"]["Filters"]]
        wanted["FilterCriteria"] = {"Filters": [{"Pattern": pattern} for pattern in patterns]}
    return wanted


def text(value):
    return {"S": value}


# the items that were written for each filter
FILTERED = {
    "content_filter_type": [{"id": text("id_value_1"), "presentKey": text("presentValue")}],
    "content_multiple_filters": [{"id": text("id_value")}],
    "content_or_filter": [{"id": text("id_value")}, {"id": text("id_value"), "id2": text("id2_new_value")}],
    "date_time_conversion": [{"id": text("id_value_1")}, {"id": text("id_value_2")}],
    "insert_same_entry_twice": [{"id": text("id_value"), "id2": text("id2_value")}] * 2,
}


def case_streams(r):
    prefix = "TestDynamoDBEventSourceMapping::test_dynamodb_"
    printing = python("import json", "print('TOLD ' + json.dumps(event))")
    told = lambda name: [json.loads(line[5:]) for line in logged_lines(name) if line.startswith("TOLD ")]
    waiting = []
    for kind, items in FILTERED.items():
        r.of(f"{prefix}event_filter[{kind}]")
        (name, arn), listener = table(), function(Code={"ZipFile": printing})
        wanted = as_mapping(r.recordings[r.case]["create_event_source_mapping_response"])
        r.step("create_event_source_mapping_response", lam.create_event_source_mapping, FunctionName=listener, EventSourceArn=arn, **wanted)
        for item in items:
            dynamodb.put_item(TableName=name, Item=item)
        waiting.append((r.case, "lambda-multiple-log-events", listener))
    r.of(prefix + "event_source_mapping")
    (name, arn), listener = table("my_partition_key", "NEW_IMAGE"), function(Code={"ZipFile": printing})
    wanted = as_mapping(r.recordings[r.case]["create_event_source_mapping_response"])
    r.step("create_event_source_mapping_response", lam.create_event_source_mapping, FunctionName=listener, EventSourceArn=arn, **wanted)
    dynamodb.put_item(TableName=name, Item={"my_partition_key": text("hello world"), "binary_key": {"B": b"foobar"}})
    waiting.append((r.case, "event_logs", listener))
    r.of("TestDynamoDBEventSourceMapping::test_deletion_event_source_mapping_with_dynamodb")
    (name, arn), listener = table(view="NEW_IMAGE"), function()
    made = r.step("create_event_source_mapping_result", lam.create_event_source_mapping, FunctionName=listener, EventSourceArn=arn,
                  StartingPosition="TRIM_HORIZON")
    r.step("list_event_source_mapping_result", lam.list_event_source_mappings, EventSourceArn=arn)
    lam.delete_event_source_mapping(UUID=made["UUID"])
    for case, step, listener in waiting:
        r.of(case)
        expected = r.recordings[case][step]
        r.compare(step, eventually(case, lambda: len(told(listener)) >= len(expected) and told(listener)))


# what a function answers to a batch, for each scenario
REPORTS = {
    "success_scenarios[empty_batch_item_failure_success]": "return {'batchItemFailures': []}",
    "success_scenarios[empty_dict_success]": "return {}",
    "success_scenarios[null_batch_item_failure_success]": "return {'batchItemFailures': None}",
    "failure_scenarios[invalid_key_foo_failure]": "return {'batchItemFailures': [{'foo': 'bar'}]}",
    "failure_scenarios[unhandled_exception_in_function]": "raise Exception('a failure')",
}


def case_reported_failures(r):
    listening = "print('TOLD ' + json.dumps(event))"
    told = lambda name: [json.loads(line[5:]) for line in logged_lines(name) if line.startswith("TOLD ")]
    destination = function(Code={"ZipFile": python("import json", listening)})
    waiting = []
    for scenario, answer in REPORTS.items():
        case = "TestDynamoDBEventSourceMapping::test_dynamodb_report_batch_item_" + scenario
        name, arn = table("my_partition_key", "NEW_IMAGE")
        listener = function(Code={"ZipFile": python("import json", listening, answer)})
        lam.create_event_source_mapping(FunctionName=listener, EventSourceArn=arn, BatchSize=1, StartingPosition="TRIM_HORIZON",
                                        MaximumRetryAttempts=3, FunctionResponseTypes=["ReportBatchItemFailures"],
                                        DestinationConfig={"OnFailure": {"Destination": ARN + destination}})
        dynamodb.put_item(TableName=name, Item={"my_partition_key": text("hello world"), "binary_key": {"B": b"foobar"}})
        waiting.append((case, listener))
    for case, listener in waiting:
        r.of(case)
        expected = r.recordings[case]["dynamodb_events"]
        r.compare("dynamodb_events", eventually(case, lambda: len(told(listener)) >= len(expected) and told(listener)))
        if "destination_queue_messages" in r.recordings[case]:
            r.recordings[case]["told"] = r.recordings[case]["destination_queue_messages"]["Messages"][0]["Body"]
            of_it = lambda: [event for event in told(destination) if event["requestContext"]["functionArn"].endswith(":" + listener)]
            r.compare("told", eventually("the failure is told", of_it)[0])


def case_kept_failures(r):
    """In a bucket, which is the only one of the recorded destinations that is offered here, where a mapping gives batches up."""
    r.of("TestDynamoDBEventSourceMapping::test_dynamodb_event_source_mapping_with_s3_on_failure_destination")
    failing = function(Code={"ZipFile": python("raise Exception('a failure')")})
    bucket = fresh()
    s3.create_bucket(Bucket=bucket)
    name = fresh()
    r.step("create_table_response", dynamodb.create_table, TableName=name, BillingMode="PAY_PER_REQUEST",
           KeySchema=[{"AttributeName": "my_partition_key", "KeyType": "HASH"}],
           AttributeDefinitions=[{"AttributeName": "my_partition_key", "AttributeType": "S"}])
    dynamodb.get_waiter("table_exists").wait(TableName=name, WaiterConfig={"Delay": 1})
    updated = dynamodb.update_table(TableName=name, StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"})
    arn = updated["TableDescription"]["LatestStreamArn"]
    dynamodb.get_waiter("table_exists").wait(TableName=name, WaiterConfig={"Delay": 1})
    wanted = dict(FunctionName=failing, EventSourceArn=arn, BatchSize=1, StartingPosition="TRIM_HORIZON", MaximumBatchingWindowInSeconds=1,
                  MaximumRetryAttempts=1, DestinationConfig={"OnFailure": {"Destination": "arn:aws:s3:::" + bucket}})
    made = r.step("create_event_source_mapping_response", lam.create_event_source_mapping, **wanted)
    dynamodb.put_item(TableName=name, Item={"my_partition_key": text("hello world")})
    kept = eventually("the failure is kept", lambda: s3.list_objects_v2(Bucket=bucket).get("Contents"))
    expected = fr"aws/lambda/{made['UUID']}/shardId-[-0-9a-f]+/\d{{4}}/\d\d/\d\d/\d{{4}}-\d\d-\d\dT\d\d\.\d\d\.\d\d-[-0-9a-f]+"
    assert re.fullmatch(expected, kept[0]["Key"]), kept[0]["Key"]
    r.compare("record_body", json.loads(s3.get_object(Bucket=bucket, Key=kept[0]["Key"])["Body"].read()))
    lam.delete_event_source_mapping(UUID=made["UUID"])

    r.of("TestLambdaEventSourceMappings::test_event_source_mapping_lifecycle")
    name, arn = table(view="NEW_IMAGE")
    # what was recorded with a queue is told to a bucket
    recorded = json.loads(json.dumps(r.recordings[r.case]).replace("arn:<partition>:sqs:<region>:111111111111:", "arn:<partition>:s3:::"))
    r.recordings[r.case] = recorded
    made = r.step("create_response", lam.create_event_source_mapping, **dict(wanted, EventSourceArn=arn, FunctionName=function()))
    enabled = lambda: lam.get_event_source_mapping(UUID=made["UUID"])["State"] == "Enabled"
    eventually("the mapping runs", enabled)
    for step in ("get_response", "delete_response"):
        # what has become of records is told only once there were some
        del recorded[step]["LastProcessingResult"], recorded[step]["StateTransitionReason"]
    told = lambda answer: {key: value for key, value in answer.items() if key not in ("LastProcessingResult", "StateTransitionReason")}
    r.compare("get_response", told(lam.get_event_source_mapping(UUID=made["UUID"])))
    r.compare("delete_response", told(lam.delete_event_source_mapping(UUID=made["UUID"])))


def case_mapped_names(r):
    r.of("TestLambdaEventSourceMappings::test_function_name_variations")
    name = function()
    lam.publish_version(FunctionName=name)
    lam.create_alias(FunctionName=name, Name="myalias", FunctionVersion="1")
    kinds = {"partial_arn_latest": name + ":$LATEST", "partial_arn_version": name + ":1", "partial_arn_alias": name + ":myalias",
             "name_only": name, "full_arn_latest": ARN + name, "full_arn_version": ARN + name + ":1", "full_arn_alias": ARN + name + ":myalias"}
    for kind, called in kinds.items():
        _, source = table(view="NEW_IMAGE")
        made = lam.create_event_source_mapping(FunctionName=called, EventSourceArn=source, StartingPosition="LATEST")
        recorded = r.recordings[r.case][kind + "_create_esm"]["FunctionArn"]
        r.recordings[r.case]["named"] = re.sub("<resource:\\d+>", name, recorded)
        r.compare("named", made["FunctionArn"])
        lam.delete_event_source_mapping(UUID=made["UUID"])


def case_optional_permissions(r):
    name = function()
    r.of("TestLambdaPermissions::test_add_lambda_permission_optional_fields")
    rows = [
        dict(Principal="s3.amazonaws.com", SourceAccount="123456789012", SourceArn=f"arn:aws:s3:::{RUN}"),
        dict(Principal="alexa-appkit.amazon.com", EventSourceToken="amzn1.ask.skill.5"),
        dict(Principal="*", PrincipalOrgID="o-1234567890"),
    ]
    conditions = [
        {"StringEquals": {"AWS:SourceAccount": "123456789012"}, "ArnLike": {"AWS:SourceArn": f"arn:aws:s3:::{RUN}"}},
        {"StringEquals": {"lambda:EventSourceToken": "amzn1.ask.skill.5"}},
        {"StringEquals": {"aws:PrincipalOrgID": "o-1234567890"}},
    ]
    for number, (wanted, condition) in enumerate(zip(rows, conditions)):
        principal = wanted["Principal"]
        r.recordings[r.case]["row"] = {"Sid": f"sid{number}", "Effect": "Allow", "Action": "lambda:InvokeFunction", "Resource": ARN + name,
                                       "Principal": principal if principal == "*" else {"Service": principal}, "Condition": condition}
        statement = lam.add_permission(FunctionName=name, StatementId=f"sid{number}", Action="lambda:InvokeFunction", **wanted)["Statement"]
        r.compare("row", statement)
    r.of("TestPartialARNMatching::test_update_function_configuration_full_arn")
    for number, called in enumerate((ARN + name, f"{ACCOUNT}:function:{name}", f"function:{name}", name)):
        r.recordings[r.case]["described"] = f"by {number}"
        lam.update_function_configuration(FunctionName=called, Description=f"by {number}")
        r.compare("described", settled(called)["Description"])


def case_surroundings(r):
    r.of("TestLambdaBehavior::test_runtime_introspection_x86")
    code = package({"handler.py": """import os, platform, stat


def handler(event, context):
    told = {"event": event, "paths": {}, "platform_machine": platform.machine(), "platform_system": platform.system(), "pwd": os.getcwd()}
    for path in ("/opt", "/var/task"):
        seen, name = os.stat(path), path.replace("/", "_")
        told["paths"] |= {name + "_gid": seen.st_gid, name + "_uid": seen.st_uid, name + "_mode": stat.filemode(seen.st_mode)}
    return told
"""})
    name = function(Code={"ZipFile": code})
    expected = r.recordings[r.case]["invoke_runtime_x86_introspection"]["Payload"]
    # the names of users are the machine's, the entry point is of AWS's images, and /tmp belongs to the function here
    expected = {key: value for key, value in expected.items() if not key.startswith("user_")}
    expected["paths"] = {key: value for key, value in expected["paths"].items() if "_owner" not in key and not key.startswith(("_lambda", "_tmp"))}
    r.recordings[r.case]["seen"] = expected
    r.compare("seen", json.loads(lam.invoke(FunctionName=name, Payload=b"{}")["Payload"].read()))
    r.of("TestLambdaAccountSettings::test_account_settings_total_code_size_config_update")
    size = lambda: lam.get_account_settings()["AccountUsage"]["TotalCodeSize"]
    before = size()
    name = function(Code={"ZipFile": package({"handler.py": "# " + os.urandom(300).hex() + "\n"})})
    r.compare("is_total_code_size_diff_create_function_more_than_200", size() - before > 200)
    before = size()
    lam.update_function_configuration(FunctionName=name, Description="changed")
    settled(name)
    r.compare("total_code_size_diff_update_function_configuration", size() - before)
    lam.publish_version(FunctionName=name)
    r.compare("is_total_code_size_diff_publish_version_after_config_update_more_than_200", size() - before > 200)
    r.of("TestJavaRuntimes::test_java_lambda_subscribe_sns_topic")
    r.step("add-permission", lam.add_permission, FunctionName=name, StatementId="sid", Action="lambda:InvokeFunction",
           Principal="sns.amazonaws.com", SourceArn=f"arn:aws:sns:{REGION}:{ACCOUNT}:topic")


if __name__ == "__main__":
    Replay("lambda", globals(), bound="<uuid")
