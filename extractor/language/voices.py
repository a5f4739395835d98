"""Who speaks in a rationale's sentence: the guideline, which is recited, or the reviewer, about this case.

Recited guideline text is never a reason, however strong, so the two must be told apart before anything is
concluded from a sentence.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from extractor.language.sentences import Sentence
from extractor.taxonomy import RationaleRole

PERSON = r"(?:patient|claimant|applicant|injured worker|worker|employee|iw|individual|member)"
"""What letters call the person."""
GUIDE = (
    r"(?:mtus|ca-mtus|odg|acoem|guidelines?|guides?|official disability|fda|medicare|utilization schedule|"
    r"american college)"
)
SAYS = (
    r"(?:stat(?:es?|ing)|recommend(?:s|ed|ing)?\b|indicat\w+|not(?:es?|ed|ing)|supports?|requires?|"
    r"suggests?|address\w*|specif\w+|advis\w+|endorses?|allows?|cites?|defines?|refers?|"
    r"encourages?|discuss\w*|provides?|considers?|lists?|mentions?|reports?|relies|relates?|describes?|"
    r"(?:is|are) silent|make no|do not|does not|says?|limits?|sets?|"
    r"would have|reserves?|calls? for|looks? (?:for|with)|wants?|accepts?|permits?|outlines?|found|finds|"
    r"keeps?|regards?|treats?|holds?|favou?rs?|gives?|puts?|has|have|asks?|backs?|tolerates?)"
)
GUIDE_SPEAKS = re.compile(
    rf"^(?:[\w'’,.-]+ ){{0,9}}?[\"“(]?(?:ca |ca-|california |the )?{GUIDE}\b(?:[^.;]{{0,140}}?)\b{SAYS}\b|"
    rf"^(?:per|according to|as per|as noted in|based on|under|"
    rf"in accordance with) (?:the )?(?:[\w'’/-]+ ){{0,6}}?{GUIDE}\b"
    rf"|^[\"“]|^(?:recommended|not recommended|criteria|indications?|frequency|maximum|optimum|\(\d+\)|"
    rf"\d+\)|\([a-z]\))\b|\(\w+(?:, | et al,? )\d{{4}}\)",
    re.I,
)
"""How a sentence that recites begins."""
OF_THIS_CASE = re.compile(
    rf"\b(?:in (?:this|his|her|the present) (?:case|instance|patient)\b|here,|at hand\b|this (?:\d+[- ]|"
    rf"[a-z]+ )?{PERSON}(?:'s|’s)?\b|(?:the|this) (?:[a-z]+ ){{0,3}}requests?\b(?! for authorization)|"
    r"the (?:requested|proposed) |these (?:records|notes|findings|criteria)\b|this (?:claimant|patient|"
    r"applicant|worker)['’]s|item \d{1,2}\b|(?:is|are|was) (?:double|twice|too many)\b|on record\b|"
    r"in the (?:file|records?|chart)\b|(?:found|held|determined) (?:to be )?(?:medically )?necessary\b)",
    re.I,
)
"""What only a sentence about the case says, even where it also names a guideline."""
OF_THE_RECORDS = re.compile(
    r"\b(?:the (?:current|present|concurrent|above|prior|previous|remaining|additional|original|issue|"
    r"most recent|submitted|provided|available|medical|clinical|physical exam\w*|treating|requesting|"
    r"attending|treater|provider|rfa|progress|"
    r"recent|latest|records?|documentation|file|chart|reports?|notes?|medical information|"
    r"clinical information|case|information)\b|this (?:study is|item|medication|procedure|drug)|"
    r"(?<!if )there (?:is|are|was|were|has been|have been) (?:also |currently |however |"
    r"thus )?(?:a )?(?:no|not|lack|insufficient|inadequate|nothing|limited|little|neither)\b|"
    r"(?:no|lack of) (?:\w+ ){0,2}(?:documentation|documented|evidence|indication|mention|rationale|"
    r"discussion|trial|report|record)|the (?:study|test|testing|surgery|procedure|treatment|injections?|"
    r"imaging|therapy|device|medication) (?:would|will)\b|(?:is|are|falls?|lies) (?:well )?within (?:the|"
    r"that|this)\b|not (?:been )?(?:documented|provided|submitted|established|noted)|"
    r"within the (?:documentation|medical)|i (?:find|see|am|cannot|could|note|do|have|looked)|"
    r"the (?:left|right) [a-z]+|there (?:is|are) now|(?:has|have) (?:not|never) been (?:obtained|performed|done|tried|"
    r"started|completed|taken|provided)|"
    r"(?:x-? ?rays?|films|radiographs|mri|ct|emg\S*|stud(?:y|ies)|exam\w*|"
    r"testing) (?:\w+ ){0,3}?(?:did not|showed|revealed|"
    r"demonstrated)|(?:was|were) (?:also )?(?:noted|seen|found|observed|present|reported|recorded|felt|examined|given|"
    r"taken|done|tender|positive|negative|normal)|utilization review|claims administrator|as such|"
    r"given (?:the|that|his|her|this)|on the basis of|submitted|is not apparent)\b|^therefore\b",
    re.I,
)
"""What a sentence about the records says, unless a guideline speaks in it."""
OF_RESEARCH = re.compile(
    r"\b(?:evidence|data|studies|trials|literature)\b[^.;]{0,20} (?:to recommend|for or against|from|"
    r"of (?:benefit|efficacy|"
    r"effectiveness|harm)|that routine|in (?:the|acute|chronic|this population)|supporting the (?:routine )?use)\b|"
    r"\b(?:high|low|good|poor)[- ]quality (?:evidence|studies|trials)|\brandomi[sz]ed\b",
    re.I,
)
"""What studies show or do not show is said of no case."""
OF_ITS_USE_HERE = re.compile(
    rf"\bthis (?:[a-z-]+ ){{0,2}}(?:injection|procedure|treatment|device|medication|surgery|study|test|drug)\b|"
    rf"\b{PERSON}['’]s\b",
    re.I,
)
ON_THE_REQUEST = re.compile(
    rf"^regarding (?:the|this) requests?\b.{{0,200}}?, (?:[\w/-]+ ){{0,3}}{GUIDE}\b[^.]{{0,40}}?\b{SAYS}\b", re.I
)
"""A recitation that is introduced with the request."""
OF_THE_PERSON = re.compile(
    rf"(?:^|[,;:(] ?|\b(?:that|however|and|but|as|since|because|while|although|though|if anything|"
    rf"indicated|indicates|noted|notes|document|documents) )(?:the |an? )?(?:{PERSON}(?:'s|’s)? (?:has|had|"
    rf"is|was|does|did|complain\w*|present\w*|report\w*|continu\w+|underwent|receiv\w+|"
    rf"remain\w*|show\w*|demonstrat\w+|note\w*|den(?:y|ies|ied)|been|sustained|injured|may|would|could|"
    rf"appears?|seems?|failed|took|takes|uses?|used|already|also|still|only|now|currently|\w+ed|\w+s)\b|"
    rf"(?:he|she|his|her|mr\.|ms\.) )",
    re.I,
)
"""What a sentence about the person says; a guideline's "the patient" stands elsewhere."""
DATED = re.compile(
    r"\b\d{1,2}[/-]\d{1,2}[/-]\d{2,4}\b|\b(?:january|february|march|april|may|june|july|august|september|"
    r"october|november|december) \d{1,2}, \d{4}",
    re.I,
)
NECESSITY = (
    r"(?:medical(?:ly)?[- ](?:necess\w+|reasonable|appropriate)|(?:not )?(?:supported|certified|warranted|"
    r"indicated|approved|necessary|appropriate|justified|authorized)(?= (?:at this|in this|here|for this|"
    r"by|as)|[.,]?$))"
)
CONCLUDES = re.compile(
    rf"\b(?:is|are|was|were|be|as|been|appear)(?: therefore| thus| considered| deemed| determined to be|"
    rf" found| also| likewise| hereby| indicated as| being)? (?:not |also |therefore |thus |"
    rf"hereby )*(?:a )?{NECESSITY}"
    r"|\bmedical necessity\b.{0,80}?\b(?:is|has|was|had|cannot|could not|not|are)\b|"
    r"\brequest\b.{0,160}?\b(?:is|was|are|were) (?:not )?(?:\w+ )?(?:necessary|certified|supported|"
    r"approved|denied|appropriate)\b|\bnot a medical necessity\b",
    re.I,
)
"""A verdict on the request."""
VERDICT = re.compile(
    r"\b(?:is|are|was|were|be|as) (?:not )?medically (?:necessary|appropriate)\b|\bnot certified\b", re.I
)
"""A verdict in its plainest form."""
STOP = r"(?:stop\w*|discontinu\w+|terminat\w+|ceas\w+|cessation|withdraw\w*|end(?:ed|ing)?|cut|halt\w*|taken away)"
ABRUPT = r"(?:abrupt\w*|sudden\w*|(?:all )?at once|cold turkey)"
ABRUPT_STOP = re.compile(rf"\b{ABRUPT}\b.{{0,80}}\b{STOP}\b|\b{STOP}\b.{{0,80}}\b{ABRUPT}\b", re.I)
"""Stopping at once."""
WARNS = re.compile(
    r"\b(?:should|must|ought|never|avoid\w*|caution\w*|warn\w*|advi[sc]\w+|risk\w*|danger\w*|unsafe|"
    r"rather than|instead of|"
    r"recommend\w*|interpreted|(?:not|nor)(?: to)?(?: be)? (?:stop|ceas|discontinu|end|cut|terminat|"
    r"withdraw|halt|tak)\w*|(?:abruptly|suddenly|all at once|cold turkey|cessation|discontinuation|withdrawal) "
    r"(?:can|may|could|is not|invites|brings))\b",
    re.I,
)
"""What makes a caution of it, and no tale of what happened."""
NOTICE = re.compile(
    r"\bthis decision addresses the medical necessity of opioids\b|\bnot be interpreted as\b|\b(?:advised|"
    r"advisable) to (?:consult|speak)\b.{0,120}\b(?:taper|opioid|physician)",
    re.I,
)
"""A standing caution, not a word on the request."""
PLAIN = re.compile(r"\bnot a medical necessity\b|\brequest\b.{0,160}\bnot medically necessary\b", re.I)
"""A verdict that no guideline gives."""
WEIGHTY = re.compile(r"\bmedical(?:ly)?\b|\brequests?\b|\bcertified\b|\brequested\b", re.I)
"""What a verdict that ends a recitation speaks of."""
CRITERION = re.compile(
    r"\b(?:recommend\w*|indicated|criteria|require\w*|should|must|only (?:if|when|after)|unless|until|"
    r"support\w*|not recommended|option|appropriate|up to|maximum|reserved|warrant|needed)\b",
    re.I,
)
"""What a recited sentence says where it states a condition."""


@dataclass(frozen=True, slots=True)
class Voiced:
    """A sentence with its role; ``of_case`` where the reviewer speaks about this case in it."""

    sentence: Sentence
    role: RationaleRole
    of_case: bool


ABOUT_GUIDES = frozenset("mtus odg acoem guide offic fda medic utili ameri".split())
ABOUT_CASE = frozenset(
    "recor file chart found held deter doubl twice too item case insta patie here hand this reque these "
    "claim appli worke injur emplo iw indiv membe propo".split()
)
ABOUT_PERSON = frozenset("patie claim appli injur worke emplo iw indiv membe he she his her mr ms".split())
ABOUT_VERDICT = frozenset("neces appro certi suppo warra indic justi autho reaso medic deni denie".split())
ABOUT_STOPPING = frozenset("inter opioi taper abrup sudde once cold advis".split())
"""Stems without which the patterns of each kind need not be tried."""
OPENS_RECITATION = re.compile(r"[\"“(\d]|recom|not r|crite|indic|frequ|maxim|optim", re.I)


def warns(text: str) -> re.Match[str] | None:
    """Where the sentence warns against stopping at once."""
    return ABRUPT_STOP.search(text) if WARNS.search(text) else None


def _of_research(text: str) -> bool:
    return OF_RESEARCH.search(text) is not None and OF_ITS_USE_HERE.search(text) is None


def voices(found: list[Sentence]) -> list[Voiced]:
    """Each sentence with who speaks in it: recited text goes on until a sentence speaks of this case."""
    voiced = []
    reciting = True  # a rationale opens with the guideline, until a sentence speaks of the case
    for sentence in found:
        text = sentence.text
        stems = sentence.stems
        own = (
            not ABOUT_CASE.isdisjoint(stems)
            and OF_THIS_CASE.search(text) is not None
            and not ON_THE_REQUEST.match(text)
        )
        if not ABOUT_STOPPING.isdisjoint(stems) and (NOTICE.search(text) or warns(text)) and not VERDICT.search(text):
            voiced.append(Voiced(sentence, "notice", False))
            continue
        speaks = (
            not own
            and (not ABOUT_GUIDES.isdisjoint(stems) or OPENS_RECITATION.match(text) is not None or "(" in text)
            and GUIDE_SPEAKS.match(text) is not None
        )
        concludes = not ABOUT_VERDICT.isdisjoint(stems) and CONCLUDES.search(text) is not None
        person = not own and (
            (not ABOUT_PERSON.isdisjoint(stems) and OF_THE_PERSON.search(text) is not None)
            or (sentence.dated and DATED.search(text) is not None)
        )
        if own or (not speaks and OF_THE_RECORDS.search(text) and not (reciting and _of_research(text))):
            reciting, of_case = False, True
        elif speaks and not (concludes and (person or PLAIN.search(text))):
            reciting, of_case = True, False
        elif person or (concludes and (not reciting or WEIGHTY.search(text))):
            reciting, of_case = False, True
        else:
            of_case = not reciting
        role: RationaleRole
        if of_case:
            role = "conclusion" if concludes else "finding"
        else:
            role = "criterion" if CRITERION.search(text) else "guideline_text"
        voiced.append(Voiced(sentence, role, of_case))
    return voiced
