"""Why the reviewer decided as stated: reason codes, each with its sentences and what the records show.

Only sentences in which the reviewer speaks about this case are read, and only the codes of the decision's
side.  A sentence gives at most the codes that its words call for; the same code in several sentences is one reason.
"""

from __future__ import annotations

import re
from functools import cache

from extractor.language.sentences import STEM, Sentence
from extractor.language.voices import ABOUT_VERDICT, Voiced
from extractor.lexicon.reasons import OVERTURNED, UPHELD, Cue, Scope
from extractor.schema import Reason
from extractor.source import Span
from extractor.taxonomy import Category, Decision, ReasonCode, RecordState

SCOPES: dict[Category, tuple[Scope, ...]] = {
    "pharmaceuticals": ("any", "treated", "first_step"),
    "dmepos": ("any", "treated", "first_step", "use"),
    "rehabilitation": ("any", "treated", "therapy"),
    "psych_services": ("any", "treated", "therapy"),
    "programs": ("any", "treated", "therapy", "before"),
    "home_health": ("any", "treated", "therapy", "use"),
    "diagnostic_testing": ("any", "before", "test"),
    "injections": ("any", "treated", "before"),
    "surgery": ("any", "treated", "before"),
    "evaluation_management": ("any", "before", "test"),
    "transportation": ("any", "treated", "use"),
    "other": ("any", "treated", "before", "first_step", "therapy"),
}
EXCEPTIONAL = re.compile(r"\b(?:exceptional factors|extenuating (?:factors|circumstances))\b")
"""A standing phrase, no reason (reasons.md, rule 3)."""
CONCEDING = ("although", "while", "though", "even though", "despite")
CONCEDED = re.compile(r"^(?:although|while|though|even though|despite)\b[^,;]{0,160}[,;]", re.I)
"""A point conceded is no reason (rule 4): the clause before the comma is left out."""
OF_THE_REVIEW = re.compile(
    r"^(?:the |a )?(?:prior |previous |initial |original |concurrent )?(?:utilization review\w*|ur|peer review\w*|"
    r"claims administrator|insurer|carrier|adjuster|denial)(?:['’]s)?\b[^.;]{0,60}?\b(?:den(?:y|ied|ies)|noted?s?|held|"
    r"found|finds?|sa(?:id|ys)|stat(?:ed|es)|wrote|non-? ?certified|modified|certified|cited|refused|"
    r"view|ground|opinion|"
    r"position|point|objection|objected|argu\w+|reason\w*|rests?|rested|indicated|did|felt|claimed)\b"
    r".*?(?:[,;] (?:but|however|yet|although|and i)\b|$)"
)
"""What the review under dispute held is told, and is no reason of this reviewer."""
REVIEWING = frozenset("utili ur peer claim insur carri adjus denia".split())
NECESSITY = re.compile(
    r"\b(?:is|are|was|were|be)?(?: considered| deemed| determined to be|"
    r" therefore)? ?not (?:be )?(?:medically )?(?:necessary|supported|indicated|certified|appropriate|"
    r"warranted|justified)\b|\bnot a medical necessity\b|\bmedical(?:ly)? necess\w+\b",
    re.I,
)
"""The verdict's own words say nothing about why."""
CLAUSE = re.compile(
    r"; |,? (?:but|however) |,? (?=nor )|,? and (?=no |not |there |the |it |was no |a lack |lack )|, (?=no |nor )|\. "
)
"""Where another statement begins within a sentence."""
FOUND = re.compile(
    r"\b\d+(?:\.\d+)? ?(?:/ ?\d+|degrees?\b|pounds?\b|seconds\b|mm\b|cm\b|%|percent\b|hours\b|minutes\b|blocks\b)|"
    r"\b(?:exam\w*|films?|x-?rays?|mri|radiographs|scan|test(?:ing)?|findings?|signs?)\b.{0,60}\b(?:show\w*|positive|"
    r"reveal\w*|document\w*|visible|confirm\w*|agree\w*)\b|\b(?:deficits?|weakness|instability|tears?|fractures?|locks|"
    r"locking|ulcers?|wounds?|radiculopathy|neuralgia|benefit (?:is|was|so far))\b"
)
"""A clinical finding, measured or named."""
DENIED = re.compile(r"\b(?:no|not|never|without|nor|neither|absen\w+|negative|normal)\b")
EXAMINED = re.compile(
    r"\b(?:exam\w*|inspection|testing|films?|x-?rays?|mri|stud(?:y|ies)|"
    r"findings)(?: \w+){0,3} (?:reveal\w*|show\w*|did not reveal|does not document|demonstrat\w+|"
    r"documented no)\b|\b(?:normal|negative|unremarkable|intact|symmetric\w*|unchanged|static)\b"
    r"|\bnot yet had\b|\bnot beneficial\b|\bseem(?:s|ed)? to be helping\b|\bargued against\b|"
    r"\bremain\w* (?:highly )?reliant\b|\b\d+/10\b"
)
"""Words of an examination or a course that went otherwise than was asked for."""
SHOWN_OTHERWISE = re.compile(
    rf"{EXAMINED.pattern}|\b(?:did|does|do|had|has|have|is|was|are|were) not (?:have|had|failed|homebound|"
    rf"confined|derive|fit|carry|due|meet any)\b|\bfailed to (?:derive|return|diminish)\b|"
    rf"\bis (?:responding|improving)\b|\b(?:seeing|have|has|had) (?:benefit|helped)\b"
    r"|\bthere (?:were|was|are|is) no (?:red[- ]flags?|neurological deficits?|"
    r"plan for)\b(?!.{0,40}\b(?:noted|documented)\b)|\b(?:discharged|independent) (?:as |with )"
)
"""Words by which the records show the opposite of what was asked for."""
UNDOCUMENTED = re.compile(
    r"\b(?:no|not|lack)\b.{0,60}\b(?:document\w*|indicat\w+|evidence|establish\w*|explanation|shown|noted)\b"
)


CUES: dict[Decision, tuple[Cue, ...]] = {"upheld": UPHELD, "overturned": OVERTURNED}


def _stem(need: str) -> str:
    """The stem of the need's first word, where that is long enough to be one."""
    word = re.match(r"[a-z]*", need)
    return word[0][:STEM] if word and len(word[0]) >= STEM else ""


NEEDS: dict[Decision, dict[str, list[tuple[str, int]]]] = {decision: {} for decision in CUES}
"""For each stem, the words that cues need with the cue's place; under no stem, words too short to have one."""
for _decision, _cues in CUES.items():
    for _at, _cue in enumerate(_cues):
        for _need in _cue.needs:
            NEEDS[_decision].setdefault(_stem(_need), []).append((_need, _at))


_compiled = cache(re.compile)
"""A cue's pattern, compiled when it is first tried."""


def read_reasons(
    voiced: list[Voiced], decision: Decision, category: Category | None, *, main_surgery: bool = False
) -> list[Reason]:
    """The reasons that the rationale gives about this case, in order of appearance; none without a decision."""
    if decision == "unknown":
        return []
    scopes = SCOPES[category or "other"] + (() if main_surgery else ("dependent",))
    found: dict[ReasonCode, Reason] = {}
    spoken = [(voice.sentence, _heart(voice.sentence)) for voice in voiced if voice.of_case]
    whole = "\n".join(words for _, words in spoken)
    cues = CUES[decision]
    stems = frozenset().union(*(sentence.stems for sentence, _ in spoken))
    live = [
        (need, at)
        for stem in ("", *(NEEDS[decision].keys() & stems))
        for need, at in NEEDS[decision][stem]
        if cues[at].scope in scopes and need in whole
    ]
    for sentence, words in spoken:
        tried = sorted({at for need, at in live if need in words})
        clauses = CLAUSE.split(words) if tried else []
        for at in tried:
            cue = cues[at]
            for clause in [sentence.lower] if cue.whole else clauses:
                if _compiled(cue.pattern).search(clause) and not _compiled(cue.unless).search(clause):
                    _add(found, cue, clause, sentence.spans)
                    break
    if decision == "overturned" and not found:
        # Nothing else is argued: what was found satisfies the guideline, by being told as the ground of the decision.
        spans = [span for sentence, words in spoken if _tells_findings(words) for span in sentence.spans]
        if spans:
            found["criteria_met"] = Reason(code="criteria_met", spans=spans)
    if "trial_response_awaited" in found and "prior_benefit_not_shown" in found:
        awaited = found["trial_response_awaited"].spans
        if all(span in awaited for span in found["prior_benefit_not_shown"].spans):
            del found["prior_benefit_not_shown"]  # the gain of an authorised part is not yet known, not missing
    return list(found.values())


def _tells_findings(words: str) -> bool:
    return FOUND.search(words) is not None and not DENIED.search(words)


def _heart(sentence: Sentence) -> str:
    """The sentence without what it concedes, what it tells of the review, and the verdict's own words."""
    words = sentence.lower
    if not REVIEWING.isdisjoint(sentence.stems):
        words = OF_THE_REVIEW.sub("", words)
    if words.startswith(CONCEDING):
        words = CONCEDED.sub("", words)
    if "exceptional" in words or "extenuating" in words:
        words = EXCEPTIONAL.sub("exceptional", words)
    return words if ABOUT_VERDICT.isdisjoint(sentence.stems) else NECESSITY.sub(" ", words)


def _add(found: dict[ReasonCode, Reason], cue: Cue, words: str, spans: list[Span]) -> None:
    state = cue.state or _state(cue.code, words)
    reason = found.get(cue.code)
    if reason is None:
        found[cue.code] = Reason(code=cue.code, record_state=state, spans=list(spans))
        return
    reason.spans += [span for span in spans if span not in reason.spans]
    if cue.state is None and EXAMINED.search(words):
        reason.record_state = state


def _state(code: ReasonCode, words: str) -> RecordState | None:
    """What the records show, from the sentence's own words; None for overturned items, whose findings they show."""
    if code in ("criteria_met", "conservative_care_failed", "clarifies_diagnosis_or_plan", "follows_main_service"):
        return None
    if SHOWN_OTHERWISE.search(words):
        return "contradicted"
    if code == "self_directed_care_suffices" and not UNDOCUMENTED.search(words):
        return "guideline_only"
    return "not_documented"
