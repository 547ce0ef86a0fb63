"""Compares answers with what AWS answered to the same request, step by step. The recordings are JSON: test name, then step name, then
the answer as boto3 gives it, with placeholders where a value varies; the folder is RECORDED's value.
"""
import json
import os
import re
import traceback

import botocore

# some stand within another
PLACEHOLDER = r"<(?:[^<>]|<[^<>]*>)*>"
VARIES = re.compile(PLACEHOLDER)
NUMBERED = re.compile(r"<[^<>]*:\d+>")
WORDS = {
    "datetime",
    "date",
    "timestamp",
    "bucket",
    "i-d",
    "display-name",
    "owner-id",
    "starting-sequence-number",
    "last-modified",
    "last-updated-time",
    "too-new-log-event-start-index",
    "code-sha256",
    "function-url",
    "lambda-url",
    "log-result",
    "event-id",
}
# the name that AWS shows no more since November 2025, and what every answer's envelope holds
ENVELOPE = {
    "HTTPHeaders",
    "RequestId",
    "HostId",
    "RetryAttempts",
    "MaxAttemptsReached",
    "DisplayName",
    "display-name",
}


class Replay:
    def __init__(self, service, module, bound=None):
        """bound: placeholders that stand for one value throughout a case, and each for another one, begin so"""
        self.recordings = {}
        self.read(service)
        self.bound = bound
        self.values = {}
        self.failures = 0
        self.steps = 0
        self.case = None
        self.cases(module)

    def read(self, service):
        """Adds one service's recordings to those at hand."""
        with open(os.path.join(os.environ["RECORDED"], service + ".json")) as file:
            recordings = json.load(file)
        self.recordings.update({name.split("::", 1)[1]: case["recorded-content"] for name, case in recordings.items()})

    def cases(self, module):
        wanted = os.environ.get("CASE", "")
        for name, function in list(module.items()):
            if name.startswith("case_") and wanted in name:
                try:
                    function(self)
                except Exception:
                    self.failures += 1
                    print("FAILED", name, traceback.format_exc(limit=3))
        print(self.steps, "steps,", self.failures, "failures")
        print("done" if not self.failures else "")

    def of(self, case):
        self.case = case
        self.values = {}

    def step(self, name, call, **arguments):
        """Calls and compares; the answer, or the error's document."""
        try:
            answer = call(**arguments)
        except botocore.exceptions.ClientError as e:
            answer = e.response
        except botocore.exceptions.HTTPClientError as e:
            answer = {"raised": str(e)}
        self.compare(name, answer)
        return answer

    def compare(self, name, answer):
        self.steps += 1
        expected = self.recordings[self.case][name]
        for member in ("Body", "Payload"):
            if isinstance(answer, dict) and hasattr(answer.get(member), "read"):
                answer[member] = answer[member].read().decode("utf-8", "replace")
        differences = []
        differ("", expected, answer, differences)
        if self.bound:
            self.bind("", expected, answer, differences)
        if differences:
            self.failures += 1
            print("FAILED", self.case, name)
            for difference in differences:
                print("    ", difference)


    def bind(self, path, expected, seen, out):
        if isinstance(expected, dict) and isinstance(seen, dict):
            for key in set(expected) & set(seen):
                self.bind(path + "." + key, expected[key], seen[key], out)
        elif isinstance(expected, list) and isinstance(seen, list):
            for i, pair in enumerate(zip(expected, seen)):
                self.bind(f"{path}[{i}]", *pair, out)
        elif isinstance(expected, str) and expected.startswith(self.bound) and NUMBERED.fullmatch(expected):
            if self.values.setdefault(expected, seen) != seen:
                out.append(f"{path}: answered {seen!r}, once more {expected} on AWS, which was {self.values[expected]!r}")
            if any(value == seen and name != expected for name, value in self.values.items()):
                out.append(f"{path}: answered {seen!r} again, a new {expected} on AWS")


def varies(text):
    return text in WORDS or VARIES.search(text) is not None


def same(expected, seen):
    if expected == seen:
        return True
    if not isinstance(expected, str):
        return expected is None and seen in (None, "")
    if expected in WORDS:
        return True
    if VARIES.search(expected) is None and "111111111111" not in expected:
        return False
    text = "".join(".*" if i % 2 else re.escape(part) for i, part in enumerate(re.split(f"({PLACEHOLDER})", expected)))
    return re.fullmatch(text.replace("111111111111", r"\d{12}"), str(seen), re.DOTALL) is not None


def differ(path, expected, seen, out):
    if isinstance(expected, (dict, list)) and isinstance(seen, str):
        # a document, which the recordings show as what it says
        try:
            seen = json.loads(seen)
        except ValueError:
            pass
    if isinstance(expected, dict) and isinstance(seen, dict):
        for key in sorted(set(expected) | set(seen)):
            if key in ENVELOPE or key == "ChecksumAlgorithm" and path.endswith("ResponseMetadata"):
                continue
            if key not in seen:
                out.append(f"{path}.{key}: not answered, {expected[key]!r} on AWS")
            elif key not in expected:
                out.append(f"{path}.{key}: answered {seen[key]!r}, not on AWS")
            else:
                differ(path + "." + key, expected[key], seen[key], out)
    elif isinstance(expected, list) and isinstance(seen, list) and len(expected) == len(seen):
        for i, pair in enumerate(zip(expected, seen)):
            differ(f"{path}[{i}]", *pair, out)
    elif not same(expected, seen):
        out.append(f"{path}: answered {seen!r}, {expected!r} on AWS")
