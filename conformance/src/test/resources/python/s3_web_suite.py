"""The web side of S3 and the settings of buckets, through unmodified boto3 and plain HTTP: addresses, requests of nobody, both
signatures, links, forms, cross-origin rules, access control lists, websites. Prints every failed check and the count of all.

Names below localhost need not resolve: they are this machine's.
"""
import http.client
import json
import os
import socket
import sys
import traceback
import urllib.parse
import uuid

import boto3
import botocore
from botocore.config import Config

_resolve = socket.getaddrinfo
socket.getaddrinfo = lambda host, *a, **k: _resolve("127.0.0.1" if str(host).endswith("localhost") else host, *a, **k)

PORT = urllib.parse.urlparse(os.environ["AWS_ENDPOINT_URL"]).port
BUCKET = "suite-bucket"
LOCAL = f"localhost:{PORT}"
SITE = f"{BUCKET}.s3-website-us-east-1.amazonaws.com"
failures = []
checks = 0


def client(signature="s3v4", style="path"):
    endpoint = f"http://s3.localhost:{PORT}" if style == "virtual" else None
    return boto3.client(
        "s3",
        region_name="us-east-1",
        endpoint_url=endpoint,
        config=Config(signature_version=signature, s3={"addressing_style": style}),
    )


s3 = client()


def check(name, holds, seen=""):
    global checks
    checks += 1
    if not holds:
        failures.append(name)
        print("FAILED", name, seen)


def refused(name, code, call, **arguments):
    """The error's message."""
    try:
        call(**arguments)
    except botocore.exceptions.ClientError as e:
        error = e.response["Error"]
        check(name, error["Code"] == code, error)
        return error.get("Message", "")
    check(name, False, "was not refused")
    return ""


def raw(method, host, path, headers=None, body=None):
    """Status, headers by names in lower case, and body, with nothing encoded or resolved on the way."""
    connection = http.client.HTTPConnection("127.0.0.1", PORT)
    connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
    connection.putheader("Host", host)
    for name, value in (headers or {}).items():
        connection.putheader(name, value)
    if body is not None:
        connection.putheader("Content-Length", str(len(body)))
    connection.endheaders(b"0\r\n\r\n" if "Transfer-Encoding" in (headers or {}) else body)
    answer = connection.getresponse()
    return answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read()


def url(link, method="GET", headers=None, body=None):
    parts = urllib.parse.urlsplit(link)
    return raw(method, parts.netloc, parts.path + ("?" + parts.query if parts.query else ""), headers, body)


def form(post, content, filename="f.txt", fields=None):
    boundary = uuid.uuid4().hex
    body = b""
    for name, value in {**post["fields"], **(fields or {})}.items():
        body += f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
    body += f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{filename}"\r\n\r\n'.encode()
    body += content + f"\r\n--{boundary}--\r\n".encode()
    return url(post["url"], "POST", {"Content-Type": f"multipart/form-data; boundary={boundary}"}, body)


def public(*actions):
    resources = [f"arn:aws:s3:::{BUCKET}/*"] + ([f"arn:aws:s3:::{BUCKET}"] if "s3:ListBucket" in actions else [])
    statement = {"Effect": "Allow", "Principal": "*", "Action": list(actions), "Resource": resources}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def a_new_bucket_has_the_defaults_of_aws():
    s3.create_bucket(Bucket=BUCKET)
    block = s3.get_public_access_block(Bucket=BUCKET)["PublicAccessBlockConfiguration"]
    check("all is blocked", all(block.values()), block)
    rules = s3.get_bucket_ownership_controls(Bucket=BUCKET)["OwnershipControls"]["Rules"]
    check("the owner owns", rules == [{"ObjectOwnership": "BucketOwnerEnforced"}], rules)
    for call, code in (
        (s3.get_bucket_policy, "NoSuchBucketPolicy"),
        (s3.get_bucket_cors, "NoSuchCORSConfiguration"),
        (s3.get_bucket_website, "NoSuchWebsiteConfiguration"),
        (s3.get_bucket_lifecycle_configuration, "NoSuchLifecycleConfiguration"),
        (s3.get_bucket_tagging, "NoSuchTagSet"),
        (s3.get_object_lock_configuration, "ObjectLockConfigurationNotFoundError"),
        (s3.get_bucket_replication, "ReplicationConfigurationNotFoundError"),
    ):
        refused(code, code, call, Bucket=BUCKET)
    encryption = s3.get_bucket_encryption(Bucket=BUCKET)["ServerSideEncryptionConfiguration"]["Rules"][0]
    check("AES256", encryption["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"] == "AES256", encryption)
    check("location", s3.get_bucket_location(Bucket=BUCKET)["LocationConstraint"] is None)
    check("payer", s3.get_bucket_request_payment(Bucket=BUCKET)["Payer"] == "BucketOwner")
    check("no log", "LoggingEnabled" not in s3.get_bucket_logging(Bucket=BUCKET))


def nobody_sees_what_is_not_public_and_every_address_leads_to_what_is():
    key = "a//b/../c d+é.txt"
    s3.put_object(Bucket=BUCKET, Key=key, Body=b"hi")
    path = "/a//b/../c%20d%2B%C3%A9.txt"
    status, _, body = raw("GET", LOCAL, f"/{BUCKET}{path}")
    check("private", status == 403 and b"<Code>AccessDenied</Code><Message>Access Denied</Message>" in body, body)
    message = refused("blocked", "AccessDenied", s3.put_bucket_policy, Bucket=BUCKET, Policy=public("s3:GetObject"))
    check("says why", "BlockPublicPolicy" in message, message)
    s3.delete_public_access_block(Bucket=BUCKET)
    s3.put_bucket_policy(Bucket=BUCKET, Policy=public("s3:GetObject"))
    check("is public", s3.get_bucket_policy_status(Bucket=BUCKET)["PolicyStatus"]["IsPublic"])
    for host in (
        f"{BUCKET}.s3.localhost:{PORT}",
        f"{BUCKET}.s3.us-east-1.amazonaws.com",
        f"{BUCKET}.s3.amazonaws.com",
        f"{BUCKET}.s3-us-west-2.amazonaws.com",
        f"{BUCKET}.localhost:{PORT}",
    ):
        answer = raw("GET", host, path)
        check(host, answer[0] == 200 and answer[2] == b"hi", answer)
    check("path", raw("GET", LOCAL, f"/{BUCKET}{path}")[2] == b"hi")
    check("missing is not told", raw("GET", LOCAL, f"/{BUCKET}/none")[0] == 403)
    check("no such bucket", b"NoSuchBucket" in raw("GET", LOCAL, "/no-such-bucket-at-all/none")[2])
    check("no write", raw("PUT", LOCAL, f"/{BUCKET}/none", body=b"x")[0] == 403)
    check("no buckets", raw("GET", LOCAL, "/")[0] == 403)
    virtual = client(style="virtual")
    virtual.put_object(Bucket=BUCKET, Key="x/../y//z", Body=b"virtual")
    check("virtual", s3.get_object(Bucket=BUCKET, Key="x/../y//z")["Body"].read() == b"virtual")
    unsigned = client(botocore.UNSIGNED)
    check("boto3 unsigned", unsigned.get_object(Bucket=BUCKET, Key=key)["Body"].read() == b"hi")
    refused("unsigned write", "AccessDenied", unsigned.put_object, Bucket=BUCKET, Key="q", Body=b"x")


def both_signatures_and_their_links_hold():
    for signature in ("s3v4", "s3"):
        for style in ("path", "virtual"):
            c = client(signature, style)
            c.put_object(Bucket=BUCKET, Key="signed", Body=b"old", Metadata={"m": "1"})
            check(f"get {signature} {style}", c.get_object(Bucket=BUCKET, Key="signed")["Body"].read() == b"old")
            c.put_object_tagging(Bucket=BUCKET, Key="signed", Tagging={"TagSet": [{"Key": "a", "Value": "b"}]})
            check(f"list {signature} {style}", len(c.list_objects(Bucket=BUCKET)["Contents"]) >= 3)
            parameters = {"Bucket": BUCKET, "Key": "signed", "ResponseContentType": "text/x"}
            link = c.generate_presigned_url("get_object", Params=parameters)
            answer = url(link)
            check(f"link {signature} {style}", answer[2] == b"old" and answer[1]["content-type"] == "text/x", answer)
            link = c.generate_presigned_url("put_object", Params={"Bucket": BUCKET, "Key": "p", "ContentType": "text/p"})
            answer = url(link, "PUT", {"Content-Type": "text/p"}, b"put")
            check(f"put link {signature} {style}", answer[0] == 200, answer)
            answer = url(link)
            check(f"other use {signature} {style}", b"SignatureDoesNotMatch" in answer[2], answer)
            upload = {"Bucket": BUCKET, "Key": "parts/1 +"}
            upload["UploadId"] = c.create_multipart_upload(**upload)["UploadId"]
            part = {"PartNumber": 1, "ETag": c.upload_part(PartNumber=1, Body=b"part", **upload)["ETag"]}
            where = c.complete_multipart_upload(MultipartUpload={"Parts": [part]}, **upload)["Location"]
            root = f"{c.meta.endpoint_url}/{BUCKET}" if style == "path" else f"http://{BUCKET}.s3.{LOCAL}"
            check(f"location {signature} {style}", where == root + "/parts%2F1%20%2B", where)
            check(f"reached {signature} {style}", url(where)[2] == b"part", where)


def forms_are_held_to_their_policies():
    for signature in ("s3v4", "s3"):
        fields = {"acl": "bucket-owner-full-control", "x-amz-meta-q": "w", "success_action_status": "201"}
        conditions = [{name: value} for name, value in fields.items()] + [["content-length-range", 1, 100]]
        c = client(signature)
        post = c.generate_presigned_post(BUCKET, "post/${filename}", Fields=fields, Conditions=conditions)
        answer = form(post, b"form data")
        check(f"posted {signature}", answer[0] == 201 and b"<Key>post/f.txt</Key>" in answer[2], answer)
        stored = s3.get_object(Bucket=BUCKET, Key="post/f.txt")
        check(f"stored {signature}", stored["Body"].read() == b"form data" and stored["Metadata"] == {"q": "w"})
        answer = form(post, b"x" * 101)
        check(f"too long {signature}", b"<MaxSizeAllowed>100" in answer[2], answer)
        answer = form(post, b"x", fields={"policy": post["fields"]["policy"][:-4] + "AAAA"})
        check(f"forged {signature}", answer[0] == 403 and b"SignatureDoesNotMatch" in answer[2], answer)
        answer = form(post, b"x", fields={"x-amz-meta-more": "1"})
        check(f"extra {signature}", b"Extra input fields: x-amz-meta-more" in answer[2], answer)
    check("nobody's", form({"url": f"http://{LOCAL}/{BUCKET}", "fields": {"key": "a"}}, b"x")[0] == 403)
    answer = raw("POST", LOCAL, f"/{BUCKET}", {"Content-Type": "application/x-www-form-urlencoded"}, b"key=a")
    check("no form", answer[0] == 412 and b"must be of the enclosure-type" in answer[2], answer)
    target = {"success_action_redirect": "http://example.com/done"}
    post = s3.generate_presigned_post(BUCKET, "redirected", Fields=target, Conditions=[target])
    answer = form(post, b"x")
    check("redirect", answer[0] == 303 and answer[1]["location"].startswith("http://example.com/done?bucket="), answer)


def browsers_are_told_whether_they_may():
    ask = {"Origin": "https://a.com", "Access-Control-Request-Method": "PUT"}
    check("no rules", b"CORS is not enabled for this bucket." in raw("OPTIONS", LOCAL, f"/{BUCKET}/k", ask)[2])
    check("no origin", b"Origin request header needed." in raw("OPTIONS", LOCAL, f"/{BUCKET}/k")[2])
    rule = {
        "AllowedMethods": ["GET", "PUT"],
        "AllowedOrigins": ["https://a.com"],
        "AllowedHeaders": ["*"],
        "ExposeHeaders": ["ETag"],
    }
    s3.put_bucket_cors(Bucket=BUCKET, CORSConfiguration={"CORSRules": [rule]})
    check("kept", s3.get_bucket_cors(Bucket=BUCKET)["CORSRules"] == [rule])
    answer = raw("OPTIONS", LOCAL, f"/{BUCKET}/k", {**ask, "Access-Control-Request-Headers": "content-type"})
    check("preflight", answer[0] == 200 and answer[1]["access-control-allow-origin"] == "https://a.com", answer)
    check("request", raw("GET", LOCAL, f"/{BUCKET}/signed", ask)[1].get("access-control-expose-headers") == "ETag")


def access_control_lists_work_where_they_are_enabled():
    refused("disabled", "AccessControlListNotSupported", s3.put_object_acl, Bucket=BUCKET, Key="signed", ACL="public-read")
    controls = {"Rules": [{"ObjectOwnership": "ObjectWriter"}]}
    s3.put_bucket_ownership_controls(Bucket=BUCKET, OwnershipControls=controls)
    s3.delete_bucket_policy(Bucket=BUCKET)
    check("private", raw("GET", LOCAL, f"/{BUCKET}/signed")[0] == 403)
    s3.put_object_acl(Bucket=BUCKET, Key="signed", ACL="public-read")
    check("public", raw("GET", LOCAL, f"/{BUCKET}/signed")[0] == 200)
    check("two grants", len(s3.get_object_acl(Bucket=BUCKET, Key="signed")["Grants"]) == 2)
    check("missing to nobody", raw("GET", LOCAL, f"/{BUCKET}/missing")[0] == 403)
    s3.put_object(Bucket=BUCKET, Key="born-public", Body=b"1", ACL="public-read")
    check("born public", raw("GET", LOCAL, f"/{BUCKET}/born-public")[0] == 200)
    s3.put_bucket_acl(Bucket=BUCKET, ACL="public-read")
    check("missing to who lists", raw("GET", LOCAL, f"/{BUCKET}/missing")[0] == 404)
    check("listed by nobody", raw("GET", LOCAL, f"/{BUCKET}?list-type=2")[0] == 200)
    s3.put_bucket_acl(Bucket=BUCKET, GrantWrite="uri=http://acs.amazonaws.com/groups/global/AllUsers")
    check("written by nobody", raw("PUT", LOCAL, f"/{BUCKET}/nobodys", body=b"x")[0] == 200)
    answer = form({"url": f"http://{LOCAL}/{BUCKET}", "fields": {"key": "posted", "acl": "public-read"}}, b"x")
    check("posted by nobody", answer[0] == 204, answer)
    check("posted public", raw("GET", LOCAL, f"/{BUCKET}/posted")[0] == 200)
    check("list of another's", raw("PUT", LOCAL, f"/{BUCKET}/signed?acl", {"x-amz-acl": "private"})[0] == 403)
    s3.put_public_access_block(Bucket=BUCKET, PublicAccessBlockConfiguration={"IgnorePublicAcls": True})
    check("ignored", raw("GET", LOCAL, f"/{BUCKET}/signed")[0] == 403)
    s3.delete_public_access_block(Bucket=BUCKET)
    s3.put_bucket_acl(Bucket=BUCKET, ACL="private")


def a_bucket_is_a_website():
    s3.put_bucket_policy(Bucket=BUCKET, Policy=public("s3:GetObject", "s3:ListBucket"))
    check("none yet", b"NoSuchWebsiteConfiguration" in raw("GET", SITE, "/")[2])
    moved = {"Condition": {"KeyPrefixEquals": "old/"}, "Redirect": {"ReplaceKeyPrefixWith": "new/"}}
    gone = {
        "Condition": {"HttpErrorCodeReturnedEquals": "404", "KeyPrefixEquals": "gone/"},
        "Redirect": {"HostName": "example.com", "HttpRedirectCode": "302", "ReplaceKeyWith": "sorry"},
    }
    website = {"IndexDocument": {"Suffix": "index.html"}, "ErrorDocument": {"Key": "error.html"}, "RoutingRules": [moved, gone]}
    s3.put_bucket_website(Bucket=BUCKET, WebsiteConfiguration=website)
    check("no error document", b"An Error Occurred While Attempting" in raw("GET", SITE, "/nothing")[2])
    for key, body in (("index.html", b"home"), ("error.html", b"oops"), ("dir/index.html", b"dir")):
        s3.put_object(Bucket=BUCKET, Key=key, Body=body, ContentType="text/html")
    s3.put_object(Bucket=BUCKET, Key="moved", Body=b"", WebsiteRedirectLocation="/index.html")
    for host in (SITE, f"{BUCKET}.s3-website.eu-west-1.amazonaws.com", f"{BUCKET}.s3-website.localhost:{PORT}"):
        answer = raw("GET", host, "/")
        check(host, answer[0] == 200 and answer[2] == b"home" and answer[1]["content-type"] == "text/html", answer)
    for path, status, location in (
        ("/dir", 302, "/dir/"),
        ("/moved", 301, "/index.html"),
        ("/old/x", 301, f"http://{SITE}/new/x"),
        ("/gone/x", 302, "http://example.com/sorry"),
    ):
        answer = raw("GET", SITE, path)
        check(path, answer[0] == status and answer[1].get("location") == location, answer)
    check("folder", raw("GET", SITE, "/dir/")[2] == b"dir")
    answer = raw("GET", SITE, "/none")
    check("error document", answer[0] == 404 and answer[2] == b"oops", answer)
    check("method", b"<li>Method: POST</li>" in raw("POST", SITE, "/x", body=b"")[2])
    head = raw("HEAD", SITE, "/")
    check("head", head[1].get("content-length") == "4" and head[2] == b"", head)
    check("unchanged", raw("GET", SITE, "/", {"If-None-Match": head[1]["etag"]})[0] == 304)
    check("without a name", raw("GET", LOCAL, f"/_tsumuji/website/{BUCKET}/dir/")[2] == b"dir")
    all_away = {"RedirectAllRequestsTo": {"HostName": "example.com", "Protocol": "https"}}
    s3.put_bucket_website(Bucket=BUCKET, WebsiteConfiguration=all_away)
    check("all away", raw("GET", SITE, "/a?b=c")[1].get("location") == "https://example.com/a?b=c")


def a_lifecycle_tells_when_objects_expire():
    rule = {"ID": "x", "Status": "Enabled", "Filter": {"Prefix": "tmp/"}, "Expiration": {"Days": 3}}
    s3.put_bucket_lifecycle_configuration(Bucket=BUCKET, LifecycleConfiguration={"Rules": [rule]})
    check("put", 'rule-id="x"' in s3.put_object(Bucket=BUCKET, Key="tmp/a", Body=b"1").get("Expiration", ""))
    check("head", 'rule-id="x"' in s3.head_object(Bucket=BUCKET, Key="tmp/a").get("Expiration", ""))
    kept = s3.get_bucket_lifecycle_configuration(Bucket=BUCKET)
    check("kept", kept["Rules"] == [rule], kept)
    del rule["Expiration"]
    configuration = {"Rules": [rule]}
    put = s3.put_bucket_lifecycle_configuration
    refused("no action", "InvalidRequest", put, Bucket=BUCKET, LifecycleConfiguration=configuration)


def errors_tell_what_aws_tells():
    answer = raw("POST", LOCAL, f"/{BUCKET}/signed", body=b"")
    check("method", answer[0] == 405 and b"<ResourceType>OBJECT</ResourceType>" in answer[2], answer)
    nobody = {"AWS": "arn:aws:iam::000000000000:role/nobody"}
    statement = {"Effect": "Deny", "Principal": nobody, "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{BUCKET}/*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    message = refused("nobody's policy", "MalformedPolicy", s3.put_bucket_policy, Bucket=BUCKET, Policy=policy)
    check("nobody", message == "Invalid principal in policy", message)
    answer = raw("PUT", LOCAL, f"/{BUCKET}/k", {"Authorization": ""}, b"x")
    check("empty authorization", answer[0] == 403 and b"<Code>AccessDenied</Code>" in answer[2], answer)
    link = s3.generate_presigned_url("put_object", Params={"Bucket": BUCKET, "Key": "k"})
    answer = url(link, "PUT")
    check("no length", answer[0] == 411 and b"<Code>MissingContentLength</Code>" in answer[2], answer)
    answer = url(link, "PUT", {"Transfer-Encoding": "chunked"})
    check("coded", answer[0] == 501 and b"<Header>Transfer-Encoding</Header>" in answer[2], answer)
    check("no bucket's name", b"<Code>InvalidBucketName</Code>" in raw("GET", LOCAL, "/ab")[2])
    answer = raw("GET", LOCAL, f"/{BUCKET}?max-keys=abc")
    check("number", answer[0] == 400 and b"Provided max-keys not an integer" in answer[2], answer)
    try:
        s3.get_object(Bucket=BUCKET, Key="none")
    except botocore.exceptions.ClientError as e:
        check("key", e.response["Error"].get("Key") == "none" and e.response["ResponseMetadata"]["HostId"], e.response)


def nothing_is_left():
    for listed in s3.list_objects_v2(Bucket=BUCKET).get("Contents", []):
        s3.delete_object(Bucket=BUCKET, Key=listed["Key"])
    s3.delete_bucket(Bucket=BUCKET)
    check("gone", BUCKET not in [b["Name"] for b in s3.list_buckets()["Buckets"]])


for part in (
    a_new_bucket_has_the_defaults_of_aws,
    nobody_sees_what_is_not_public_and_every_address_leads_to_what_is,
    both_signatures_and_their_links_hold,
    forms_are_held_to_their_policies,
    browsers_are_told_whether_they_may,
    access_control_lists_work_where_they_are_enabled,
    a_bucket_is_a_website,
    a_lifecycle_tells_when_objects_expire,
    errors_tell_what_aws_tells,
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
