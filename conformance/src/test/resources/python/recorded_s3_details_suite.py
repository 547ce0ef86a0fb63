"""The finer points of S3's answers beside those that AWS gave to the same requests. Prints every difference and the count of steps."""
import base64
import hashlib
import io
import json
import os
import socket
import urllib.parse

_resolve = socket.getaddrinfo
socket.getaddrinfo = lambda host, *a, **k: _resolve("127.0.0.1" if str(host).endswith("localhost") else host, *a, **k)

import boto3
from boto3.s3.transfer import TransferConfig
from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.handlers import validate_ascii_metadata

from recorded import Replay
from recorded_s3_objects_suite import HOST, RUN, bucket, client, compare_page, hours, of_other_bodies, opened, s3, versioned, web
from recorded_s3_web_suite import form

PORT = urllib.parse.urlparse(HOST).port
ACCOUNT = boto3.client("sts", region_name="us-east-1").get_caller_identity()["Account"]
PART = b"a" * 5242881
# checksums of which the client knows nothing are sent as recorded
plain = client(request_checksum_calculation="when_required")


def upload(name, key, bodies, of=plain, first=1, step=1, **more):
    """All parts of an upload; what completes it."""
    id = of.create_multipart_upload(Bucket=name, Key=key, **more)["UploadId"]
    parts = []
    for i, body in enumerate(bodies):
        number = first + i * step
        part = of.upload_part(Bucket=name, Key=key, UploadId=id, PartNumber=number, Body=body)
        parts.append({"ETag": part["ETag"], "PartNumber": number})
    return dict(Bucket=name, Key=key, UploadId=id, MultipartUpload={"Parts": parts})


def case_buckets(r):
    r.of("TestS3::test_bucket_name_with_dots")
    name = RUN + ".with.dots"
    s3.create_bucket(Bucket=name, ObjectOwnership="ObjectWriter")
    s3.delete_public_access_block(Bucket=name)
    s3.put_bucket_acl(Bucket=name, ACL="public-read")
    s3.put_object(Bucket=name, Key="my-content", Body=b"something")
    r.step("list-objects", s3.list_objects, Bucket=name)
    compare_page(r, "request-path-url-content", web.request("GET", f"{HOST}/{name}"))
    compare_page(r, "request-vhost-url-content", web.request("GET", HOST, headers={"Host": f"{name}.s3.localhost:{PORT}"}))
    r.of("TestS3BucketAccelerateConfiguration::test_bucket_acceleration_configuration_exc")
    put = lambda name, status: dict(Bucket=name, AccelerateConfiguration={"Status": status})
    r.step("put-bucket-accelerate-config-random", s3.put_bucket_accelerate_configuration, **put(bucket(), "random"))
    r.step("put-bucket-accelerate-config-dot-bucket", s3.put_bucket_accelerate_configuration, **put(name, "Enabled"))
    r.of("TestS3::test_create_bucket_aws_global")
    name = RUN + "-global"
    r.step("create-bucket-global", s3.create_bucket, Bucket=name)
    r.step("head-bucket-global", s3.head_bucket, Bucket=name)
    r.step("get-location-1", s3.get_bucket_location, Bucket=name)
    r.step("list-buckets", s3.list_buckets, Prefix=name)
    request = AWSRequest("PUT", f"{HOST}/{name}-2", data=b"")
    S3SigV4Auth(Credentials(os.environ["AWS_ACCESS_KEY_ID"], os.environ["AWS_SECRET_ACCESS_KEY"]), "s3", "aws-global").add_auth(request)
    compare_page(r, "xml-error-create-bucket", web.request("PUT", request.url, headers=dict(request.headers), body=b""))
    r.of("TestS3::test_delete_bucket_with_content")
    name = bucket()
    for i in range(10):
        s3.put_object(Bucket=name, Key=f"test-key-{i}", Body=f"test-{i}".encode())
    r.step("list-objects", s3.list_objects, Bucket=name, MaxKeys=100)
    r.of("TestS3::test_different_location_constraint")
    create = lambda of, name: dict(call=of.create_bucket, Bucket=RUN + name, CreateBucketConfiguration={"LocationConstraint": None})
    r.step("create-bucket-constraint-us-east-1-with-None", **create(s3, "-none-1"))
    r.step("create-bucket-constraint-us-east-2-with-None", **create(client("us-east-2"), "-none-2"))
    r.of("TestS3::test_create_bucket_with_invalid_location_constraint[us-east-1-us-east-1]")
    r.step("us-east-1-location-constraint-us-east-1-error", s3.create_bucket, Bucket=RUN + "-none-3",
           CreateBucketConfiguration={"LocationConstraint": "us-east-1"})


def case_thousand(r):
    r.of("TestS3::test_s3_put_more_than_1000_items")
    name = bucket()
    for i in range(1010):
        s3.put_object(Bucket=name, Key=f"test-key-{i}", Body=f"test-{i}".encode())
    for i in (0, 1009):
        r.step(f"get_object-{i}", s3.get_object, Bucket=name, Key=f"test-key-{i}", ChecksumMode="ENABLED")
    r.step("list-objects", s3.list_objects, Bucket=name, Delimiter="/")
    r.step("list-objects-next_marker", s3.list_objects, Bucket=name, Marker="test-key-99")


def case_settings(r):
    name = bucket()
    r.of("TestS3::test_bucket_exists")
    rule = {"AllowedMethods": ["GET", "POST", "PUT", "DELETE"], "AllowedOrigins": ["localhost"]}
    s3.put_bucket_cors(Bucket=name, CORSConfiguration={"CORSRules": [rule]})
    r.step("get-bucket-cors", s3.get_bucket_cors, Bucket=name)
    r.of("TestS3BucketPolicy::test_bucket_policy_crud")
    document = lambda name: json.dumps({
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{name}/*"}],
    })
    s3.delete_public_access_block(Bucket=name)
    r.step("put-bucket-policy", s3.put_bucket_policy, Bucket=name, Policy=document(name))
    r.step("get-bucket-policy", s3.get_bucket_policy, Bucket=name)
    r.step("delete-bucket-policy", s3.delete_bucket_policy, Bucket=name)
    r.step("get-bucket-policy-after-delete", s3.get_bucket_policy, Bucket=name)
    r.step("delete-bucket-policy-after-delete", s3.delete_bucket_policy, Bucket=name)
    r.of("TestS3::test_delete_bucket_policy")
    r.step("get-bucket-policy-no-such-bucket-policy", s3.get_bucket_policy, Bucket=name)
    r.of("TestS3BucketVersioning::test_bucket_versioning_crud")
    put = lambda status: dict(Bucket=name, VersioningConfiguration={"Status": status})
    r.step("put-versioning-enabled-capitalized", s3.put_bucket_versioning, **put("Enabled"))
    r.step("get-versioning-after-enabled", s3.get_bucket_versioning, Bucket=name)
    r.step("put-versioning-suspended-after", s3.put_bucket_versioning, **put("Suspended"))
    r.step("get-versioning-after-suspended", s3.get_bucket_versioning, Bucket=name)
    r.step("get-versioning-no-bucket", s3.get_bucket_versioning, Bucket="recorded-none")
    r.of("TestS3BucketLogging::test_put_bucket_logging")
    target = bucket()
    r.step("get-bucket-logging-default", s3.get_bucket_logging, Bucket=name)
    r.step("get-bucket-default-acl", s3.get_bucket_acl, Bucket=target)
    tags = lambda *tags: {"TagSet": [dict(tag) for tag in tags]}
    r.of("TestS3BucketObjectTagging::test_tagging_validation")
    r.step("put-bucket-tags-none-key", s3.put_bucket_tagging, Bucket=name, Tagging=tags({"Value": "v"}))
    r.step("put-bucket-tags-none-value", s3.put_bucket_tagging, Bucket=name, Tagging=tags({"Key": "v"}))
    r.of("TestS3BucketObjectTagging::test_create_bucket_with_tags_exc")
    r.step("tags-value-none", s3.create_bucket, Bucket=RUN + "-tags", CreateBucketConfiguration={"Tags": [{"Key": "k"}]})


def case_notifications(r):
    name = bucket()
    put = lambda *arns: dict(Bucket=name, NotificationConfiguration={
        "QueueConfigurations": [{"Id": f"q{i}", "Events": ["s3:ObjectCreated:*"], "QueueArn": arn} for i, arn in enumerate(arns)]})
    queue = f"arn:aws:sqs:us-east-1:{ACCOUNT}:my-queue"
    r.of("TestS3NotificationsToSQS::test_multiple_invalid_sqs_arns")
    r.step("one-queue-invalid-one-not-existent", s3.put_bucket_notification_configuration, **put(queue, "invalid_arn_2"))
    r.step("multiple-queues-do-not-exist", s3.put_bucket_notification_configuration, **put(queue, queue + "-2"))


def case_uploads(r):
    name = bucket()
    of_other_bodies(r, "TestS3::test_complete_multipart_parts_order")
    more = upload(name, "test-order-parts", [PART, PART, b"x"])
    r.step("complete-multipart-ordered", s3.complete_multipart_upload, **more)
    more = upload(name, "key-sequence-with-step-2", [PART, PART, b"x"], step=2)
    r.step("complete-multipart-with-step-2", s3.complete_multipart_upload, **more)
    of_other_bodies(r, "TestS3::test_get_object_attributes")
    attributes = lambda key, *names: dict(Bucket=name, Key=key, ObjectAttributes=list(names))
    s3.put_object(Bucket=name, Key="one", Body=b"69\n420\n")
    r.step("object-attrs", s3.get_object_attributes, **attributes("one", "StorageClass", "ETag", "ObjectSize", "ObjectParts", "Checksum"))
    s3.complete_multipart_upload(**upload(name, "k", [b"upload-part-1" * 5]))
    r.step("object-attrs-multiparts-1-part", s3.get_object_attributes, **attributes("k", "StorageClass", "ETag", "ObjectSize", "ObjectParts"))
    s3.complete_multipart_upload(**upload(name, "k", [b"a" * 5242900, b"upload-part-1" * 5]))
    r.step("object-attrs-multiparts-2-parts", s3.get_object_attributes, **attributes("k", "StorageClass", "ETag", "ObjectSize", "ObjectParts"))
    r.step("object-attrs-multiparts-2-parts-checksum", s3.get_object_attributes,
           **attributes("k", "StorageClass", "ETag", "ObjectSize", "Checksum"))
    r.of("TestS3::test_get_object_part")
    more = upload(name, "test.file", [b"a" * 5242896, b"test content 123"])
    of_other_bodies(r, "TestS3::test_get_object_part")
    r.step("multipart-upload", s3.complete_multipart_upload, **more)
    r.step("get-object-part", s3.get_object, Bucket=name, Key="test.file", PartNumber=2)
    r.step("head-object-part", s3.head_object, Bucket=name, Key="test.file", PartNumber=2)
    r.step("get-object-part-with-checksum", s3.get_object, Bucket=name, Key="test.file", PartNumber=2, ChecksumMode="ENABLED")
    of_other_bodies(r, "TestS3::test_set_external_hostname")
    r.step("multipart-upload", s3.complete_multipart_upload, **upload(name, "test.file", [b"test content 123"]))
    r.of("TestS3::test_upload_file_multipart")
    of_other_bodies(r, r.case)
    r.recordings[r.case]["get_object"]["Body"] = "\0" * 6144
    config = TransferConfig(multipart_threshold=5120, multipart_chunksize=10240)
    s3.upload_fileobj(io.BytesIO(b"\0" * 6144), name, "f", Config=config)
    r.step("get_object", s3.get_object, Bucket=name, Key="f", ChecksumMode="ENABLED")
    name = bucket()
    r.of("TestS3::test_multipart_and_list_parts")
    s3.create_multipart_upload(Bucket=name, Key="test-list-parts")
    r.step("list-all-uploads-after", s3.list_multipart_uploads, Bucket=name)
    r.of("TestS3::test_s3_lambda_integration")
    s3.put_object(Bucket=name, Key="key", Body=b"")
    r.step("head_object", s3.head_object, Bucket=name, Key="key")


def case_checksums_of_parts(r):
    name, key = bucket(), "test-multipart-checksum"
    suite = "TestS3MultipartUploadChecksum::"
    for kind, algorithm in (("COMPOSITE", "SHA1"), ("COMPOSITE", "SHA256"), ("FULL_OBJECT", "CRC32"), ("FULL_OBJECT", "CRC64NVME")):
        r.of(f"{suite}test_multipart_checksum_type_compatibility[{kind}-{algorithm}]")
        for step in r.recordings[r.case]:
            r.step(step, s3.create_multipart_upload, Bucket=name, Key="test-multipart-checksum-compat", ChecksumType=kind,
                   ChecksumAlgorithm=algorithm)
    for kind, algorithm in (("composite", "CRC32C"), ("composite", "SHA256"), ("full_object", "CRC32C"), ("full_object", "CRC32")):
        r.of(f"{suite}test_complete_multipart_parts_checksum_{kind}[{algorithm}]")
        checksums_of_parts(r, name, key, kind, algorithm)
    r.of(suite + "test_complete_multipart_parts_checksum_default")
    create = lambda: s3.create_multipart_upload(Bucket=name, Key=key)["UploadId"]
    part = dict(Bucket=name, Key=key, PartNumber=1, Body=b"aaa")
    id = create()
    seen = r.step("upload-part-different-checksum-than-default", s3.upload_part, UploadId=id,
                  ChecksumCRC32C=r.recordings[r.case]["upload-part-different-checksum-than-default"]["ChecksumCRC32C"], **part)
    complete = lambda part: dict(Bucket=name, Key=key, UploadId=id, MultipartUpload={"Parts": [dict(part, PartNumber=1)]})
    r.step("complete-multipart-parts-checksum", s3.complete_multipart_upload, **complete(
        {"ETag": seen["ETag"], "ChecksumCRC32C": seen["ChecksumCRC32C"]}))
    r.step("complete-multipart-checksum", s3.complete_multipart_upload, **complete({"ETag": seen["ETag"]}))
    attributes = dict(Bucket=name, ObjectAttributes=["Checksum", "ETag", "ObjectParts"])
    r.step("get-object-attrs", s3.get_object_attributes, Key=key, **attributes)
    r.recordings[r.case]["get-object-with-checksum"]["Body"] = "aaa"
    r.step("get-object-with-checksum", s3.get_object, Bucket=name, Key=key, ChecksumMode="ENABLED")
    r.step("head-object-with-checksum", s3.head_object, Bucket=name, Key=key, ChecksumMode="ENABLED")
    r.step("copy-obj-checksum", s3.copy_object, Bucket=name, Key=key + "-copy", CopySource=f"{name}/{key}")
    r.step("get-copy-object-attrs", s3.get_object_attributes, Key=key + "-copy", **attributes)


def checksums_of_parts(r, name, key, kind, algorithm):
    """With the checksums that AWS told, which a wrong one of ours would contradict."""
    recorded, field = r.recordings[r.case], "Checksum" + algorithm
    wrong = {field: base64.b64encode(b"0" * (32 if algorithm == "SHA256" else 4)).decode()}
    id = r.step("create-mpu-checksum", plain.create_multipart_upload, Bucket=name, Key=key, ChecksumAlgorithm=algorithm,
                ChecksumType=kind.upper())["UploadId"]
    at = dict(Bucket=name, Key=key, UploadId=id)
    parts = []
    for i, body in enumerate((PART, PART, b"a" * 10)):
        told = {field: recorded[f"upload-part-{i}"][field]}
        part = r.step(f"upload-part-{i}", plain.upload_part, PartNumber=i + 1, Body=body, **at, **told)
        parts.append({"ETag": part["ETag"], "PartNumber": i + 1, **told})
    r.step("list-parts", plain.list_parts, **at)
    complete = lambda parts, **more: dict(at, MultipartUpload={"Parts": parts}, **more)
    bare = [{key: part[key] for key in ("ETag", "PartNumber")} for part in parts]
    if kind == "composite":
        r.step("complete-multipart-no-checksum", plain.complete_multipart_upload, **complete(bare))
    # AWS names any of the parts that are wrong
    recorded["complete-multipart-wrong-parts-checksum"]["Error"].update(PartNumber="<any>", ETag="<any>")
    r.step("complete-multipart-wrong-parts-checksum", plain.complete_multipart_upload, **complete([dict(part, **wrong) for part in parts]))
    r.step("complete-multipart-checksum", plain.complete_multipart_upload, **complete(parts))
    attributes = dict(Bucket=name, ObjectAttributes=["Checksum", "ETag", "ObjectParts"])
    r.step("get-object-attrs", plain.get_object_attributes, Key=key, **attributes)
    r.step("head-object-with-checksum", plain.head_object, Bucket=name, Key=key, ChecksumMode="ENABLED")
    recorded["get-object-with-checksum"]["Body"] = "a" * (2 * len(PART) + 10)
    r.step("get-object-with-checksum", plain.get_object, Bucket=name, Key=key, ChecksumMode="ENABLED")
    r.step("get-object-part-checksum", plain.get_object, Bucket=name, Key=key, PartNumber=3, ChecksumMode="ENABLED")
    r.step("copy-obj-checksum", plain.copy_object, Bucket=name, Key=key + "-copy", CopySource=f"{name}/{key}")
    r.step("get-copy-object-attrs", plain.get_object_attributes, Key=key + "-copy", **attributes)


def case_checksums_of_objects(r):
    name = bucket()
    for algorithm in ("CRC32", "SHA256", "CRC32C"):
        r.of(f"TestS3PutObjectChecksum::test_put_object_checksum[{algorithm}]")
        field, key = "Checksum" + algorithm, "file-" + algorithm
        attributes = dict(Bucket=name, Key=key, ObjectAttributes=["ETag", "Checksum"])
        for word, suffix in (("generated", "generated"), ("autogenerated", "auto-generated")):
            told = {field: r.recordings[r.case]["put-object-" + word][field]}
            r.step("put-object-" + word, plain.put_object, Bucket=name, Key=key, Body=b"test data..", **told)
            r.step("get-object-attrs-" + suffix, plain.get_object_attributes, **attributes)
        r.step("head-object-with-checksum", plain.head_object, Bucket=name, Key=key, ChecksumMode="ENABLED")
    for algorithm in ("CRC32", "CRC64NVME", "None", "SHA256"):
        r.of(f"TestS3PutObjectChecksum::test_s3_get_object_checksum[{algorithm}]")
        field = "Checksum" + ("CRC32" if algorithm == "None" else algorithm)
        told = {field: r.recordings[r.case]["put-object"][field]}
        attributes = dict(Bucket=name, Key="g", ObjectAttributes=["Checksum"])
        r.step("put-object", plain.put_object, Bucket=name, Key="g", Body=b"test-checksum", **told)
        r.step("get-object", plain.get_object, Bucket=name, Key="g")
        r.step("get-object-with-checksum", plain.get_object, Bucket=name, Key="g", ChecksumMode="ENABLED")
        r.step("get-object-attrs", plain.get_object_attributes, **attributes)
    r.of("TestS3PutObjectChecksum::test_s3_checksum_no_automatic_sdk_calculation")
    right = base64.b64encode(hashlib.sha256(b"test data..").digest()).decode()
    link = lambda **more: plain.generate_presigned_url("put_object", Params=dict(Bucket=name, Key="n", **more))
    put = lambda link, **headers: web.request("PUT", link, body=b"test data..", headers={k.replace("_", "-"): v for k, v in headers.items()})
    compare_page(r, "wrong-checksum", put(link(ChecksumSHA256="wrongvalue"), x_amz_checksum_sha256="wrongvalue"))
    head = lambda step: r.step(step, plain.head_object, Bucket=name, Key="n", ChecksumMode="ENABLED")
    put(link(ChecksumSHA256=right), x_amz_checksum_sha256=right)
    head("head-obj-right-checksum")
    put(link(ChecksumAlgorithm="SHA256"), x_amz_sdk_checksum_algorithm="SHA256")
    head("head-obj-only-checksum-algo")
    put(link(ChecksumAlgorithm="CRC32", ChecksumSHA256=right), x_amz_sdk_checksum_algorithm="CRC32", x_amz_checksum_sha256=right)
    head("head-obj-diff-checksum-algo")
    put(link())
    r.step("head-obj-no-checksum", plain.head_object, Bucket=name, Key="n", ChecksumMode="ENABLED")
    plain.copy_object(Bucket=name, Key="n2", CopySource=f"{name}/n")
    r.step("get-copy-obj-attrs-no-checksum", plain.get_object_attributes, Bucket=name, Key="n2", ObjectAttributes=["Checksum"])
    for algorithm in ("CRC32C", "SHA1", "SHA256"):
        r.of(f"TestS3::test_s3_copy_object_with_default_checksum[{algorithm}]")
        field = "Checksum" + algorithm
        told = {field: r.recordings[r.case]["put-object-no-checksum"][field]}
        attributes = dict(Bucket=name, ObjectAttributes=["Checksum"])
        r.step("put-object-no-checksum", plain.put_object, Bucket=name, Key="d", Body=b'{"key": "value"}', **told)
        plain.copy_object(Bucket=name, Key="d", CopySource=f"{name}/d", MetadataDirective="REPLACE")
        r.step("object-attrs-after-copy", plain.get_object_attributes, Key="d", **attributes)
        r.step("copy-object-to-dest-keep-checksum", plain.copy_object, Bucket=name, Key="e", CopySource=f"{name}/d")
        r.step("dest-object-attrs-after-copy", plain.get_object_attributes, Key="e", **attributes)


def case_versions(r):
    name, key = versioned(), "test-key-versioned"
    r.of("TestS3::test_get_object_attributes_versioned")
    attributes = ["StorageClass", "ETag", "ObjectSize", "ObjectParts", "Checksum"]
    r.step("put-obj-v1", s3.put_object, Bucket=name, Key=key, Body=b"69\n420\n")
    of_other_bodies(r, r.case)
    r.step("put-obj-v2", s3.put_object, Bucket=name, Key=key, Body=b"version 2")
    r.step("object-attrs", s3.get_object_attributes, Bucket=name, Key=key, ObjectAttributes=attributes)
    name = versioned()
    r.of("TestS3::test_put_object_acl_on_delete_marker")
    at = dict(Bucket=name, Key=key)
    r.step("put-obj-1", s3.put_object, Body=b"something", **at)
    of_other_bodies(r, r.case)
    r.step("put-obj-2", s3.put_object, Body=b"something else", **at)
    marker = r.step("delete-object", s3.delete_object, **at)["VersionId"]
    owner = s3.get_bucket_acl(Bucket=name)["Owner"]
    policy = {"Owner": owner, "Grants": [{"Grantee": {"ID": owner["ID"], "Type": "CanonicalUser"}, "Permission": "FULL_CONTROL"}]}
    r.step("get-acl-delete-marker", s3.get_object_acl, **at)
    r.step("put-acl-delete-marker", s3.put_object_acl, AccessControlPolicy=policy, **at)
    r.step("get-acl-delete-marker-version-id", s3.get_object_acl, VersionId=marker, **at)
    r.step("put-acl-delete-marker-version-id", s3.put_object_acl, VersionId=marker, AccessControlPolicy=policy, **at)
    name = versioned()
    r.of("TestS3BucketObjectTagging::test_object_tagging_versioned")
    at = dict(Bucket=name, Key="test-tagging")
    tags = lambda *names: {"TagSet": [{"Key": tag, "Value": tag} for tag in names]}
    first, second = (r.step(f"put-obj-{i}", s3.put_object, Body=f"test-{i}".encode(), **at)["VersionId"] for i in (0, 1))
    r.step("put-object-tags-current-version", s3.put_object_tagging, Tagging=tags("tag3"), **at)
    r.step("get-object-tags-current-version", s3.get_object_tagging, **at)
    r.step("put-object-tags-previous-version", s3.put_object_tagging, Tagging=tags("tag1"), VersionId=first, **at)
    r.step("get-object-tags-previous-version-again", s3.get_object_tagging, VersionId=first, **at)
    s3.delete_object_tagging(VersionId=second, **at)
    r.step("get-object-tags-deleted-current", s3.get_object_tagging, **at)
    marker = r.step("put-delete-marker", s3.delete_object, **at)["VersionId"]
    for which, more in (("id", {"VersionId": marker}), ("latest", {})):
        r.step("get-object-tags-delete-marker-" + which, s3.get_object_tagging, **at, **more)
        r.step("put-object-tags-delete-marker-" + which, s3.put_object_tagging, Tagging=tags("tag1"), **at, **more)
        r.step("delete-object-tags-delete-marker-" + which, s3.delete_object_tagging, **at, **more)
    name = versioned()
    r.of("TestS3ObjectCRUD::test_delete_objects_versioned")
    id = s3.put_object(Bucket=name, Key="test-delete", Body=b"x")["VersionId"]
    s3.delete_object(Bucket=name, Key="test-delete", VersionId=id)
    bad = id[:-4] + "ABCD"
    r.step("delete-objects-wrong-version-id", s3.delete_objects, Bucket=name,
           Delete={"Objects": [{"Key": "test-delete", "VersionId": bad}, {"Key": "wrong-key-2", "VersionId": bad}]})


def case_locks(r):
    name = bucket(ObjectLockEnabledForBucket=True)
    at = lambda key, version=None: dict({"Bucket": name, "Key": key}, **({"VersionId": version} if version else {}))
    until = {"Mode": "GOVERNANCE", "RetainUntilDate": hours(1)}
    r.of("TestS3ObjectLockLegalHold::test_delete_locked_object")
    version = r.step("put-obj", s3.put_object, Body=b"test", **at("test-delete-locked"))["VersionId"]
    r.step("put-object-legal-hold", s3.put_object_legal_hold, LegalHold={"Status": "ON"}, **at("test-delete-locked"))
    r.step("delete-object-locked", s3.delete_object, **at("test-delete-locked", version))
    r.step("delete-objects-locked", s3.delete_objects, Bucket=name,
           Delete={"Objects": [{"Key": "test-delete-locked", "VersionId": version}]})
    r.step("put-object-legal-hold-off", s3.put_object_legal_hold, LegalHold={"Status": "OFF"}, **at("test-delete-locked"))
    r.of("TestS3ObjectLockLegalHold::test_put_object_legal_hold_exc")
    r.step("put-object-legal-hold-no-bucket", s3.put_object_legal_hold, Bucket="recorded-none", Key="k", LegalHold={"Status": "ON"})
    r.step("put-object-legal-hold-no-key", s3.put_object_legal_hold, LegalHold={"Status": "ON"}, **at("non-existing-key"))
    s3.put_object(Body=b"x", **at("k"))
    r.step("put-object-retention-empty", s3.put_object_legal_hold, LegalHold={}, **at("k"))
    other = bucket()
    s3.put_object(Bucket=other, Key="k", Body=b"x")
    r.step("put-object-retention-regular-bucket", s3.put_object_legal_hold, Bucket=other, Key="k", LegalHold={"Status": "ON"})
    r.step("get-object-retention-regular-bucket", s3.get_object_legal_hold, Bucket=other, Key="k")
    r.of("TestS3ObjectLockRetention::test_object_lock_delete_markers")
    of_other_bodies(r, r.case)
    lock = dict(ObjectLockMode="GOVERNANCE", ObjectLockRetainUntilDate=hours(1))
    r.step("put-object-with-lock", s3.put_object, Body=b"x" * 20, **lock, **at("m"))
    r.step("head-object-with-lock", s3.head_object, **at("m"))
    marker = r.step("put-delete-marker", s3.delete_object, **at("m"))["VersionId"]
    r.step("put-object-retention-delete-marker", s3.put_object_retention, Retention=until, **at("m", marker))
    r.step("get-object-retention-delete-marker", s3.get_object_retention, **at("m", marker))
    r.step("head-object-locked-delete-marker", s3.head_object, **at("m", marker))
    r.of("TestS3ObjectLockRetention::test_s3_object_retention")
    key = "test-retention"
    first = r.step("put-obj-locked-1", s3.put_object, Body=b"test", **at(key))["VersionId"]
    r.step("put-object-retention-on-key-1", s3.put_object_retention, Retention=until, **at(key))
    r.step("get-object-retention-on-key-1", s3.get_object_retention, **at(key))
    r.step("head-object-locked", s3.head_object, **at(key))
    second = r.step("put-obj-locked-2", s3.put_object, Body=b"test", **lock, **at(key))["VersionId"]
    r.step("delete-obj-locked", s3.delete_object, **at(key, first))
    r.step("delete-obj-locked-bypass", s3.delete_object, BypassGovernanceRetention=True, **at(key, first))
    sooner = {"Mode": "GOVERNANCE", "RetainUntilDate": hours(0.5)}
    r.step("update-retention-locked-object", s3.put_object_retention, Retention=sooner, **at(key, second))
    r.step("update-retention-object", s3.put_object_retention, Retention=sooner, BypassGovernanceRetention=True, **at(key, second))
    r.step("put-object-empty-retention", s3.put_object_retention, Retention={}, BypassGovernanceRetention=True, **at(key, second))


def case_conditions(r):
    name, key = bucket(), "test-object"
    s3.put_object(Bucket=name, Key=key, Body=b"data")
    head = s3.head_object(Bucket=name, Key=key)
    for operation in ("get_object", "head_object"):
        call = getattr(s3, operation)
        r.of(f"TestS3::test_s3_get_object_preconditions[{operation}]")
        r.step("precondition-if-modified-since-is-object", call, Bucket=name, Key=key, IfModifiedSince=head["LastModified"])
        more = dict(IfMatch=head["ETag"], IfNoneMatch="etag", IfModifiedSince=hours(-1), IfUnmodifiedSince=hours(1))
        r.step("obj-success", call, Bucket=name, Key=key, **more)
    r.of("TestS3::test_s3_copy_object_in_place")
    r.step("object-acl", s3.get_object_acl, Bucket=name, Key=key)


def case_customer_keys(r):
    name, key = bucket(), b"0" * 32
    own = dict(SSECustomerAlgorithm="AES256", SSECustomerKey=key)
    source = dict(CopySourceSSECustomerAlgorithm="AES256", CopySourceSSECustomerKey=key)
    of_other_bodies(r, "TestS3SSECEncryption::test_copy_object_with_sse_c")
    for step in ("put-obj-sse-c", "copy-obj-sse-c"):
        r.recordings[r.case][step]["SSECustomerKeyMD5"] = base64.b64encode(hashlib.md5(key).digest()).decode()
    r.step("put-obj-sse-c", s3.put_object, Bucket=name, Key="s", Body=b"test_data", **own)
    r.step("copy-obj-sse-c", s3.copy_object, Bucket=name, Key="t", CopySource=f"{name}/s", **own, **source)
    r.step("copy-obj-sse-c-target-no-sse-c", s3.copy_object, Bucket=name, Key="u", CopySource=f"{name}/s", **source)
    r.of("TestS3SSECEncryption::test_put_object_validation_sse_c")
    # encoded by the client once more
    more = dict(SSECustomerAlgorithm="AES256", SSECustomerKey=base64.b64encode(key).decode())
    r.step("put-obj-sse-c-no-md5", s3.put_object, Bucket=name, Key="c", Body=b"x", **more)


def case_listings(r):
    name = opened()
    r.of("TestS3ListObjects::test_list_objects_with_prefix[%2F]")
    s3.put_bucket_acl(Bucket=name, ACL="public-read")
    s3.put_object(Bucket=name, Key="test/foo/bar/123", Body=b"x")
    compare_page(r, "list-objects-no-encoding", web.request("GET", f"{HOST}/{name}?prefix=test&delimiter=%2F"))


def case_texts(r):
    name = bucket()
    r.of("TestS3::test_user_metadata_rfc2047_bad_b64_encoded")
    broken = "=?UTF-8?B?" + base64.b64encode("éaé".encode("latin-1")).decode() + "?="
    r.step("put-object", s3.put_object, Bucket=name, Key="k", Metadata={"bad-b64-encoded": broken})
    r.step("get-object", s3.get_object, Bucket=name, Key="k")
    second = client(version="s3")
    second.meta.events.unregister("before-parameter-build.s3.PutObject", validate_ascii_metadata)
    value = "non-ascii-%E2%80%94_\u2014_\u00e9_"
    suite = "TestS3PresignedUrl::"
    r.of(suite + "test_put_unicode_metadata_with_sig_s3")
    web.request("PUT", second.generate_presigned_url("put_object", Params={"Bucket": name, "Key": "u", "Metadata": {"foo": value}}), body=b"")
    r.step("head_object", s3.head_object, Bucket=name, Key="u")
    r.of(suite + "test_get_response_overrides_unicode_metadata_with_sig_s3")
    for of in (second, s3):
        link = of.generate_presigned_url("get_object", Params={"Bucket": name, "Key": "u", "ResponseCacheControl": value})
        compare_page(r, "unicode-error", web.request("GET", link))


def case_links(r):
    name = bucket()
    r.of("TestS3PresignedUrl::test_put_object_with_md5_and_chunk_signature_bad_headers[s3v4-True]")
    md5 = "1B2M2Y8AsgTpgAmY7PhCfg=="
    link = s3.generate_presigned_url("put_object", Params={"Bucket": name, "Key": "c", "ContentMD5": md5})
    headers = {"Content-MD5": md5, "x-amz-date": "20200101T000000Z", "x-amz-content-sha256": "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"}
    put = lambda **more: web.request("PUT", link, body=b"x", headers=dict(headers, **more))
    compare_page(r, "with-decoded-content-length", put(**{"x-amz-decoded-content-length": "1"}))
    compare_page(r, "without-decoded-content-length", put())


def case_forms(r):
    suite = "TestS3PresignedPost::"
    name = bucket()
    post = lambda key, fields=None: s3.generate_presigned_post(
        name, key, Fields=fields, Conditions=[{field: value} for field, value in (fields or {}).items()], ExpiresIn=60
    )
    of_other_bodies(r, suite + "test_post_object_default_checksum")
    form(post("k"), b"x" * 17)
    r.step("head-object", s3.head_object, Bucket=name, Key="k", ChecksumMode="ENABLED")
    of_other_bodies(r, suite + "test_post_object_with_metadata")
    form(post("k", {
        "x-amz-meta-test-1": "test-meta-1", "x-amz-meta-TEST-2": "test-meta-2", "Content-Type": "text/plain",
        "Expires": "Wed, 21 Oct 2015 07:28:00 GMT"}), b"x" * 17)
    r.step("head-object", s3.head_object, Bucket=name, Key="k")
    name = bucket()
    of_other_bodies(r, suite + "test_post_object_with_file_as_string")
    form(post("test-presigned-post-file-as-field"), b"x" * 23, filename=None)
    form(post("file-as-field-${filename}"), b"x" * 44, filename=None)
    r.step("head-object", s3.head_object, Bucket=name, Key="test-presigned-post-file-as-field")
    r.step("list-objects", s3.list_objects_v2, Bucket=name)


if __name__ == "__main__":
    Replay("s3", globals())
