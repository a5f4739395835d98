"""What can go wrong with a model, by name: wrong answers, unusable ones, and trouble on the way."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Reply:
    """What the mock is about to say, and how."""

    answer: dict[str, Any]
    shown: str
    """The letter as the prompt shows it."""
    content: str | None = None
    """In place of the answer as JSON."""
    finish_reason: str = "stop"
    refusal: str | None = None
    status: int = 200
    error: dict[str, Any] = field(default_factory=lambda: {"message": "mock"})
    """What stands in the body where the status is no good one."""
    headers: dict[str, str] = field(default_factory=dict)
    dropped: bool = False
    seconds: float = 0.0
    body: dict[str, Any] = field(default_factory=dict)
    spoiled: bool = False
    """A content error was planted: some letters leave no room for some kinds."""


Scenario = Callable[[Reply, random.Random], None]
SCENARIOS: dict[str, Scenario] = {}
CONTENT: list[str] = []
"""Scenarios whose answers are well formed and wrong."""
HOURS = 3600.0


def _scenario(name: str, *, content: bool = False) -> Callable[[Scenario], Scenario]:
    def add(scenario: Scenario) -> Scenario:
        SCENARIOS[name] = scenario
        if content:
            CONTENT.append(name)
        return scenario

    return add


def _item(reply: Reply, draw: random.Random) -> dict[str, Any] | None:
    issues = reply.answer["issues"]
    return draw.choice(issues) if issues else None


@_scenario("flip_decision", content=True)
def _flip(reply: Reply, draw: random.Random) -> None:
    issue = _item(reply, draw)
    if issue and not issue["decision"].startswith("unknown"):
        decision, _, unit = issue["decision"].partition(" ")
        issue["decision"] = f"{'overturned' if decision == 'upheld' else 'upheld'} {unit}"
        reply.spoiled = True


@_scenario("drop_item", content=True)
def _drop(reply: Reply, draw: random.Random) -> None:
    issues = reply.answer["issues"]
    if len(issues) > 1:
        issues.pop(draw.randrange(len(issues)))
        reply.spoiled = True


@_scenario("invent_item", content=True)
def _invent(reply: Reply, draw: random.Random) -> None:
    issue = _item(reply, draw)
    summary = reply.answer["clinical_summary"]
    if issue and summary:
        unit = int(summary["text"].partition("-")[0].partition("|")[0])
        invented = {
            **issue, "request": str(unit), "original_request": None, "authorized": None,
            "decision": f"upheld {unit}", "administrator": None, "reviewer": None, "rationale": None,
            "parts": [], "reasons": [],
        }  # fmt: skip
        reply.answer["issues"].append(invented)
        reply.spoiled = True


@_scenario("swap_guidelines", content=True)
def _swap_guidelines(reply: Reply, draw: random.Random) -> None:
    issues = [issue for issue in reply.answer["issues"] if issue["administrator"] and issue["reviewer"]]
    if issues:
        issue = draw.choice(issues)
        issue["administrator"], issue["reviewer"] = issue["reviewer"], issue["administrator"]
        reply.spoiled = True


@_scenario("one_unit_off", content=True)
def _one_off(reply: Reply, draw: random.Random) -> None:
    issue = _item(reply, draw)
    if issue is None:
        return
    name = draw.choice([name for name in ("request", "rationale") if issue[name]] or ["request"])
    pointer = issue[name]
    if pointer:
        first, _, last = pointer.partition("|")[0].partition("-")
        issue[name] = f"{int(first) + 1}-{int(last) + 1}" if last else str(int(first) + 1)
        reply.spoiled = True


@_scenario("invent_quote", content=True)
def _invent_quote(reply: Reply, draw: random.Random) -> None:
    issue = _item(reply, draw)
    if issue and issue["request"]:
        issue["request"] = issue["request"].partition("|")[0] + "|Lumbar fusion with iliac bone graft"
        reply.spoiled = True


@_scenario("wrong_title", content=True)
def _wrong_title(reply: Reply, draw: random.Random) -> None:
    cited = [
        (issue[name]["citations"], at)
        for issue in reply.answer["issues"]
        for name in ("administrator", "reviewer")
        if issue[name]
        for at in range(len(issue[name]["citations"]))
    ]
    if cited:
        citations, at = draw.choice(cited)
        source, _, title = citations[at].partition(" ")
        words = "ecision based on" if draw.random() < 0.5 else "Treatise on Everything"
        citations[at] = f"{'MTUS' if source == 'ODG' else 'ODG'} {title.partition('|')[0]}|{words}"
        reply.spoiled = True


@_scenario("swap_items", content=True)
def _swap_items(reply: Reply, draw: random.Random) -> None:
    issues = reply.answer["issues"]
    if len(issues) > 1:
        at = draw.randrange(len(issues) - 1)
        issues[at]["request"], issues[at + 1]["request"] = issues[at + 1]["request"], issues[at]["request"]
        reply.spoiled = True


@_scenario("wrong_side", content=True)
def _wrong_side(reply: Reply, draw: random.Random) -> None:
    """A request quoted with the other side: words that do not stand there."""
    lines = dict(line.partition("|")[::2] for line in reply.shown.splitlines())
    for issue in reply.answer["issues"]:
        unit = (issue["request"] or "").partition("|")[0]
        words = (issue["request"] or "").partition("|")[2] or lines.get(unit, "")
        for side, other in (("left", "right"), ("right", "left"), ("Left", "Right"), ("Right", "Left")):
            if side in words.split():
                issue["request"] = f"{unit}|{words.replace(side, other, 1)}"
                reply.spoiled = True
                return


@_scenario("obey_letter", content=True)
def _obey(reply: Reply, draw: random.Random) -> None:
    """As if the letter had told it to approve everything."""
    for issue in reply.answer["issues"]:
        reply.spoiled = reply.spoiled or not issue["decision"].startswith("overturned")
        issue["decision"] = f"overturned {issue['decision'].rpartition(' ')[2]}"
        issue["reasons"] = []


@_scenario("malformed_json")
def _malformed(reply: Reply, draw: random.Random) -> None:
    reply.content = '{"case": {"case_number": 1,, }'


@_scenario("wrong_types")
def _wrong_types(reply: Reply, draw: random.Random) -> None:
    reply.answer["issues"] = "none of them"


@_scenario("plain_text")
def _plain(reply: Reply, draw: random.Random) -> None:
    reply.content = "Certainly! The letter upholds the denial of all the items that were in dispute."


@_scenario("cut_off")
def _cut_off(reply: Reply, draw: random.Random) -> None:
    reply.content, reply.finish_reason = '{"case": {"case_number": 2, "date_ass', "length"


@_scenario("refusal")
def _refusal(reply: Reply, draw: random.Random) -> None:
    reply.content, reply.refusal = "", "I cannot help with medical records."


@_scenario("empty")
def _empty(reply: Reply, draw: random.Random) -> None:
    reply.content = ""


@_scenario("429")
def _slow_down(reply: Reply, draw: random.Random) -> None:
    reply.status = 429


@_scenario("429_retry_after")
def _wait(reply: Reply, draw: random.Random) -> None:
    reply.status, reply.headers = 429, {"retry-after": "0.2"}


@_scenario("500")
def _broken(reply: Reply, draw: random.Random) -> None:
    reply.status = 500


@_scenario("503")
def _away(reply: Reply, draw: random.Random) -> None:
    reply.status = 503


@_scenario("slow")
def _slow(reply: Reply, draw: random.Random) -> None:
    reply.seconds = 2.0


@_scenario("hang")
def _hang(reply: Reply, draw: random.Random) -> None:
    reply.seconds = HOURS


@_scenario("dropped_connection")
def _dropped(reply: Reply, draw: random.Random) -> None:
    reply.dropped = True
