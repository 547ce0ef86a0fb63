import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { CloudWatchLogsClient, FilterLogEventsCommand } from "@aws-sdk/client-cloudwatch-logs";
import { AttachRolePolicyCommand, CreateRoleCommand, GetRoleCommand, IAMClient } from "@aws-sdk/client-iam";
import {
  CreateFunctionCommand, DeleteFunctionCommand, GetFunctionCommand, InvokeCommand, LambdaClient, ListFunctionsCommand,
  UpdateFunctionConfigurationCommand, waitUntilFunctionActiveV2, waitUntilFunctionUpdatedV2,
} from "@aws-sdk/client-lambda";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";

const lambda = new LambdaClient({});
const iam = new IAMClient({});
const FunctionName = "js-sdk-function";
const RoleName = "js-sdk-role";

test("identity over the query protocol", async () => {
  const identity = await new STSClient({}).send(new GetCallerIdentityCommand({}));
  assert.equal(identity.Account, "000000000000");
});

test("a function's life", async () => {
  const trust = { Version: "2012-10-17", Statement: [{
    Effect: "Allow", Principal: { Service: "lambda.amazonaws.com" }, Action: "sts:AssumeRole" }] };
  const { Role } = await iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: JSON.stringify(trust) }));
  await iam.send(new AttachRolePolicyCommand({
    RoleName, PolicyArn: "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole" }));
  assert.ok(Role.CreateDate instanceof Date);

  await lambda.send(new CreateFunctionCommand({
    FunctionName, Role: Role.Arn, Runtime: process.env.FUNCTION_RUNTIME, Handler: "index.handler", Timeout: 20,
    Code: { ZipFile: readFileSync(process.env.FUNCTION_ZIP) },
  }));
  await waitUntilFunctionActiveV2({ client: lambda, maxWaitTime: 30, minDelay: 1 }, { FunctionName });

  const answer = await lambda.send(new InvokeCommand({
    FunctionName, Payload: JSON.stringify({ name: "js" }), LogType: "Tail" }));
  assert.deepEqual(JSON.parse(answer.Payload.transformToString()), { greeting: "hello js", function: FunctionName });
  assert.match(Buffer.from(answer.LogResult, "base64").toString(), /hello from node js/);

  const failed = await lambda.send(new InvokeCommand({ FunctionName, Payload: JSON.stringify({ name: "x", fail: true }) }));
  assert.equal(failed.FunctionError, "Unhandled");
  const error = JSON.parse(failed.Payload.transformToString());
  assert.equal(error.errorType, "TypeError");
  assert.equal(error.errorMessage, "as you wish");

  await lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName, MemorySize: 256 }));
  await waitUntilFunctionUpdatedV2({ client: lambda, maxWaitTime: 30, minDelay: 1 }, { FunctionName });
  const { Configuration } = await lambda.send(new GetFunctionCommand({ FunctionName }));
  assert.equal(Configuration.MemorySize, 256);
  const { Functions } = await lambda.send(new ListFunctionsCommand({}));
  assert.ok(Functions.some((f) => f.FunctionName === FunctionName));

  const logs = new CloudWatchLogsClient({});
  const { events } = await logs.send(new FilterLogEventsCommand({
    logGroupName: `/aws/lambda/${FunctionName}`, filterPattern: '"node js"' }));
  assert.equal(events.length, 1);

  await lambda.send(new DeleteFunctionCommand({ FunctionName }));
  await assert.rejects(lambda.send(new GetFunctionCommand({ FunctionName })), { name: "ResourceNotFoundException" });
});

test("refusals have the names that programs look for", async () => {
  await assert.rejects(iam.send(new GetRoleCommand({ RoleName: "missing" })), { name: /NoSuchEntity/ });
  const forged = new STSClient({ credentials: { accessKeyId: process.env.AWS_ACCESS_KEY_ID, secretAccessKey: "wrong" } });
  await assert.rejects(forged.send(new GetCallerIdentityCommand({})), { name: "SignatureDoesNotMatch" });
});
