"""S3's answers to browsers, forms and links beside those that AWS gave to the same requests. Prints every difference and the count
of steps.
"""
import json
import socket
import urllib.parse

_resolve = socket.getaddrinfo
socket.getaddrinfo = lambda host, *a, **k: _resolve("127.0.0.1" if str(host).endswith("localhost") else host, *a, **k)

from recorded import Replay
from recorded_s3_objects_suite import HOST, bucket, client, compare_page, element, opened, s3, web

PORT = urllib.parse.urlparse(HOST).port


def site(name, path, method="GET", **more):
    """An answer of a bucket's website."""
    host = {"Host": f"{name}.s3-website-us-east-1.amazonaws.com"}
    return web.request(method, HOST + path, headers=host, **more)


def hosted(name, **configuration):
    s3.put_bucket_policy(
        Bucket=name,
        Policy=json.dumps({
            "Version": "2012-10-17",
            "Statement": {"Effect": "Allow", "Principal": "*", "Action": ["s3:GetObject", "s3:ListBucket"],
                          "Resource": [f"arn:aws:s3:::{name}", f"arn:aws:s3:::{name}/*"]},
        }),
    )
    s3.put_bucket_website(Bucket=name, WebsiteConfiguration=dict({"IndexDocument": {"Suffix": "index.html"}}, **configuration))


def case_websites(r):
    suite = "TestS3StaticWebsiteHosting::"
    name = opened()
    hosted(name)
    r.of(suite + "test_website_hosting_404")
    r.compare("404-no-such-key", site(name, "/").data.decode())
    hosted(name, ErrorDocument={"Key": "error.html"})
    r.compare("404-no-such-key-nor-custom", site(name, "/").data.decode())
    hosted(name)
    r.of(suite + "test_website_hosting_http_methods")
    for method in ("POST", "DELETE"):
        r.compare("not-allowed-" + method.lower(), {"content": site(name, "/actual/key.html", method).data.decode()})
    r.of(suite + "test_website_hosting_index_lookup")
    r.compare("404-no-trailing-slash", site(name, "/directory-wrong").data.decode())
    r.compare("404-with-trailing-slash", site(name, "/directory-wrong/").data.decode())
    r.of(suite + "test_website_hosting_no_such_website")
    r.compare("no-such-bucket", site("recorded-none", "/").data.decode())
    plain = opened()
    r.compare("no-such-website-config", site(plain, "/").data.decode())
    r.compare("no-such-website-config-key", site(plain, "/key").data.decode())


def case_browsers(r):
    suite = "TestS3Cors::"
    name = bucket()
    ask = lambda path, **headers: web.request(
        "OPTIONS", f"{HOST}/{path}", headers={key.replace("_", "-"): value for key, value in headers.items()}
    )
    r.of(suite + "test_cors_http_options_no_config")
    put = {"Access_Control_Request_Method": "PUT"}
    compare_page(r, "options-no-origin", ask(name))
    compare_page(r, "options-with-origin-and-method", ask(name, Origin="https://test.com", **put))
    compare_page(r, "options-with-origin-no-method", ask(name, Origin="https://test.com"))
    r.of(suite + "test_cors_http_options_non_existent_bucket")
    compare_page(r, "options-no-origin", ask("recorded-none"))
    compare_page(r, "options-with-origin", ask("recorded-none", Origin="https://test.com"))
    rule = {"AllowedOrigins": ["*"], "AllowedMethods": ["GET"]}
    get = {"Origin": "https://test.com", "Access_Control_Request_Method": "GET"}
    r.of(suite + "test_cors_expose_headers")
    exposed = ["x-amz-id-2", "x-amz-request-id", "x-amz-request-payer"]
    s3.put_bucket_cors(Bucket=name, CORSConfiguration={"CORSRules": [dict(rule, ExposeHeaders=exposed)]})
    whole(r, "opt-get", ask(name + "/key", **get))
    r.of(suite + "test_put_cors_default_values")
    s3.put_bucket_cors(Bucket=name, CORSConfiguration={"CORSRules": [rule]})
    whole(r, "opt-get", ask(name + "/key", **get))
    whole(r, "opt-get-headers", ask(name + "/key", Access_Control_Request_Headers="x-amz-request-payer", **get))


def whole(r, step, answer):
    """Status, headers and body; how a body is cut into pieces, and which software sends it, is nobody's business."""
    own = {"server", "transfer-encoding", "content-length", "connection", "keep-alive", "date"}
    fold = lambda headers: {name.lower(): value for name, value in headers.items() if name.lower() not in own}
    expected = r.recordings[r.case][step]
    expected["Headers"] = fold(expected["Headers"])
    body = element(answer.data) if answer.data else ""
    r.compare(step, {"StatusCode": answer.status, "Headers": fold(answer.headers), "Body": body})


def form(post, content, filename="f.txt", **fields):
    """Posts a form as a browser does; without a file's name the file is a field as any other."""
    boundary = "recorded"
    body = b""
    for name, value in {**post["fields"], **fields}.items():
        body += f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
    named = f'; filename="{filename}"' if filename else ""
    body += f'--{boundary}\r\nContent-Disposition: form-data; name="file"{named}\r\n\r\n'.encode()
    body += content + f"\r\n--{boundary}--\r\n".encode()
    return web.request("POST", post["url"], body=body, headers={"Content-Type": f"multipart/form-data; boundary={boundary}"})


def case_forms(r):
    suite = "TestS3PresignedPost::"
    name = bucket()
    post = lambda key, conditions=(), fields=None, of=s3: of.generate_presigned_post(
        name, key, Fields=dict(fields or {}), Conditions=list(conditions), ExpiresIn=60
    )
    with_status = lambda answer: dict(element(answer.data), StatusCode=answer.status)
    r.of(suite + "test_post_object_policy_conditions_validation_starts_with")
    redirect = "http://localhost.test"
    condition = ["starts-with", "$success_action_redirect", "http://localhost"]
    for step, value in (("starts-with", "http://wrong.location"), ("starts-with-casing", "HTTP://localhost.test")):
        answer = form(post("k", [condition], {"success_action_redirect": value}), b"abcdef")
        r.compare("invalid-condition-" + step, element(answer.data))
    form(post("k", [condition], {"success_action_redirect": redirect}), b"abcdef")
    r.step("get-object-1", s3.get_object, Bucket=name, Key="k")
    form(post("k", [["starts-with", "$success_action_redirect", ""]], {"success_action_redirect": redirect}), b"manual value to change ETag")
    r.step("get-object-2", s3.get_object, Bucket=name, Key="k")
    r.of(suite + "test_post_object_policy_validation_size")
    sized = lambda size, least=5: form(post("size", [["content-length-range", least, 10]]), b"a" * size)
    r.compare("invalid-content-length-too-big", element(sized(12).data))
    r.compare("invalid-content-length-too-small", element(sized(1).data))
    r.compare("invalid-content-length-wrong-type", element(sized(10, "test").data))
    sized(10)
    r.step("final-object", s3.get_object, Bucket=name, Key="size")
    r.of(suite + "test_post_object_with_wrong_content_type")
    sent = post("k")
    answer = web.request("POST", sent["url"], body=b"x", headers={"Content-Type": "application/xml"})
    r.compare("invalid-content-type-error", element(answer.data))
    for shape in ("single", "list"):
        r.of(suite + f"test_post_object_with_tags[{shape}]")
        tags = "".join(f"<Tag><Key>{tag['Key']}</Key><Value>{tag['Value']}</Value></Tag>" for tag in r.recordings[r.case]["get-tagging"]["TagSet"])
        document = f"<Tagging><TagSet>{tags}</TagSet></Tagging>"
        form(post("tagged", [{"tagging": document}], {"tagging": document}), b"x")
        r.step("get-tagging", s3.get_object_tagging, Bucket=name, Key="tagged")
    for version in ("s3", "s3v4"):
        r.of(suite + f"test_post_request_malformed_policy[{version}]")
        sent = post("k", of=client(version=version))
        r.compare("exception-policy", with_status(form(sent, b"x", policy=sent["fields"]["policy"][:-4] + "AAAA")))
    r.of(suite + "test_post_request_missing_fields[s3]")
    sent = post("k", of=client(version="s3"))
    sent["fields"].pop("AWSAccessKeyId")
    r.compare("exception-missing-fields", with_status(form(sent, b"x")))
    sent["fields"] = {"key": "k"}
    r.compare("exception-no-sig-related-fields", with_status(form(sent, b"x")))


def case_links(r):
    suite = "TestS3PresignedUrl::"
    name = bucket()
    s3.put_object(Bucket=name, Key="k", Body=b"something")
    for version in ("s3", "s3v4"):
        r.of(suite + f"test_presigned_url_signature_authentication[{version}-True]")
        of = client(version=version)
        for step, operation in (("invalid-get-1", "get_object"), ("invalid-put-1", "put_object")):
            link = of.generate_presigned_url(operation, Params={"Bucket": name, "Key": "k"})
            method = operation.split("_")[0].upper()
            name_of = "X-Amz-Signature=" if version == "s3v4" else "Signature="
            before, _, after = link.partition(name_of)
            forged = ("0" * 64 if version == "s3v4" else urllib.parse.quote("A" * 27 + "=")) + (
                "&" + after.partition("&")[2] if "&" in after else ""
            )
            answer = web.request(method, before + name_of + forged, body=b"x" if method == "PUT" else None)
            r.compare(step, element(answer.data))
    r.of("TestS3::test_get_object_content_length_with_virtual_host[True]")
    s3.put_object(Bucket=name, Key="length", Body=b"123")
    recorded = r.recordings[r.case]["get-obj-content-len-headers"]
    virtual = client(style="virtual", endpoint=f"http://s3.localhost:{PORT}")
    answer = web.request("GET", virtual.generate_presigned_url("get_object", Params={"Bucket": name, "Key": "length"}))
    varies = {"date", "last-modified", "x-amz-id-2", "x-amz-request-id"}
    seen = {header.lower(): value for header, value in answer.headers.items()}
    for headers in (recorded, seen):
        headers.update({header: "<varies>" for header in varies & set(headers)})
        headers.pop("server", None)
    r.compare("get-obj-content-len-headers", seen)
    r.of(suite + "test_presigned_double_encoded_credentials")
    link = s3.generate_presigned_url("get_object", Params={"Bucket": name, "Key": "k"})
    r.compare("error-malformed", element(web.request("GET", link.replace("%2F", "%252F")).data))
    r.of(suite + "test_put_url_metadata_with_sig_s3v4[False]")
    link = s3.generate_presigned_url("put_object", Params={"Bucket": name, "Key": "m", "Metadata": {"foo": "bar"}})
    put = lambda **headers: web.request(
        "PUT", link, body=b"x" * 11, headers={"x-amz-meta-" + key: value for key, value in headers.items()}
    )
    r.compare("no-meta-headers", element(put().data))
    r.compare("wrong-meta-headers", element(put(foo="bar", wrong="wrong").data))


if __name__ == "__main__":
    Replay("s3", globals())
