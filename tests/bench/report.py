"""What was measured, as Markdown: first the goals, then what every command cost, then how things grow."""
import datetime
import os
import platform
import shutil
import statistics
import subprocess

from measure import median


QUIET = 0.2  # processors that were busy with something else


def factor(ratio):
    """Two digits say enough."""
    return f"{ratio:.0f}" if ratio >= 10 else f"{ratio:.2g}"


def where(here, leat_version, load):
    """On which machine, what, and whether it was quiet there."""
    with open("/proc/cpuinfo", encoding="utf-8") as lines:
        cpu = next((line.split(":")[1].strip() for line in lines if line.startswith("model name")), platform.processor())
    with open("/proc/meminfo", encoding="utf-8") as lines:
        memory = int(next(lines).split()[1]) / 2**20
    system = platform.freedesktop_os_release().get("PRETTY_NAME", platform.system())
    return [
        f"{datetime.date.today()}; {cpu}, {os.cpu_count()} cores, {memory:.0f} GiB; {system}, Linux {platform.release()},"
        f" {platform.libc_ver()[0]} {platform.libc_ver()[1]}.",
        f"{leat_version} ({_commit()}); " + "; ".join(f"{name}: {text}" for name, text in here.items()) + ".",
        f"Before the first round other programs kept {load:.2f} processors busy."
        + (" **The machine was not quiet: the wall times say little.**" if load > QUIET else ""),
    ]


def machine(here, leat_version, sizes, rounds, load):
    place, versions, quiet = where(here, leat_version, load)
    return [
        place,
        versions,
        f"big: {sizes[0] / 1e6:.0f} MB, slice: {sizes[1] / 1e6:.0f} MB. {rounds} rounds after a warm-up; in each the commands of a row run"
        " one after the other, and the row's figure is the median of the rounds' ratios (least to most in brackets).",
        "CPU is user and system time of all processes of the command, memory that of the largest one. All output went through a pipe."
        " By CPU: the same ratio of CPU seconds, which other programs on the machine disturb less.",
        quiet,
    ]


def _commit():
    if not shutil.which("git"):
        return "no git"
    done = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False,
                          cwd=os.path.dirname(os.path.abspath(__file__)))
    return done.stdout.strip() or "no commit"


def goal_lines(outcomes):
    lines = ["| task | reads | leat | against | figure | goal | measured | holds | by CPU |", "|---|---|---|---|---|---|---|---|---|"]
    for outcome in outcomes:
        for goal in outcome.task.goals:
            lines.append(_goal_line(outcome, goal))
    return lines


def _goal_line(outcome, goal):
    task = outcome.task
    start = f"| {task.name} | {task.reads} | {goal.ours} | {goal.theirs or '-'} | {goal.figure} | {goal.bound()} |"
    for name in (goal.ours, goal.theirs):
        if name in outcome.not_run:
            return f"{start} **NOT RUN**: {outcome.not_run[name]} | ? | |"
        if name in outcome.wrong:
            return f"{start} **DISAGREES**: {outcome.wrong[name].replace('|', '/')[:160]} | **NO** | |"
    values = outcome.values(goal)
    value = statistics.median(values)
    spread = f" ({min(values):.3g}..{max(values):.3g})" if len(values) > 1 else ""
    by_cpu = f"{statistics.median(outcome.values(goal, 'cpu')):.3g}" if goal.theirs and goal.figure == "wall" else ""
    return f"{start} {value:.3g}{spread} | {'yes' if goal.holds(value) else '**NO**'} | {by_cpu} |"


COLUMNS = {"jq-1.8": "jq 1.8", "gojq": "gojq", "mlr": "Miller", "duckdb": "DuckDB", "mawk": "mawk", "grep -F": "grep -F", "rg": "ripgrep"}


def short_lines(outcomes, twenty):
    """How many times as fast leat is, a line a task; rows of --trust and of leat against itself are left to the long table."""
    times = {}
    for outcome in outcomes:
        for goal in outcome.task.goals:
            if goal.figure == "wall" and goal.theirs in COLUMNS and "--trust" not in goal.ours and (values := outcome.values(goal)):
                ratio = statistics.median(values)
                times.setdefault(outcome.task.name, {})[goal.theirs] = ratio if goal.at_least is not None else 1 / ratio
    columns = [name for name in COLUMNS if any(name in row for row in times.values())]
    lines = ["| | " + " | ".join(COLUMNS[name] for name in columns) + " |", "|---|" + "---:|" * len(columns)]
    for task, row in times.items():
        lines.append(f"| {task} | " + " | ".join(factor(row[name]) if name in row else "" for name in columns) + " |")
    if twenty and "jq-1.8" in columns:
        mean = statistics.geometric_mean(statistics.median(outcome.values(outcome.task.goals[0])) for outcome in twenty if outcome.costs)
        row = {"jq-1.8": mean}
        lines.append("| twenty jq programs, mean | " + " | ".join(factor(row[name]) if name in row else "" for name in columns) + " |")
    return lines


def put_between(path, mark, lines):
    """Replaces what stands between two marks of a text."""
    text = path.read_text(encoding="utf-8")
    head, begin, rest = text.partition(f"<!-- {mark} -->\n")
    _, end, tail = rest.partition(f"<!-- end of {mark} -->\n")
    if not begin or not end:
        raise ValueError(f"{path} has no place for {mark}")
    path.write_text(head + begin + "\n".join(lines) + "\n" + end + tail, encoding="utf-8")


def missed(outcomes):
    """(how many goals hold, fail, were not run)"""
    words = [_goal_line(outcome, goal).rsplit("|", 3)[1].strip() for outcome in outcomes for goal in outcome.task.goals]
    return words.count("yes"), words.count("**NO**"), words.count("?")


def cost_lines(outcomes, data):
    lines = ["| task | program | wall s | CPU s | MB/s | MiB | command |", "|---|---|---|---|---|---|---|"]
    for outcome in outcomes:
        for name, case in outcome.task.cases.items():
            command = "`" + case.command.replace("|", "\\|") + "`"
            if costs := outcome.costs.get(name):
                cost = median(costs)
                path = data.folder / outcome.task.reads
                rate = f"{path.stat().st_size / cost.wall / 1e6:.0f}" if path.exists() and not case.lone else "-"
                figures = f"{cost.wall:.4f} | {cost.cpu:.4f} | {rate} | {cost.rss / 1024:.1f}"
            else:
                why = outcome.not_run.get(name) or outcome.wrong.get(name, "")
                figures = f"not run: {why.replace('|', '/')[:100]} | | |"
            lines.append(f"| {outcome.task.name} | {name} | {figures} | {command} |")
    return lines


def program_lines(outcomes, each, together):
    """The programs as one row more: their geometric mean."""
    ratios = [statistics.median(outcome.values(outcome.task.goals[0])) for outcome in outcomes if outcome.costs]
    ratios = [ratio for ratio in ratios if ratio]
    if not ratios:
        return ["No program ran."]
    mean = statistics.geometric_mean(ratios)

    def verdict(ratio, bound):
        return f"{ratio:.3g} x (goal {bound}: {'holds' if ratio >= bound else '**NO**'})"

    return [f"{len(ratios)} of {len(outcomes)} programs: geometric mean {verdict(mean, together)}, least {verdict(min(ratios), each)}."]
