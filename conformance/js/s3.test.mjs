import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { Agent, request } from "node:http";
import { Readable } from "node:stream";
import { test } from "node:test";
import {
  CopyObjectCommand, CreateBucketCommand, DeleteBucketCommand, DeleteObjectsCommand, GetObjectCommand, HeadObjectCommand,
  PutBucketVersioningCommand, PutObjectCommand, S3Client, paginateListObjectsV2, ListObjectVersionsCommand, waitUntilBucketExists,
} from "@aws-sdk/client-s3";
import { Upload } from "@aws-sdk/lib-storage";
import { createPresignedPost } from "@aws-sdk/s3-presigned-post";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";

const port = new URL(process.env.AWS_ENDPOINT_URL).port;
// Names below localhost are this machine's, also where the system's resolver does not know it.
const lookup = (name, options, done) => options.all ? done(null, [{ address: "127.0.0.1", family: 4 }]) : done(null, "127.0.0.1", 4);
const styles = {
  path: new S3Client({ forcePathStyle: true }),
  virtual: new S3Client({
    endpoint: `http://s3.localhost:${port}`, requestHandler: { httpAgent: new Agent({ lookup, keepAlive: true }) } }),
};

function send(url, method, headers = {}, body = undefined) {
  return new Promise((resolve, reject) => {
    const message = request(url, { method, headers, lookup, agent: false }, async (answer) => {
      const parts = [];
      for await (const part of answer) parts.push(part);
      resolve({ status: answer.statusCode, headers: answer.headers, text: Buffer.concat(parts).toString() });
    });
    message.on("error", reject);
    message.end(body);
  });
}

for (const [style, s3] of Object.entries(styles)) {
  const Bucket = `js-sdk-${style}`;

  test(`objects, ${style}`, async () => {
    await s3.send(new CreateBucketCommand({ Bucket }));
    await waitUntilBucketExists({ client: s3, maxWaitTime: 10, minDelay: 1 }, { Bucket });
    const Key = "a/b c+ü%2F/☃.txt";
    const put = await s3.send(new PutObjectCommand({ Bucket, Key, Body: "hello", Metadata: { x: "y" }, ContentType: "text/plain" }));
    assert.equal(put.ETag, '"5d41402abc4b2a76b9719d911017c592"');
    assert.ok(put.ChecksumCRC32);
    const got = await s3.send(new GetObjectCommand({ Bucket, Key }));
    assert.equal(await got.Body.transformToString(), "hello");
    assert.deepEqual(got.Metadata, { x: "y" });
    const part = await s3.send(new GetObjectCommand({ Bucket, Key, Range: "bytes=1-3" }));
    assert.equal(await part.Body.transformToString(), "ell");
    assert.equal(part.ContentRange, "bytes 1-3/5");
    await s3.send(new CopyObjectCommand({ Bucket, Key: "copy", CopySource: encodeURI(`${Bucket}/${Key}`).replace("+", "%2B") }));
    assert.equal((await s3.send(new HeadObjectCommand({ Bucket, Key: "copy" }))).ContentLength, 5);
    await assert.rejects(s3.send(new GetObjectCommand({ Bucket, Key: "none" })), { name: "NoSuchKey" });
    await assert.rejects(s3.send(new HeadObjectCommand({ Bucket, Key: "none" })), { name: "NotFound" });
    await assert.rejects(s3.send(new GetObjectCommand({ Bucket, Key, IfNoneMatch: put.ETag })), (e) => e.$metadata.httpStatusCode === 304);
    await assert.rejects(s3.send(new PutObjectCommand({ Bucket, Key, Body: "x", IfNoneMatch: "*" })), { name: "PreconditionFailed" });
    for (const ChecksumAlgorithm of ["SHA256", "CRC32C", "SHA1", "CRC64NVME"]) {
      try {
        await s3.send(new PutObjectCommand({ Bucket, Key: ChecksumAlgorithm, Body: "sum", ChecksumAlgorithm }));
      } catch (error) {
        if (/CRT/.test(error.message)) continue;
        throw error;
      }
      const sum = await s3.send(new GetObjectCommand({ Bucket, Key: ChecksumAlgorithm, ChecksumMode: "ENABLED" }));
      assert.ok(sum[`Checksum${ChecksumAlgorithm}`], ChecksumAlgorithm);
      assert.equal(await sum.Body.transformToString(), "sum");
    }
  });

  test(`an upload of a stream in parts, ${style}`, async () => {
    const bytes = randomBytes(12 * 1024 * 1024 + 5);
    const progress = [];
    const upload = new Upload({ client: s3, queueSize: 3, params: { Bucket, Key: "large", Body: Readable.from(cut(bytes, 100_003)), ContentType: "image/x" } });
    upload.on("httpUploadProgress", (p) => progress.push(p.loaded));
    const done = await upload.done();
    assert.match(done.ETag, /-3"$/);
    assert.equal(Math.max(...progress), bytes.length);
    const got = await s3.send(new GetObjectCommand({ Bucket, Key: "large" }));
    assert.equal(hash(await got.Body.transformToByteArray()), hash(bytes));
    assert.equal(got.ContentType, "image/x");
    const second = await s3.send(new HeadObjectCommand({ Bucket, Key: "large", PartNumber: 2 }));
    assert.equal(second.PartsCount, 3);
    assert.equal(second.ContentLength, 5 * 1024 * 1024);
  });

  test(`links and forms, ${style}`, async () => {
    const put = await getSignedUrl(s3, new PutObjectCommand({ Bucket, Key: "by link ü", ContentType: "text/x" }), { expiresIn: 60 });
    assert.equal((await send(put, "PUT", { "content-type": "text/x" }, "linked")).status, 200);
    const get = await getSignedUrl(s3, new GetObjectCommand({ Bucket, Key: "by link ü", ResponseContentDisposition: "attachment" }), { expiresIn: 60 });
    const got = await send(get, "GET");
    assert.deepEqual([got.status, got.text, got.headers["content-disposition"]], [200, "linked", "attachment"]);
    assert.equal((await send(get.replace("by%20link", "bylink"), "GET")).status, 403);
    assert.equal((await send(get, "DELETE")).status, 403);

    const { url, fields } = await createPresignedPost(s3, {
      Bucket, Key: "form/${filename}", Conditions: [["content-length-range", 1, 100], ["starts-with", "$key", "form/"]],
      Fields: { success_action_status: "201" }, Expires: 60 });
    const posted = await post(url, fields, "posted");
    assert.equal(posted.status, 201);
    assert.match(posted.text, /<Key>form\/note.txt<\/Key>/);
    assert.equal(await (await s3.send(new GetObjectCommand({ Bucket, Key: "form/note.txt" }))).Body.transformToString(), "posted");
    const long = await post(url, fields, "x".repeat(101));
    assert.equal(long.status, 400);
    assert.match(long.text, /EntityTooLarge/);
  });

  test(`listings, versions and removal, ${style}`, async () => {
    await s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: "Enabled" } }));
    const { VersionId } = await s3.send(new PutObjectCommand({ Bucket, Key: "copy", Body: "newer" }));
    assert.equal(await (await s3.send(new GetObjectCommand({ Bucket, Key: "copy", VersionId: "null" }))).Body.transformToString(), "hello");
    assert.equal(await (await s3.send(new GetObjectCommand({ Bucket, Key: "copy", VersionId }))).Body.transformToString(), "newer");
    const keys = [], prefixes = [];
    for await (const page of paginateListObjectsV2({ client: s3, pageSize: 2 }, { Bucket, Delimiter: "/" })) {
      keys.push(...(page.Contents ?? []).map((o) => o.Key));
      prefixes.push(...(page.CommonPrefixes ?? []).map((p) => p.Prefix));
    }
    assert.deepEqual(prefixes, ["a/", "form/"]);
    assert.ok(keys.includes("by link ü") && keys.includes("large"));
    const { Versions, DeleteMarkers } = await s3.send(new ListObjectVersionsCommand({ Bucket }));
    const Objects = [...Versions, ...(DeleteMarkers ?? [])].map(({ Key, VersionId }) => ({ Key, VersionId }));
    const { Deleted, Errors } = await s3.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects } }));
    assert.equal(Deleted.length, Objects.length);
    assert.equal(Errors, undefined);
    await s3.send(new DeleteBucketCommand({ Bucket }));
  });
}

function post(url, fields, text) {
  const mark = "----mark";
  const parts = Object.entries(fields).map(([name, value]) => `--${mark}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`);
  parts.push(`--${mark}\r\nContent-Disposition: form-data; name="file"; filename="note.txt"\r\nContent-Type: text/plain\r\n\r\n${text}\r\n--${mark}--\r\n`);
  const body = parts.join("");
  return send(url, "POST", { "content-type": `multipart/form-data; boundary=${mark}`, "content-length": Buffer.byteLength(body) }, body);
}

function* cut(bytes, length) {
  for (let i = 0; i < bytes.length; i += length) yield bytes.subarray(i, i + length);
}

function hash(bytes) {
  return createHash("sha256").update(bytes).digest("hex");
}
