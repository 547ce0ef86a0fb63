"""S3's answers beside those that AWS gave to the same requests. Prints every difference and the count of steps."""
import base64
import datetime
import hashlib
import os

import boto3
from botocore.config import Config

from recorded import Replay

PART = b"a" * 5242881
RUN = "recorded-" + os.urandom(4).hex()
made = 0


def client(region="us-east-1", **more):
    return boto3.client(
        "s3",
        region_name=region,
        config=Config(
            signature_version="s3v4", s3={"addressing_style": "path"}, retries={"max_attempts": 1}, parameter_validation=False, **more
        ),
    )


s3 = client()


def bucket(**more):
    global made
    made += 1
    name = f"{RUN}-{made}"
    s3.create_bucket(Bucket=name, **more)
    return name


def versioned():
    name = bucket()
    s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    return name


def in_days(days):
    return datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=days)


def case_buckets(r):
    r.of("TestS3::test_bucket_availability")
    r.step("bucket-lifecycle", s3.get_bucket_lifecycle_configuration, Bucket="recorded-none")
    r.step("bucket-replication", s3.get_bucket_replication, Bucket="recorded-none")
    r.of("TestS3::test_s3_uppercase_bucket_name")
    r.step("uppercase-bucket", s3.create_bucket, Bucket="RecordedUpper")
    r.of("TestS3::test_bucket_exists")
    name = bucket()
    r.step("get-bucket-acl", s3.get_bucket_acl, Bucket=name)
    r.step("get-bucket-not-exists", s3.get_bucket_acl, Bucket="bucket-not-exists")
    r.of("TestS3BucketCRUD::test_delete_versioned_bucket_with_objects")
    name = versioned()
    put = s3.put_object(Bucket=name, Key="k", Body=b"x")
    marker = s3.delete_object(Bucket=name, Key="k")
    r.step("delete-with-obj-and-delete-marker", s3.delete_bucket, Bucket=name)
    r.step("delete-obj-by-version", s3.delete_object, Bucket=name, Key="k", VersionId=put["VersionId"])
    r.step("delete-with-only-delete-marker", s3.delete_bucket, Bucket=name)
    r.step("delete-marker-by-version", s3.delete_object, Bucket=name, Key="k", VersionId=marker["VersionId"])
    r.step("success-delete-bucket", s3.delete_bucket, Bucket=name)


def case_locations(r):
    east2, west1, eu = client("us-east-2"), client("us-west-1"), client("eu-west-1")
    at = lambda region: {"LocationConstraint": region}
    r.of("TestS3::test_different_location_constraint")
    r.step("create-bucket-constraint-us-east-1", s3.create_bucket, Bucket=RUN + "-l1", CreateBucketConfiguration=at("us-east-1"))
    r.step("create-bucket-us-east-2-constraint-to-us-west-1", east2.create_bucket, Bucket=RUN + "-l2",
           CreateBucketConfiguration=at("us-west-1"))
    r.step("create-bucket-us-east-2-no-constraint-exc", east2.create_bucket, Bucket=RUN + "-l2")
    r.step("create-bucket-us-west-1-constraint-to-us-east-1", west1.create_bucket, Bucket=RUN + "-l2",
           CreateBucketConfiguration=at("us-east-1"))
    r.step("create-bucket-us-west-1-constraint-to-us-east-2", west1.create_bucket, Bucket=RUN + "-l2",
           CreateBucketConfiguration=at("us-east-2"))
    east2.create_bucket(Bucket=RUN + "-l2", CreateBucketConfiguration=at("us-east-2"))
    r.step("get-bucket-location-bucket-us-east-2", east2.get_bucket_location, Bucket=RUN + "-l2")
    r.step("get-bucket-location-bucket-us-east-1", s3.get_bucket_location, Bucket=bucket())
    r.step("get-bucket-location-non-existent-bucket", s3.get_bucket_location, Bucket="recorded-none")
    r.of("TestS3::test_bucket_constraint_aws_global[us-west-1]")
    r.step("aws-global-constraint", west1.create_bucket, Bucket=RUN + "-l3", CreateBucketConfiguration=at("aws-global"))
    r.of("TestS3::test_create_bucket_with_invalid_location_constraint[eu-west-1-bar]")
    r.step("eu-west-1-location-constraint-bar-error", eu.create_bucket, Bucket=RUN + "-l3", CreateBucketConfiguration=at("bar"))
    r.of("TestS3::test_create_bucket_with_eu_location_constraint")
    eu.create_bucket(Bucket=RUN + "-eu", CreateBucketConfiguration=at("EU"))
    r.step("get-bucket-location", eu.get_bucket_location, Bucket=RUN + "-eu")
    r.step("list-bucket-response", s3.list_buckets, Prefix=RUN + "-eu")


def case_expected_owner(r):
    name = bucket()
    r.of("TestS3::test_delete_bucket_policy_expected_bucket_owner")
    r.step("delete-bucket-policy-invalid-bucket-owner", s3.delete_bucket_policy, Bucket=name, ExpectedBucketOwner="invalid")
    r.step("delete-bucket-policy-with-expected-bucket-owner-error", s3.delete_bucket_policy, Bucket=name,
           ExpectedBucketOwner="000000000002")
    account = boto3.client("sts", region_name="us-east-1").get_caller_identity()["Account"]
    r.step("delete-bucket-policy-with-expected-bucket-owner", s3.delete_bucket_policy, Bucket=name, ExpectedBucketOwner=account)
    r.of("TestS3::test_get_bucket_policy_invalid_account_id[abcd]")
    r.step("get-bucket-policy-invalid-bucket-owner", s3.get_bucket_policy, Bucket=name, ExpectedBucketOwner="abcd")


def case_policies(r):
    name = bucket()
    r.of("TestS3BucketPolicy::test_bucket_policy_exc")
    r.step("put-empty-bucket-policy", s3.put_bucket_policy, Bucket=name, Policy="")
    r.step("put-bucket-policy-randomstring", s3.put_bucket_policy, Bucket=name, Policy="invalid json")
    r.step("put-bucket-policy-empty-json", s3.put_bucket_policy, Bucket=name, Policy="{}")
    r.of("TestS3BucketPolicy::test_bucket_policy_crud")
    r.step("get-bucket-default-policy", s3.get_bucket_policy, Bucket=name)
    r.step("delete-bucket-policy", s3.delete_bucket_policy, Bucket=name)


def case_object_attributes(r):
    name = bucket()
    wanted = ["ETag", "Checksum", "ObjectParts", "StorageClass", "ObjectSize"]
    r.of("TestS3::test_get_object_attributes")
    s3.put_object(Bucket=name, Key="data-attrs", Body=b"69\n420\n")
    s3.get_object_attributes(Bucket=name, Key="data-attrs", ObjectAttributes=wanted)
    r.of("TestS3::test_get_object_attributes_versioned")
    name = versioned()
    key = "key-attrs-versioned"
    put = s3.put_object(Bucket=name, Key=key, Body=b"69\n420\n")
    attributes = ["ETag", "StorageClass", "ObjectSize"]
    r.step("get-object-attrs-v1", s3.get_object_attributes, Bucket=name, Key=key, VersionId=put["VersionId"], ObjectAttributes=attributes)
    r.step("delete-key", s3.delete_object, Bucket=name, Key=key)
    r.step("deleted-object-attrs", s3.get_object_attributes, Bucket=name, Key=key, ObjectAttributes=attributes)


def case_parts(r):
    name = bucket()
    key = "test.file"
    upload = s3.create_multipart_upload(Bucket=name, Key=key)["UploadId"]
    bodies = [b"a" * 5242896, b"test content 123"]
    parts = [
        {"ETag": s3.upload_part(Bucket=name, Key=key, UploadId=upload, PartNumber=i + 1, Body=body)["ETag"], "PartNumber": i + 1}
        for i, body in enumerate(bodies)
    ]
    s3.complete_multipart_upload(Bucket=name, Key=key, UploadId=upload, MultipartUpload={"Parts": parts})
    r.of("TestS3::test_get_object_part")
    r.step("part-doesnt-exist", s3.get_object, Bucket=name, Key=key, PartNumber=10)
    r.step("part-with-range", s3.get_object, Bucket=name, Key=key, PartNumber=2, Range="bytes=0-8")
    s3.put_object(Bucket=name, Key="one", Body=b"test-123")
    r.step("part-no-multipart", s3.get_object, Bucket=name, Key="one", PartNumber=2)
    r.step("get-obj-no-multipart", s3.get_object, Bucket=name, Key="one", PartNumber=1)
    r.of("TestS3::test_multipart_no_such_upload")
    r.step("upload-exc", s3.upload_part, Bucket=name, Key=key, UploadId="fakeid", PartNumber=1, Body=b"x")
    r.step("complete-exc", s3.complete_multipart_upload, Bucket=name, Key=key, UploadId="fakeid",
           MultipartUpload={"Parts": [{"ETag": '"x"', "PartNumber": 1}]})
    r.step("abort-exc", s3.abort_multipart_upload, Bucket=name, Key=key, UploadId="fakeid")
    r.of("TestS3::test_multipart_complete_multipart_too_small")
    upload = s3.create_multipart_upload(Bucket=name, Key="small")["UploadId"]
    etag = [r.step(f"upload-part{i}", s3.upload_part, Bucket=name, Key="small", UploadId=upload, PartNumber=i, Body=b"data")["ETag"] for i in (1, 2)]
    r.step("complete-exc-no-parts", s3.complete_multipart_upload, Bucket=name, Key="small", UploadId=upload)
    r.step("complete-exc-too-small", s3.complete_multipart_upload, Bucket=name, Key="small", UploadId=upload,
           MultipartUpload={"Parts": [{"ETag": etag[i - 1], "PartNumber": i} for i in (1, 2)]})
    r.of("TestS3::test_complete_multipart_parts_order")
    key = "test-order-parts"
    upload = s3.create_multipart_upload(Bucket=name, Key=key)["UploadId"]
    r.step("upload-part-negative-part-number", s3.upload_part, Bucket=name, Key=key, UploadId=upload, PartNumber=-1, Body=b"x")
    parts = [
        {"ETag": s3.upload_part(Bucket=name, Key=key, UploadId=upload, PartNumber=n, Body=b"x")["ETag"], "PartNumber": n} for n in (2, 3)
    ]
    r.step("complete-multipart-unordered", s3.complete_multipart_upload, Bucket=name, Key=key, UploadId=upload,
           MultipartUpload={"Parts": parts[::-1]})
    r.of("TestS3::test_multipart_and_list_parts")
    name, key = bucket(), "test-list-parts"
    upload = r.step("create-multipart", s3.create_multipart_upload, Bucket=name, Key=key)["UploadId"]
    r.step("list-all-uploads", s3.list_multipart_uploads, Bucket=name)
    r.step("list-part-after-created", s3.list_parts, Bucket=name, Key=key, UploadId=upload)
    etag = r.step("upload-part", s3.upload_part, Bucket=name, Key=key, UploadId=upload, PartNumber=1, Body=b"upload-part-1" * 5)["ETag"]
    r.step("list-part-after-upload", s3.list_parts, Bucket=name, Key=key, UploadId=upload)
    r.step("complete-multipart", s3.complete_multipart_upload, Bucket=name, Key=key, UploadId=upload,
           MultipartUpload={"Parts": [{"ETag": etag, "PartNumber": 1}]})
    r.step("list-part-after-complete-exc", s3.list_parts, Bucket=name, Key=key, UploadId=upload)
    r.step("list-all-uploads-completed", s3.list_multipart_uploads, Bucket=name)
    r.step("get-multipart-checksum", s3.get_object, Bucket=name, Key=key, ChecksumMode="ENABLED")
    r.step("head-multipart-checksum", s3.head_object, Bucket=name, Key=key, ChecksumMode="ENABLED")


def case_checksums_of_parts(r):
    name, key = bucket(), "test-multipart-checksum"
    for algorithm, kind in (("CRC32C", "composite"), ("SHA256", "composite"), ("CRC32C", "full_object"), ("CRC32", "full_object")):
        try:
            s3.put_object(Bucket=name, Key="probe", Body=b"", ChecksumAlgorithm=algorithm)
        except Exception:
            continue
        r.of(f"TestS3MultipartUploadChecksum::test_complete_multipart_parts_checksum_{kind}[{algorithm}]")
        field = "Checksum" + algorithm
        upload = r.step("create-mpu-checksum", s3.create_multipart_upload, Bucket=name, Key=key, ChecksumAlgorithm=algorithm,
                        ChecksumType=kind.upper())["UploadId"]
        parts = []
        for i, body in enumerate((PART, PART, b"a" * 10)):
            part = r.step(f"upload-part-{i}", s3.upload_part, Bucket=name, Key=key, UploadId=upload, PartNumber=i + 1, Body=body,
                          ChecksumAlgorithm=algorithm)
            parts.append({"ETag": part["ETag"], "PartNumber": i + 1, field: part[field]})
        r.step("list-parts", s3.list_parts, Bucket=name, Key=key, UploadId=upload)
        if kind == "composite":
            bare = [{k: v for k, v in part.items() if k != field} for part in parts]
            r.step("complete-multipart-no-checksum", s3.complete_multipart_upload, Bucket=name, Key=key, UploadId=upload,
                   MultipartUpload={"Parts": bare})
        r.step("complete-multipart-checksum", s3.complete_multipart_upload, Bucket=name, Key=key, UploadId=upload,
               MultipartUpload={"Parts": parts})
        r.step("get-object-attrs", s3.get_object_attributes, Bucket=name, Key=key, ObjectAttributes=["Checksum", "ETag", "ObjectParts"])
        r.step("head-object-with-checksum", s3.head_object, Bucket=name, Key=key, ChecksumMode="ENABLED")
        r.step("get-object-part-checksum", s3.get_object, Bucket=name, Key=key, PartNumber=3, ChecksumMode="ENABLED")
        r.step("copy-obj-checksum", s3.copy_object, Bucket=name, Key="copy", CopySource=f"{name}/{key}")
        r.step("get-copy-object-attrs", s3.get_object_attributes, Bucket=name, Key="copy", ObjectAttributes=["Checksum", "ETag"])
    for kind, algorithm in (("COMPOSITE", "CRC64NVME"), ("FULL_OBJECT", "SHA256")):
        r.of(f"TestS3MultipartUploadChecksum::test_multipart_checksum_type_compatibility[{kind}-{algorithm}]")
        r.step("create-mpu-checksum-exc", s3.create_multipart_upload, Bucket=name, Key=key, ChecksumType=kind, ChecksumAlgorithm=algorithm)


def case_default_checksums_of_parts(r):
    name, key = bucket(), "test-multipart-checksum"
    r.of("TestS3MultipartUploadChecksum::test_complete_multipart_parts_checksum_default")
    upload = r.step("create-mpu-no-checksum", s3.create_multipart_upload, Bucket=name, Key=key)["UploadId"]
    r.step("list-multiparts", s3.list_multipart_uploads, Bucket=name)
    part = s3.upload_part(Bucket=name, Key=key, UploadId=upload, PartNumber=1, Body=b"aaa")
    plain = {"ETag": part["ETag"], "PartNumber": 1}
    r.step("list-parts", s3.list_parts, Bucket=name, Key=key, UploadId=upload)
    for kind in ("COMPOSITE", "FULL_OBJECT"):
        r.step(f"complete-multipart-{kind.lower().replace('_', '-')}-type", s3.complete_multipart_upload, Bucket=name, Key=key,
               UploadId=upload, ChecksumType=kind, MultipartUpload={"Parts": [plain]})
    r.step("complete-multipart-wrong-parts-checksum", s3.complete_multipart_upload, Bucket=name, Key=key, UploadId=upload,
           MultipartUpload={"Parts": [dict(plain, ChecksumSHA256="2l26x0trnT0r2AvakoFk2MB7eKVKzYESLMxSAKAzoik=")]})
    s3.complete_multipart_upload(Bucket=name, Key=key, UploadId=upload, MultipartUpload={"Parts": [plain]})
    s3.get_object(Bucket=name, Key=key)


def case_checksums_of_objects(r):
    name = bucket()
    for algorithm in ("CRC32", "SHA256", "CRC32C"):
        r.of(f"TestS3PutObjectChecksum::test_put_object_checksum[{algorithm}]")
        field = "Checksum" + algorithm
        key = "file-" + algorithm
        r.step("put-wrong-checksum-no-b64", s3.put_object, Bucket=name, Key=key, Body=b"test data..", **{field: "test"})
        wrong = base64.b64encode(b"0" * (32 if algorithm == "SHA256" else 4)).decode()
        r.step("put-wrong-checksum-value", s3.put_object, Bucket=name, Key=key, Body=b"test data..", **{field: wrong})
    r.of("TestS3PutObjectChecksum::test_s3_checksum_no_algorithm")
    r.step("put-wrong-checksum", s3.put_object, Bucket=name, Key="k", Body=b"test data..", ChecksumSHA256="TEST")
    right = base64.b64encode(hashlib.sha256(b"test data..").digest()).decode()
    r.step("put-2-checksums", s3.put_object, Bucket=name, Key="k", Body=b"test data..", ChecksumSHA256=right, ChecksumCRC32="cZWHwQ==")
    r.step("put-right-checksum", s3.put_object, Bucket=name, Key="k", Body=b"test data..", ChecksumSHA256=right)
    r.step("head-obj", s3.head_object, Bucket=name, Key="k", ChecksumMode="ENABLED")
    r.of("TestS3PutObjectChecksum::test_s3_get_object_checksum[SHA256]")
    r.step("put-object", s3.put_object, Bucket=name, Key="g", Body=b"test-checksum", ChecksumAlgorithm="SHA256")
    r.step("get-object", s3.get_object, Bucket=name, Key="g")
    r.step("get-object-with-checksum", s3.get_object, Bucket=name, Key="g", ChecksumMode="ENABLED")
    r.step("get-object-attrs", s3.get_object_attributes, Bucket=name, Key="g", ObjectAttributes=["Checksum"])
    r.of("TestS3PutObjectChecksum::test_s3_checksum_no_automatic_sdk_calculation")
    plain = client(request_checksum_calculation="when_required")
    plain.put_object(Bucket=name, Key="n", Body=b"test data..")
    r.step("head-obj-no-checksum", plain.head_object, Bucket=name, Key="n", ChecksumMode="ENABLED")
    r.step("get-obj-attrs-no-checksum", plain.get_object_attributes, Bucket=name, Key="n", ObjectAttributes=["Checksum"])
    r.step("copy-obj-default-checksum", plain.copy_object, Bucket=name, Key="n2", CopySource=f"{name}/n")
    for algorithm in ("SHA256", "SHA1"):
        r.of(f"TestS3::test_s3_copy_object_with_default_checksum[{algorithm}]")
        r.step("put-object-no-checksum", s3.put_object, Bucket=name, Key="d", Body=b'{"key": "value"}', ContentType="application/json",
               ChecksumAlgorithm=algorithm, Metadata={"key": "value"})
        r.step("object-attrs", s3.get_object_attributes, Bucket=name, Key="d", ObjectAttributes=["Checksum"])
        r.step("copy-object-in-place-with-no-checksum", s3.copy_object, Bucket=name, Key="d", CopySource=f"{name}/d",
               MetadataDirective="REPLACE")


def case_preconditions(r):
    name, key = bucket(), "k"
    s3.put_object(Bucket=name, Key=key, Body=b"data")
    etag = s3.head_object(Bucket=name, Key=key)["ETag"]
    modified = s3.head_object(Bucket=name, Key=key)["LastModified"]
    for operation in ("get_object", "head_object"):
        call = getattr(s3, operation)
        r.of(f"TestS3::test_s3_get_object_preconditions[{operation}]")
        r.step("precondition-if-match", call, Bucket=name, Key=key, IfMatch='"etag"')
        r.step("precondition-if-unmodified-since", call, Bucket=name, Key=key, IfUnmodifiedSince=in_days(-1))
        r.step("precondition-if-unmodified-since-is-object", call, Bucket=name, Key=key, IfUnmodifiedSince=modified)
        r.step("precondition-if-none-match", call, Bucket=name, Key=key, IfNoneMatch=etag)
        r.step("copy-precondition-if-modified-since", call, Bucket=name, Key=key, IfModifiedSince=modified)
        r.step("etag-missing-quotes", call, Bucket=name, Key=key, IfNoneMatch=etag.strip('"'))
        r.step("obj-ignore-future-modified-since", call, Bucket=name, Key=key, IfModifiedSince=in_days(1))
    r.of("TestS3CopySourcePreconditions::test_s3_copy_object_preconditions")
    copy = dict(Bucket=name, Key="copy", CopySource=f"{name}/{key}")
    r.step("head-object", s3.head_object, Bucket=name, Key=key)
    r.step("copy-precondition-if-match", s3.copy_object, CopySourceIfMatch="etag", **copy)
    r.step("copy-precondition-if-unmodified-since", s3.copy_object, CopySourceIfUnmodifiedSince=in_days(-1), **copy)
    r.step("copy-precondition-if-none-match", s3.copy_object, CopySourceIfNoneMatch=etag, **copy)
    r.step("copy-precondition-if-modified-since", s3.copy_object, CopySourceIfModifiedSince=modified, **copy)
    r.step("copy-etag-missing-quotes", s3.copy_object, CopySourceIfNoneMatch=etag.strip('"'), **copy)
    r.step("copy-ignore-future-modified-since", s3.copy_object, CopySourceIfModifiedSince=in_days(1), **copy)
    r.step("copy-success", s3.copy_object, **copy)
    r.of("TestS3DeletePrecondition::test_delete_object_if_match_all_non_express")
    r.step("delete-obj-if-match-all", s3.delete_object, Bucket=name, Key=key, IfMatchLastModifiedTime=modified, IfMatchSize=4, IfMatch=etag)


def case_copies(r):
    name, key = bucket(), "source"
    r.of("TestS3::test_s3_copy_object_in_place")
    r.step("put_object", s3.put_object, Bucket=name, Key=key, Body=b'{"key": "value"}', ContentType="application/json", Metadata={"key": "value"})
    r.step("head_object", s3.head_object, Bucket=name, Key=key)
    r.step("copy-object-in-place-no-change", s3.copy_object, Bucket=name, Key=key, CopySource=f"{name}/{key}")
    r.step("copy-object-in-place-with-acl", s3.copy_object, Bucket=name, Key=key, CopySource=f"{name}/{key}", ACL="public-read")
    r.step("copy-object-in-place-with-storage-class", s3.copy_object, Bucket=name, Key=key, CopySource=f"{name}/{key}",
           StorageClass="STANDARD", ChecksumAlgorithm="SHA256")
    r.of("TestS3::test_range_key_not_exists")
    r.step("exc", s3.get_object, Bucket=name, Key="my-key", Range="bytes=1024-4096")
    for storage in ("DEEP_ARCHIVE-False", "GLACIER-False", "GLACIER_IR-True", "ONEZONE_IA-True", "STANDARD_IA-True"):
        r.of(f"TestS3::test_put_object_storage_class[{storage}]")
        s3.put_object(Bucket=name, Key="c", Body=b"body-test", StorageClass=storage.split("-")[0])
        r.step("get-object-storage-class", s3.get_object_attributes, Bucket=name, Key="c", ObjectAttributes=["StorageClass"])
        r.step("get-object", s3.get_object, Bucket=name, Key="c")


def case_listings(r):
    for key in ("file%2Fname", "test key//", "test%123/", "test%123"):
        name = bucket()
        r.of(f"TestS3::test_put_get_object_special_character[{key}]")
        r.step("put-object-special-char", s3.put_object, Bucket=name, Key=key, Body=b"test")
        r.step("list-object-special-char", s3.list_objects_v2, Bucket=name)
        r.step("get-object-special-char", s3.get_object, Bucket=name, Key=key)
        r.step("del-object-special-char", s3.delete_object, Bucket=name, Key=key)
    r.of("TestS3ListObjectsV2::test_list_ops_encoding_type_validation[list_objects_v2]")
    r.step("list_objects_v2-error-wrong-value", s3.list_objects_v2, Bucket=name, EncodingType="value")
    r.step("list_objects_v2-error-empty-value", s3.list_objects_v2, Bucket=name, EncodingType="")
    r.of("TestS3ListParts::test_list_parts_pagination")
    key = "test-list-part-pagination"
    upload = s3.create_multipart_upload(Bucket=name, Key=key)["UploadId"]
    r.step("list-parts-empty", s3.list_parts, Bucket=name, Key=key, UploadId=upload)
    for i in (1, 2):
        s3.upload_part(Bucket=name, Key=key, UploadId=upload, PartNumber=i, Body=b"data")
    r.step("list-parts-all", s3.list_parts, Bucket=name, Key=key, UploadId=upload)
    r.step("list-parts-1", s3.list_parts, Bucket=name, Key=key, UploadId=upload, MaxParts=1)
    r.step("list-parts-next", s3.list_parts, Bucket=name, Key=key, UploadId=upload, MaxParts=1, PartNumberMarker=1)
    r.step("list-parts-wrong-part", s3.list_parts, Bucket=name, Key=key, UploadId=upload, MaxParts=1, PartNumberMarker=10)


def case_locks(r):
    name = bucket(ObjectLockEnabledForBucket=True)
    key = "test-delete-locked"
    r.of("TestS3ObjectLockLegalHold::test_delete_locked_object")
    put = r.step("put-obj", s3.put_object, Bucket=name, Key=key, Body=b"test", ObjectLockLegalHoldStatus="ON")
    r.step("delete-object-locked", s3.delete_object, Bucket=name, Key=key, VersionId=put["VersionId"])
    r.step("delete-objects-locked", s3.delete_objects, Bucket=name,
           Delete={"Objects": [{"Key": key, "VersionId": put["VersionId"]}]})
    r.step("put-object-legal-hold-off", s3.put_object_legal_hold, Bucket=name, Key=key, LegalHold={"Status": "OFF"})
    r.of("TestS3ObjectLockLegalHold::test_put_object_legal_hold_exc")
    hold = {"Status": "ON"}
    r.step("put-object-legal-hold-no-bucket", s3.put_object_legal_hold, Bucket="recorded-none", Key=key, LegalHold=hold)
    r.step("put-object-legal-hold-no-key", s3.put_object_legal_hold, Bucket=name, Key="non-existing-key", LegalHold=hold)
    r.step("put-object-retention-empty", s3.put_object_legal_hold, Bucket=name, Key=key, LegalHold={})
    plain = bucket()
    s3.put_object(Bucket=plain, Key=key, Body=b"test")
    r.step("put-object-retention-regular-bucket", s3.put_object_legal_hold, Bucket=plain, Key=key, LegalHold=hold)
    r.step("get-object-retention-regular-bucket", s3.get_object_legal_hold, Bucket=plain, Key=key)
    r.of("TestS3ObjectLockRetention::test_s3_object_lock_mode_validation")
    until = in_days(1)
    r.step("put-obj-locked-error-no-mode", s3.put_object, Bucket=name, Key="m", Body=b"x", ObjectLockRetainUntilDate=until)
    r.step("put-obj-locked-error-no-retain-date", s3.put_object, Bucket=name, Key="m", Body=b"x", ObjectLockMode="GOVERNANCE")
    r.step("put-obj-locked-bad-value", s3.put_object, Bucket=name, Key="m", Body=b"x", ObjectLockMode="BAD-VALUE",
           ObjectLockRetainUntilDate=until)
    r.step("create-mpu-locked-bad-value", s3.create_multipart_upload, Bucket=name, Key="m", ObjectLockMode="BAD-VALUE",
           ObjectLockRetainUntilDate=until)
    r.of("TestS3ObjectLockRetention::test_s3_object_retention")
    key = "retained"
    put = r.step("put-obj-locked-1", s3.put_object, Bucket=name, Key=key, Body=b"test", ObjectLockMode="GOVERNANCE",
                 ObjectLockRetainUntilDate=until)
    r.step("head-object-locked", s3.head_object, Bucket=name, Key=key)
    r.step("get-object-retention-on-key-1", s3.get_object_retention, Bucket=name, Key=key)
    r.step("update-retention-locked-object", s3.put_object_retention, Bucket=name, Key=key,
           Retention={"Mode": "GOVERNANCE", "RetainUntilDate": in_days(0.5)})
    r.step("delete-obj-locked", s3.delete_object, Bucket=name, Key=key, VersionId=put["VersionId"])
    r.step("delete-obj-locked-bypass", s3.delete_object, Bucket=name, Key=key, VersionId=put["VersionId"], BypassGovernanceRetention=True)
    r.of("TestS3ObjectLockRetention::test_object_lock_delete_markers")
    key = "marked"
    s3.put_object(Bucket=name, Key=key, Body=b"x", ObjectLockMode="GOVERNANCE", ObjectLockRetainUntilDate=until)
    marker = r.step("put-delete-marker", s3.delete_object, Bucket=name, Key=key)["VersionId"]
    r.step("get-object-retention-delete-marker", s3.get_object_retention, Bucket=name, Key=key, VersionId=marker)
    r.step("head-object-locked-delete-marker", s3.head_object, Bucket=name, Key=key, VersionId=marker)
    r.step("put-object-retention-delete-marker", s3.put_object_retention, Bucket=name, Key=key, VersionId=marker,
           Retention={"Mode": "GOVERNANCE", "RetainUntilDate": until})


def case_markers(r):
    name, key = versioned(), "test-key-versioned"
    r.of("TestS3::test_put_object_acl_on_delete_marker")
    s3.put_bucket_ownership_controls(Bucket=name, OwnershipControls={"Rules": [{"ObjectOwnership": "ObjectWriter"}]})
    s3.put_object(Bucket=name, Key=key, Body=b"something")
    marker = s3.delete_object(Bucket=name, Key=key)["VersionId"]
    r.step("put-acl-delete-marker", s3.put_object_acl, Bucket=name, Key=key, ACL="private")
    r.step("get-acl-delete-marker", s3.get_object_acl, Bucket=name, Key=key)
    r.step("put-acl-delete-marker-version-id", s3.put_object_acl, Bucket=name, Key=key, VersionId=marker, ACL="private")
    r.step("get-acl-delete-marker-version-id", s3.get_object_acl, Bucket=name, Key=key, VersionId=marker)
    r.of("TestS3BucketObjectTagging::test_object_tagging_versioned")
    for suffix, more in (("id", {"VersionId": marker}), ("latest", {})):
        r.step("put-object-tags-delete-marker-" + suffix, s3.put_object_tagging, Bucket=name, Key=key, Tagging={"TagSet": []}, **more)
        r.step("get-object-tags-delete-marker-" + suffix, s3.get_object_tagging, Bucket=name, Key=key, **more)
        r.step("delete-object-tags-delete-marker-" + suffix, s3.delete_object_tagging, Bucket=name, Key=key, **more)


def case_tags(r):
    name, none = bucket(), "recorded-none"
    tags = lambda *pairs: {"TagSet": [dict(zip(("Key", "Value"), pair)) for pair in pairs]}
    r.of("TestS3BucketObjectTagging::test_object_tagging_exc")
    r.step("get-no-bucket-tags", s3.get_object_tagging, Bucket=none, Key="fake-key")
    r.step("put-no-bucket-tags", s3.put_object_tagging, Bucket=none, Key="fake-key", Tagging={"TagSet": []})
    r.step("delete-no-bucket-tags", s3.delete_object_tagging, Bucket=none, Key="fake-key")
    r.step("get-no-key-tags", s3.get_object_tagging, Bucket=name, Key="fake-key")
    r.step("put-no-key-tags", s3.put_object_tagging, Bucket=name, Key="fake-key", Tagging={"TagSet": []})
    r.step("delete-no-key-tags", s3.delete_object_tagging, Bucket=name, Key="fake-key")
    r.step("put-obj-duplicate-tagging", s3.put_object, Bucket=name, Key="t", Body=b"", Tagging="key1=val1&key1=val2")
    r.step("put-obj-wrong-format", s3.put_object, Bucket=name, Key="t", Body=b"", Tagging="key1=val1,key2=val2")
    r.of("TestS3BucketObjectTagging::test_tagging_validation")
    s3.put_object(Bucket=name, Key="t", Body=b"")
    rows = {
        "aws-prefixed": [("aws:prefixed", "v")],
        "duplicate-keys": [("Key1", "v"), ("Key1", "w")],
        "invalid-key": [("Key1,Key2", "v")],
        "invalid-value": [("Key1", "Val1,Val2")],
    }
    for row, pairs in rows.items():
        r.step("put-bucket-tags-" + row, s3.put_bucket_tagging, Bucket=name, Tagging=tags(*pairs))
    rows["invalid-field"] = rows.pop("invalid-key")
    rows.pop("invalid-value")
    for row, pairs in rows.items():
        r.step("put-object-tags-" + row, s3.put_object_tagging, Bucket=name, Key="t", Tagging=tags(*pairs))
    r.step("put-object-tags-none-key", s3.put_object_tagging, Bucket=name, Key="t", Tagging={"TagSet": [{"Value": "v"}]})
    r.step("put-object-tags-none-value", s3.put_object_tagging, Bucket=name, Key="t", Tagging={"TagSet": [{"Key": "v"}]})
    r.of("TestS3BucketObjectTagging::test_create_bucket_with_tags_exc")
    create = lambda *pairs: dict(Bucket=RUN + "-tags", CreateBucketConfiguration={"Tags": tags(*pairs)["TagSet"]})
    r.step("tags-key-aws-prefix", s3.create_bucket, **create(("aws:prefixed", "v")))
    r.step("tags-key-aws-bad-key", s3.create_bucket, **create(("test,test2", "v")))
    r.step("tags-key-aws-bad-value", s3.create_bucket, **create(("test", "value1,value2")))
    r.step("tags-key-none", s3.create_bucket, Bucket=RUN + "-tags", CreateBucketConfiguration={"Tags": [{"Value": "v"}]})


def case_settings(r):
    name = bucket()
    r.of("TestS3BucketVersioning::test_bucket_versioning_crud")
    r.step("get-versioning-before", s3.get_bucket_versioning, Bucket=name)
    r.step("put-versioning-suspended-before", s3.put_bucket_versioning, Bucket=name, VersioningConfiguration={"Status": "Suspended"})
    r.step("put-versioning-enabled-lowercase", s3.put_bucket_versioning, Bucket=name, VersioningConfiguration={"Status": "enabled"})
    r.step("put-versioning-disabled", s3.put_bucket_versioning, Bucket=name, VersioningConfiguration={"Status": "Disabled"})
    r.step("put-versioning-empty", s3.put_bucket_versioning, Bucket=name, VersioningConfiguration={})
    r.step("put-versioning-no-bucket", s3.put_bucket_versioning, Bucket="recorded-none", VersioningConfiguration={"Status": "Suspended"})
    r.of("TestS3BucketOwnershipControls::test_bucket_ownership_controls_exc")
    r.step("default-ownership", s3.get_bucket_ownership_controls, Bucket=name)
    controls = lambda *rules: {"Rules": [{"ObjectOwnership": rule} for rule in rules]}
    r.step("put-ownership-wrong-value", s3.put_bucket_ownership_controls, Bucket=name, OwnershipControls=controls("RandomValue"))
    r.step("put-ownership-multiple-rules", s3.put_bucket_ownership_controls, Bucket=name,
           OwnershipControls=controls("BucketOwnerPreferred", "ObjectWriter"))
    r.step("put-ownership-empty-rule", s3.put_bucket_ownership_controls, Bucket=name, OwnershipControls=controls())
    r.step("ownership-wrong-value-at-creation", s3.create_bucket, Bucket=RUN + "-own", ObjectOwnership="RandomValue")
    r.step("ownership-non-value-at-creation", s3.create_bucket, Bucket=RUN + "-own", ObjectOwnership="")
    r.of("TestS3BucketAccelerateConfiguration::test_bucket_acceleration_configuration_exc")
    r.step("put-bucket-accelerate-config-lowercase", s3.put_bucket_accelerate_configuration, Bucket=name,
           AccelerateConfiguration={"Status": "enabled"})
    r.of("TestS3BucketReplication::test_replication_config")
    r.step("expected_error_no_replication_set", s3.get_bucket_replication, Bucket=name)
    r.of("TestS3BucketLogging::test_put_bucket_logging")
    r.step("get-bucket-logging-default", s3.get_bucket_logging, Bucket=name)
    r.of("TestS3MetricsConfiguration::test_delete_metrics_configuration_twice")
    r.step("delete_bucket_metrics_configuration_2", s3.delete_bucket_metrics_configuration, Bucket=name, Id="m")
    r.of("TestS3::test_s3_analytics_configurations")
    r.step("get_config_with_storage_analysis_err", s3.get_bucket_analytics_configuration, Bucket=name, Id="m")


def case_keys_of_customers(r):
    name = bucket()
    key = b"0" * 32
    md5 = base64.b64encode(hashlib.md5(key).digest()).decode()
    encoded = base64.b64encode(key).decode()
    put = lambda **more: dict(Bucket=name, Key="c", Body=b"test_data", **more)
    r.of("TestS3SSECEncryption::test_put_object_validation_sse_c")
    r.step("put-obj-sse-c-both-encryption", s3.put_object, **put(
        SSECustomerAlgorithm="AES256", SSECustomerKey=encoded, SSECustomerKeyMD5=md5, ServerSideEncryption="AES256"))
    r.step("put-obj-sse-c-wrong-algo", s3.put_object, **put(SSECustomerAlgorithm="KMS", SSECustomerKey=encoded, SSECustomerKeyMD5=md5))
    r.step("put-obj-sse-c-no-algo", s3.put_object, **put(SSECustomerKey=encoded, SSECustomerKeyMD5=md5))
    r.step("put-obj-sse-c-no-key", s3.put_object, **put(SSECustomerAlgorithm="AES256"))
    short = b"0" * 10
    r.step("put-obj-sse-c-wrong-key-size", s3.put_object, **put(SSECustomerAlgorithm="AES256", SSECustomerKey=short))
    r.step("put-obj-sse-c-bad-md5", s3.put_object, **put(SSECustomerAlgorithm="AES256", SSECustomerKey=encoded, SSECustomerKeyMD5=base64.b64encode(b"0" * 16).decode()))
    r.of("TestS3SSECEncryption::test_copy_object_with_sse_c")
    s3.put_object(**put(SSECustomerAlgorithm="AES256", SSECustomerKey=key))
    r.step("get-obj-no-sse-c-param", s3.get_object, Bucket=name, Key="c")
    copy = dict(Bucket=name, Key="c2", CopySource=f"{name}/c")
    source = dict(CopySourceSSECustomerAlgorithm="AES256", CopySourceSSECustomerKey=key)
    r.step("copy-obj-no-src-sse-c", s3.copy_object, **copy)
    r.step("copy-obj-wrong-src-sse-c-algo", s3.copy_object, CopySourceSSECustomerAlgorithm="KMS", CopySourceSSECustomerKey=key, **copy)
    r.step("copy-obj-wrong-target-sse-c-algo", s3.copy_object, SSECustomerAlgorithm="KMS", SSECustomerKey=key, **source, **copy)
    r.step("copy-obj-target-double-encryption", s3.copy_object, SSECustomerAlgorithm="AES256", SSECustomerKey=key,
           ServerSideEncryption="AES256", **source, **copy)


def case_notifications(r):
    name = bucket()
    put = lambda **more: dict(Bucket=name, **more)
    r.of("TestS3NotificationsToSns::test_invalid_topic_arn")
    topic = lambda arn: {"TopicConfigurations": [{"Id": "id123", "Events": ["s3:ObjectCreated:*"], "TopicArn": arn}]}
    r.step("invalid_not_skip", s3.put_bucket_notification_configuration, **put(NotificationConfiguration=topic("invalid-topic")))
    r.step("invalid_skip", s3.put_bucket_notification_configuration,
           **put(NotificationConfiguration=topic("invalid-topic"), SkipDestinationValidation=True))
    r.of("TestS3NotificationsToSQS::test_multiple_invalid_sqs_arns")
    queues = lambda *arns: {"QueueConfigurations": [{"Id": f"q{i}", "Events": ["s3:ObjectCreated:*"], "QueueArn": arn} for i, arn in enumerate(arns)]}
    r.step("two-queue-arns-invalid", s3.put_bucket_notification_configuration, **put(NotificationConfiguration=queues("invalid_arn", "invalid_arn_2")))


def case_deletes(r):
    name = versioned()
    key = "test-delete"
    r.of("TestS3ObjectCRUD::test_delete_object_versioned")
    put = r.step("put-object", s3.put_object, Bucket=name, Key=key, Body=b"test-delete")
    marker = r.step("delete-object", s3.delete_object, Bucket=name, Key=key)
    r.step("get-deleted-object", s3.get_object, Bucket=name, Key=key)
    r.step("get-object-with-version", s3.get_object, Bucket=name, Key=key, VersionId=put["VersionId"])
    r.step("get-delete-marker", s3.get_object, Bucket=name, Key=key, VersionId=marker["VersionId"])
    r.step("delete-object-2", s3.delete_object, Bucket=name, Key=key)
    r.step("list-object-versions", s3.list_object_versions, Bucket=name, Prefix=key)
    r.step("delete-delete-marker", s3.delete_object, Bucket=name, Key=key, VersionId=marker["VersionId"])
    r.step("delete-object-version", s3.delete_object, Bucket=name, Key=key, VersionId=put["VersionId"])
    r.step("get-deleted-object-with-version", s3.get_object, Bucket=name, Key=key, VersionId=put["VersionId"])
    r.step("delete-with-bad-version", s3.delete_object, Bucket=name, Key=key, VersionId=put["VersionId"][:-4] + "ABCD")
    r.step("delete-wrong-key", s3.delete_object, Bucket=name, Key="wrong-key")


if __name__ == "__main__":
    Replay("s3", globals())
