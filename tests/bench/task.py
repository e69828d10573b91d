"""What a bench is made of: a task that several programs do, and what leat must reach against them."""
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Case:
    """One program doing the task. `view` is a jq program that brings what it prints into the form all cases share."""
    tool: str
    command: str
    view: str | None = None
    times: int = 1     # runs per round: more for what ends in milliseconds
    lone: bool = False  # not how long it runs, but how long one record takes there and back
    exact: bool = True  # False: it does not quite do the task, so that its output is not compared


@dataclass(frozen=True)
class Goal:
    """`at_least`: the other's figure divided by ours, `at_most`: ours divided by the other's. Without `theirs` the figure itself."""
    ours: str
    theirs: str | None = None
    figure: str = "wall"
    at_least: float | None = None
    at_most: float | None = None
    unit: str = "x"
    work: float | None = None  # with figure: so much work over its seconds, in `unit`

    def value(self, ours, theirs, figure=None):
        mine = getattr(ours, figure or self.figure)
        if self.work is not None:
            return self.work / mine
        if theirs is None:
            return mine / 1024 if self.figure == "rss" else mine
        other = getattr(theirs, figure or self.figure)
        return other / mine if self.at_least is not None else mine / other

    def holds(self, value):
        return value >= self.at_least if self.at_least is not None else value <= self.at_most

    def bound(self):
        return f">= {self.at_least:g} {self.unit}" if self.at_least is not None else f"<= {self.at_most:g} {self.unit}"


@dataclass(frozen=True)
class Task:
    name: str
    reads: str
    cases: dict[str, Case]
    goals: list[Goal]
    tolerance: float = 1e-9  # how far numbers may lie apart, as a share
    note: str = ""


@dataclass
class Outcome:
    """What became of a task: the costs of each case round by round, or why it was not run."""
    task: Task
    costs: dict[str, list] = field(default_factory=dict)
    not_run: dict[str, str] = field(default_factory=dict)
    wrong: dict[str, str] = field(default_factory=dict)

    def values(self, goal, figure=None):
        """A goal's figure in each round, or another of its two commands, which ran one after the other."""
        ours = self.costs.get(goal.ours, [])
        theirs = self.costs.get(goal.theirs, []) if goal.theirs else [None] * len(ours)
        return [goal.value(a, b, figure) for a, b in zip(ours, theirs)]
