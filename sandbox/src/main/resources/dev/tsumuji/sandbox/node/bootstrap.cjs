'use strict';
// Bootstrap of the Node.js runtimes: speaks the platform's frame protocol (see FrameWire.java) and calls the handler as
// AWS's Node.js runtime does: same context, same log lines, same words in errors.
const fs = require('fs');
const net = require('net');
const path = require('path');
const util = require('util');

const INVOKE = 1, READY = 2, RESULT = 3, ERROR = 4, FAILED = 5, ASSIGN = 6, STEM = 7, INVOKE_STREAM = 8, BEGIN = 9, PIECE = 10, TAKEN = 11;

const env = process.env;
let root = env.LAMBDA_TASK_ROOT;
let current = null; // the invocation that runs
let handler = null;
let streams = false;

// ---- frames

const socket = net.connect(process.argv[2]);
let pending = null;

function frame(type, number, parts, done) {
  const bare = type === READY || type === STEM || type === TAKEN;
  let length = bare ? 0 : 4;
  for (const part of parts) length += part.length;
  const head = Buffer.allocUnsafe(bare ? 5 : 9);
  head.writeUInt32BE(length, 0);
  head[4] = type;
  if (!bare) head.writeUInt32BE(number, 5);
  return socket.write(Buffer.concat([head, ...parts]), done);
}

function errorParts(type, alive, json) {
  const name = Buffer.from(type).subarray(0, 1000);
  const head = Buffer.allocUnsafe(2);
  head.writeUInt16BE(name.length, 0);
  return [head, name, Buffer.from([alive ? 1 : 0]), Buffer.from(json)];
}

socket.on('data', (data) => {
  if (pending) {
    pending.push(data);
    pending.length_ += data.length;
    if (pending.length_ < pending.need) return;
    data = Buffer.concat(pending);
    pending = null;
  }
  while (data.length >= 5) {
    const length = 5 + data.readUInt32BE(0);
    if (data.length < length) break;
    if (data[4] === INVOKE || data[4] === INVOKE_STREAM) invoke(data.subarray(5, length), data[4] === INVOKE_STREAM);
    else if (data[4] === ASSIGN) becomeFunction(data.subarray(5, length));
    data = data.subarray(length);
  }
  if (data.length > 0) {
    pending = [data];
    pending.length_ = data.length;
    pending.need = data.length >= 5 ? 5 + data.readUInt32BE(0) : 5;
  }
});
socket.on('error', () => process.exit(1));
socket.on('end', () => process.exit(0));

// ---- log

const LEVELS = { trace: 0, debug: 1, info: 2, warn: 3, error: 4, fatal: 5 };
let asJson, leastLevel;

function readLogSettings() {
  asJson = (env.AWS_LAMBDA_LOG_FORMAT || '').toUpperCase() === 'JSON';
  leastLevel = LEVELS[(env.AWS_LAMBDA_LOG_LEVEL || 'TRACE').toLowerCase()] || 0;
}
readLogSettings();

function print(text) {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; ) {
    try {
      at += fs.writeSync(1, bytes, at);
    } catch (e) {
      if (e.code !== 'EAGAIN') return; // the platform is gone
    }
  }
}

function errorObject(e) {
  const type = e?.name?.startsWith?.('Runtime.') ? e.name : e?.constructor?.name ?? 'UnknownError';
  return { errorType: type, errorMessage: e?.message, stackTrace: typeof e?.stack === 'string' ? e.stack.split('\n') : [], ...e };
}

function logLine(level, format, ...rest) {
  if (LEVELS[level] < leastLevel) return;
  const time = new Date().toISOString();
  const requestId = current?.requestId;
  if (asJson) {
    const entry = { timestamp: time, level: level.toUpperCase(), requestId };
    if (rest.length === 0) {
      entry.message = format;
      try {
        return print(JSON.stringify(entry, (k, v) => (v instanceof Error ? errorObject(v) : typeof v === 'bigint' ? v.toString() : v)) + '\n');
      } catch {
        entry.message = util.format(format);
      }
    } else {
      entry.message = util.format(format, ...rest);
      const failure = [format, ...rest].find((x) => x instanceof Error);
      if (failure) {
        const { errorType, errorMessage, stackTrace } = errorObject(failure);
        Object.assign(entry, { errorType, errorMessage, stackTrace });
      }
    }
    return print(JSON.stringify(entry) + '\n');
  }
  print(`${time}\t${requestId}\t${level.toUpperCase()}\t${util.format(format, ...rest).replace(/\n/g, '\r')}\n`);
}

console.log = (...a) => logLine('info', ...a);
console.info = (...a) => logLine('info', ...a);
console.debug = (...a) => logLine('debug', ...a);
console.warn = (...a) => logLine('warn', ...a);
console.error = (...a) => logLine('error', ...a);
console.trace = (...a) => logLine('trace', ...a);
console.fatal = (...a) => logLine('fatal', ...a);

// ---- errors

class RuntimeError extends Error {
  constructor(name, reason) {
    super(reason);
    this.name = 'Runtime.' + name;
  }
}

function isError(e) {
  return e instanceof Error || Object.prototype.toString.call(e) === '[object Error]';
}

const clean = (text) => (typeof text === 'string' ? text.replace(/\x7F/g, '%7F') : text);

/** As the caller of the function sees it. */
function answerOf(e) {
  try {
    if (isError(e)) return { errorType: clean(e.name), errorMessage: clean(e.message), trace: clean(e.stack).split('\n') };
    return { errorType: typeof e, errorMessage: String(e), trace: [] };
  } catch {
    return { errorType: 'handled', errorMessage: 'callback called with Error argument, but there was a problem while retrieving one or more of its message, name, and stack', trace: [] };
  }
}

/** As it is logged. */
function logOf(e) {
  try {
    if (!isError(e)) return `\t${JSON.stringify({ errorType: typeof e, errorMessage: String(e), stack: [] })}`;
    const found = { errorType: e.name, errorMessage: e.message, code: e.code };
    for (const key of Object.getOwnPropertyNames(e)) if (!(key in found) && key !== 'stack' && key !== 'message' && key !== 'name') found[key] = e[key];
    found.stack = typeof e.stack === 'string' ? e.stack.split('\n') : e.stack;
    return `\t${JSON.stringify(found)}`;
  } catch {
    return '\t' + JSON.stringify({ errorType: 'Error', errorMessage: 'the error can not be shown', stack: [] });
  }
}

function logError(title, e) {
  if (asJson) console.error(isError(e) ? e : Object.assign(new Error(String(e)), { stack: '' }));
  else console.error(title, logOf(e));
}

/** Ends the process with an error for whoever waits. */
function die(title, e, code) {
  logError(title, e);
  const answer = answerOf(e);
  const ending = () => process.exit(code);
  if (current) frame(ERROR, current.number, errorParts(String(answer.errorType), false, JSON.stringify(answer)), ending);
  else if (!handler) frame(FAILED, 0, errorParts(String(answer.errorType), false, JSON.stringify(answer)), ending);
  else ending();
}

process.on('uncaughtException', (e) => die('Uncaught Exception', e, 129));
process.on('unhandledRejection', (reason, promise) => {
  const e = new RuntimeError('UnhandledPromiseRejection', reason?.toString());
  e.reason = reason;
  e.promise = promise;
  if (isError(reason)) e.stack = e.stack.split('\n')[0] + '\n' + String(reason.stack).split('\n').slice(1).join('\n');
  die('Unhandled Promise Rejection', e, 128);
});

// ---- response streaming: in pieces where they are wanted, else collected into one answer

const STREAMING = Symbol.for('aws.lambda.runtime.handler.streaming');

globalThis.awslambda = {
  streamifyResponse(f) {
    f[STREAMING] = 'response';
    return f;
  },
  HttpResponseStream: {
    from(stream, metadata) {
      stream.metadata_ = metadata;
      if (stream.inPieces_) {
        stream.setContentType('application/vnd.awslambda.http-integration-response');
        stream.write(JSON.stringify(metadata ?? {}));
        stream.write(Buffer.alloc(8));
      }
      return stream;
    },
  },
};

function responseStream(finish) {
  const { Writable } = require('stream');
  const chunks = [];
  const stream = new Writable({
    write(chunk, encoding, next) {
      chunks.push(Buffer.isBuffer(chunk) ? chunk : Buffer.from(chunk));
      next();
    },
  });
  stream.setContentType = (type) => (stream.contentType_ = type);
  stream.on('finish', () => {
    const body = Buffer.concat(chunks);
    if (!stream.metadata_) return finish(body);
    const whole = { statusCode: 200, ...stream.metadata_, body: body.toString() };
    finish(Buffer.from(JSON.stringify(whole)));
  });
  return stream;
}

/** Sends what is written at once, and takes no more than the platform does. */
function pieceStream(number, finish) {
  const { Writable } = require('stream');
  let begun = false;
  const begin = () => {
    if (!begun) frame(BEGIN, number, [Buffer.from(stream.contentType_ ?? 'application/octet-stream')]);
    begun = true;
  };
  const stream = new Writable({
    write(chunk, encoding, next) {
      begin();
      const bytes = Buffer.isBuffer(chunk) ? chunk : Buffer.from(chunk, encoding);
      let room = true;
      for (let at = 0; at < bytes.length; at += 1 << 20) room = frame(PIECE, number, [bytes.subarray(at, at + (1 << 20))]);
      if (room) next();
      else socket.once('drain', next);
    },
  });
  stream.inPieces_ = true;
  stream.setContentType = (type) => (stream.contentType_ = type);
  stream.on('finish', () => {
    begin();
    finish(Buffer.alloc(0));
  });
  return stream;
}

// ---- one invocation

let afterLoop = null; // what to do when nothing is left to be done
process.on('beforeExit', () => {
  const next = afterLoop;
  afterLoop = null;
  if (next) next();
});

function read(payload) {
  let at = 12;
  const text = () => {
    const length = payload.readUInt16BE(at);
    at += 2 + length;
    return payload.toString('utf8', at - length, at);
  };
  return {
    number: payload.readUInt32BE(0),
    deadline: Number(payload.readBigUInt64BE(4)),
    requestId: text(),
    arn: text(),
    traceId: text(),
    clientContext: text(),
    identity: text(),
    event: payload.subarray(at),
  };
}

function invoke(payload, inPieces) {
  const invocation = read(payload);
  current = invocation;
  if (invocation.traceId) env._X_AMZN_TRACE_ID = invocation.traceId;
  else delete env._X_AMZN_TRACE_ID;
  socket.unref(); // so that the loop can run empty: see callbackWaitsForEmptyEventLoop

  let waits = true;
  let answered = false;
  const send = (type, parts) => {
    afterLoop = null;
    if (current === invocation) current = null;
    socket.ref();
    frame(type, invocation.number, parts);
  };
  const fail = (e) => {
    if (answered) return;
    answered = true;
    logError('Invoke Error', e);
    const answer = answerOf(e);
    send(ERROR, errorParts(String(answer.errorType), true, JSON.stringify(answer)));
  };
  const succeed = (value, wait) => {
    if (answered) return;
    let text;
    try {
      text = JSON.stringify(value === undefined ? null : value);
      if (text === undefined) text = 'null';
    } catch (e) {
      return fail(new RuntimeError('UnserializableResponse', 'Unable to stringify response body'));
    }
    answered = true;
    const body = Buffer.from(text);
    if (wait && waits) afterLoop = () => send(RESULT, [body]);
    else send(RESULT, [body]);
  };
  const end = (wait) => (e, value) => (e === null || e === undefined ? succeed(value, wait) : fail(e));
  const done = end(false); // of all the ways to answer only the callback waits for what is still under way
  const parse = (text) => (text ? JSON.parse(text) : undefined);

  // A handler that neither answers nor has anything left to wait for has answered null.
  afterLoop = () => succeed(null, false);
  try {
    const context = {
      get callbackWaitsForEmptyEventLoop() { return waits; },
      set callbackWaitsForEmptyEventLoop(value) { waits = value; },
      succeed: (value) => succeed(value, false),
      fail: (e) => done(e ?? 'handled'),
      done,
      functionVersion: env.AWS_LAMBDA_FUNCTION_VERSION,
      functionName: env.AWS_LAMBDA_FUNCTION_NAME,
      memoryLimitInMB: env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
      logGroupName: env.AWS_LAMBDA_LOG_GROUP_NAME,
      logStreamName: env.AWS_LAMBDA_LOG_STREAM_NAME,
      clientContext: parse(invocation.clientContext),
      identity: parse(invocation.identity),
      invokedFunctionArn: invocation.arn,
      awsRequestId: invocation.requestId,
      getRemainingTimeInMillis: () => invocation.deadline - Date.now(),
    };
    const event = JSON.parse(invocation.event.toString('utf8'));
    if (streams) {
      const finish = (body) => {
        if (answered) return;
        answered = true;
        send(RESULT, [body]);
      };
      afterLoop = () => fail(new RuntimeError('UnfinishedResponse', 'The function ended before its response stream did'));
      const stream = inPieces ? pieceStream(invocation.number, finish) : responseStream(finish);
      Promise.resolve(handler(event, stream, context)).then(undefined, fail);
      return;
    }
    const result = handler(event, context, end(true));
    if (result && typeof result.then === 'function') result.then((value) => succeed(value, false), fail);
  } catch (e) {
    fail(e);
  }
}

// ---- loading the handler

const requireHere = require('module').createRequire('/var/runtime/index.mjs');

function isModule(file) {
  for (let at = path.dirname(file); ; at = path.dirname(at)) {
    try {
      return JSON.parse(fs.readFileSync(path.join(at, 'package.json'), 'utf8')).type === 'module';
    } catch (e) {
      if (e.code !== 'ENOENT') return false;
    }
    if (at === root || at === path.dirname(at)) return false;
  }
}

// Folders beside NODE_PATH's, for the thread that finds ES modules: it may be there before they are known. A length, then JSON.
let places = null;
const PLACES_BYTES = 65536;

/** Lets ES modules find what NODE_PATH names, as AWS's runtimes do: Node.js itself looks there for CommonJS only. */
function usePaths() {
  const loader = require('module');
  const parents = (env.NODE_PATH || '').split(path.delimiter).filter((d) => path.basename(d) === 'node_modules' && fs.existsSync(d))
    .map((d) => require('url').pathToFileURL(path.join(path.dirname(d), '_')).href);
  const bare = /^(?![./]|[a-z]+:)/i;
  if (loader.registerHooks) {
    if (parents.length === 0) return;
    loader.registerHooks({
      resolve(name, context, next) {
        try {
          return next(name, context);
        } catch (e) {
          if (e.code !== 'ERR_MODULE_NOT_FOUND' || !bare.test(name)) throw e;
          for (const parentURL of parents) {
            try {
              return next(name, { ...context, parentURL });
            } catch {
              // the next folder may have it
            }
          }
          throw e;
        }
      },
    });
  } else if (loader.register && (places || parents.length > 0)) {
    if (!places) startFinding(loader, bare);
    const text = Buffer.from(JSON.stringify(parents));
    if (text.length > PLACES_BYTES - 4) return;
    Buffer.from(places, 4).set(text);
    Atomics.store(new Int32Array(places, 0, 1), 0, text.length);
  }
}

function startFinding(loader, bare) {
  places = new SharedArrayBuffer(PLACES_BYTES);
  const text = `let places;
    export const initialize = (data) => { places = data; };
    const read = () => {
      const length = Atomics.load(new Int32Array(places, 0, 1), 0);
      return length === 0 ? [] : JSON.parse(Buffer.from(new Uint8Array(places, 4, length)).toString());
    };
    export async function resolve(name, context, next) {
      try { return await next(name, context); } catch (e) {
        if (e.code !== 'ERR_MODULE_NOT_FOUND' || !${bare}.test(name)) throw e;
        for (const parentURL of read()) { try { return await next(name, { ...context, parentURL }); } catch {} }
        throw e;
      }
    }`;
  loader.register('data:text/javascript,' + encodeURIComponent(text), { parentURL: 'file:///', data: places });
}

const importFile = (file) => {
  usePaths();
  return import(require('url').pathToFileURL(file).href);
};

async function load(moduleRoot, moduleName) {
  const file = path.resolve(root, moduleRoot, moduleName);
  if (fs.existsSync(file) && fs.statSync(file).isFile()) return isModule(file) ? importFile(file) : requireHere(file);
  if (fs.existsSync(file + '.js')) return isModule(file) ? importFile(file + '.js') : requireHere(file + '.js');
  if (fs.existsSync(file + '.mjs')) return importFile(file + '.mjs');
  if (fs.existsSync(file + '.cjs')) return requireHere(file + '.cjs');
  return requireHere(requireHere.resolve(moduleName, { paths: [root, path.resolve(root, moduleRoot)] }));
}

async function find(name) {
  if (name.includes('..')) {
    throw new RuntimeError('MalformedHandlerName', `'${name}' is not a valid handler name. Use absolute paths when specifying root directories in handler names.`);
  }
  const base = path.basename(name);
  const match = base.match(/^([^.]*)\.(.*)$/);
  if (!match) throw new RuntimeError('MalformedHandlerName', 'Bad handler');
  let loaded;
  try {
    loaded = await load(name.substring(0, name.indexOf(base)), match[1]);
  } catch (e) {
    if (e instanceof SyntaxError) throw new RuntimeError('UserCodeSyntaxError', e);
    if (e?.code === 'MODULE_NOT_FOUND' || e?.code === 'ERR_MODULE_NOT_FOUND') throw new RuntimeError('ImportModuleError', e);
    throw e;
  }
  const found = match[2].split('.').reduce((at, key) => at && at[key], loaded);
  if (!found) throw new RuntimeError('HandlerNotFound', `${name} is undefined or not exported`);
  if (typeof found !== 'function') throw new RuntimeError('HandlerNotFound', `${name} is not a function`);
  return found;
}

function start() {
  find(env._HANDLER).then(
    (found) => {
      handler = found;
      streams = found[STREAMING] === 'response';
      frame(READY, 0, []);
    },
    (e) => die('Uncaught Exception', e, 1),
  );
}

// ---- a stem: a process that waits for its function

/** Takes on variables, directory and module paths as if the process had been started with them. */
function becomeFunction(payload) {
  frame(TAKEN, 0, []);
  const names = new Set();
  let at = 2;
  const text = () => {
    const length = payload.readUInt16BE(at);
    at += 2 + length;
    return payload.toString('utf8', at - length, at);
  };
  for (let left = payload.readUInt16BE(0); left > 0; left--) {
    const name = text();
    const value = text();
    names.add(name);
    // Only what differs: without TZ, if only for a moment, the time zone is looked for among all files of zones.
    if (env[name] !== value) env[name] = value;
  }
  for (const name of Object.keys(env)) if (!names.has(name)) delete env[name];
  root = env.LAMBDA_TASK_ROOT;
  process.chdir(root);
  require('module').Module._initPaths();
  readLogSettings();
  forgetSurroundings();
  start();
}

// ---- a stem with parts of the platform's SDKs: loaded and used before a function comes, with nothing left of that use

const inSdk = (name) => '/var/runtime/node_modules/' + name;
let oldSdk = null;

/** Loads what is named; the requests that it makes go no further than this process. */
async function rehearse(names) {
  const restore = { ...env };
  // Looked for once and then known: not where a function may have some.
  env.AWS_CONFIG_FILE = env.AWS_SHARED_CREDENTIALS_FILE = '/dev/null';
  const warn = process.emitWarning;
  process.emitWarning = () => {};
  const loaded = [];
  for (const name of names) {
    try {
      loaded.push([name, requireHere(inSdk(name))]);
      if (name.startsWith('aws-sdk')) oldSdk = requireHere(inSdk('aws-sdk/global'));
    } catch {
      // it isn't there
    }
  }
  const store = found('@aws/lambda-invoke-store')?.InvokeStore;
  const getStore = store?.getInstanceAsync;
  if (store) store.getInstanceAsync = async () => undefined; // else it would be made, and shown to the function
  try {
    await ask(loaded);
  } catch {
    // it is loaded, if not used
  }
  if (store) store.getInstanceAsync = getStore;
  const warned = found('@aws-sdk/core/client')?.state;
  if (warned) warned.warningEmitted = false;
  process.emitWarning = warn;
  for (const name of Object.keys(env)) if (!(name in restore)) delete env[name];
}

/** What is loaded already, from the side of the packages that use it. */
function found(name) {
  try {
    return require.cache[require('module').createRequire(inSdk('@aws-sdk/_')).resolve(name)]?.exports;
  } catch {
    return undefined;
  }
}

/** Calls of which each service needs no more than its kind of answer. */
const QUESTIONS = {
  '@aws-sdk/client-dynamodb': [['PutItemCommand', { TableName: 't', Item: { id: { S: 'a' } } }], ['GetItemCommand', { TableName: 't', Key: { id: { S: 'a' } } }]],
  '@aws-sdk/client-s3': [['PutObjectCommand', { Bucket: 'bucket', Key: 'k', Body: 'b' }], ['GetObjectCommand', { Bucket: 'bucket', Key: 'k' }]],
  '@aws-sdk/client-sts': [['GetCallerIdentityCommand', {}]],
  '@aws-sdk/client-sqs': [['SendMessageCommand', { QueueUrl: 'http://127.0.0.1/q', MessageBody: 'b' }]],
  '@aws-sdk/client-sns': [['PublishCommand', { TopicArn: 'arn:aws:sns:us-east-1:000000000000:t', Message: 'm' }]],
  '@aws-sdk/client-lambda': [['InvokeCommand', { FunctionName: 'f', Payload: '{}' }]],
  '@aws-sdk/client-cloudwatch-logs': [['DescribeLogGroupsCommand', {}]],
};

async function ask(loaded) {
  const http = require('http');
  const server = http.createServer((request, answer) => {
    const type = request.headers['content-type'] || '';
    request.resume().on('end', () => {
      answer.setHeader('content-type', /json|cbor/.test(type) ? type : 'application/xml');
      answer.end(/json/.test(type) ? '{"Item":{"id":{"S":"a"},"n":{"N":"1"}}}' : /cbor/.test(type) ? Buffer.from([0xa0]) : '<Answer><Result/></Answer>');
    });
  });
  await new Promise((listening, failed) => server.once('error', failed).listen(0, '127.0.0.1', listening));
  const endpoint = 'http://127.0.0.1:' + server.address().port;
  const credentials = { accessKeyId: 'none', secretAccessKey: 'none', sessionToken: 'none' };
  try {
    for (let round = 0; round < 3; round++) {
      for (const [name, module] of loaded) {
        const type = /^@aws-sdk.client-/.test(name) && Object.keys(module).find((key) => /^[A-Z]\w*Client$/.test(key) && module[key].prototype?.send);
        if (!type) continue;
        const client = new module[type]({ endpoint, credentials, region: 'us-east-1', maxAttempts: 1, forcePathStyle: true });
        const asker = name.endsWith('-dynamodb') ? loaded.find(([other]) => other === '@aws-sdk/lib-dynamodb')?.[1] : undefined;
        for (const [command, input] of QUESTIONS[name] ?? [[Object.keys(module).find((key) => /^(List|Describe)\w*Command$/.test(key)), {}]]) {
          if (!module[command]) continue;
          await client.send(new module[command](input), { requestTimeout: 2000 }).catch(() => {});
        }
        await asker?.DynamoDBDocumentClient?.from(client).send(new asker.GetCommand({ TableName: 't', Key: { id: 'a' } })).catch(() => {});
        client.destroy();
      }
    }
  } finally {
    server.closeAllConnections?.();
    await new Promise((closed) => server.close(closed));
  }
}

/** What of an SDK knows the surroundings since it was loaded has to look at the function's. */
function forgetSurroundings() {
  if (oldSdk) oldSdk.config = new oldSdk.Config(); // reads region and credentials, as its loading does
  oldSdk = null;
}

async function prepare(names) {
  // What most functions load first, of Node.js itself.
  for (const name of ['buffer', 'crypto', 'events', 'http', 'https', 'os', 'stream', 'string_decoder', 'timers', 'tls', 'url', 'zlib']) require(name);
  const asModules = names[0] === 'import';
  if (asModules) names.shift();
  if (names.length === 0) return;
  await rehearse(names);
  require('tls').createSecureContext(); // reads all authorities
  if (!asModules) return;
  const loader = require('module');
  if (!loader.registerHooks && loader.register) usePaths(); // starts the thread for it
  for (const name of [...names, 'what-is-not-there']) await import(name).catch(() => {});
}

if (env.TSUMUJI_STEM) {
  prepare(env.TSUMUJI_STEM === '1' ? [] : env.TSUMUJI_STEM.split(',')).catch(() => {}).then(() => frame(STEM, 0, []));
} else {
  start();
}
