"""What a run would take, from a sample of its letters: tokens and dollars, with an interval."""

from __future__ import annotations

import contextlib
import json
import random
from dataclasses import asdict, dataclass, replace
from functools import partial
from math import sqrt
from statistics import mean, stdev

from extractor.batch.deferred import HALF
from extractor.batch.folder import RUN, SECRET, finished, same_run
from extractor.batch.inputs import Entry, gather
from extractor.batch.local import left_open, read_text
from extractor.batch.perform import Asked
from extractor.batch.run import Job, job_of, key_of, stamp_of
from extractor.model.answer import Answer, ReasonsAnswer, response_schema
from extractor.model.client import CHARACTERS_PER_TOKEN
from extractor.model.mock.reader import read as answered
from extractor.model.prompts import prompts
from extractor.model.reading import constant
from extractor.model.usage import Usage, cost
from extractor.pipeline import extract
from extractor.schema import Issue
from extractor.units import Units, cut
from extractor.workers import Workers

REASON = 90
"""Characters of an item with its reasons in an answer."""
SAMPLE = 60
"""Letters that are looked at."""
Z = 1.96
"""Of a 95 % interval."""
COUNTED = 0.25
"""Vendors count so much more tokens or fewer than the rule."""
RULE = (
    f"a token is taken as {CHARACTERS_PER_TOKEN} characters; the intervals allow for the sample and for vendors that "
    f"count a quarter otherwise; duplicates cost nothing, questions that are asked again cost more"
)


@dataclass(frozen=True)
class Estimate:
    """Of what a run has left to do. Each interval is the sample's 95 %, widened by what vendors may count otherwise; it
    knows nothing of duplicates and of questions that are asked again."""

    letters: int
    """To be read."""
    read: int
    """That were read before, in the run's folder."""
    looked_at: int
    unreadable: int
    """Of those that were looked at."""
    asked: int
    """Letters that the model would be asked about."""
    model: str
    prompt_tokens: tuple[int, int, int]
    """Expected, at least, at most; so the others."""
    completion_tokens: tuple[int, int, int]
    dollars: tuple[float, float, float] | None
    """None where no price is known."""
    rule: str = RULE

    def text(self, *, as_json: bool) -> str:
        if as_json:
            return json.dumps(asdict(self), indent=2)
        before = f" ({self.read:,} were read before)" if self.read else ""
        lines = [
            f"{self.letters:,} letters to read{before}, {self.looked_at} of them looked at, {self.unreadable} of these "
            f"unreadable"
        ]
        if self.model == "none":
            return "\n".join([*lines, "by rules: nothing is asked, nothing is paid"])
        lines.append(f"{self.model} would be asked about {self.asked:,}")
        for name, (expected, least, most) in (
            ("prompt tokens", self.prompt_tokens),
            ("completion tokens", self.completion_tokens),
        ):
            lines.append(f"{name}: {expected:,} ({least:,} to {most:,})")
        if self.dollars is None:
            lines.append("dollars: no price is known for this model")
        else:
            lines.append("dollars: {:,.2f} ({:,.2f} to {:,.2f})".format(*self.dollars))
        return "\n".join([*lines, self.rule])


def estimate(asked: Asked) -> Estimate:
    """Nothing is sent and nothing written. Raises RunTrouble where the inputs cannot be told."""
    with gather(asked.inputs, asked.options.limits, apart=asked.out) as inputs:
        left = _left(inputs.entries, asked)
        letters = len(left)
        sample = random.Random(letters).sample(left, min(SAMPLE, letters))  # noqa: S311 - no secret
        jobs = (job_of(inputs, entry, asked.options) for entry in sample)
        size = partial(_size, model=asked.model is not None, auto=asked.strategy == "auto")
        workers: Workers[Job, tuple[int, int] | None] = Workers(size, lambda job, how: None, asked.bounds)
        with contextlib.closing(workers):
            sizes = [found for _, found in workers.results(jobs)]
    read = [size for size in sizes if size is not None]
    taken = [size for size in read if size != (0, 0)]
    share = len(taken) / len(sizes) if sizes else 0.0
    prompt, completion = (_sum([size[part] for size in read], letters, len(sizes)) for part in (0, 1))
    model = asked.model.model if asked.model else "none"
    dollars = None
    if asked.model:
        of_list_price = HALF if asked.deferred else 1.0
        usages = [Usage(prompt=sent, completion=said) for sent, said in zip(prompt, completion, strict=True)]
        prices = [None if (price := cost(model, usage)) is None else price * of_list_price for usage in usages]
        known = [price for price in prices if price is not None]
        dollars = (known[0], known[1], known[2]) if len(known) == len(prices) else None
    return Estimate(
        letters, len(inputs.entries) - letters, len(sizes), len(sizes) - len(read),
        round(share * letters) if asked.model else 0, model, prompt, completion, dollars,
    )  # fmt: skip


def _left(entries: list[Entry], asked: Asked) -> list[Entry]:
    """The letters that a run would read: all, but for those that stand in its folder."""
    if asked.fresh or not (asked.out / RUN).is_file():
        return entries
    same_run(asked.out, asked.identity(), mixed=asked.mixed)
    secret = asked.out / SECRET
    options = (
        replace(asked.options, secret=secret.read_bytes()) if asked.no_text and secret.is_file() else asked.options
    )
    before = finished(asked.out)
    return [entry for entry in entries if before.get(key_of(entry, options)) != stamp_of(entry, options)]


def _size(job: Job, *, model: bool, auto: bool) -> tuple[int, int] | None:
    """Tokens of a letter's prompt and answer: none where it would not be asked about, None where it is unreadable."""
    try:
        source = read_text(job)
        result = extract(source)
    except Exception:  # whatever a file does to a library: it would fail in the run too
        return None
    if not model:
        return 0, 0
    units = cut(source)
    if auto:
        is_open = left_open(result)
        if not is_open.letter:
            return _of_reasons(units, [result.issues[number - 1] for number in is_open.reasons])
    sent = sum(map(len, prompts()["extract"].render(**constant(), letter=units.text)))
    sent += len(json.dumps(response_schema(Answer)))
    said = len(json.dumps(answered(units.text), separators=(",", ":")))
    return sent // CHARACTERS_PER_TOKEN, said // CHARACTERS_PER_TOKEN


def _of_reasons(units: Units, issues: list[Issue]) -> tuple[int, int]:
    """The same where only reasons are asked; a reason is about as long as a line of the prompt's examples."""
    if not issues:
        return 0, 0
    shown = sum(len(units.within(issue.rationale.spans)) for issue in issues if issue.rationale)
    sent = (
        len(prompts()["reasons"].system) + len(constant()["reasons"]) + len(json.dumps(response_schema(ReasonsAnswer)))
    )
    return (sent + shown) // CHARACTERS_PER_TOKEN, REASON * len(issues) // CHARACTERS_PER_TOKEN


def _sum(values: list[int], letters: int, looked_at: int) -> tuple[int, int, int]:
    """Expected over all letters, at least, at most; unreadable ones count nothing."""
    if not values:
        return 0, 0, 0
    every = [*values, *[0] * (looked_at - len(values))]
    spread = Z * stdev(every) / sqrt(len(every)) if len(every) > 1 else 0.0
    spread *= sqrt(max(0.0, 1 - len(every) / letters))  # a sample that is everything is sure
    middle = mean(every)
    least, most = (1 - COUNTED) * max(0.0, middle - spread), (1 + COUNTED) * (middle + spread)
    return round(letters * middle), round(letters * least), round(letters * most)
