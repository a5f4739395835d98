"""Figures of a whole run, from its tables: how often reviewers overturned denials, of what, why, and on whose words.

A share is of decided items; its interval takes letters, never items, as independent (see ``interval``).  Every rate is
told twice: of all items, and without those that depend on another item or were authorised already, whose decisions say
little about the treatment itself.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

from extractor.analysis.interval import interval
from extractor.analysis.tables import Tables
from extractor.taxonomy import CitationSource

GROUPINGS = ("category", "subcategory", "source", "reason", "specialty", "month")
"""By what rates are told. An item with two reasons, sources or specialties counts under both."""
NONE, UNSTATED = "none", "not stated"
"""The group of items without a source or a reason; of those whose date, specialty or category is not known."""
AGREEMENT = ("same", "different", "administrator_none", "reviewer_none", "neither")
MOST_GUIDELINES = 25
"""So many are told of those that administrators cite most, and of those that reviewers do."""
DAYS = (
    "injury_to_ur_denial", "ur_denial_to_application", "application_to_assigned", "assigned_to_decision",
    "ur_denial_to_decision",
)  # fmt: skip
KINDS = ("all", "agreement", *GROUPINGS)
SOURCES = get_args(CitationSource)
WIDTH, MASK = 16, (1 << 16) - 1
"""Of a letter four counts stand in one number, bits of this width each: items, of them overturned, and both again
without dependent and already authorised ones."""
Counted = dict[tuple[int, int], int]
Rows = list[tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Rate:
    """Of the decided items of a group."""

    letters: int
    issues: int
    overturned: int
    rate: float
    low: float
    high: float
    letters_overturned: int
    """Letters with at least one overturned item of the group."""
    letter_rate: float


@dataclass(frozen=True, slots=True)
class Row:
    """A group's rate; ``without`` leaves out dependent and already authorised items, and is None where none is left."""

    name: str
    all: Rate
    without: Rate | None


@dataclass(frozen=True, slots=True)
class Guideline:
    """How often it is cited, by whom. Title and section are None where the tables do not tell them."""

    source: str
    title: str | None
    section: str | None
    administrator: int
    reviewer: int


@dataclass(frozen=True, slots=True)
class Days:
    """From one date of the letters' headers to another, over the letters that state both."""

    name: str
    letters: int
    lower: float
    median: float
    upper: float


@dataclass(frozen=True, slots=True)
class Statistics:
    """All figures of a run. ``overall`` and lists are empty where no item was decided."""

    letters: dict[str, int]
    """``all``, and of them ``failed``, ``duplicates`` (the same text: not counted again) and ``reissues``."""
    issues: dict[str, int]
    """``all``, ``decided``, ``upheld``, ``overturned``, ``unknown``, ``dependent``, ``already_authorized``, and how
    many are in ``without`` rates."""
    first: str | None
    last: str | None
    """The months of the first and the last decision; years where the tables tell no more."""
    overall: Row | None
    rates: dict[str, list[Row]]
    agreement: list[Row]
    """Whether administrator and reviewer relied on the same sources, as sets, and how it went."""
    guidelines: list[Guideline]
    days: list[Days]
    rationales: dict[str, int]
    """``issues`` with a rationale in a cluster of near-duplicates, ``clusters``, ``shared`` (clusters of more than one)
    and ``issues_shared``, the items in those."""
    totals: dict[str, float]
    """What reading took: ``cost_usd``, ``letters_priced``, ``prompt_tokens``, ``completion_tokens``."""


def statistics(folder: Path) -> Statistics:
    """The figures of the run in this folder. Raises RunTrouble."""
    tables = Tables(folder)
    issues, rationales = _issues(tables.ask(ISSUES))
    letters, totals, first, last, days = _letters(tables.ask(LETTERS))
    groups = _rates(tables.ask(RATES))
    whole = groups["all"]
    rates = {name: groups[name] for name in GROUPINGS}
    for name in GROUPINGS[:-1]:
        rates[name].sort(key=lambda row: (row.name in (NONE, UNSTATED), -row.all.issues, row.name))
    rates["month"].sort(key=lambda row: (row.name == UNSTATED, row.name))
    return Statistics(
        letters, issues, first, last, whole[0] if whole else None, rates,
        sorted(groups["agreement"], key=lambda row: AGREEMENT.index(row.name)),
        [Guideline(*row) for row in tables.ask(GUIDELINES, most=MOST_GUIDELINES)], days, rationales, totals,
    )  # fmt: skip


def _mask(column: str) -> str:
    """A bit for each source of the closed list: sets are compared, not lists."""
    return "+".join(f"{1 << bit} * list_contains({column}, '{name}')::int" for bit, name in enumerate(SOURCES))


def _part(kind: str, name: str, where: str = "true") -> str:
    return f"select {KINDS.index(kind)}::utinyint kind, {name} as name, letter, found from items where {where}"  # noqa: S608 - no user's words


AGREED = """case when theirs = ours then case when ours = 0 then 'neither' else 'same' end
    when theirs = 0 then 'administrator_none' when ours = 0 then 'reviewer_none' else 'different' end"""
RATES = f"""
with items as materialized (
  select hash(letter_id) letter, category, category || '/' || subcategory as subcategory,
    case when len(reasons) > 0 then reasons else [''] end reasons,
    {_mask("administrator_sources")} theirs, {_mask("reviewer_sources")} ours,
    ((1 + case when decision = 'overturned' then {1 << WIDTH} else 0 end)
      * (1 + case when depends_on is null and not coalesce(already_authorized, false) then {1 << 2 * WIDTH} else 0 end)
    )::bigint found
  from read_parquet($issues) where decision in ('upheld', 'overturned')
), parts as (
  {_part("agreement", AGREED)}
  union all {_part("category", "category")}
  union all {_part("subcategory", "subcategory")}
  union all {_part("reason", "unnest(reasons)")}
  union all {_part("source", "''", "ours = 0")}
  {" ".join(f"union all {_part('source', repr(name), f'ours & {1 << bit} > 0')}" for bit, name in enumerate(SOURCES))}
), by_letter as materialized (
  select kind, name, letter, sum(found)::bigint found from parts group by all
), whole as materialized (
  select letter, sum(found)::bigint found from by_letter where kind = {KINDS.index("agreement")} group by letter
), dated as materialized (
  select found, year(decision_date) * 100 + month(decision_date) decided, decision_year,
    array_to_string(specialties, chr(10)) trained
  from whole left join (
    select hash(letter_id) letter, decision_date, decision_year, specialties from read_parquet($letters)
  ) using (letter)
)
select kind, name, found, count(*) from by_letter group by kind, name, found
union all select {KINDS.index("all")}, '', found, count(*) from whole group by found
union all select {KINDS.index("month")}, coalesce(decided, decision_year)::varchar, found, count(*)
  from dated group by decided, decision_year, found
union all select {KINDS.index("specialty")}, one, found, sum(letters)::bigint from (
  select unnest(list_distinct(string_split(replace(coalesce(trained, ''), '&', 'and'), chr(10)))) one, found, letters
  from (select trained, found, count(*) letters from dated group by trained, found)
) group by one, found"""  # noqa: S608 - of closed lists only
"""Letters by what they hold of each group, alike ones counted together: four counts in one number while they are added.
Keys are hashed: among ten million letters two have the same 64 bits in three of a million runs."""


def _rates(rows: Rows) -> dict[str, list[Row]]:
    """Every grouping's rows, in no order."""
    groups: dict[tuple[int, str], tuple[Counted, Counted]] = {}
    for kind, name, found, letters in rows:
        every, without = groups.setdefault((kind, name or ""), ({}, {}))
        of_all = found & MASK, found >> WIDTH & MASK
        every[of_all] = every.get(of_all, 0) + letters
        alone = found >> 2 * WIDTH & MASK, found >> 3 * WIDTH
        if alone[0]:
            without[alone] = without.get(alone, 0) + letters
    told: dict[str, list[Row]] = {kind: [] for kind in KINDS}
    for (number, name), (every, without) in groups.items():
        kind = KINDS[number]
        told[kind].append(Row(_named(kind, name), _rate(every), _rate(without) if without else None))
    return told


def _rate(counted: Counted) -> Rate:
    letters = sum(counted.values())
    issues = overturned = touched = 0
    for (items, granted), count in counted.items():
        issues += items * count
        overturned += granted * count
        touched += count if granted else 0
    return Rate(letters, issues, overturned, overturned / issues, *interval(counted), touched, touched / letters)


def _named(grouping: str, name: str) -> str:
    if not name:
        return NONE if grouping in ("source", "reason") else UNSTATED
    return f"{name[:4]}-{name[4:]}" if grouping == "month" and len(name) > 4 else name


ISSUES = """
select count(*), sum(n), sum(decided), sum(overturned), sum(dependent), sum(authorized), sum(own),
  count(*) filter (cluster is not null), count(*) filter (cluster is not null and n > 1),
  coalesce(sum(n) filter (cluster is not null), 0), coalesce(sum(n) filter (cluster is not null and n > 1), 0)
from (
  select rationale_cluster cluster, count(*) n, count(*) filter (decision in ('upheld', 'overturned')) decided,
    count(*) filter (decision = 'overturned') overturned, count(depends_on) dependent,
    count(*) filter (already_authorized) authorized,
    count(*) filter (
      decision in ('upheld', 'overturned') and depends_on is null and not coalesce(already_authorized, false)
    ) own
  from read_parquet($issues) group by all
)"""


def _issues(rows: Rows) -> tuple[dict[str, int], dict[str, int]]:
    """How many there are of what kind; how many share their rationale."""
    [(_, *counts)] = rows
    every, decided, overturned, dependent, authorized, own, clusters, shared, clustered, in_shared = (
        int(count or 0) for count in counts
    )
    issues = {
        "all": every, "decided": decided, "upheld": decided - overturned, "overturned": overturned,
        "unknown": every - decided, "dependent": dependent, "already_authorized": authorized, "without": own,
    }  # fmt: skip
    return issues, {"issues": clustered, "clusters": clusters, "shared": shared, "issues_shared": in_shared}


LETTERS = f"""
select count(*), count(*) filter (status = 'failed'), count(duplicate_of), count(reissue_of),
  coalesce(sum(cost_usd::decimal(18, 9)), 0)::double, count(cost_usd),
  coalesce(sum(prompt_tokens), 0), coalesce(sum(completion_tokens), 0),
  coalesce(strftime(min(decision_date), '%Y-%m'), min(decision_year)::varchar),
  coalesce(strftime(max(decision_date), '%Y-%m'), max(decision_year)::varchar),
  {
    ", ".join(
        f"count(days_{name}) filter (duplicate_of is null), "
        f"quantile_cont(days_{name}, [0.25, 0.5, 0.75]) filter (duplicate_of is null)"
        for name in DAYS
    )
}
from read_parquet($letters)"""  # noqa: S608 - of the closed list only


def _letters(rows: Rows) -> tuple[dict[str, int], dict[str, float], str | None, str | None, list[Days]]:
    [(every, failed, duplicates, reissues, cost, priced, prompt, completion, first, last, *spent)] = rows
    letters = {"all": every, "failed": failed, "duplicates": duplicates, "reissues": reissues}
    totals = {
        "cost_usd": cost, "letters_priced": priced, "prompt_tokens": int(prompt), "completion_tokens": int(completion)
    }  # fmt: skip
    pairs: Iterable[tuple[str, int, Any]] = zip(DAYS, spent[::2], spent[1::2], strict=True)
    days = [Days(name, count, *quartiles) for name, count, quartiles in pairs if count]
    return letters, totals, first, last, days


GUIDELINES = """
with cited as (
  select source, coalesce(canonical_title, title) named, section,
    count(*) filter (relied_on_by = 'administrator') theirs, count(*) filter (relied_on_by = 'reviewer') ours
  from read_parquet($citations) group by all
)
select * from cited
qualify (row_number() over (order by theirs desc, ours desc, source, named, section) <= $most and theirs > 0)
  or (row_number() over (order by ours desc, theirs desc, source, named, section) <= $most and ours > 0)
order by theirs + ours desc, ours desc, source, named, section"""
