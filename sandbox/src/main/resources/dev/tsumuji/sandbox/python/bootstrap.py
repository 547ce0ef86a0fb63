"""Bootstrap of the Python runtimes: speaks the platform's frame protocol (see FrameWire.java) and calls the handler as AWS's
Python runtime does: same context, same log lines, same words in errors."""
import gc
import importlib
import json
import logging
import os
import socket
import struct
import sys
import time
import traceback

INVOKE, READY, RESULT, ERROR, FAILED, ASSIGN, STEM, TAKEN = 1, 2, 3, 4, 5, 6, 7, 11

_socket = socket.socket(socket.AF_UNIX)
_socket.connect(sys.argv[1])
_reader = _socket.makefile('rb', buffering=1 << 16)
_request_id = None


# ---- frames

def _send(kind, number, body):
    bare = kind in (READY, STEM, TAKEN)
    head = struct.pack('>IB', 0, kind) if bare else struct.pack('>IBI', len(body) + 4, kind, number)
    if len(body) < 65536:
        _socket.sendall(head + body)
    else:
        _socket.sendall(head)
        _socket.sendall(body)


def _send_error(kind, number, alive, error_type, error):
    name = error_type.encode('utf-8', 'replace')[:1000]
    body = json.dumps(error).encode()
    _send(kind, number, struct.pack('>H', len(name)) + name + (b'\1' if alive else b'\0') + body)


# ---- log

_AS_JSON = False
_LEVELS = {'TRACE': logging.DEBUG, 'DEBUG': logging.DEBUG, 'INFO': logging.INFO, 'WARN': logging.WARNING,
           'ERROR': logging.ERROR, 'FATAL': logging.CRITICAL}


_RECORD_MEMBERS = {*logging.makeLogRecord({}).__dict__, 'aws_request_id', 'message', 'asctime', 'taskName'}


class _Filter(logging.Filter):
    def filter(self, record):
        record.aws_request_id = _request_id or ''
        return True


class _Handler(logging.Handler):
    def emit(self, record):
        sys.stdout.write(self.format(record))
        sys.stdout.flush()


class _Text(logging.Formatter):
    converter = time.gmtime

    def __init__(self):
        super().__init__('[%(levelname)s]\t%(asctime)s.%(msecs)03dZ\t%(aws_request_id)s\t%(message)s\n', '%Y-%m-%dT%H:%M:%S')


class _Json(logging.Formatter):
    converter = time.gmtime

    def format(self, record):
        entry = {'timestamp': self.formatTime(record, '%Y-%m-%dT%H:%M:%SZ'), 'level': record.levelname,
                 'message': record.getMessage(), 'logger': record.name}
        if record.exc_info and record.exc_info[1] is not None:
            entry['stackTrace'] = traceback.format_tb(record.exc_info[2])
            entry['errorType'] = record.exc_info[0].__name__
            entry['errorMessage'] = str(record.exc_info[1])
            entry['location'] = f'{record.pathname}:{record.funcName}:{record.lineno}'
        if getattr(record, 'aws_request_id', ''):
            entry['requestId'] = record.aws_request_id
        # what the function gave in "extra"
        for name, value in record.__dict__.items():
            if name not in _RECORD_MEMBERS and name not in entry:
                entry[name] = value
        return json.dumps(entry, default=str, ensure_ascii=False) + '\n'


def _set_up_logging():
    global _AS_JSON
    _AS_JSON = os.environ.get('AWS_LAMBDA_LOG_FORMAT', '').upper() == 'JSON'
    sys.stdout.reconfigure(line_buffering=True)
    handler = _Handler()
    handler.setFormatter(_Json() if _AS_JSON else _Text())
    handler.addFilter(_Filter())
    logging.basicConfig(handlers=[handler])
    logging.Formatter.converter = time.gmtime
    level = os.environ.get('AWS_LAMBDA_LOG_LEVEL', '').upper()
    if _AS_JSON and level in _LEVELS:
        logging.getLogger().setLevel(_LEVELS[level])


# ---- errors

class _Fault(Exception):
    """An error of the platform's own, with AWS's type."""

    def __init__(self, error_type, message, stack):
        super().__init__(message)
        self.error = {'errorMessage': message, 'errorType': error_type, 'requestId': '', 'stackTrace': stack}


def _error_of(exception, frames, request_id):
    return {'errorMessage': str(exception), 'errorType': type(exception).__name__, 'requestId': request_id,
            'stackTrace': traceback.format_list(frames)}


def _log_error(error):
    if _AS_JSON:
        entry = {'timestamp': time.strftime('%Y-%m-%dT%H:%M:%SZ', time.gmtime()), 'log_level': 'ERROR'}
        entry.update({k: v for k, v in error.items() if v})
        print(json.dumps(entry, ensure_ascii=False), flush=True)
        return
    title = '[ERROR]'
    if error['errorType']:
        title += ' ' + error['errorType'] + (':' if error['errorMessage'] else '')
    if error['errorMessage']:
        title += ' ' + error['errorMessage']
    lines = [title, 'Traceback (most recent call last):']
    for element in error['stackTrace']:
        for line in element.splitlines():
            text = line.lstrip(' ')
            lines.append('\u00a0' * (len(line) - len(text)) + text)
    # One event of the log, of many lines.
    print('\r'.join(lines), flush=True)


# ---- context

class _Object:
    def __init__(self, **members):
        self.__dict__.update(members)

    def __repr__(self):
        return f'{type(self).__name__}([' + ','.join(f'{k}={v}' for k, v in self.__dict__.items()) + '])'


class CognitoIdentity(_Object):
    pass


class Client(_Object):
    pass


class ClientContext(_Object):
    pass


class LambdaContext:
    def __init__(self, request_id, deadline, arn, client_context, identity):
        env = os.environ
        self.aws_request_id = request_id
        self.log_group_name = env.get('AWS_LAMBDA_LOG_GROUP_NAME')
        self.log_stream_name = env.get('AWS_LAMBDA_LOG_STREAM_NAME')
        self.function_name = env.get('AWS_LAMBDA_FUNCTION_NAME')
        self.memory_limit_in_mb = env.get('AWS_LAMBDA_FUNCTION_MEMORY_SIZE')
        self.function_version = env.get('AWS_LAMBDA_FUNCTION_VERSION')
        self.invoked_function_arn = arn
        self.tenant_id = None
        self.client_context = _client_context(client_context)
        found = json.loads(identity) if identity else {}
        self.identity = CognitoIdentity(cognito_identity_id=found.get('cognitoIdentityId'),
                                        cognito_identity_pool_id=found.get('cognitoIdentityPoolId'))
        self._epoch_deadline_time_in_ms = deadline

    def get_remaining_time_in_millis(self):
        return max(int(self._epoch_deadline_time_in_ms - time.time() * 1000), 0)

    def log(self, message):
        sys.stdout.write(str(message))
        sys.stdout.flush()

    def __repr__(self):
        return 'LambdaContext([' + ','.join(
            f'{k}={v}' for k, v in self.__dict__.items() if not k.startswith('_')) + '])'


def _client_context(text):
    if not text:
        return None
    found = json.loads(text)
    client = found.get('client') or {}
    names = ('installation_id', 'app_title', 'app_version_name', 'app_version_code', 'app_package_name')
    return ClientContext(custom=found.get('custom'), env=found.get('env'),
                         client=Client(**{name: client.get(name) for name in names}))


# ---- loading the handler

def _find(name):
    parts = name.rsplit('.', 1)
    if len(parts) != 2:
        raise _Fault('Runtime.MalformedHandlerName', f"Bad handler '{name}': not enough values to unpack (expected 2, got 1)", [])
    module_name, function_name = parts
    if module_name.split('.')[0] in sys.builtin_module_names:
        raise _Fault('Runtime.BuiltInModuleConflict', f"Cannot use built-in module {module_name} as a handler module", [])
    try:
        module = importlib.import_module(module_name.replace('/', '.'))
    except ImportError as e:
        raise _Fault('Runtime.ImportModuleError', f"Unable to import module '{module_name}': {e}", []) from None
    except SyntaxError as e:
        stack = [f'  File "{e.filename}" Line {e.lineno}\n    {e.text}\n']
        raise _Fault('Runtime.UserCodeSyntaxError', f"Syntax error in module '{module_name}': {e}", stack) from None
    try:
        return getattr(module, function_name)
    except AttributeError:
        raise _Fault('Runtime.HandlerNotFound', f"Handler '{function_name}' missing on module '{module_name}'", []) from None


_OF_LAYERS = (f'/opt/python/lib/python{sys.version_info[0]}.{sys.version_info[1]}/site-packages', '/opt/python')
_OF_PLATFORM = '/var/runtime/site-packages'


def _offer_hooks():
    """AWS's Python runtimes have its library of SnapStart's hooks with them; its functions, under its module's name."""
    hooks = type(sys)('snapshot_restore_py')
    before, after = [], []

    def register_before_snapshot(func, *args, **kwargs):
        before.append((func, args, kwargs))
        return func

    def register_after_restore(func, *args, **kwargs):
        after.append((func, args, kwargs))
        return func

    hooks.register_before_snapshot = register_before_snapshot
    hooks.register_after_restore = register_after_restore
    hooks.get_before_snapshot = lambda: before
    hooks.get_after_restore = lambda: after
    sys.modules[hooks.__name__] = hooks
    return hooks


def _run_hooks(hooks):
    if os.environ.get('AWS_LAMBDA_INITIALIZATION_TYPE') == 'snap-start':
        for function, arguments, named in [*reversed(hooks.get_before_snapshot()), *hooks.get_after_restore()]:
            function(*arguments, **named)


def _initialise():
    """The function's own modules come first, then those of layers, then the platform's SDK, as on AWS."""
    task = os.environ['LAMBDA_TASK_ROOT']
    # The directory of this program isn't a place for the function's modules.
    here = os.path.dirname(os.path.abspath(__file__))
    sys.path[:] = [p for p in sys.path if (os.path.abspath(p or '.') != here and p != _OF_PLATFORM) or p == task]
    sys.path[:0] = [task, *(p for p in (*_OF_LAYERS, _OF_PLATFORM) if os.path.isdir(p))]
    hooks = _offer_hooks()
    try:
        handler = _find(os.environ['_HANDLER'])
        _run_hooks(hooks)
        return handler
    except _Fault as fault:
        error = fault.error
    except SystemExit:
        raise
    except BaseException as e:
        error = _error_of(e, _own_frames_removed(e), '')
    _log_error(error)
    _send_error(FAILED, 0, False, error['errorType'], error)
    _flush()
    os._exit(1)


def _own_frames_removed(e):
    frames = traceback.extract_tb(e.__traceback__)
    while frames and frames[0].filename == __file__:
        frames = frames[1:]
    return frames


# ---- invocations

def _default(value):
    if type(value).__module__ == 'decimal':
        return int(value) if value == value.to_integral_value() else float(value)
    raise TypeError(f'Object of type {type(value).__name__} is not JSON serializable')


def _text(frame, at):
    length = (frame[at] << 8) + frame[at + 1]
    at += 2
    return frame[at:at + length].decode(), at + length


def _invoke(handler, frame):
    global _request_id
    number, deadline = struct.unpack_from('>IQ', frame)
    request_id, at = _text(frame, 12)
    arn, at = _text(frame, at)
    trace_id, at = _text(frame, at)
    client_context, at = _text(frame, at)
    identity, at = _text(frame, at)
    _request_id = request_id
    if trace_id:
        os.environ['_X_AMZN_TRACE_ID'] = trace_id
    else:
        os.environ.pop('_X_AMZN_TRACE_ID', None)
    try:
        context = LambdaContext(request_id, deadline, arn, client_context, identity)
        try:
            event = json.loads(frame[at:])
        except Exception as e:
            raise _Fault('Runtime.UnmarshalError', f'Unable to unmarshal input: {e}', []) from None
        answer = handler(event, context)
        try:
            body = json.dumps(answer, default=_default).encode()
        except Exception as e:
            raise _Fault('Runtime.MarshalError', f'Unable to marshal response: {e}', []) from None
    except _Fault as fault:
        error = fault.error
        error['requestId'] = request_id
    except Exception as e:
        error = _error_of(e, _own_frames_removed(e), request_id)
    else:
        _flush()
        _send(RESULT, number, body)
        return
    _log_error(error)
    _flush()
    _send_error(ERROR, number, True, error['errorType'], error)


def _flush():
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except Exception:
        pass  # the function closed or replaced them


# ---- a stem: a process that waits for its function

def _become_function():
    """Takes on variables and directory as if the process had been started with them; False when the platform hung up."""
    wanted = os.environ['TSUMUJI_STEM']
    preloaded = [] if wanted == '1' else _preload(wanted.split(',')[1:])
    _send(STEM, 0, b'')
    frame = _read_frame(ASSIGN)
    if frame is None:
        return False
    _send(TAKEN, 0, b'')
    os.environ.clear()
    at = 2
    for _ in range((frame[0] << 8) + frame[1]):
        name, at = _text(frame, at)
        os.environ[name], at = _text(frame, at)
    os.chdir(os.environ['LAMBDA_TASK_ROOT'])
    time.tzset()
    importlib.invalidate_caches()
    _forget_where_own(preloaded)
    return True


def _preload(services):
    """Loads boto3 where there is one, with what clients of these services need; returns the names of all modules that came with
    it. No request leaves this process, and no session, client or setting is left."""
    before = set(sys.modules)
    path = list(sys.path)
    settings = dict(os.environ)
    if os.path.isdir(_OF_PLATFORM):
        sys.path.insert(0, _OF_PLATFORM)
    try:
        _rehearse(services)
    except Exception:
        pass  # it isn't there, or is one that does otherwise
    sys.path[:] = path
    os.environ.clear()
    os.environ.update(settings)
    # What stays as long as the process does need not be looked at again by the collector.
    gc.collect()
    gc.freeze()
    return [name for name in sys.modules if name not in before]


_QUESTIONS = {
    'dynamodb': [('put_item', {'TableName': 'table', 'Item': {'id': {'S': 'a'}}}),
                 ('get_item', {'TableName': 'table', 'Key': {'id': {'S': 'a'}}})],
    's3': [('put_object', {'Bucket': 'bucket', 'Key': 'k', 'Body': b'b'}), ('get_object', {'Bucket': 'bucket', 'Key': 'k'})],
    'sts': [('get_caller_identity', {})],
    'sqs': [('send_message', {'QueueUrl': 'http://127.0.0.1/q', 'MessageBody': 'b'})],
    'sns': [('publish', {'TopicArn': 'arn:aws:sns:us-east-1:000000000000:t', 'Message': 'm'})],
    'lambda': [('invoke', {'FunctionName': 'f', 'Payload': b'{}'})],
    'logs': [('describe_log_groups', {})],
}


def _rehearse(services):
    # Whatever is looked for in files of settings isn't there.
    os.environ.update(AWS_CONFIG_FILE='/dev/null', AWS_SHARED_CREDENTIALS_FILE='/dev/null', AWS_EC2_METADATA_DISABLED='true')
    import boto3
    import botocore.awsrequest
    import botocore.config
    import botocore.loaders
    import botocore.session

    class Body:
        def __init__(self, content):
            self._left = content

        def stream(self, *_, **__):
            left, self._left = self._left, b''
            yield left

        def read(self, *_, **__):
            return next(self.stream())

    def answer(request, **_):
        xml = b'amz-json' not in str(request.headers.get('Content-Type', '')).encode()
        return botocore.awsrequest.AWSResponse(request.url, 200, {}, Body(b'<Answer/>' if xml else b'{}'))

    session = boto3.session.Session('none', 'none', 'none', 'us-east-1')
    loader = session._session.get_component('data_loader')
    places = [p for p in loader.search_paths if not p.startswith(os.path.dirname(boto3.__file__))]
    config = botocore.config.Config(retries={'max_attempts': 0})
    for service in services:
        try:
            client = session.client(service, endpoint_url='http://127.0.0.1:9', config=config)
            client.meta.events.register('before-send', answer)
            for name, members in _QUESTIONS.get(service, ()):
                try:
                    getattr(client, name)(**members)
                except Exception:
                    pass  # an answer that says nothing
            if service in ('dynamodb', 's3'):
                session.resource(service, endpoint_url='http://127.0.0.1:9', config=config)
        except Exception:
            pass  # none of AWS's
    # What has been read of the SDK's own files is for the first session that reads where it was read.
    loader.search_paths[:] = places
    make = botocore.loaders.create_loader

    def create_loader(search_path_string=None):
        botocore.session.create_loader = make
        return make(search_path_string) if search_path_string else loader

    botocore.session.create_loader = create_loader


def _forget_where_own(preloaded):
    """A function that brings one of these modules gets its own, and with it its own of all others."""
    names = {name.split('.')[0] for name in preloaded}
    for place in (os.environ['LAMBDA_TASK_ROOT'], *_OF_LAYERS):
        try:
            own = {entry.split('.')[0] for entry in os.listdir(place)}
        except OSError:
            continue
        if own & names:
            for name in preloaded:
                if hasattr(sys.modules.get(name), '__file__') and str(sys.modules[name].__file__).endswith('.py'):
                    del sys.modules[name]
            return


def _read_frame(wanted):
    while True:
        head = _reader.read(5)
        if len(head) < 5:
            return None
        length, kind = struct.unpack('>IB', head)
        frame = _reader.read(length)
        if kind == wanted:
            return frame


def _main():
    if 'TSUMUJI_STEM' in os.environ and not _become_function():
        return
    _set_up_logging()
    handler = _initialise()
    _flush()
    _send(READY, 0, b'')
    while True:
        frame = _read_frame(INVOKE)
        if frame is None:
            return
        _invoke(handler, frame)


_main()
