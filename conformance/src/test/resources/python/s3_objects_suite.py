"""Objects of S3 through unmodified boto3: writing and reading, ranges and conditions, checksums, copies, uploads in parts and the
transfer manager, versions, object lock, keys of customers, listings, links. Prints every failed check and the count of all.
"""
import base64
import datetime
import hashlib
import io
import json
import os
import sys
import traceback
import urllib.error
import urllib.request

import boto3
import botocore
from botocore.config import Config

BUCKET = "objects-suite"
VERSIONED = "objects-suite-versions"
LOCKED = "objects-suite-locked"
failures = []
checks = 0

s3 = boto3.client(
    "s3",
    region_name="us-east-1",
    config=Config(signature_version="s3v4", s3={"addressing_style": "path"}, retries={"max_attempts": 1}),
)


def check(name, holds, seen=""):
    global checks
    checks += 1
    if not holds:
        failures.append(name)
        print("FAILED", name, seen)


def refused(name, code, call, **arguments):
    """The error, with what its document tells."""
    try:
        answer = call(**arguments)
    except botocore.exceptions.ClientError as e:
        error = e.response["Error"]
        check(name, error["Code"] == code, error)
        return error
    check(name, False, answer)
    return {}


def body(**arguments):
    return s3.get_object(**arguments)["Body"].read()


def objects_are_read_as_they_were_written():
    s3.create_bucket(Bucket=BUCKET)
    key = "a/b c+ü%2F//..\u2603.txt"
    put = s3.put_object(
        Bucket=BUCKET, Key=key, Body=b"hello", Metadata={"x": "y"}, ContentType="text/plain", CacheControl="no-cache"
    )
    check("etag", put["ETag"] == '"5d41402abc4b2a76b9719d911017c592"', put)
    check("sealed", put["ServerSideEncryption"] == "AES256", put)
    got = s3.get_object(Bucket=BUCKET, Key=key)
    check("body", got["Body"].read() == b"hello")
    check("metadata", got["Metadata"] == {"x": "y"} and got["ContentType"] == "text/plain", got)
    head = s3.head_object(Bucket=BUCKET, Key=key)
    check("head", head["ContentLength"] == 5 and head["CacheControl"] == "no-cache", head)
    large = os.urandom(20 * 1024 * 1024 + 7)
    s3.put_object(Bucket=BUCKET, Key="large", Body=large)
    check("large", body(Bucket=BUCKET, Key="large") == large)
    part = s3.get_object(Bucket=BUCKET, Key="large", Range="bytes=65530-131080")
    check("range", part["Body"].read() == large[65530:131081])
    check("partial", part["ResponseMetadata"]["HTTPStatusCode"] == 206, part)
    check("suffix", body(Bucket=BUCKET, Key="large", Range="bytes=-3") == large[-3:])
    error = refused("beyond", "InvalidRange", s3.get_object, Bucket=BUCKET, Key="large", Range="bytes=99999999-")
    check("size", error.get("ActualObjectSize") == str(len(large)), error)
    error = refused("no key", "NoSuchKey", s3.get_object, Bucket=BUCKET, Key="none")
    check("key", error.get("Key") == "none", error)
    refused("no head", "404", s3.head_object, Bucket=BUCKET, Key="none")


def conditions_hold():
    etag = s3.put_object(Bucket=BUCKET, Key="k", Body=b"1", ContentType="x/y")["ETag"]
    refused("unchanged", "304", s3.get_object, Bucket=BUCKET, Key="k", IfNoneMatch=etag)
    refused("changed", "PreconditionFailed", s3.get_object, Bucket=BUCKET, Key="k", IfMatch='"0"')
    refused("there", "PreconditionFailed", s3.put_object, Bucket=BUCKET, Key="k", Body=b"2", IfNoneMatch="*")
    s3.put_object(Bucket=BUCKET, Key="k", Body=b"2", IfMatch=etag)
    check("replaced", body(Bucket=BUCKET, Key="k") == b"2")


def wrong_bodies_are_refused():
    wrong = base64.b64encode(b"0" * 16).decode()
    refused("md5", "BadDigest", s3.put_object, Bucket=BUCKET, Key="w", Body=b"x", ContentMD5=wrong)
    refused("no md5", "InvalidDigest", s3.put_object, Bucket=BUCKET, Key="w", Body=b"x", ContentMD5="bad")
    refused("crc", "BadDigest", s3.put_object, Bucket=BUCKET, Key="w", Body=b"x", ChecksumCRC32="AAAAAA==")
    refused("metadata", "MetadataTooLarge", s3.put_object, Bucket=BUCKET, Key="w", Metadata={"a": "b" * 2048})
    for algorithm in ("CRC32", "CRC32C", "SHA1", "SHA256", "CRC64NVME"):
        try:
            s3.put_object(Bucket=BUCKET, Key="w", Body=b"x", ChecksumAlgorithm=algorithm)
        except botocore.exceptions.MissingDependencyException:
            continue
        head = s3.head_object(Bucket=BUCKET, Key="w", ChecksumMode="ENABLED")
        check(algorithm, "Checksum" + algorithm in head, head)


def copies_are_made():
    s3.put_object(Bucket=BUCKET, Key="from ä", Body=b"text", Metadata={"a": "1"}, Tagging="t=1")
    s3.copy_object(Bucket=BUCKET, Key="to", CopySource={"Bucket": BUCKET, "Key": "from ä"})
    head = s3.head_object(Bucket=BUCKET, Key="to")
    check("copied", head["Metadata"] == {"a": "1"} and head.get("TagCount") == 1, head)
    refused("itself", "InvalidRequest", s3.copy_object, Bucket=BUCKET, Key="to", CopySource=BUCKET + "/to")
    s3.put_object_tagging(Bucket=BUCKET, Key="to", Tagging={"TagSet": [{"Key": "k", "Value": "v"}]})
    check("tags", s3.get_object_tagging(Bucket=BUCKET, Key="to")["TagSet"] == [{"Key": "k", "Value": "v"}])


def one_denied_key_is_refused_alone():
    iam = boto3.client("iam", region_name="us-east-1")
    iam.create_user(UserName="deleter")
    allow = {"Effect": "Allow", "Action": "s3:DeleteObject", "Resource": f"arn:aws:s3:::{BUCKET}/mine/*"}
    iam.put_user_policy(
        UserName="deleter", PolicyName="own", PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [allow]})
    )
    key = iam.create_access_key(UserName="deleter")["AccessKey"]
    deleter = boto3.client(
        "s3",
        region_name="us-east-1",
        aws_access_key_id=key["AccessKeyId"],
        aws_secret_access_key=key["SecretAccessKey"],
        config=Config(s3={"addressing_style": "path"}, retries={"max_attempts": 1}),
    )
    for name in ("mine/a", "theirs/a"):
        s3.put_object(Bucket=BUCKET, Key=name, Body=b"x")
    answer = deleter.delete_objects(Bucket=BUCKET, Delete={"Objects": [{"Key": "theirs/a"}, {"Key": "mine/a"}]})
    check("allowed key", [d["Key"] for d in answer.get("Deleted", [])] == ["mine/a"], answer)
    errors = answer.get("Errors", [])
    check("denied key", [(e["Key"], e["Code"]) for e in errors] == [("theirs/a", "AccessDenied")], answer)
    check("denied words", errors and "is not authorized to perform: s3:DeleteObject on resource" in errors[0]["Message"], errors)
    check("left alone", body(Bucket=BUCKET, Key="theirs/a") == b"x")
    refused("gone", "NoSuchKey", s3.get_object, Bucket=BUCKET, Key="mine/a")


def parts_become_an_object():
    data = os.urandom(17 * 1024 * 1024)
    s3.upload_fileobj(io.BytesIO(data), BUCKET, "parts")
    out = io.BytesIO()
    s3.download_fileobj(BUCKET, "parts", out)
    check("transferred", out.getvalue() == data)
    upload = s3.create_multipart_upload(Bucket=BUCKET, Key="u")["UploadId"]
    where = {"Bucket": BUCKET, "Key": "u", "UploadId": upload}
    tags = [s3.upload_part(**where, PartNumber=n, Body=b"data")["ETag"] for n in (1, 2)]
    copied = s3.upload_part_copy(**where, PartNumber=3, CopySource=BUCKET + "/parts", CopySourceRange="bytes=0-9")
    check("listed", len(s3.list_parts(**where)["Parts"]) == 3)
    check("going on", [u["Key"] for u in s3.list_multipart_uploads(Bucket=BUCKET)["Uploads"]] == ["u"])
    both = [{"PartNumber": n + 1, "ETag": tag} for n, tag in enumerate(tags)]
    refused("small", "EntityTooSmall", s3.complete_multipart_upload, **where, MultipartUpload={"Parts": both})
    last = {"Parts": [{"PartNumber": 3, "ETag": copied["CopyPartResult"]["ETag"]}]}
    done = s3.complete_multipart_upload(**where, MultipartUpload=last)
    again = s3.complete_multipart_upload(**where, MultipartUpload=last)
    check("repeated", done["ETag"] == again["ETag"] and done["ETag"].endswith('-1"'), again)
    check("content", body(Bucket=BUCKET, Key="u") == data[:10])
    refused("gone", "NoSuchUpload", s3.list_parts, **where)


def uploads_tell_the_sum_of_all():
    upload = s3.create_multipart_upload(Bucket=BUCKET, Key="sum", ChecksumAlgorithm="SHA256")["UploadId"]
    where = {"Bucket": BUCKET, "Key": "sum", "UploadId": upload}
    part = s3.upload_part(**where, PartNumber=1, Body=b"data", ChecksumAlgorithm="SHA256")
    named = {"Parts": [{"PartNumber": 1, "ETag": part["ETag"], "ChecksumSHA256": part["ChecksumSHA256"]}]}
    composite = base64.b64encode(hashlib.sha256(hashlib.sha256(b"data").digest()).digest()).decode() + "-1"
    other = base64.b64encode(bytes(32)).decode() + "-1"
    refused("other sum", "BadDigest", s3.complete_multipart_upload, **where, MultipartUpload=named, ChecksumSHA256=other)
    done = s3.complete_multipart_upload(**where, MultipartUpload=named, ChecksumSHA256=composite)
    check("sum", done["ChecksumSHA256"] == composite, done)


def policies_ask_how_a_request_was_signed():
    s3.put_object(Bucket=BUCKET, Key="asked", Body=b"x")
    link = s3.generate_presigned_url("get_object", Params={"Bucket": BUCKET, "Key": "asked"})

    def read_by_link():
        try:
            return urllib.request.urlopen(link).status
        except urllib.error.HTTPError as e:
            return e.code

    for name, condition, expected in (
        ("type", {"StringNotEquals": {"s3:authType": "REST-HEADER"}}, 403),
        ("age", {"NumericGreaterThan": {"s3:signatureAge": "600000"}}, 200),
        ("version", {"StringNotEquals": {"s3:signatureversion": "AWS4-HMAC-SHA256"}}, 200),
    ):
        statement = {
            "Effect": "Deny",
            "Principal": "*",
            "Action": "s3:GetObject",
            "Resource": f"arn:aws:s3:::{BUCKET}/asked",
            "Condition": condition,
        }
        s3.put_bucket_policy(Bucket=BUCKET, Policy=json.dumps({"Version": "2012-10-17", "Statement": [statement]}))
        check("header " + name, body(Bucket=BUCKET, Key="asked") == b"x")
        seen = read_by_link()
        check("link " + name, seen == expected, seen)
    s3.delete_bucket_policy(Bucket=BUCKET)


def listings_stop_at_prefixes():
    for i in range(5):
        s3.put_object(Bucket=BUCKET, Key=f"d/{i}/x", Body=b"")
        s3.put_object(Bucket=BUCKET, Key=f"d/{i}/y", Body=b"")
    pages = s3.get_paginator("list_objects_v2").paginate(
        Bucket=BUCKET, Prefix="d/", Delimiter="/", PaginationConfig={"PageSize": 2}
    )
    found = [p["Prefix"] for page in pages for p in page.get("CommonPrefixes", [])]
    check("prefixes", found == [f"d/{i}/" for i in range(5)], found)
    pages = s3.get_paginator("list_objects").paginate(Bucket=BUCKET, Prefix="d/", PaginationConfig={"PageSize": 3})
    found = [o["Key"] for page in pages for o in page["Contents"]]
    check("keys", found == [f"d/{i}/{x}" for i in range(5) for x in "xy"], found)
    refused("encoding", "InvalidArgument", s3.list_objects_v2, Bucket=BUCKET, EncodingType="other")


def versions_come_and_go():
    s3.create_bucket(Bucket=VERSIONED)
    s3.put_bucket_versioning(Bucket=VERSIONED, VersioningConfiguration={"Status": "Enabled"})
    ids = [s3.put_object(Bucket=VERSIONED, Key="k", Body=str(i).encode())["VersionId"] for i in range(3)]
    marker = s3.delete_object(Bucket=VERSIONED, Key="k")
    check("marker", marker["DeleteMarker"] is True, marker)
    refused("hidden", "NoSuchKey", s3.get_object, Bucket=VERSIONED, Key="k")
    refused("marked", "MethodNotAllowed", s3.get_object, Bucket=VERSIONED, Key="k", VersionId=marker["VersionId"])
    listed = s3.list_object_versions(Bucket=VERSIONED)
    check("order", [v["VersionId"] for v in listed["Versions"]] == ids[::-1], listed)
    check("old", body(Bucket=VERSIONED, Key="k", VersionId=ids[0]) == b"0")
    refused("full", "BucketNotEmpty", s3.delete_bucket, Bucket=VERSIONED)
    s3.delete_object(Bucket=VERSIONED, Key="k", VersionId=marker["VersionId"])
    check("shown", body(Bucket=VERSIONED, Key="k") == b"2")
    every = [{"Key": "k", "VersionId": i} for i in ids]
    check("all", len(s3.delete_objects(Bucket=VERSIONED, Delete={"Objects": every})["Deleted"]) == 3)
    s3.delete_bucket(Bucket=VERSIONED)


def locked_versions_stay():
    s3.create_bucket(Bucket=LOCKED, ObjectLockEnabledForBucket=True)
    until = datetime.datetime(2099, 1, 1, tzinfo=datetime.timezone.utc)
    version = s3.put_object(
        Bucket=LOCKED, Key="k", Body=b"", ObjectLockMode="GOVERNANCE", ObjectLockRetainUntilDate=until
    )["VersionId"]
    refused("locked", "AccessDenied", s3.delete_object, Bucket=LOCKED, Key="k", VersionId=version)
    s3.put_object_legal_hold(Bucket=LOCKED, Key="k", LegalHold={"Status": "ON"})
    bypass = {"Bucket": LOCKED, "Key": "k", "VersionId": version, "BypassGovernanceRetention": True}
    refused("held", "AccessDenied", s3.delete_object, **bypass)
    s3.put_object_legal_hold(Bucket=LOCKED, Key="k", LegalHold={"Status": "OFF"})
    s3.delete_object(**bypass)
    s3.delete_bucket(Bucket=LOCKED)


def keys_of_customers_are_needed():
    key = {"SSECustomerAlgorithm": "AES256", "SSECustomerKey": os.urandom(32)}
    s3.put_object(Bucket=BUCKET, Key="c", Body=b"x" * 100_000, **key)
    check("with key", len(body(Bucket=BUCKET, Key="c", **key)) == 100_000)
    refused("without key", "InvalidRequest", s3.get_object, Bucket=BUCKET, Key="c")
    refused("kms", "NotImplemented", s3.put_object, Bucket=BUCKET, Key="c", ServerSideEncryption="aws:kms")


def links_work():
    link = s3.generate_presigned_url("put_object", Params={"Bucket": BUCKET, "Key": "linked"})
    urllib.request.urlopen(urllib.request.Request(link, data=b"by link", method="PUT"))
    link = s3.generate_presigned_url("get_object", Params={"Bucket": BUCKET, "Key": "linked"})
    check("link", urllib.request.urlopen(link).read() == b"by link")


def nothing_is_left():
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=BUCKET):
        keys = [{"Key": o["Key"]} for o in page.get("Contents", [])]
        gone = s3.delete_objects(Bucket=BUCKET, Delete={"Objects": keys, "Quiet": True})
        check("quiet", "Deleted" not in gone and "Errors" not in gone, gone)
    s3.delete_bucket(Bucket=BUCKET)
    refused("no bucket", "NoSuchBucket", s3.list_objects_v2, Bucket=BUCKET)


for part in (
    objects_are_read_as_they_were_written,
    conditions_hold,
    wrong_bodies_are_refused,
    copies_are_made,
    one_denied_key_is_refused_alone,
    parts_become_an_object,
    uploads_tell_the_sum_of_all,
    policies_ask_how_a_request_was_signed,
    listings_stop_at_prefixes,
    versions_come_and_go,
    locked_versions_stay,
    keys_of_customers_are_needed,
    links_work,
    nothing_is_left,
):
    try:
        part()
    except Exception:
        failures.append(part.__name__)
        print("FAILED", part.__name__)
        traceback.print_exc()
print(f"done: {checks} checks, {len(failures)} failed")
sys.exit(1 if failures else 0)
