"""Figures of a whole run, from its tables: how often reviewers overturned denials, of what, why, and on whose words.

A share is of decided items; its interval takes cases, never items, as independent (see ``interval``): the letters that
decide a case again count as letters, and are drawn together with its first.  Every rate is told twice: of all items,
and alone, without those that depend on another item or were authorised already, whose decisions say little about the
treatment itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

from extractor.analysis.interval import interval, wilson
from extractor.analysis.tables import Tables
from extractor.analysis.unfinished import progress
from extractor.taxonomy import CitationSource

GROUPINGS = ("category", "subcategory", "source", "reason", "specialty", "month")
"""By what rates are told. An item with two reasons, sources or specialties counts under both."""
NONE, UNSTATED = "none", "not stated"
"""The group of items without a source or a reason; of those whose date, specialty or category is not known."""
LEAST = 10
"""Of fewer letters no interval is told: those that happen to be alike would make it far too narrow."""
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
SPELLED = len(KINDS)
"""What is no group: how a specialty is written, and in how many letters."""
SMALL_WORDS = ("and", "for", "in", "of", "the", "to", "with")
WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")
Counted = dict[tuple[int, int], int]
Rows = list[tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Rate:
    """Of the decided items of a group."""

    letters: int
    issues: int
    overturned: int
    rate: float
    low: float | None
    high: float | None
    """Its 95 % interval, by case; None of fewer than ten letters, as all intervals."""
    letters_overturned: int
    """Letters with at least one overturned item of the group."""
    letter_rate: float
    letter_low: float | None
    letter_high: float | None
    """Wilson's: letters are taken as independent."""


@dataclass(frozen=True, slots=True)
class Row:
    """A group's rate; ``alone`` leaves out dependent and already authorised items, and is None where none is left."""

    name: str
    all: Rate
    alone: Rate | None


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
    """``all``, and of them ``failed``, ``duplicates`` (the same text: not counted again) and ``reissues``; beside them
    ``left``, those that are not read yet, where the run tells."""
    ended: bool
    """No letter of the run is left, as far as the run tells."""
    issues: dict[str, int]
    """``all``, ``decided``, ``upheld``, ``overturned``, ``unknown``, ``dependent``, ``already_authorized``, and how
    many are in ``alone`` rates."""
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
    """What reading took: ``letters_asked`` (a model was asked about them), of them ``letters_priced`` (the price is
    known) and ``letters_model_failed``, ``letters_cached`` (their answer was kept from before), ``cost_usd``,
    ``prompt_tokens``, ``completion_tokens``."""


def statistics(folder: Path) -> Statistics:
    """The figures of the run in this folder. Raises RunTrouble."""
    tables = Tables(folder)
    issues, rationales = _issues(tables.ask(ISSUES))
    letters, totals, first, last, days = _letters(tables.ask(LETTERS))
    left, ended = progress(folder)
    if left is not None:
        letters["left"] = left
    groups = _rates(tables.ask(RATES))
    whole = groups["all"]
    rates = {name: groups[name] for name in GROUPINGS}
    for name in GROUPINGS[:-1]:
        rates[name].sort(key=lambda row: (row.name in (NONE, UNSTATED), -row.all.issues, row.name))
    rates["month"].sort(key=lambda row: (row.name == UNSTATED, row.name))
    return Statistics(
        letters, ended, issues, first, last, whole[0] if whole else None, rates,
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
FOLDED = "replace(replace(lower(coalesce(trained, '')), '&', 'and'), 'ae', 'e')"
"""Specialties without what parts spellings of one: capitals, the sign for and, the ae of orthopaedic."""
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
  select letter, found, first, again, year(decision_date) * 100 + month(decision_date) decided, decision_year,
    array_to_string(specialties, chr(10)) trained
  from whole left join (
    select hash(letter_id) letter, hash(coalesce(reissue_of, input)) first, reissue_of is not null again,
      decision_date, decision_year, specialties
    from read_parquet($letters)
  ) using (letter)
), trained as materialized (
  select trained, {FOLDED} folded, found, count(*) letters from dated group by trained, found
), cases as materialized (
  from dated semi join (select first from dated where again) using (first)
), by_case as materialized (
  select kind, name, first, by_letter.found from by_letter join cases using (letter)
  union all select {KINDS.index("all")}, '', first, found from cases
  union all select {KINDS.index("month")}, coalesce(decided, decision_year)::varchar, first, found from cases
  union all select {KINDS.index("specialty")}, unnest(list_distinct(string_split({FOLDED}, chr(10)))), first, found
    from cases
)
select kind, name, found, count(*), 0 from by_letter group by kind, name, found
union all select {KINDS.index("all")}, '', found, count(*), 0 from whole group by found
union all select {KINDS.index("month")}, coalesce(decided, decision_year)::varchar, found, count(*), 0
  from dated group by decided, decision_year, found
union all select {KINDS.index("specialty")}, one, found, sum(letters)::bigint, 0 from (
  select unnest(list_distinct(string_split(folded, chr(10)))) one, found, letters from trained
) group by one, found
union all select kind, name, found, 0, sum(more)::bigint from (
  select kind, name, found, -1 more from by_case
  union all select kind, name, sum(found)::bigint, 1 from by_case group by kind, name, first
) group by kind, name, found having sum(more) <> 0
union all select {SPELLED}, folded || chr(10) || written, 0, sum(letters)::bigint, 0 from (
  select unnest(string_split(folded, chr(10))) folded, unnest(string_split(trained, chr(10))) written, letters
  from trained where trained <> ''
) group by folded, written"""  # noqa: S608 - of closed lists only
"""Letters by what they hold of each group, alike ones counted together: four counts in one number while they are added.
Few letters decide a case again, and only these are put together: the last number takes such letters away and puts their
case in. Keys are hashed: among ten million letters two have the same 64 bits in three of a million runs."""


def _rates(rows: Rows) -> dict[str, list[Row]]:
    """Every grouping's rows, in no order."""
    groups: dict[tuple[int, str], tuple[Counted, Counted, Counted, Counted]] = {}
    spelled: dict[str, dict[str, int]] = {}
    for kind, name, found, letters, more in rows:
        if kind == SPELLED:
            folded, _, written = name.partition("\n")
            spelled.setdefault(folded, {})[written] = letters
            continue
        every, alone, *moved = groups.setdefault((kind, name or ""), ({}, {}, {}, {}))
        if more:
            every, alone = moved
        of_all = found & MASK, found >> WIDTH & MASK
        every[of_all] = every.get(of_all, 0) + letters + more
        of_alone = found >> 2 * WIDTH & MASK, found >> 3 * WIDTH
        if of_alone[0]:
            alone[of_alone] = alone.get(of_alone, 0) + letters + more
    told: dict[str, list[Row]] = {kind: [] for kind in KINDS}
    for (number, name), (every, alone, moved_every, moved_alone) in groups.items():
        kind = KINDS[number]
        shown = _written(spelled[name]) if kind == "specialty" and name else _named(kind, name)
        told[kind].append(Row(shown, _rate(every, moved_every), _rate(alone, moved_alone) if alone else None))
    return told


def _rate(counted: Counted, moved: Counted) -> Rate:
    """Of so many letters; ``moved`` makes cases of them."""
    letters = sum(counted.values())
    issues = overturned = touched = 0
    for (items, granted), count in counted.items():
        issues += items * count
        overturned += granted * count
        touched += count if granted else 0
    share, letter_share = overturned / issues, touched / letters
    if letters < LEAST:
        return Rate(letters, issues, overturned, share, None, None, touched, letter_share, None, None)
    cases = counted
    if moved:
        both = {found: counted.get(found, 0) + moved.get(found, 0) for found in (*counted, *moved)}
        cases = {found: count for found, count in both.items() if count}
    return Rate(letters, issues, overturned, share, *interval(cases), touched, letter_share,
                *wilson(letter_share, letters))  # fmt: skip


def _written(spelled: dict[str, int]) -> str:
    """A specialty in title case, as most letters write it.

    >>> _written({"PAIN MANAGEMENT": 9, "Pain management": 1})
    'Pain Management'
    >>> _written({"Orthopaedic Surgery": 3, "ORTHOPEDIC SURGERY": 2, "Orthopedic surgery": 2})
    'Orthopedic Surgery'
    >>> _written({"Physical Medicine & Rehabilitation": 1})
    'Physical Medicine and Rehabilitation'
    """
    found: dict[str, int] = {}
    for name, letters in spelled.items():
        name = (name.lower() if name.isupper() else name).replace("&", "and")
        name = WORD.sub(_titled, name)
        found[name] = found.get(name, 0) + letters
    return max(sorted(found), key=found.__getitem__)


def _titled(word: re.Match[str]) -> str:
    small = word.start() and word[0] in SMALL_WORDS
    return word[0] if small else word[0][0].upper() + word[0][1:]


def _named(grouping: str, name: str) -> str:
    if grouping == "all":
        return grouping
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
        "unknown": every - decided, "dependent": dependent, "already_authorized": authorized, "alone": own,
    }  # fmt: skip
    return issues, {"issues": clustered, "clusters": clusters, "shared": shared, "issues_shared": in_shared}


LETTERS = f"""
select count(*), count(*) filter (status = 'failed'), count(duplicate_of), count(reissue_of),
  count(*) filter (asked), count(*) filter (asked and cost_usd is not null),
  count(*) filter (list_contains(flags, 'model_failed')), count(*) filter (cache = 'hit'),
  coalesce(sum(cost_usd::decimal(18, 9)), 0)::double, coalesce(sum(prompt_tokens), 0)::bigint,
  coalesce(sum(completion_tokens), 0)::bigint,
  coalesce(strftime(min(decision_date), '%Y-%m'), min(decision_year)::varchar),
  coalesce(strftime(max(decision_date), '%Y-%m'), max(decision_year)::varchar),
  {
    ", ".join(
        f"count(days_{name}) filter (duplicate_of is null), "
        f"quantile_cont(days_{name}, [0.25, 0.5, 0.75]) filter (duplicate_of is null)"
        for name in DAYS
    )
}
from (
  select *, attempts > 0 or coalesce(list_contains(flags, 'model_failed'), false) asked from read_parquet($letters)
)"""  # noqa: S608 - of the closed list only
TOTALS = (
    "letters_asked", "letters_priced", "letters_model_failed", "letters_cached", "cost_usd", "prompt_tokens",
    "completion_tokens",
)  # fmt: skip


def _letters(rows: Rows) -> tuple[dict[str, int], dict[str, float], str | None, str | None, list[Days]]:
    [row] = rows
    letters = dict(zip(("all", "failed", "duplicates", "reissues"), row[:4], strict=True))
    totals = dict(zip(TOTALS, row[4:11], strict=True))
    first, last, *spent = row[11:]
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
