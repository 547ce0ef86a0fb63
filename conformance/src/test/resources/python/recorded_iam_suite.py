"""IAM's and STS's answers beside those that AWS gave to the same requests. Prints every difference and the count of steps."""
import json
import os
import re

import boto3
from botocore.config import Config

from recorded import Replay

config = Config(retries={"max_attempts": 1}, parameter_validation=False)
iam = boto3.client("iam", region_name="us-east-1", config=config)
sts = boto3.client("sts", region_name="us-east-1", config=config)
ACCOUNT = sts.get_caller_identity()["Account"]
RUN = "recorded-" + os.urandom(4).hex()
made = 0


def name():
    global made
    made += 1
    return f"{RUN}-{made}"


def document(**statement):
    return json.dumps({"Version": "2012-10-17", "Statement": [dict(statement, Effect="Allow")]})


def user():
    made = name()
    iam.create_user(UserName=made)
    return made


def case_users_and_keys(r):
    r.of("test_iam_user_access_key")
    owner = user()
    key = iam.create_access_key(UserName=owner)["AccessKey"]
    r.compare("key_outputs", {member: key[member] for member in ("AccessKeyId", "SecretAccessKey")})
    r.compare("access_key", iam.list_access_keys(UserName=owner)["AccessKeyMetadata"][0])
    iam.update_access_key(UserName=owner, AccessKeyId=key["AccessKeyId"], Status="Inactive")
    r.compare("access_key_updated", iam.list_access_keys(UserName=owner)["AccessKeyMetadata"][0])


def case_policies(r):
    r.of("TestIAMIntegrations::test_delete_non_existent_policy_returns_no_such_entity")
    r.step("delete-non-existent-policy-exc", iam.delete_policy, PolicyArn=f"arn:aws:iam::{ACCOUNT}:policy/non-existent-policy")
    r.of("test_managed_policy_with_empty_resource")
    arn = iam.create_policy(PolicyName=name(), PolicyDocument=document(Action="dynamodb:*", Resource=["*"]))["Policy"]["Arn"]
    r.step("managed_policy", iam.get_policy, PolicyArn=arn)
    r.of("test_managedpolicy_with_fn_sub_multiline_yaml")
    arn = iam.create_policy(
        PolicyName=name(),
        PolicyDocument=document(Action="eks:DescribeCluster", Resource=f"arn:aws:eks:us-east-1:{ACCOUNT}:cluster/my-cluster"),
    )["Policy"]["Arn"]
    r.compare("policy_document_multiline", iam.get_policy_version(PolicyArn=arn, VersionId="v1")["PolicyVersion"]["Document"])
    r.of("test_inline_policy_with_fn_sub_json_string")
    owner = name()
    iam.create_role(RoleName=owner, AssumeRolePolicyDocument=document(Action="sts:AssumeRole", Principal={"Service": "lambda.amazonaws.com"}))
    iam.put_role_policy(
        RoleName=owner, PolicyName="inline", PolicyDocument=document(Action="s3:GetObject", Resource="arn:aws:s3:::my-bucket-us-east-1/*")
    )
    r.compare("inline_policy_document", iam.get_role_policy(RoleName=owner, PolicyName="inline")["PolicyDocument"])
    r.of("TestIAMPolicyEncoding::test_put_user_policy_encoding")
    owner = user()
    iam.put_user_policy(
        UserName=owner,
        PolicyName="encoded",
        PolicyDocument=document(
            Action=["apigatway:PUT"],
            Resource=["arn:aws:apigateway:us-east-1::/tags/arn%3Aaws%3Aapigateway%3Aus-east-1%3A%3A%2Frestapis%2Faaeeieije"],
        ),
    )
    r.step("get-policy-response", iam.get_user_policy, UserName=owner, PolicyName="encoded")


def case_simulations(r):
    """The place of a statement is told by line and column, so that the document must stand as the recorded one stood."""
    for kind in ("user", "group"):
        r.of(f"TestIAMIntegrations::test_simulate_principle_policy[{kind}]")
        arn = iam.create_policy(PolicyName=name(), PolicyDocument=(
            '{"Version": "2012-10-17", "Statement": {"Sid": "", "Effect": "Allow", "Action": "s3:PutObject", "Resource": "*"}}'
        ))["Policy"]["Arn"]
        if kind == "user":
            owner = iam.create_user(UserName=name())["User"]
            iam.attach_user_policy(UserName=owner["UserName"], PolicyArn=arn)
        else:
            owner = iam.create_group(GroupName=name())["Group"]
            iam.attach_group_policy(GroupName=owner["GroupName"], PolicyArn=arn)
        r.step(
            "response",
            iam.simulate_principal_policy,
            PolicySourceArn=owner["Arn"],
            ActionNames=["s3:PutObject", "s3:GetObjectVersion"],
            ResourceArns=["arn:aws:s3:::bucket"],
        )


def case_roles(r):
    r.of("TestRoles::test_role_with_tags")
    trust = document(Action="sts:AssumeRole", Principal={"Service": "ec2.amazonaws.com"})
    role = name()
    r.step(
        "create-role-response",
        iam.create_role,
        RoleName=role,
        Path="/role-with-tags/",
        AssumeRolePolicyDocument=trust,
        Tags=[{"Key": "test", "Value": "value"}],
    )
    r.step("get-role-response", iam.get_role, RoleName=role)
    r.step("list-role-response", iam.list_roles, PathPrefix="/role-with-tags/")


def case_service_linked_roles(r):
    kinds = {"test_service_role_lifecycle": None, "test_service_role_lifecycle_custom_suffix": RUN}
    for case in r.recordings:
        match = re.fullmatch(r"TestIAMServiceRoles::(\w+)\[(.*)]", case)
        if match is None:
            continue
        r.of(case)
        kind, service = match.groups()
        if kind == "test_service_role_lifecycle_custom_suffix_not_allowed":
            r.step("custom-suffix-not-allowed", iam.create_service_linked_role, AWSServiceName=service, CustomSuffix=RUN)
            continue
        more = {"CustomSuffix": kinds[kind]} if kinds[kind] else {}
        role = iam.create_service_linked_role(AWSServiceName=service, **more)["Role"]["RoleName"]
        # some of the recorded roles had been there, and in use, before
        r.recordings[case]["describe-response"]["Role"]["RoleLastUsed"] = {}
        r.step("describe-response", iam.get_role, RoleName=role)
        r.step("inline-role-policies", iam.list_role_policies, RoleName=role)
        r.step("attached-role-policies", iam.list_attached_role_policies, RoleName=role)
        iam.delete_service_linked_role(RoleName=role)
    r.of("TestIAMServiceRoles::test_service_role_deletion")
    role = iam.create_service_linked_role(AWSServiceName="batch.amazonaws.com")["Role"]["RoleName"]
    task = r.step("service-linked-role-deletion-response", iam.delete_service_linked_role, RoleName=role)["DeletionTaskId"]
    r.step("service-linked-role-deletion-status-response", iam.get_service_linked_role_deletion_status, DeletionTaskId=task)


def credential(r, service):
    owner = name()
    r.step("create-user-response", iam.create_user, UserName=owner)
    answer = r.step(
        "create-service-specific-credential-response", iam.create_service_specific_credential, UserName=owner, ServiceName=service
    )
    return {"UserName": owner, "ServiceSpecificCredentialId": answer["ServiceSpecificCredential"]["ServiceSpecificCredentialId"]}


def refused_by_all(r, of, wrong):
    r.step("delete-wrong-" + wrong, iam.delete_service_specific_credential, **of)
    r.step("update-wrong-" + wrong, iam.update_service_specific_credential, Status="Inactive", **of)
    r.step("reset-wrong-" + wrong, iam.reset_service_specific_credential, **of)


def case_service_specific_credentials(r):
    suite = "TestIAMServiceSpecificCredentials::"
    for case in [case for case in r.recordings if case.startswith(suite + "test_service_specific_credential_lifecycle[")]:
        r.of(case)
        made = credential(r, case.split("[")[1][:-1])
        owner = {"UserName": made["UserName"]}
        r.step("list-service-specific-credentials-response-before-update", iam.list_service_specific_credentials, **owner)
        r.step("update-service-specific-credential-response", iam.update_service_specific_credential, Status="Inactive", **made)
        r.step("list-service-specific-credentials-response-after-update", iam.list_service_specific_credentials, **owner)
        r.step("reset-service-specific-credential-response", iam.reset_service_specific_credential, **made)
        r.step("delete-service-specific-credentials-response", iam.delete_service_specific_credential, **made)
    r.of(suite + "test_create_service_specific_credential_invalid_service")
    owner = name()
    r.step("create-user-response", iam.create_user, UserName=owner)
    for step, service in {
        "invalid-service-completely-malformed-exception": "o3on3n3onosneo",
        "invalid-service-exception": "nonexistentservice.amazonaws.com",
        "invalid-service-existing-but-unsupported-exception": "lambda.amazonaws.com",
    }.items():
        r.step(step, iam.create_service_specific_credential, UserName=owner, ServiceName=service)
    r.of(suite + "test_list_service_specific_credential_different_service")
    made = credential(r, "codecommit.amazonaws.com")
    for step, service in {
        "list-service-specific-credentials-response-wrong-service": "cassandra.amazonaws.com",
        "list-service-specific-credentials-invalid-service": "nonexistentservice.amazonaws.com",
    }.items():
        r.step(step, iam.list_service_specific_credentials, UserName=made["UserName"], ServiceName=service)
    r.of(suite + "test_id_match_user_mismatch")
    made = credential(r, "codecommit.amazonaws.com")
    refused_by_all(r, dict(made, UserName="wrong-user-name"), "user-name")
    for case in [case for case in r.recordings if case.startswith(suite + "test_user_match_id_mismatch[")]:
        r.of(case)
        made = credential(r, "codecommit.amazonaws.com")
        refused_by_all(r, dict(made, ServiceSpecificCredentialId=case.split("[")[1][:-1]), "id")


def case_sessions(r):
    """Of the security token service, which has a file of its own."""
    r.read("sts")
    r.of("TestSTSIntegrations::test_assume_role")
    principal = {"AWS": ACCOUNT}
    created = r.step(
        "create-role",
        iam.create_role,
        RoleName=name(),
        AssumeRolePolicyDocument=document(Action="sts:AssumeRole", Principal=principal),
    )
    r.step("assume-role", sts.assume_role, RoleArn=created["Role"]["Arn"], RoleSessionName="session")
    r.of("TestSTSAssumeRoleTagging::test_assume_role_tag_validation")
    created = r.step(
        "role-1",
        iam.create_role,
        RoleName=name(),
        AssumeRolePolicyDocument=document(Action=["sts:AssumeRole", "sts:TagSession"], Principal=principal),
    )
    session = {"RoleArn": created["Role"]["Arn"], "RoleSessionName": "session"}
    r.step(
        "duplicate-tag-keys-different-casing",
        sts.assume_role,
        Tags=[{"Key": "key", "Value": "a"}, {"Key": "KEY", "Value": "b"}],
        **session,
    )
    r.step(
        "invalid-transitive-tag-keys", sts.assume_role, Tags=[{"Key": "key", "Value": "a"}], TransitiveTagKeys=["other"], **session
    )


if __name__ == "__main__":
    Replay("iam", globals())
