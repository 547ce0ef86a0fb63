#!/usr/bin/env python3
"""Writes the constraint tables from botocore's service models: one JSON file for each service, checked in.

What the AWS SDK for Java's classes do not tell: which members are required, lengths, ranges, patterns, enums, success
statuses, XML root names, namespaces and error codes of older protocols. Run by hand when botocore is updated:

    python3 wire/tables/generate.py

Where AWS answers differently from its published model, OVERRIDES says so, service by service.
"""

import copy
import gzip
import json
import pathlib

import botocore

from overrides import OVERRIDES

DATA = pathlib.Path(botocore.__path__[0]) / "data"
OUT = pathlib.Path(__file__).parent.parent / "src/main/resources/dev/tsumuji/wire/tables"
MISSING = object()


def model_of(service):
    newest = sorted((DATA / service).glob("*/service-2.json*"))[-1]
    opener = gzip.open if newest.suffix == ".gz" else open
    with opener(newest) as file:
        return json.load(file)


def rule_of(shape):
    """What one shape demands of a value by itself."""
    rule = {key: shape[key] for key in ("min", "max", "pattern", "enum") if key in shape}
    if rule.get("min") == 0 and shape["type"] in ("string", "list", "map", "blob"):
        del rule["min"]
    if shape.get("sensitive"):
        rule["sensitive"] = True
    if shape["type"] in ("string", "list", "map", "blob", "structure"):
        rule["type"] = shape["type"]
    else:
        rule["type"] = "number"
    return rule


def reachable(name, shapes, found):
    """Every shape below an input, with the rules that lead nowhere left in for now."""
    if name in found:
        return
    shape = shapes[name]
    rule = rule_of(shape)
    found[name] = rule
    if shape["type"] == "structure":
        rule["required"] = shape.get("required", [])
        rule["members"] = {}
        for member, target in shape.get("members", {}).items():
            if shapes[target["shape"]].get("eventstream"):
                continue
            rule["members"][member] = target["shape"]
            reachable(target["shape"], shapes, found)
    elif shape["type"] == "list":
        rule["element"] = shape["member"]["shape"]
        reachable(rule["element"], shapes, found)
    elif shape["type"] == "map":
        rule["key"] = shape["key"]["shape"]
        rule["value"] = shape["value"]["shape"]
        reachable(rule["key"], shapes, found)
        reachable(rule["value"], shapes, found)


def prune(found):
    """Drops the shapes that demand nothing, and the members that lead only to such shapes."""
    own = ("min", "max", "pattern", "enum")
    useful = {name for name, rule in found.items() if any(key in rule for key in own) or rule.get("required")}
    grown = True
    while grown:
        grown = False
        for name, rule in found.items():
            below = list(rule.get("members", {}).values()) + [rule.get(k) for k in ("element", "key", "value")]
            if name not in useful and any(target in useful for target in below):
                useful.add(name)
                grown = True
    kept = {}
    for name in sorted(useful):
        rule = found[name]
        if "members" in rule:
            rule["members"] = {m: t for m, t in rule["members"].items() if t in useful}
        for key in ("element", "key", "value"):
            if rule.get(key) not in useful:
                rule.pop(key, None)
        kept[name] = {key: value for key, value in rule.items() if value not in ([], {})}
    return kept


def statuses(model, settings):
    by_status = {}
    for name, operation in model["operations"].items():
        status = settings.get("statuses", {}).get(name, operation["http"].get("responseCode", 200))
        if status != 200:
            by_status.setdefault(str(status), []).append(name)
    return by_status


def capital_messages(model):
    """Modeled errors whose message member is spelled with a capital letter."""
    names = []
    for name, shape in model["shapes"].items():
        if shape.get("exception"):
            wires = [m.get("locationName", n) for n, m in shape["members"].items()]
            if "Message" in wires:
                names.append(name)
    return sorted(names)


def table_of(service, settings):
    model = model_of(service)
    metadata = model["metadata"]
    table = {
        "namespace": metadata.get("xmlNamespace", ""),
        "targetPrefix": metadata.get("targetPrefix", ""),
        "statuses": statuses(model, settings),
        "capitalMessages": capital_messages(model),
    }
    found = {}
    inputs = {}
    if not settings.get("validatesItself"):
        for name, operation in sorted(model["operations"].items()):
            if "input" in operation:
                inputs[name] = operation["input"]["shape"]
                reachable(inputs[name], model["shapes"], found)
        for rule in found.values():
            for old, new in settings.get("replace", []):
                if "pattern" in rule:
                    rule["pattern"] = rule["pattern"].replace(old, new)
        for name, change in settings.get("shapes", {}).items():
            if name not in found and "type" not in change:
                raise SystemExit(f"{service}: no shape {name} to override")
            changed = {**found.get(name, {}), **copy.deepcopy(change)}
            found[name] = {key: value for key, value in changed.items() if value is not None}
        for path in settings.get("skip", []):
            shape, _, member = path.partition(".")
            if found[shape].get("members", {}).pop(member, MISSING) is MISSING:
                raise SystemExit(f"{service}: no member {path} to skip")
        found = prune(found)
    table["inputs"] = {name: shape for name, shape in inputs.items() if shape in found}
    table["shapes"] = found
    table.update(settings.get("table", {}))
    return table


def main():
    OUT.mkdir(parents=True, exist_ok=True)
    for module, settings in OVERRIDES.items():
        table = table_of(settings.get("model", module), settings)
        lines = json.dumps(table, indent=1, ensure_ascii=True, sort_keys=True)
        (OUT / f"{module}.json").write_text(lines + "\n")


if __name__ == "__main__":
    main()
