"""S3's answers about objects, listings and settings beside those that AWS gave to the same requests. Prints every difference and
the count of steps.
"""
import base64
import datetime
import gzip
import hashlib
import os
import re
import xml.etree.ElementTree

import boto3
import botocore
import urllib3
from botocore.config import Config

from recorded import Replay

RUN = "recorded-" + os.urandom(4).hex()
BODY = re.compile(r"ETag|Checksum(CRC|SHA).*")
made = 0


def client(region="us-east-1", style="path", version="s3v4", endpoint=None, **more):
    return boto3.client(
        "s3",
        region_name=region,
        endpoint_url=endpoint,
        config=Config(
            signature_version=version, s3={"addressing_style": style}, retries={"max_attempts": 1}, parameter_validation=False, **more
        ),
    )


s3 = client()
web = urllib3.PoolManager(retries=False)
HOST = os.environ["AWS_ENDPOINT_URL"]


def bucket(of=s3, **more):
    global made
    made += 1
    name = f"{RUN}-{made}"
    of.create_bucket(Bucket=name, **more)
    return name


def opened(**more):
    """A bucket whose lists of permissions count, and may name everybody."""
    name = bucket(ObjectOwnership="ObjectWriter", **more)
    s3.delete_public_access_block(Bucket=name)
    return name


def versioned():
    name = bucket()
    s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    return name


def hours(count):
    return datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(hours=count)


def of_other_bodies(r, case):
    """A case whose recorded bodies aren't known: everything counts but what depends on them."""
    r.of(case)
    r.recordings[case] = without_bodies(r.recordings[case])


def without_bodies(value):
    if isinstance(value, dict):
        return {key: "<of-body>" if BODY.fullmatch(key) and isinstance(inner, str) else without_bodies(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [without_bodies(inner) for inner in value]
    return value


def element(text):
    """An XML answer as the recordings hold it."""
    def value(node):
        if len(node) == 0:
            return node.text
        out = {}
        for inner in node:
            name = inner.tag.split("}")[-1]
            seen = value(inner)
            if name in out:
                out[name] = (out[name] if isinstance(out[name], list) else [out[name]]) + [seen]
            else:
                out[name] = seen
        return out

    root = xml.etree.ElementTree.fromstring(text)
    return {root.tag.split("}")[-1]: value(root)}


def compare_page(r, step, answer):
    expected = next(iter(r.recordings[r.case][step].values()))
    expected.pop("@xmlns", None)
    r.compare(step, element(answer.data))


def case_reading(r):
    name = bucket()
    r.of("TestS3::test_head_object_fields")
    s3.put_object(Bucket=name, Key="k", Body=b"abcdefgh")
    r.step("head-object", s3.head_object, Bucket=name, Key="k")
    r.step("head-object-404", s3.head_object, Bucket=name, Key="doesnotexist")
    r.of("TestS3::test_s3_uppercase_key_names")
    s3.put_object(Bucket=name, Key="CamelCaseKey", Body=b"something")
    r.step("response", s3.get_object, Bucket=name, Key="CamelCaseKey")
    r.step("wrong-case-key", s3.get_object, Bucket=name, Key="camelcasekey")
    r.of("TestS3::test_s3_get_object_header_overrides")
    r.step(
        "get-object",
        s3.get_object,
        Bucket=name,
        Key="CamelCaseKey",
        ResponseCacheControl="max-age=74",
        ResponseContentDisposition='attachment; filename="foo.jpg"',
        ResponseContentEncoding="identity",
        ResponseContentLanguage="de-DE",
        ResponseContentType="image/jpeg",
        ResponseExpires=datetime.datetime(2015, 10, 21, 7, 28, tzinfo=datetime.timezone.utc),
    )
    r.of("TestS3::test_put_and_get_object_with_content_language_disposition")
    put = r.step(
        "put-object",
        s3.put_object,
        Bucket=name,
        Key="k",
        Body=b"abc123",
        ContentLanguage="de",
        ContentDisposition='attachment; filename="foo.jpg"',
        CacheControl="no-cache",
    )
    headers(r, "put-object-headers", put)
    r.recordings[r.case]["get-object"]["Body"] = "abc123"
    got = r.step("get-object", s3.get_object, Bucket=name, Key="k")
    headers(r, "get-object-headers", got)
    r.of("TestS3::test_s3_object_expires")
    for when, at in (("past", hours(-24)), ("future", hours(24))):
        r.step("put-object-expires-" + when, s3.put_object, Bucket=name, Key="k", Body=b"foo", Expires=at)
        r.step("get-object-expires-" + when, s3.get_object, Bucket=name, Key="k")
        r.step("head-object-expires-" + when, s3.head_object, Bucket=name, Key="k")
    r.of("TestS3::test_upload_file_with_xml_preamble")
    s3.put_object(Bucket=name, Key="k", Body=b'<?xml version="1.0" encoding="UTF-8"?><test/>')
    r.step("get_object", s3.get_object, Bucket=name, Key="k")
    r.of("TestS3::test_user_metadata_rfc2047_bad_b64_encoded")
    r.step("put-object", s3.put_object, Bucket=name, Key="k", Metadata={"bad-b64-encoded": "=?UTF-8?B?4@===?="})
    r.of("TestS3::test_putobject_with_multiple_keys")
    s3.put_object(Bucket=name, Key="aws/key1/key2/key3", Body=b"test")
    r.step("get_object", s3.get_object, Bucket=name, Key="aws/key1/key2/key3")


def headers(r, step, answer):
    """Of what varies, dates and ids, only the presence is asked for. The platform doesn't say which software it is."""
    recorded = r.recordings[r.case][step]["HTTPHeaders"]
    seen = answer["ResponseMetadata"]["HTTPHeaders"]
    recorded.pop("server", None)
    varies = {"date", "x-amz-id-2", "x-amz-request-id", "last-modified"}
    r.recordings[r.case][step] = {key: value for key, value in recorded.items() if key not in varies}
    r.recordings[r.case][step]["varies"] = sorted(varies & set(recorded))
    ours = {key: value for key, value in seen.items() if key not in varies | {"connection"}}
    r.compare(step, dict(ours, varies=sorted(varies & set(seen))))


def case_ranges(r):
    name = bucket()
    r.of("TestS3ObjectCRUD::test_get_object_range")
    s3.put_object(Bucket=name, Key="k", Body=b"0123456789")
    for step in r.recordings[r.case]:
        match = re.fullmatch(r"get-(-?\d*-?-?\d*)", step)
        if match is not None:
            r.step(step, s3.get_object, Bucket=name, Key="k", Range="bytes=" + match.group(1))
    r.step("get-0-8-checksum", s3.get_object, Bucket=name, Key="k", Range="bytes=0-8", ChecksumMode="ENABLED")
    r.step("get-multiple-ranges", s3.get_object, Bucket=name, Key="k", Range="bytes=0-3,5-8")
    r.step("get-wrong-format", s3.get_object, Bucket=name, Key="k", Range="0-1")


def case_copies(r):
    name = bucket()
    json = dict(Body=b'{"key": "value"}', ContentType="application/json", Metadata={"key": "value"})
    copy = lambda target, source, **more: dict(Bucket=name, Key=target, CopySource=f"{name}/{source}", **more)
    r.of("TestS3::test_s3_copy_content_type_and_metadata")
    r.step("put_object", s3.put_object, Bucket=name, Key="s", **json)
    r.step("head_object", s3.head_object, Bucket=name, Key="s")
    r.step("copy_object", s3.copy_object, **copy("t", "s"))
    r.step("head_object_copy", s3.head_object, Bucket=name, Key="t")
    r.step("copy_object_second", s3.copy_object, **copy("u", "t", MetadataDirective="COPY"))
    r.step("head_object_second_copy", s3.head_object, Bucket=name, Key="u")
    r.of("TestS3::test_s3_copy_metadata_replace")
    r.step("put_object", s3.put_object, Bucket=name, Key="s", ContentLanguage="en-US", **json)
    r.step("head_object", s3.head_object, Bucket=name, Key="s")
    r.step(
        "copy_object",
        s3.copy_object,
        **copy("t", "s", Metadata={"another-key": "value"}, ContentType="image/jpg", MetadataDirective="REPLACE"),
    )
    r.step("head_object_copy", s3.head_object, Bucket=name, Key="t")
    r.of("TestS3::test_s3_copy_metadata_directive_copy")
    r.step("put-object", s3.put_object, Bucket=name, Key="s", Body=b"test", Metadata={"key": "value"}, ContentLanguage="en-US")
    r.step("head-object", s3.head_object, Bucket=name, Key="s")
    r.step(
        "copy-object", s3.copy_object, **copy("t", "s", Metadata={"another": "value"}, ContentLanguage="en-GB", MetadataDirective="COPY")
    )
    r.step("head-object-copy", s3.head_object, Bucket=name, Key="t")
    r.of("TestS3::test_s3_copy_object_in_place_website_redirect_location")
    r.step("put-object", s3.put_object, Bucket=name, Key="w", Body=b"test", WebsiteRedirectLocation="/test/direct")
    r.step("head-object", s3.head_object, Bucket=name, Key="w")
    r.step("copy-object-in-place-with-website-redirection", s3.copy_object, **copy("w", "w", WebsiteRedirectLocation="/test/direct"))
    r.step("head-object-after-copy", s3.head_object, Bucket=name, Key="w")
    for algorithm in ("CRC32C", "CRC64NVME", "SHA256"):
        r.of(f"TestS3::test_s3_copy_object_with_checksum[{algorithm}]")
        attributes = dict(Bucket=name, ObjectAttributes=["Checksum"])
        try:
            r.step("put-object-no-checksum", s3.put_object, Bucket=name, Key="c", Body=json["Body"])
            r.step("object-attrs", s3.get_object_attributes, Key="c", **attributes)
            r.step("copy-object-in-place-with-checksum", s3.copy_object, **copy("c", "c", ChecksumAlgorithm=algorithm))
            r.step("object-attrs-after-copy", s3.get_object_attributes, Key="c", **attributes)
            r.step("copy-object-to-dest-keep-checksum", s3.copy_object, **copy("d", "c"))
        except botocore.exceptions.MissingDependencyException:
            continue
    r.of("TestS3PresignedUrl::test_s3_copy_md5")
    s3.put_object(Bucket=name, Key="s", Body=b"something")
    r.step("copy-obj", s3.copy_object, **copy("t", "s"))


def case_copies_of_tags(r):
    name = bucket()
    copy = lambda target, source, **more: dict(Bucket=name, Key=target, CopySource=source, **more)
    r.of("TestS3::test_s3_copy_tagging_directive[COPY]")
    r.step("put-object", s3.put_object, Bucket=name, Key="s", Body=b"test", Tagging="key1=value1")
    r.step("get-object-tag", s3.get_object_tagging, Bucket=name, Key="s")
    r.step("copy-object", s3.copy_object, **copy("t", f"{name}/s", TaggingDirective="COPY", Tagging="key2=value2"))
    r.step("get-copy-object-tag", s3.get_object_tagging, Bucket=name, Key="t")
    r.step("copy-object-tag-empty", s3.copy_object, **copy("t", f"{name}/s", TaggingDirective="COPY"))
    r.step("get-copy-object-tag-empty", s3.get_object_tagging, Bucket=name, Key="t")
    r.of("TestS3::test_s3_copy_tagging_directive_versioned[REPLACE]")
    name = versioned()
    first = r.step("put-object", s3.put_object, Bucket=name, Key="s", Body=b"test", Tagging="key1=value1")["VersionId"]
    r.step("put-object-v2", s3.put_object, Bucket=name, Key="s", Body=b"test-v2", Tagging="key1=value1-v2")
    r.step("get-object-tag", s3.get_object_tagging, Bucket=name, Key="s")
    r.step("get-object-tag-v1", s3.get_object_tagging, Bucket=name, Key="s", VersionId=first)
    for suffix, source in (("", f"{name}/s"), ("-v1", f"{name}/s?versionId={first}")):
        r.step("copy-object" + suffix, s3.copy_object, **copy("t", source, TaggingDirective="REPLACE", Tagging="key2=value2"))
        r.step("get-copy-object-tag" + suffix, s3.get_object_tagging, Bucket=name, Key="t")
        r.step("copy-object-tag-empty" + suffix, s3.copy_object, **copy("t", source, TaggingDirective="REPLACE"))
        r.step("get-copy-object-tag-empty" + suffix, s3.get_object_tagging, Bucket=name, Key="t")


def case_conditions_of_copies(r):
    cases = "TestS3CopySourcePreconditions::test_s3_copy_object_if_source_"
    hour = datetime.timedelta(hours=1)
    for case, rows in {
        "modified_since": {"copy-if-modified-since": -hour, "copy-if-modified-since-last-modified": 0 * hour},
        "unmodified_since": {"copy-if-unmodified-since": hour, "copy-past-if-unmodified-since": -hour},
    }.items():
        r.of(cases + case + "_versioned")
        header = "CopySourceIf" + ("Modified" if case == "modified_since" else "Unmodified") + "Since"
        name = versioned()
        s3.put_object(Bucket=name, Key="s", Body=b"data")
        at = r.step("head-object", s3.head_object, Bucket=name, Key="s")["LastModified"]
        for step, apart in rows.items():
            r.step(step, s3.copy_object, Bucket=name, Key="t", CopySource=f"{name}/s", **{header: at + apart})
    write = "TestS3ObjectWritePrecondition::"
    name = bucket()
    of_other_bodies(r, write + "test_copy_object_if_match")
    s3.put_object(Bucket=name, Key="s", Body=b"source content")
    etag = s3.put_object(Bucket=name, Key="t", Body=b"old")["ETag"]
    copy = lambda target, **more: dict(Bucket=name, Key=target, CopySource=f"{name}/s", **more)
    r.step("copy-obj-if-match-fail-no-object", s3.copy_object, **copy("non-existent-key", IfMatch=etag))
    r.step("copy-obj-if-match-fail-wrong-etag", s3.copy_object, **copy("t", IfMatch='"00000000000000000000000000000000"'))
    r.step("copy-obj-if-match", s3.copy_object, **copy("t", IfMatch=etag))
    of_other_bodies(r, write + "test_copy_object_if_match_in_place")
    etag = s3.head_object(Bucket=name, Key="s")["ETag"]
    r.step("copy-obj-if-match-in-place", s3.copy_object, **copy("s", IfMatch=etag, MetadataDirective="REPLACE"))
    of_other_bodies(r, write + "test_copy_object_if_none_match_versioned_bucket")
    name = versioned()
    s3.put_object(Bucket=name, Key="source-object", Body=b"source content")
    copy = dict(Bucket=name, Key="dest-object", CopySource=f"{name}/source-object", IfNoneMatch="*")
    r.step("copy-obj", s3.copy_object, **copy)
    r.step("copy-obj-if-none-match-fail", s3.copy_object, **copy)
    r.step("del-obj", s3.delete_object, Bucket=name, Key="dest-object")
    r.step("copy-obj-after-del", s3.copy_object, **copy)
    r.step("list-object-versions", s3.list_object_versions, Bucket=name)


def case_conditions_of_writes(r):
    write = "TestS3ObjectWritePrecondition::"
    name = bucket()
    r.of(write + "test_put_object_if_match_validation")
    key = "test-precondition-validation"
    for step, value in (("bad-value", "bad-etag"), ("bad-value-2", '"badetag"'), ("star-value", "*")):
        r.step("put-obj-if-match-" + step, s3.put_object, Bucket=name, Key=key, Body=b"test", IfMatch=value)
    r.of(write + "test_put_object_if_none_match_validation")
    r.step("put-obj", s3.put_object, Bucket=name, Key=key)
    r.step("put-obj-if-none-match-bad-value", s3.put_object, Bucket=name, Key=key, IfNoneMatch='"d41d8cd98f00b204e9800998ecf8427e"')
    of_other_bodies(r, write + "test_multipart_if_match_etag")
    key = "test-precondition"
    etag = r.step("put-obj", s3.put_object, Bucket=name, Key=key, Body=b"test")["ETag"]
    upload = r.step("create-multipart", s3.create_multipart_upload, Bucket=name, Key=key)["UploadId"]
    part = lambda upload: {"Parts": [{
        "ETag": s3.upload_part(Bucket=name, Key=key, UploadId=upload, PartNumber=1, Body=b"part")["ETag"], "PartNumber": 1}]}
    complete = dict(Bucket=name, Key=key, UploadId=upload, MultipartUpload=part(upload))
    written = r.step("complete-multipart-if-match", s3.complete_multipart_upload, IfMatch=etag, **complete)["ETag"]
    upload = r.step("create-multipart-overwrite", s3.create_multipart_upload, Bucket=name, Key=key)["UploadId"]
    complete = dict(Bucket=name, Key=key, UploadId=upload, MultipartUpload=part(upload))
    r.step("complete-multipart-if-match-true-etag", s3.complete_multipart_upload, IfMatch=etag, **complete)
    r.step("complete-multipart-if-match-overwrite-multipart", s3.complete_multipart_upload, IfMatch=written, **complete)
    of_other_bodies(r, write + "test_put_object_if_match_versioned_bucket")
    name = versioned()
    first = r.step("put-obj", s3.put_object, Bucket=name, Key=key, Body=b"test")["ETag"]
    r.step("put-obj-if-none-match-bad-value", s3.put_object, Bucket=name, Key=key, Body=b"x", IfMatch='"00000000000000000000000000000000"')
    r.step("del-obj", s3.delete_object, Bucket=name, Key=key)
    r.step("put-obj-after-del-exc", s3.put_object, Bucket=name, Key=key, Body=b"x", IfMatch=first)
    last = r.step("put-obj-after-del", s3.put_object, Bucket=name, Key=key, Body=b"test-after-del")["ETag"]
    r.step("put-obj-if-match", s3.put_object, Bucket=name, Key=key, Body=b"test-if-match", IfMatch=last)


def case_versions(r):
    name = bucket()
    r.of("TestS3::test_s3_put_object_versioned")
    key, other = "non-version-bucket-key", "versioned-bucket-key"
    r.step("put-pre-versioned", s3.put_object, Bucket=name, Key=key, Body=b"non-versioned-key")
    r.step("get-pre-versioned", s3.get_object, Bucket=name, Key=key)
    r.step("list-object-pre-versioned", s3.list_object_versions, Bucket=name)
    s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    r.step("get-post-versioned", s3.get_object, Bucket=name, Key=key)
    r.step("put-obj-versioned-1", s3.put_object, Bucket=name, Key=other, Body=b"versioned-key")
    r.step("put-obj-versioned-2", s3.put_object, Bucket=name, Key=other, Body=b"versioned-key-updated")
    r.step("get-obj-versioned", s3.get_object, Bucket=name, Key=other)
    r.step("list-object-versioned", s3.list_object_versions, Bucket=name)
    s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Suspended"})
    r.step("list-bucket-suspended", s3.list_object_versions, Bucket=name)
    r.step("get-obj-versioned-disabled", s3.get_object, Bucket=name, Key=other)
    r.step("get-obj-non-versioned-disabled", s3.get_object, Bucket=name, Key=key)
    third = "non-version-bucket-key-post"
    r.step("put-non-versioned-post-disable", s3.put_object, Bucket=name, Key=third, Body=b"non-versioned-key-post")
    r.step("get-non-versioned-post-disable", s3.get_object, Bucket=name, Key=third)
    name = versioned()
    of_other_bodies(r, "TestS3::test_s3_delete_object_with_version_id")
    first = s3.put_object(Bucket=name, Key="aws/s3/testkey1.txt", Body=b"x")["VersionId"]
    s3.put_object(Bucket=name, Key="aws/s3/testkey2.txt", Body=b"x" * 960)
    r.step("get_bucket_versioning", s3.get_bucket_versioning, Bucket=name)
    r.step("delete_objects", s3.delete_objects, Bucket=name, Delete={"Objects": [{"Key": "aws/s3/testkey1.txt", "VersionId": first}]})
    r.step("list_object_versions_after_delete", s3.list_object_versions, Bucket=name)
    s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Suspended"})
    r.step("get_bucket_versioning_suspended", s3.get_bucket_versioning, Bucket=name)
    name = versioned()
    r.of("TestS3ObjectCRUD::test_delete_objects_versioned")
    key = "test-delete"
    first = r.step("put-object", s3.put_object, Bucket=name, Key=key, Body=b"test-delete")["VersionId"]
    delete = lambda *objects: dict(Bucket=name, Delete={"Objects": [dict(zip(("Key", "VersionId"), each)) for each in objects]})
    marker = r.step("delete-objects-no-version-id", s3.delete_objects, **delete((key,), ("wrongkey",), ("wrongkey-x",)))["Deleted"][0]
    r.step("delete-objects-marker", s3.delete_objects, **delete((key, marker["DeleteMarkerVersionId"])))
    r.step("delete-objects-version-id", s3.delete_objects, **delete((key, first)))
    name = bucket()
    r.of("TestS3ObjectCRUD::test_list_object_versions_order_unversioned")
    r.step("list-empty", s3.list_object_versions, Bucket=name)
    for step, key in (("-2", "b-test-object-2"), ("", "a-test-object-1"), ("-3", "c-test-object-3")):
        r.step("put-object" + step, s3.put_object, Bucket=name, Key=key, Body=key[2:].encode())
    r.step("list-object-versions", s3.list_object_versions, Bucket=name)


def case_deletes(r):
    name = bucket()
    r.of("TestS3::test_delete_non_existing_keys")
    s3.put_object(Bucket=name, Key="test-key-nonexistent", Body=b"x")
    delete = {"Objects": [{"Key": key} for key in ("test-key-nonexistent", "dummy1", "dummy2")]}
    expected = r.recordings[r.case]["deleted-resp"]
    expected["Deleted"].sort(key=lambda each: [object["Key"] for object in delete["Objects"]].index(each["Key"]))
    r.step("deleted-resp", s3.delete_objects, Bucket=name, Delete=delete)
    r.of("TestS3::test_delete_non_existing_keys_in_non_existing_bucket")
    r.step("error-non-existent-bucket", s3.delete_objects, Bucket="recorded-none", Delete=delete)
    r.of("TestS3::test_s3_batch_delete_objects")
    keys = [{"Key": f"key-{i}"} for i in range(5)]
    for key in keys:
        s3.put_object(Bucket=name, Body=b"x", **key)
    r.step("batch-delete", s3.delete_objects, Bucket=name, Delete={"Objects": keys})
    r.step("list-remaining-objects", s3.list_objects, Bucket=name)


def case_tags(r):
    name, key = bucket(), "tagged"
    tags = lambda *pairs: dict(Bucket=name, Key=key, Tagging={"TagSet": [dict(zip(("Key", "Value"), pair)) for pair in pairs]})
    suite = "TestS3BucketObjectTagging::"
    r.of(suite + "test_object_tagging_crud")
    r.step("put-object", s3.put_object, Bucket=name, Key=key, Body=b"test-tagging")
    r.step("get-object-tags-empty", s3.get_object_tagging, Bucket=name, Key=key)
    r.step("put-object-tags", s3.put_object_tagging, **tags(("tag1", "tag1"), ("tag2", "")))
    r.step("get-object-tags", s3.get_object_tagging, Bucket=name, Key=key)
    r.step("put-object-tags-overwrite", s3.put_object_tagging, **tags(("tag3", "tag3")))
    r.step("get-object-tags-overwritten", s3.get_object_tagging, Bucket=name, Key=key)
    r.step("get-obj-after-tags", s3.get_object, Bucket=name, Key=key)
    r.step("delete-object-tags", s3.delete_object_tagging, Bucket=name, Key=key)
    r.step("get-object-tags-deleted", s3.get_object_tagging, Bucket=name, Key=key)
    r.step("get-obj-after-tags-deleted", s3.get_object, Bucket=name, Key=key)
    r.of(suite + "test_head_object_with_tags")
    three = "tag1=a&tag2=b&tag3=c"
    r.step("put-object", s3.put_object, Bucket=name, Key=key, Body=b"test-tagging", Tagging=three)
    r.step("head-obj-after-create", s3.head_object, Bucket=name, Key=key)
    r.step("put-object-tags", s3.put_object_tagging, **tags(("tag1", "tag1")))
    r.step("head-obj-after-tagging", s3.head_object, Bucket=name, Key=key)
    s3.delete_object_tagging(Bucket=name, Key=key)
    r.step("head-obj-after-removal", s3.head_object, Bucket=name, Key=key)
    s3.put_object(Bucket=name, Key=key, Body=b"test-tagging", Tagging=three)
    r.step("head-obj-after-overwrite", s3.head_object, Bucket=name, Key=key)
    r.of(suite + "test_object_tags_delete_or_overwrite_object")
    s3.put_object(Bucket=name, Key=key, Tagging="tag1=val1")
    r.step("get-object-after-creation", s3.get_object_tagging, Bucket=name, Key=key)
    s3.put_object(Bucket=name, Key=key)
    r.step("get-object-after-overwrite", s3.get_object_tagging, Bucket=name, Key=key)
    s3.delete_object(Bucket=name, Key=key)
    s3.put_object(Bucket=name, Key=key)
    r.step("get-object-after-recreation", s3.get_object_tagging, Bucket=name, Key=key)
    r.of(suite + "test_put_object_tagging_none_value")
    r.step("put-none-tag-set", s3.put_object_tagging, Bucket=name, Key=key, Tagging={"TagSet": None})
    r.step("get-object-tags-none", s3.get_object_tagging, Bucket=name, Key=key)
    r.of(suite + "test_put_bucket_tagging_none_value")
    r.step("put-bucket-tags-origin", s3.put_bucket_tagging, Bucket=name, Tagging={"TagSet": [{"Key": "a", "Value": "b"}]})
    r.step("put-none-tag-set", s3.put_bucket_tagging, Bucket=name, Tagging={"TagSet": None})
    r.step("no-such-tag-set", s3.get_bucket_tagging, Bucket=name)
    r.of(suite + "test_create_bucket_with_empty_tags")
    r.step("create-bucket-with-empty-tags", s3.create_bucket, Bucket=RUN + "-e", CreateBucketConfiguration={"Tags": []})
    r.step("get-bucket-tags", s3.get_bucket_tagging, Bucket=RUN + "-e")
    r.step("create-bucket-with-none-tags", s3.create_bucket, Bucket=RUN + "-n", CreateBucketConfiguration={"Tags": None})


def case_permissions(r):
    name = opened()
    logs = "http://acs.amazonaws.com/groups/s3/LogDelivery"
    everybody = "http://acs.amazonaws.com/groups/global/AllUsers"
    r.of("TestS3::test_s3_bucket_acl")
    s3.put_bucket_acl(Bucket=name, ACL="public-read")
    r.step("get-bucket-acl", s3.get_bucket_acl, Bucket=name)
    s3.put_bucket_acl(Bucket=name, ACL="private")
    owner = r.step("get-bucket-canned-acl", s3.get_bucket_acl, Bucket=name)["Owner"]
    s3.put_bucket_acl(Bucket=name, GrantRead=f'uri="{logs}"')
    r.step("get-bucket-grant-acl", s3.get_bucket_acl, Bucket=name)
    grants = [
        {"Grantee": {"ID": owner["ID"], "Type": "CanonicalUser"}, "Permission": "FULL_CONTROL"},
        {"Grantee": {"URI": logs, "Type": "Group"}, "Permission": "WRITE"},
    ]
    s3.put_bucket_acl(Bucket=name, AccessControlPolicy={"Grants": grants, "Owner": owner})
    r.step("get-bucket-acp-acl", s3.get_bucket_acl, Bucket=name)
    r.of("TestS3::test_s3_multipart_upload_acls")
    s3.put_bucket_acl(Bucket=name, ACL="public-read")
    r.step("bucket-acl", s3.get_bucket_acl, Bucket=name)
    for i, acl in enumerate(("bucket-owner-full-control", None, "public-read-write")):
        more = {} if acl is None else {"ACL": acl}
        upload = s3.create_multipart_upload(Bucket=name, Key=f"k{i}", **more)["UploadId"]
        etag = s3.upload_part(Bucket=name, Key=f"k{i}", UploadId=upload, PartNumber=1, Body=b"x")["ETag"]
        s3.complete_multipart_upload(
            Bucket=name, Key=f"k{i}", UploadId=upload, MultipartUpload={"Parts": [{"ETag": etag, "PartNumber": 1}]}
        )
        r.step(f"permission-acl-key{i}", s3.get_object_acl, Bucket=name, Key=f"k{i}")
    r.of("TestS3::test_get_object_with_anon_credentials")
    s3.put_object(Bucket=name, Key="open", Body=b"body data", ACL="public-read")
    nobody = client(version=botocore.UNSIGNED)
    r.step("get_object", nobody.get_object, Bucket=name, Key="open")
    r.of("TestS3::test_s3_batch_delete_public_objects_using_requests")
    s3.put_bucket_acl(Bucket=name, ACL="public-read-write")
    keys = [f"key-created-by-anonymous-{i}" for i in (1, 2)]
    for key in keys:
        nobody.put_object(Bucket=name, Key=key, Body=b"x")
    document = "<Delete>" + "".join(f"<Object><Key>{key}</Key></Object>" for key in keys) + "</Delete>"
    digest = base64.b64encode(hashlib.md5(document.encode()).digest()).decode()
    compare_page(
        r, "multi-delete-with-requests",
        web.request("POST", f"{HOST}/{name}?delete", body=document, headers={"Content-MD5": digest, "x-amz-request-payer": "requester"}),
    )


def case_public_access(r):
    name = bucket()
    r.of("TestS3PublicAccessBlock::test_crud_public_access_block")
    r.step("get-default-public-access-block", s3.get_public_access_block, Bucket=name)
    r.step("put-public-access-block", s3.put_public_access_block, Bucket=name, PublicAccessBlockConfiguration={"BlockPublicAcls": False})
    r.step("get-public-access-block", s3.get_public_access_block, Bucket=name)
    r.step("delete-public-access-block", s3.delete_public_access_block, Bucket=name)
    r.step("get-public-access-block-after-delete", s3.get_public_access_block, Bucket=name)
    r.step("idempotent-delete-public-access-block", s3.delete_public_access_block, Bucket=name)
    for account in ("0000", "0000000000020"):
        r.of(f"TestS3::test_put_bucket_policy_invalid_account_id[{account}]")
        r.step("put-bucket-policy-invalid-bucket-owner", s3.put_bucket_policy, Bucket=name, Policy="{}", ExpectedBucketOwner=account)


def case_locks(r):
    name = bucket(ObjectLockEnabledForBucket=True)
    put = lambda **lock: dict(Bucket=name, ObjectLockConfiguration=lock)
    rule = lambda **retention: {"DefaultRetention": retention}
    r.of("TestS3ObjectLock::test_get_put_object_lock_configuration")
    r.step("get-lock-config-start", s3.get_object_lock_configuration, Bucket=name)
    r.step("put-lock-config", s3.put_object_lock_configuration, **put(ObjectLockEnabled="Enabled", Rule=rule(Mode="GOVERNANCE", Days=1)))
    r.step("get-lock-config", s3.get_object_lock_configuration, Bucket=name)
    r.step("put-lock-config-enabled", s3.put_object_lock_configuration, **put(ObjectLockEnabled="Enabled"))
    r.step("get-lock-config-only-enabled", s3.get_object_lock_configuration, Bucket=name)
    r.of("TestS3ObjectLock::test_put_object_lock_configuration_exc")
    rows = {
        "empty": {},
        "no-enabled": {"Rule": rule(Mode="GOVERNANCE", Days=1)},
        "empty-rule": {"ObjectLockEnabled": "Enabled", "Rule": {}},
        "empty-retention": {"ObjectLockEnabled": "Enabled", "Rule": rule()},
        "bad-mode": {"ObjectLockEnabled": "Enabled", "Rule": rule(Mode="BAD-VALUE", Days=1)},
        "no-days": {"ObjectLockEnabled": "Enabled", "Rule": rule(Mode="GOVERNANCE")},
        "both-days-years": {"ObjectLockEnabled": "Enabled", "Rule": rule(Mode="GOVERNANCE", Days=1, Years=1)},
    }
    for row, lock in rows.items():
        r.step("put-lock-config-" + row, s3.put_object_lock_configuration, **put(**lock))
    r.of("TestS3ObjectLockLegalHold::test_put_object_with_legal_hold")
    version = r.step("put-obj", s3.put_object, Bucket=name, Key="h", Body=b"test", ObjectLockLegalHoldStatus="ON")["VersionId"]
    r.step("head-object-with-legal-hold", s3.head_object, Bucket=name, Key="h")
    r.step("put-object-legal-hold-off", s3.put_object_legal_hold, Bucket=name, Key="h", VersionId=version, LegalHold={"Status": "OFF"})


def case_parts(r):
    name, key = bucket(), "test-upload-part-copy"
    r.of("TestS3Multipart::test_upload_part_copy_no_copy_source_range")
    etag = r.step("put-src-object", s3.put_object, Bucket=name, Key="s", Body=b"0123456789")["ETag"]
    upload = r.step("create-multipart", s3.create_multipart_upload, Bucket=name, Key=key)["UploadId"]
    copy = dict(Bucket=name, Key=key, UploadId=upload, PartNumber=1, CopySource=f"{name}/s")
    r.step("upload-part-copy", s3.upload_part_copy, **copy)
    r.step("list-parts", s3.list_parts, Bucket=name, Key=key, UploadId=upload)
    key = "destination_file.txt"
    upload = s3.create_multipart_upload(Bucket=name, Key=key)["UploadId"]
    copy = dict(Bucket=name, Key=key, UploadId=upload, PartNumber=1, CopySource=f"{name}/s")
    condition = lambda **more: {"CopySourceIf" + name: value for name, value in more.items()}
    rows = {
        ("copy_source_if_match_and_if_unmodified_since_match", "upload-part-copy"): condition(Match=etag, UnmodifiedSince=hours(-1)),
        ("copy_source_if_match_failed", "upload-part-copy-source-if-match"): condition(Match='"0"'),
        ("copy_source_if_match_none_success", "upload-part-copy-if-none-match"): condition(NoneMatch='"0"'),
        ("copy_source_if_modified_since_in_future_success", "upload-part-copy-if-modified-since-in-future"): condition(ModifiedSince=hours(9)),
        ("if_modified_since_failed", "upload-part-copy-source-modified-since-match"): condition(
            ModifiedSince=s3.head_object(Bucket=name, Key="s")["LastModified"]
        ),
    }
    for (case, step), more in rows.items():
        r.of("TestS3Multipart::test_upload_part_copy_with_" + case)
        r.step(step, s3.upload_part_copy, **copy, **more)
        if "list-parts" in r.recordings[r.case]:
            r.step("list-parts", s3.list_parts, Bucket=name, Key=key, UploadId=upload)
    r.of("TestS3::test_get_object_part_checksum[FULL_OBJECT]")
    key = "test-multipart-checksum"
    try:
        upload = r.step(
            "create-mpu-checksum", s3.create_multipart_upload, Bucket=name, Key=key, ChecksumAlgorithm="CRC32C", ChecksumType="FULL_OBJECT"
        )["UploadId"]
        part = r.step(
            "upload-part", s3.upload_part, Bucket=name, Key=key, UploadId=upload, PartNumber=1, Body=b"test content 123",
            ChecksumAlgorithm="CRC32C",
        )
        parts = {"Parts": [{"ETag": part["ETag"], "PartNumber": 1, "ChecksumCRC32C": part["ChecksumCRC32C"]}]}
        r.step("complete-multipart-checksum", s3.complete_multipart_upload, Bucket=name, Key=key, UploadId=upload, MultipartUpload=parts)
        r.step("get-object-part", s3.get_object, Bucket=name, Key=key, PartNumber=1, ChecksumMode="ENABLED")
        r.step("head-object-part", s3.head_object, Bucket=name, Key=key, PartNumber=1, ChecksumMode="ENABLED")
    except botocore.exceptions.MissingDependencyException:
        pass
    r.of("TestS3MultipartUploadChecksum::test_multipart_checksum_type_default_for_checksum[SHA256]")
    r.step(
        "create-mpu-default-checksum-type", s3.create_multipart_upload, Bucket=name, Key="test-multipart-checksum-default",
        ChecksumAlgorithm="SHA256",
    )
    for algorithm in ("CRC32C", "CRC32", "SHA256"):
        r.of(f"TestS3MultipartUploadChecksum::test_multipart_upload_part_checksum_exception[{algorithm}]")
        upload = s3.create_multipart_upload(Bucket=name, Key=key, ChecksumAlgorithm=algorithm)["UploadId"]
        part = dict(Bucket=name, Key=key, UploadId=upload, PartNumber=1, Body=b"data")
        zeros = "A" * (43 if algorithm == "SHA256" else 6) + ("=" if algorithm == "SHA256" else "==")
        r.step("put-wrong-checksum-no-b64", s3.upload_part, **part, **{"Checksum" + algorithm: "test"})
        r.step("put-wrong-checksum-value", s3.upload_part, **part, **{"Checksum" + algorithm: zeros})
    of_other_bodies(r, "TestS3PutObjectChecksum::test_s3_checksum_with_content_encoding")
    body = gzip.compress(b"x" * 1000).ljust(41, b"\0")[:41]
    attributes = dict(Bucket=name, Key="z", ObjectAttributes=["Checksum"])
    r.step("put-object", s3.put_object, Bucket=name, Key="z", Body=body, ContentEncoding="gzip", ChecksumAlgorithm="SHA256")
    r.step("get-object-attrs", s3.get_object_attributes, **attributes)
    for step, more in (("get-object", {}), ("get-object-with-checksum", {"ChecksumMode": "ENABLED"})):
        r.recordings[r.case][step]["Body"] = body.decode("utf-8", "replace")
        r.step(step, s3.get_object, Bucket=name, Key="z", **more)
    r.of("TestS3ListParts::test_list_parts_empty_part_number_marker")
    key = "test-list-part-empty-marker"
    upload = s3.create_multipart_upload(Bucket=name, Key=key)["UploadId"]
    s3.upload_part(Bucket=name, Key=key, UploadId=upload, PartNumber=1, Body=b"data")
    r.step("list-parts-empty-marker", s3.list_parts, Bucket=name, Key=key, UploadId=upload, PartNumberMarker="")
    r.step("list-parts-empty-max-parts", s3.list_parts, Bucket=name, Key=key, UploadId=upload, MaxParts="")


def case_listings(r):
    name = bucket()
    of_other_bodies(r, "TestS3ListObjects::test_list_objects_next_marker")
    for i in range(3):
        s3.put_object(Bucket=name, Key=f"key-{i}", Body=b"test data..")
    r.step("list-objects-all", s3.list_objects, Bucket=name)
    first = r.step("list-objects-max-1", s3.list_objects, Bucket=name, MaxKeys=1, Delimiter="/")["NextMarker"]
    r.step("list-objects-rest", s3.list_objects, Bucket=name, MaxKeys=1, Marker=first)
    r.step("list-objects-marker-empty", s3.list_objects, Bucket=name, MaxKeys=1, Marker="")
    name = bucket()
    s3.put_object(Bucket=name, Key="test/foo/bar/123", Body=b"test data..")
    for delimiter in ("%2F", ""):
        of_other_bodies(r, f"TestS3ListObjects::test_list_objects_with_prefix[{delimiter}]")
        r.step("list-objects", s3.list_objects, Bucket=name, Prefix="test/", MaxKeys=1, Delimiter=delimiter, EncodingType="url")
    name = bucket()
    for key in ("test/foo/bar/123", "test/foo/bar/456", "test/bar/foo/123"):
        s3.put_object(Bucket=name, Key=key, Body=b"test data..")
    of_other_bodies(r, "TestS3ListObjectsV2::test_list_objects_v2_with_prefix_and_delimiter")
    r.step("list-objects-v2-1", s3.list_objects_v2, Bucket=name, Prefix="test/", Delimiter="/")
    r.step("list-objects-v2-1-with-max-keys", s3.list_objects_v2, Bucket=name, Prefix="test/", Delimiter="/", MaxKeys=1)
    r.step("list-objects-v2-2", s3.list_objects_v2, Bucket=name, Prefix="test/foo", Delimiter="/")
    r.step("list-objects-v2-3", s3.list_objects_v2, Bucket=name, Prefix="test/foo/bar", Delimiter="/")
    name, keys = bucket(), ("folder/aSubfolder/subFile1", "folder/aSubfolder/subFile2", "folder/file1", "folder/file2")
    for key in keys:
        s3.put_object(Bucket=name, Key=key, Body=b"test data..")
    of_other_bodies(r, "TestS3ListObjectsV2::test_list_objects_v2_continuation_common_prefixes")
    page = dict(Bucket=name, Prefix="folder/", Delimiter="/", MaxKeys=1)
    r.step("list-objects-v2-all-keys", s3.list_objects_v2, Bucket=name)
    token = r.step("list-objects-v2-start", s3.list_objects_v2, **page)["NextContinuationToken"]
    token = r.step("list-objects-v2-next-1", s3.list_objects_v2, ContinuationToken=token, **page)["NextContinuationToken"]
    r.step("list-objects-v2-end", s3.list_objects_v2, ContinuationToken=token, **page)
    of_other_bodies(r, "TestS3ListObjectVersions::test_list_object_versions_pagination_common_prefixes")
    s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    for key in keys:
        s3.delete_object(Bucket=name, Key=key, VersionId="null")
        s3.put_object(Bucket=name, Key=key, Body=b"test data..")
    r.step("list-object-versions-all-keys", s3.list_object_versions, Bucket=name)
    next_key = r.step("list-object-versions-start", s3.list_object_versions, **page)["NextKeyMarker"]
    next_key = r.step("list-object-versions-next-1", s3.list_object_versions, KeyMarker=next_key, **page)["NextKeyMarker"]
    r.step("list-object-versions-end", s3.list_object_versions, KeyMarker=next_key, **page)
    r.step("list-object-versions-manual-first-file", s3.list_object_versions, KeyMarker=keys[0], **page)
    for slashes, case in ((True, "TestS3::test_object_with_slashes_in_key[True]"), (False, "TestS3::test_url_encoded_key[True]")):
        name = bucket()
        of_other_bodies(r, case)
        rows = {"/foo": 6, "bar": 6, "/bar/foo/": 4} if slashes else {"test@key/": 16, "test%40key": 24, "test%40key/": 12}
        for key, size in rows.items():
            s3.put_object(Bucket=name, Key=key, Body=b"x" * size)
        r.step("list-objects-slashes" if slashes else "list-object-encoded-char", s3.list_objects_v2, Bucket=name)


def case_listings_of_versions(r):
    name = versioned()
    of_other_bodies(r, "TestS3ListObjectVersions::test_list_objects_versions_with_prefix_only_and_pagination")
    prefix = dict(Bucket=name, Prefix="prefix")
    for _ in range(5):
        s3.put_object(Bucket=name, Key="prefixed_key")
    r.step("list-object-version-prefix-full", s3.list_object_versions, **prefix)
    page = r.step("list-object-version-prefix-page-1", s3.list_object_versions, MaxKeys=3, **prefix)
    marker = {"KeyMarker": page["NextKeyMarker"], "VersionIdMarker": page["NextVersionIdMarker"]}
    r.step("list-object-version-prefix-key-marker-only", s3.list_object_versions, MaxKeys=4, KeyMarker=page["NextKeyMarker"], **prefix)
    r.step("list-object-version-prefix-page-2", s3.list_object_versions, MaxKeys=5, **marker, **prefix)
    for version in page["Versions"]:
        s3.delete_object(Bucket=name, Key=version["Key"], VersionId=version["VersionId"])
    r.step("list-object-version-prefix-page-2-after-delete", s3.list_object_versions, MaxKeys=5, **marker, **prefix)
    name = versioned()
    r.of("TestS3ListObjectVersions::test_list_objects_versions_markers")
    keys = ("test_0", "test_1", "test_2")
    for key in keys:
        s3.put_object(Bucket=name, Key=key, Body=b"version 1")
    last = s3.put_object(Bucket=name, Key="test_2", Body=b"version 2")["VersionId"]
    markers = [s3.delete_object(Bucket=name, Key=key)["VersionId"] for key in keys]
    for key in keys[:2]:
        s3.put_object(Bucket=name, Key=key, Body=b"version 2")
    listed = lambda **more: dict(Bucket=name, MaxKeys=1, **more)
    r.step("list-objects-next-version-only", s3.list_object_versions, **listed(VersionIdMarker=markers[1]))
    r.step("list-objects-both-markers", s3.list_object_versions, **listed(KeyMarker="test_1", VersionIdMarker=markers[1]))
    r.step("list-objects-last-key-last-version", s3.list_object_versions, **listed(KeyMarker="test_2", VersionIdMarker=last))
    r.step("list-objects-next-key-only", s3.list_object_versions, **listed(KeyMarker="test_1"))
    r.step("list-objects-next-key-last", s3.list_object_versions, **listed(KeyMarker="test_2"))
    r.step("list-objects-next-key-empty", s3.list_object_versions, **listed(KeyMarker=""))
    r.step("list-objects-versions-5", s3.list_object_versions, Bucket=name, MaxKeys=5)
    r.step("list-objects-versions-all", s3.list_object_versions, Bucket=name)


def case_listings_of_buckets(r):
    name = bucket()
    suite = "TestS3ListBuckets::"
    r.of(suite + "test_list_buckets_by_bucket_region")
    r.step("list-objects-by-bucket-region-not-empty", s3.list_buckets, Prefix=name, BucketRegion="us-east-1")
    r.step("list-objects-by-bucket-region-empty", s3.list_buckets, Prefix=name, BucketRegion="us-west-2")
    r.of(suite + "test_list_buckets_with_max_buckets")
    bucket()
    token = r.step("list-objects-with-max-buckets", s3.list_buckets, MaxBuckets=1)["ContinuationToken"]
    r.of(suite + "test_list_buckets_with_continuation_token")
    bucket()
    r.step("list-objects-with-continuation", s3.list_buckets, MaxBuckets=1, ContinuationToken=token)


def case_settings(r):
    name = bucket()
    r.of("TestS3::test_s3_request_payer")
    r.step("put-bucket-request-payment", s3.put_bucket_request_payment, Bucket=name, RequestPaymentConfiguration={"Payer": "Requester"})
    r.step("get-bucket-request-payment", s3.get_bucket_request_payment, Bucket=name)
    r.of("TestS3Cors::test_put_cors")
    rule = {
        "AllowedOrigins": ["https://test.com", "https://app.test.com", "http://test.com:80"],
        "AllowedMethods": ["GET", "PUT", "HEAD"],
        "MaxAgeSeconds": 3000,
        "AllowedHeaders": ["x-amz-expected-bucket-owner", "x-amz-server-side-encryption-customer-algorithm"],
    }
    r.step("put-cors", s3.put_bucket_cors, Bucket=name, CORSConfiguration={"CORSRules": [rule]})
    r.step("get-cors", s3.get_bucket_cors, Bucket=name)
    r.of("TestS3Cors::test_put_cors_invalid_rules")
    r.step("put-cors-exc", s3.put_bucket_cors, Bucket=name, CORSConfiguration={"CORSRules": [dict(rule, AllowedMethods=["MYMETHOD"])]})
    r.step("put-cors-exc-empty", s3.put_bucket_cors, Bucket=name, CORSConfiguration={"CORSRules": []})
    r.of("TestS3StaticWebsiteHosting::test_crud_website_configuration")
    r.step("get-no-such-website-config", s3.get_bucket_website, Bucket=name)
    r.step("del-no-such-website-config", s3.delete_bucket_website, Bucket=name)
    r.step("put-website-config", s3.put_bucket_website, Bucket=name, WebsiteConfiguration={"IndexDocument": {"Suffix": "index.html"}})
    r.step("get-website-config", s3.get_bucket_website, Bucket=name)
    r.of("TestS3StaticWebsiteHosting::test_validate_website_configuration")
    index = {"IndexDocument": {"Suffix": "index.html"}}
    other = {"HostName": "example.com"}
    to = lambda condition={"KeyPrefixEquals": "a"}, **redirect: dict(
        index, RoutingRules=[{"Condition": condition, "Redirect": dict(redirect)}]
    )
    rows = [
        {"IndexDocument": {"Suffix": "/index.html"}},
        {"IndexDocument": {"Suffix": ""}},
        dict(index, RedirectAllRequestsTo=other),
        {"ErrorDocument": {"Key": "error.html"}},
        {"RedirectAllRequestsTo": dict(other, Protocol="protocol")},
        to(ReplaceKeyPrefixWith="b", ReplaceKeyWith="c"),
        to({}, ReplaceKeyPrefixWith="b"),
        dict(index, RoutingRules=[]),
    ]
    for i, row in enumerate(rows):
        r.step(f"invalid-website-conf-{i}", s3.put_bucket_website, Bucket=name, WebsiteConfiguration=row)
    r.of("TestS3::test_bucket_operation_between_regions")
    west = client("us-west-2")
    elsewhere = bucket(west, CreateBucketConfiguration={"LocationConstraint": "us-west-2"})
    cors = {"CORSRules": [{"AllowedMethods": ["GET"], "AllowedOrigins": ["*"]}]}
    r.step("put-website-config-region-1", west.put_bucket_website, Bucket=elsewhere, WebsiteConfiguration=index)
    r.step("put-cors-config-region-1", west.put_bucket_cors, Bucket=elsewhere, CORSConfiguration=cors)
    r.step("get-website-config-region-2", s3.get_bucket_website, Bucket=elsewhere)
    r.step("get-cors-config-region-2", s3.get_bucket_cors, Bucket=elsewhere)


def case_logging(r):
    r.of("TestS3BucketLogging::test_put_bucket_logging_cross_locations")
    west, eu = client("us-west-2"), client("eu-west-1")
    at = lambda of, region: bucket(of, CreateBucketConfiguration={"LocationConstraint": region})
    target = at(west, "us-west-2")
    status = {"LoggingEnabled": {"TargetBucket": target, "TargetPrefix": "log"}}
    r.step("put-bucket-logging-cross-us-east-1", s3.put_bucket_logging, Bucket=bucket(), BucketLoggingStatus=status)
    r.step("put-bucket-logging-different-regions", eu.put_bucket_logging, Bucket=at(eu, "eu-west-1"), BucketLoggingStatus=status)


def case_lifecycles(r):
    suite = "TestS3BucketLifecycle::"
    expires = {"Expiration": {"Days": 7}, "Status": "Enabled"}
    name = bucket()
    put = lambda *rules: s3.put_bucket_lifecycle_configuration(Bucket=name, LifecycleConfiguration={"Rules": list(rules)})
    r.of(suite + "test_delete_lifecycle_configuration_on_bucket_deletion")
    put(dict(expires, ID="wholebucket", Filter={"Prefix": ""}))
    r.step("get-bucket-lifecycle-conf", s3.get_bucket_lifecycle_configuration, Bucket=name)
    s3.delete_bucket(Bucket=name)
    s3.create_bucket(Bucket=name)
    r.step("get-bucket-lifecycle-exc", s3.get_bucket_lifecycle_configuration, Bucket=name)
    any_date(r, suite + "test_lifecycle_expired_object_delete_marker")
    put({"ID": "rule-marker", "Filter": {}, "Status": "Enabled", "Expiration": {"ExpiredObjectDeleteMarker": True}})
    r.step("get-bucket-lifecycle-conf", s3.get_bucket_lifecycle_configuration, Bucket=name)
    r.step("put-object", s3.put_object, Bucket=name, Key="k", Body=b"test")
    r.step("head-object", s3.head_object, Bucket=name, Key="k")
    any_date(r, suite + "test_bucket_lifecycle_multiple_rules")
    put(*(dict(expires, ID=f"rule_{n}", Filter={"Prefix": prefix}) for n, prefix in (("one", "testobject"), ("two", "test"), ("three", "t"))))
    r.step("get-bucket-lifecycle-conf", s3.get_bucket_lifecycle_configuration, Bucket=name)
    r.step("put-object-match-both-rules", s3.put_object, Bucket=name, Key="testobject-1", Body=b"test")
    r.step("put-object-match-rule-2", s3.put_object, Bucket=name, Key="test-1", Body=b"test")
    r.step("put-object-no-match", s3.put_object, Bucket=name, Key="no-match", Body=b"test")
    any_date(r, suite + "test_bucket_lifecycle_object_size_rules")
    put(dict(expires, ID="rule_one", Filter={"ObjectSizeGreaterThan": 20}), dict(expires, ID="rule_two", Filter={"ObjectSizeLessThan": 10}))
    r.step("get-bucket-lifecycle-conf", s3.get_bucket_lifecycle_configuration, Bucket=name)
    r.step("put-object-match-rule-1", s3.put_object, Bucket=name, Key="k", Body=b"a" * 22)
    r.step("put-object-match-rule-2", s3.put_object, Bucket=name, Key="k", Body=b"a" * 5)
    r.step("put-object-no-match", s3.put_object, Bucket=name, Key="k", Body=b"a" * 15)
    any_date(r, suite + "test_bucket_lifecycle_tag_rules")
    one, two = {"Key": "testlifecycle", "Value": "positive"}, {"Key": "testlifecycletwo", "Value": "positive-two"}
    put(dict(expires, ID="rule_one", Filter={"Tag": one}), dict(expires, ID="rule_two", Filter={"And": {"Tags": [one, two]}}))
    r.step("get-bucket-lifecycle-conf", s3.get_bucket_lifecycle_configuration, Bucket=name)
    both = "testlifecycle=positive&testlifecycletwo=positive-two"
    for step, tags in (("match-both-rules", both), ("match-rule-1", "testlifecycle=positive"), ("no-match", "testlifecycle=no"), ("no-tags", "")):
        r.step("put-object-" + step, s3.put_object, Bucket=name, Key="k", Body=b"test", **({"Tagging": tags} if tags else {}))
        r.step("get-object-" + step, s3.get_object, Bucket=name, Key="k")


def any_date(r, case):
    """A rule's own expiration is hidden in the recordings as an object's is."""
    r.of(case)
    rules = r.recordings[case]["get-bucket-lifecycle-conf"]["Rules"]
    for rule in rules:
        rule["Expiration"] = {"ExpiredObjectDeleteMarker": True} if rule["ID"] == "rule-marker" else {"Days": 7}


if __name__ == "__main__":
    Replay("s3", globals())
