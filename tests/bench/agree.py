"""Programs that are compared must have done the same: brings what they print into one form and compares it."""
import hashlib
import json
import math
import shlex

from measure import Failed


def disagreement(task, machine, missing):
    """Case name -> why its output is not that of the first case. Cases whose tool is missing are left out."""
    wrong, reference, first = {}, None, None
    for name, case in task.cases.items():
        if name in missing or case.lone or not case.exact:
            continue
        try:
            seen = _form(machine, case)
        except (Failed, ValueError) as error:
            wrong[name] = str(error)
            continue
        if reference is None:
            reference, first = seen, name
        elif difference := _difference(reference, seen, task.tolerance):
            wrong[name] = f"{difference} (against {first})"
    return wrong


def _form(machine, case):
    if case.view is None:
        output = machine.output(case.command)
        return [len(output), hashlib.sha256(output).hexdigest()]
    output = machine.output(f"{case.command} | jq -c {shlex.quote(case.view)}")
    return sorted((json.loads(line) for line in output.splitlines()), key=_without_fractions)


def _without_fractions(value):
    """Sorts by what cannot differ in the last digits; what is equal in that stays in order."""
    return json.dumps(value if not isinstance(value, list) else [part for part in value if not isinstance(part, float)], sort_keys=True)


def _difference(one, other, tolerance):
    if len(one) != len(other):
        return f"{len(other)} records instead of {len(one)}"
    for number, (a, b) in enumerate(zip(one, other)):
        if not _same(a, b, tolerance):
            return f"record {number} is {json.dumps(b)[:200]} instead of {json.dumps(a)[:200]}"
    if not one:
        return "no records: nothing was compared"
    return None


def _same(a, b, tolerance):
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(_same(x, y, tolerance) for x, y in zip(a, b))
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(_same(a[key], b[key], tolerance) for key in a)
    if isinstance(a, (int, float)) and isinstance(b, (int, float)) and not isinstance(a, bool) and not isinstance(b, bool):
        return math.isclose(a, b, rel_tol=tolerance)
    return a == b
