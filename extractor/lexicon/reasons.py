"""How reviewers word their reasons, code by code.

A cue is a pattern over one sentence in lower case, in which the reviewer speaks about the case
(``voices.py``); ``needs`` are words of which one must stand there, so that most cues are never tried.
``scope`` keeps a cue to the kinds of requests for which it means what the code says: failed simpler care is
one reason before a test and another before a medicine. ``state`` is the cue's own answer to what the records
show; ``None`` leaves it to the sentence's words.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from extractor.taxonomy import ReasonCode, RecordState

Scope = Literal["any", "before", "first_step", "therapy", "test", "use", "dependent", "treated"]
"""``before``: tests, injections, surgery and referrals; ``first_step``: medicines and things; ``therapy``: courses of
treatment; ``test``: diagnostic tests; ``use``: things, care at home and rides; ``dependent``: anything but the main
surgery; ``treated``: what a patient can have had before, so no test."""

NO = (
    r"(?:\bno\b|\bnot\b|\bwithout\b|\black(?:s|ed|ing)?\b|\babsen(?:ce|t)\b|\bnever\b|\bn?either\b|"
    r"\bnor\b|\binsufficient\b|\binadequate\b|\blimited\b|\bfail(?:s|ed|ing)?\b|\bfailure to\b|"
    r"\bunclear\b|\bnothing\b|n['’]t\b|\bmissing\b|\bnone\b|\bunable\b|\bcannot\b|\blittle\b|\bunremarkable\b)"
)
CONSERVATIVE = (
    r"(?:conservative\w*|non-?operative|physical therapy|therapy|exercise\w*|first[- ]line|nsaids?|"
    r"(?:simpler|lesser|ordinary) (?:care|measures)|medications?|immobili[sz]ation|activity modification)"
)
FINDING = (
    r"(?:red[- ]flags?|neurolog\w+|radicul\w+|nerve (?:root )?(?:compromise|compression|impingement|"
    r"dysfunction|impairment|deficits?|involvement)|deficits?|focal|myelopath\w+|weakness|atrophy|"
    r"dermatom\w*|myotom\w*|"
    r"instability|unstable|fractures?|infection|tumou?rs?|spasms?|locking|catching|giving way|effusion|"
    r"tears?\b|abnormal\w*|(?:objective|exam\w*|physical|clinical|significant|imaging|mri|"
    r"electrodiagnostic|unequivocal|equivocal|definitive|specific|diagnostic|x-?ray|radiograph\w*)"
    r" (?:[a-z-]+ ){0,4}(?:findings?|evidence|signs?|stud(?:y|ies)|abnormalit\w+|deficits?)|"
    r"physical exam\w* (?:to|that|evidence)|signs? (?:of|consistent)|carpal tunnel|candidates? for|"
    r"surgical (?:candidate|lesion|candidacy)|night[- ]?time pain|internal derangement|"
    r"impingement|mechanical symptoms|spinal nerve|lesion|surgery (?:is|was|being|has been)|(?:plan|"
    r"discussion|indication|consideration)s? (?:of|for|that)? ?surg\w+|plans? for (?:surgery|"
    r"an? (?:invasive|operation))|descriptions? of|impairments?|pathology|"
    r"corroborat\w+|neuropath\w+|suicid\w+|sedation|"
    r"functional (?:deficit|limitation|impairment)s?|diagnosis of|(?:symptoms?|"
    r"complaints?) (?:of|suggest\w*|consistent))"
)
GAIN = (
    r"(?:(?:functional|objective|subjective|symptomatic|measurable|significant|sustained|lasting|"
    r"documented|clinical|pain)[ ,/a-z]{0,40}(?:improvements?|benefits?|gains?|relief|reduction|progress|"
    r"response)|"
    r"improve(?:ment|d)s?|pain (?:scales?|scores?)|accomplish\w*|efficacy|effectiveness|pain relief|"
    r"functional (?:benefit|gain|improvement|status)|benefits?\b|response to|outcomes?|"
    r"percent(?:age)? of (?:relief|improvement)|decreased? (?:in )?(?:pain|reliance)|success)"
)
STUDY = (
    r"(?:mri'?s?|x-?rays?|x-? rays?|radiograph\w*|ct|scans?|stud(?:y|ies)|emg\w*|nc[sv]\w*|"
    r"electrodiagnostic\w*|ultrasound|tests?|testing|imaging|films|screens?)"
)


@dataclass(frozen=True, slots=True)
class Cue:
    code: ReasonCode
    needs: tuple[str, ...]
    pattern: str
    scope: Scope = "any"
    state: RecordState | None = None
    unless: str = r"(?!)"
    whole: bool = False
    """Read on the whole sentence with its verdict, instead of clause by clause without it."""


UPHELD: tuple[Cue, ...] = (
    # The worker has it already.
    Cue(
        "already_authorized",
        ("redundant", "duplicat"),
        r"\b(?:redundant|duplicat\w+)\b",
        state="contradicted",
        unless=r"\bduplicate (?:study|mri|x-?ray|imag\w+|test)|not duplicat|\bduplicative therapy|"
        r"\b(?:relaxants?|inhibitors?|opioids?|agents?|class|drugs?|medications?|exercises?|gym)\b",
    ),
    Cue(
        "already_authorized",
        (
            "already a",
            "previously a",
            "already been",
            "already certified",
            "already granted",
            "previously certified",
            "previously granted",
            "already in place",
            "is in place",
            "already ha",
            "approved twice",
            "was approved with",
            "approved again",
            "previously been",
            "go-ahead",
            "already has;",
            "keeps the",
        ),
        r"\bgave (?:the|its|a) go-ahead\b|\bkeeps the \w+ (?:that )?\w+ already has\b|"
        r"\bapproved (?:twice|again)\b|\bwas approved with\b|\b(?:has|have|had|was|were|is|are)? ?(?:already|"
        r"previously) (?:been )?(?:authori[sz]ed|approved|certified|granted)\b|\balready (?:has|have|"
        r"had) (?:the|this|that|such|a)\b.{0,40}\b(?:clearance|authori[sz]ation|approval)|\b(?:service|"
        r"care) is in place\b",
        state="contradicted",
        unless=r"\btrial of|enough|initial|additional|further|remaining|respon\w+|sessions? of|\d+ (?:visits|sessions)",
    ),
    # Stands or falls with another item.
    Cue(
        "follows_main_service",
        (
            "procedure",
            "operation",
            "acupuncture",
            "fusion",
            "injection",
            "request",
            "primary",
            "opioid",
            "main",
            "stay",
            "program",
            "arthro",
            "surg",
            "associated",
            "ancillary",
            "adjunct",
            "separate",
        ),
        r"\b(?:as|since|because|given|with) (?:that )?(?:the )?(?:\w+ ){0,4}(?:surg\w+|operation|procedure|"
        r"acupuncture|injections?|arthroscopy|fusion|primary request|requested service|main (?:service|"
        r"request))\b.{0,60}\b(?:is|are|was|were|has|have|being) (?:not|non-?certified|denied)\b"
        r"|\b(?:ancillary|associated|adjunct) (?:services?|requests?|items?|treatments?)\b.{0,80}\bnot\b|"
        r"\b(?:concurrent|requested|associated|main|primary) (?:\w+ ){0,3}(?:surgery|procedure|surgical \w+|"
        r"request) (?:is|was|has been|are) not\b"
        r"|\bhas no separate footing\b|\bonly because of the (?:operation|surgery)\b|\bno (?:surgery|"
        r"operation) (?:is|was|has been) (?:approved|authori[sz]ed|certified|found)",
        scope="dependent",
        unless=(
            r"\bno documentation|surgery (?:is|was) not (?:being )?(?:planned|contemplated|considered|documented)|"
            r"candidate|not (?:approved|authori[sz]ed|certified) until"
        ),
        whole=True,
    ),
    # What the request leaves out.
    Cue(
        "request_incomplete",
        (
            "specif",
            "quantity",
            "body part",
            "frequency",
            "endpoint",
            "end point",
            "leaves out",
            "duration",
            "dosage",
            "do not say",
            "number of",
            "where the",
            "length of",
            "no number",
            "prescription",
            "dose",
            "omit",
            "order",
            "rfa",
            "does not",
            "did not",
        ),
        r"\b(?:requests?|prescription|rfa|order)\b.{0,50}\b(?:fail(?:s|ed) to|does not|did not|do not|lacks?|"
        r"omits?|without|leaves? out|is missing|with no)\b.{0,50}\b(?:specif\w+|quantit\w+|indicat\w+|"
        r"provid\w+|includ\w+|stat\w+|frequency|duration|body part|number|dos\w+|side|level)"
        r"|\bunspecified (?:rental|quantity|number|type|duration|amount|body|period|frequency|treatment|"
        r"length)|\bno (?:endpoint|end point|quantity|frequency|duration|body part|dosage)\b|\b(?:quantity|"
        r"frequency|duration|body part|dosage|dose|number of \w+)\b.{0,40}\b(?:was|were|is|are|has|have) not\b"
        r"|\b(?:an?|for) unspecified\b|\bdo(?:es)? not (?:say|tell|state)\b.{0,40}\b(?:where|which|(?:if|"
        r"whether) .{0,30}(?:rent|purchas|bought)|how (?:many|often|long))\b|\bnot (?:been )?specified\b",
        state="not_documented",
    ),
    # Documents and safety checks.
    Cue(
        "record_or_monitoring_missing",
        (
            "pressure",
            "renal",
            "liver",
            "laborator",
            "regimen",
            "medication list",
            "list of",
            "screen",
            "cures",
            "database",
            "agreement",
            "contract",
            "monitor",
            "aberrant",
            "urine",
            "report",
            "risk",
            "psychological",
            "evaluation",
            "creatinine",
            "progress note",
            "rfa",
            "operative",
            "pdmp",
            "drug",
            "side effects",
            "record",
            "images",
            "ort ",
            "soapp",
        ),
        r"\b(?:blood pressure|renal|kidney|liver|laborator\w+)\b.{0,60}\bnot (?:been )?(?:checked|monitored|"
        r"tested|obtained)|"
        rf"{NO}.{{0,80}}\b(?:medication (?:regimen|list)|list of (?:\w+ )?medications|risk (?:assessment|score|"
        rf"screen\w*|stratification)|screening (?:for|of)|urine (?:drug|toxicology|test\w*|screen\w*)|"
        rf"drug (?:screen|test)\w*|cures|pdmp|(?:prescription|state) (?:drug )?(?:monitoring|database)|database"
        r"|(?:opioid|pain|treatment|narcotic|signed|written) (?:agreement|contract)|monitor\w*|aberrant|"
        r"psychological (?:evaluation|clearance|screen\w*)|operative report|(?:actual |imaging |"
        r"official )?report (?:of|was|from)|request for authorization|side effects)"
        r"|\b(?:medication regimen|regimen|medication list|screening\b.{0,30}|cures\b.{0,20}|urine (?:drug|"
        r"test)\w*\b.{0,20}|risk\b.{0,20}|agreement|contract)\b.{0,30}\b(?:was|were|is|are|been|"
        r"be)(?: also)? (?:not|absent|missing)\b|\b(?:report|images|records?) (?:was|were) not (?:included|"
        r"submitted|provided|available|attached|sent)\b|\bno (?:ort|soapp|actual report|official report|"
        r"mri report)\b",
        state="not_documented",
        unless=(
            r"\b(?:has|have|had|reports?|with|and|there (?:is|are)) no (?:\w+ )?(?:side effects|aberrant|risk)|"
            r"\bno evidence of (?:aberrant|abuse|misuse|diversion)|\bno aberrant (?:drug )?\w+ (?:is|are|"
            r"was|were|has been|have been) (?:noted|reported|seen|suspected)"
        ),
    ),
    # A part already authorised must be used first.
    Cue(
        "trial_response_awaited",
        (
            "not yet known",
            "not known",
            "contingent",
            "authorized",
            "approved",
            "response",
            "pending",
            "none of the",
            "first half",
            "yet to",
            "once the",
            "outcome",
            "depend",
            "based",
            "authorised",
        ),
        r"\b(?:response|outcome|effect|result)s?\b.{0,40}\bnot (?:yet )?(?:been )?known\b|"
        r"\byet to (?:attend|begin|start|complete|use|have)\b|\bonce (?:the )?.{0,40}\b(?:approved|"
        r"authori[sz]ed)\b.{0,40}\b(?:used|completed|attended|done)\b|"
        r"\bcontingent (?:up)?on\b.{0,60}\b(?:response|outcome|improvement|benefit)|\b(?:additional|further|"
        r"continued|more) (?:\w+ ){0,3}(?:treatment|therapy|visits|sessions|care)?\b.{0,40}\b(?:based|"
        r"depend\w*|contingent) (?:up)?on\b.{0,80}\b(?:improvement|response|benefit|goals)"
        r"|\b(?:lack|no|without|awaiting|pending)\b.{0,50}\b(?:patient's|claimant's|worker's|applicant's|his|"
        r"her|the)? ?(?:response|outcome)s? (?:to|of|from)\b.{0,40}\b(?:approved|authori[sz]ed|initial|trial|"
        r"therapy)\b(?=.{0,80}\badditional\b)|\b(?:authori[sz]ed|"
        r"approved)\b.{0,60}\b(?:not (?:yet )?been (?:used|completed|attended)|none of the \w+ has been used|"
        r"has not (?:yet )?been performed)",
        scope="therapy",
        state="guideline_only",
    ),
    Cue(
        "trial_response_awaited",
        ("documentation of benefit", "outcome was not"),
        r"\badditional \w+.{0,80}\bwithout documentation of benefit\b|\btherapy outcome was not included\b",
        state="guideline_only",
    ),
    # Amounts.
    Cue(
        "amount_exceeds_guideline",
        (
            "exceed",
            "more than",
            "greater than",
            "over the",
            "above the",
            "beyond the",
            "times that size",
            "past the",
            "would also pass",
            "surpass",
            "too many",
            "double what",
            "goes beyond",
            "excess",
            "higher",
            "twice what",
            "three times",
            "half again",
            "would pass",
        ),
        r"\b(?:request\w*|sessions|visits|quantity|dos(?:e|age)|refills?|treatments?|amount|number|med|"
        r"morphine|this|that|which|it|hours)\b.{0,80}\b(?:exceed(?:s|ed|ing)?|(?:is|are|be|well|seemingly|"
        r"would be)? ?in excess of|surpass\w*|(?:is|are) (?:more|greater|higher) than|(?:is|"
        r"are) (?:also )?(?:well )?(?:over|above|past|beyond) the)\b"
        r"|\b(?:request|refills?|quantity|amount|number|dos(?:e|age)|sessions|visits|"
        r"treatments?)\b.{0,60}\bexcessive\b|\bexcessive (?:number|amount|quantity|dos\w+)|\bexceed(?:s|ed|"
        r"ing)? (?:the )?(?:\w+ ){0,5}(?:guidelines?|recommend\w+|limits?|maximum|ceiling|allow\w+)|"
        r"\bexcess (?:physical|therapy|treatment|visits|of (?:guid\w+|recommend\w+|the (?:guid\w+|"
        r"recommend\w+|initial|amount)))|\bpast the (?:limit|ceiling)\b|\btimes that size\b|"
        r"\bwould (?:also )?pass the\b|\bover the limit\b|\bhalf again\b|\btoo many\b|\b(?:double|twice|"
        r"three times) what\b|\bmore than the (?:guidelines?|mtus|odg) (?:provides?|allows?|recommends?|"
        r"supports?)\b|\bgoes? beyond the \d",
        state="guideline_only",
        unless=(
            r"postsurgical period|phase\b|not exceed|exceeding the guidelines? is|warrant exceeding|"
            r"explaining why|no need|no evidence that"
        ),
    ),
    Cue(
        "amount_exceeds_guideline",
        (
            "large number",
            "explaining why physical therapy exceeding",
            "exceeding the guidelines",
        ),
        r"\blarge number of visits\b|\bwhy (?:\w+ ){1,3}exceeding the guidelines\b",
        state="guideline_only",
    ),
    # Duration and phase.
    Cue(
        "wrong_duration_or_phase",
        (
            "operative period",
            "surgical period",
            "treatment period",
            "long term",
            "long-term",
            "short course",
            "short-term",
            "short term",
            "acute",
            "prolonged",
            "weeks",
            "every night",
            "months",
            "since",
            "period",
            "years",
            "chronic",
            "days",
            "longer",
            "short-course",
        ),
        r"\b(?:postsurgical|post-?operative)(?: \w+)? period (?:has|had) (?:long )?(?:ended|expired|passed|lapsed)\b|"
        r"\b(?:not|only|is)\b.{0,30}\b(?:recommended|indicated|supported|intended|"
        r"approved)\b.{0,40}\b(?:long[- ]term|short[- ](?:term|course)|a short course|longer than|chronic use|"
        r"prolonged|acute phase)\b|\b(?:patient|claimant|applicant|worker|he|she|it|medication|"
        r"this)\b.{0,60}\b(?:long[- ]term|chronic(?:ally)?|prolonged|for (?:months|"
        r"years))\b(?! pain)(?=.{0,60}\b(?:treatment|use|basis|therapy|with|medication|opioid|close|$))"
        r"|\bnot the short[- ]term\b|\b(?:beyond|past|outside) the (?:\w+[- ]){0,3}(?:postsurgical|"
        r"post-?operative|treatment) period\b|\bbeyond the acute\b|\bpast the acute\b|\b(?:no longer|"
        r"not) in the acute\b|\bnot been (?:noted|present)\b.{0,40}\bmore than \d|\bless than the (?:length|"
        r"time|duration)\b|\bhas (?:already )?run for years\b|\bnot (?:recommended|supported|"
        r"indicated) (?:for|past|beyond)\b.{0,30}\b(?:weeks|days|months)\b",
        state="guideline_only",
        unless=r"at least 6 months\.?$|stop long-term|discontinu|no significant long[- ]term|longer-term nursing",
    ),
    Cue(
        "wrong_duration_or_phase",
        ("since", "refilled"),
        r"\b(?:since (?:at least )?(?:\w+ )?(?:of )?(?:19|20)\d\d|(?:nightly|daily|every (?:report|visit|note|"
        r"night)) since)\b|\brefilled\b.{0,60}\b(?:year|months)\b",
        scope="first_step",
        state="guideline_only",
        unless=r"\binjury|off work|not worked|pain since",
    ),
    # The treatment itself.
    Cue(
        "not_recommended",
        (
            "as topical",
            "topical use",
            "topical product",
            "not recommended",
            "not supported",
            "experimental",
            "investigational",
            "unproven",
            "literature",
            "not been shown",
            "evidence",
            "data",
            "under study",
            "understudy",
            "not effective",
            "disfavor",
            "recommends against",
            "preferred",
            "scientific",
            "fda",
            "compounded",
            "modalities",
            "recommend against",
            "column headed",
            "ncs is not",
        ),
        r"\bnot recommended (?:as|for) (?:a )?topical\b|"
        r"\binsufficient (?:high[- ]quality )?evidence (?:at this time )?to support the use\b|"
        r"\b(?:this|these|the requested|such|the proposed) (?:\w+ ){0,3}(?:procedure|medication|treatment|"
        r"test|drug|study|modality|device|injections?|agents?|compound)s? (?:is|"
        r"are) (?:generally )?not recommended\b(?! (?:for|unless|until|without|in the absence|as a (?:first|"
        r"primary)|longer|beyond|when|to be|after|past))"
        r"|\black of (?:sufficient |high[- ]quality |quality |supporting )?(?:literature|scientific|data)|"
        r"\b(?:least|insufficient|no quality) (?:amount of )?(?:data|evidence) (?:showing|which|that|"
        r"to support the (?:use|efficacy))|\b(?:experimental|investigational|unproven)\b|"
        r"\bin topical for[m]? are not supported\b|\brecommends? against\b|\bare not effective\b"
        r"|\bdisfavou?red\b|\bpreferred (?:to|over)\b|\bnot supported by (?:the )?(?:evidence|literature)\b|"
        r"\bmultiple physical modalities\b|\bncs is not\b|\bany compounded product\b|"
        r"\bnot recommended as a whole\b|\bfda[- ]approved\b.{0,40}\bnot\b|\bcolumn headed\b",
        state="guideline_only",
        unless=r"if (?:there|the)|unless|in the absence|no documentation|until",
    ),
    Cue(
        "not_recommended",
        ("ct scan over", "over an ultrasound", "more side effects", "adverse side effects"),
        r"\bsupport made for ct scan over\b|\bmany adverse side effects\b",
        state="guideline_only",
    ),
    # Repeats.
    Cue(
        "repeat_not_justified",
        (
            "new injury",
            "change in",
            "prior",
            "previous",
            "repeat",
            "additional",
            "another",
            "second",
            "already",
            "had a",
            "dated",
            "again",
            "recent",
            "third",
            "unknown",
        ),
        r"\bno\b.{0,40}\b(?:new injury|change in (?:the )?(?:\w+ )?(?:exam\w*|symptoms|findings|condition|status))|"
        rf"\bdoing it again\b|\brepeat (?:\w+ ){{0,3}}{STUDY}\b|\b(?:had|received|underwent|"
        rf"undergone)\b.{{0,30}}\b(?:prior|previous|recent) (?:\w+ ){{0,2}}{STUDY}|\b(?:had|received|"
        rf"underwent)\b.{{0,40}}\b{STUDY}\b.{{0,20}}\b(?:previously|already|dated|of unknown date)|"
        rf"\b(?:an? additional|and additional|another|second|third) (?:\w+ ){{0,2}}{STUDY}\b",
        scope="test",
        state="not_documented",
        unless=r"not routinely|reserved for|should be|failed to|additional special",
    ),
    # Supervised care no longer needed.
    Cue(
        "self_directed_care_suffices",
        (
            "independent",
            "self-directed",
            "self directed",
            "done alone",
            "no longer need",
            "oversight",
            "hep",
            "supervis",
            "stretches",
            "exercise",
            "program",
        ),
        r"\b(?:knows|does|performs|performing|doing)\b.{0,60}\b(?:exercises|stretches|program)\b|\b(?:should|"
        r"would|could|can|has|have|may|expected to|not be|established|above)\b.{0,100}\b(?:home exercise|"
        r"independent(?:ly)?|self[- ]directed|home program|hep\b)|\b(?:additional|further|"
        r"remaining)? ?exercises? (?:cannot|can(?:'t)?) (?:not )?be (?:done|performed)|\bno longer (?:need|"
        r"require)\w*\b.{0,40}\bsupervis\w+|\bnot\b.{0,60}\b(?:stand to gain from|"
        r"need for)\b.{0,60}\b(?:oversight|supervis\w+)|\b(?:discharged|"
        r"independent with)\b.{0,60}\bhome (?:exercise )?program",
        scope="therapy",
        unless=(
            r"despite|failed|in addition to|pain despite|continued to report|failure of|including home exercises|"
            r"completion of|land-based|not stated why|\b(?:not|unable to|never) (?:been |yet )?(?:do|perform|"
            r"taught|shown|given)\b"
        ),
    ),
    # First steps before medicines and things.
    Cue(
        "required_first_step_missing",
        (
            "hygiene",
            "first-line",
            "first line",
            "trial",
            "non-opioid",
            "failed",
            "failure",
            "other muscle",
            "adjunct",
            "pill form",
            "antidepressant",
            "tolerate",
            "conservative",
            "part of",
            "program of",
            "instead",
            "tried",
            "trail",
            "attempted",
            "nonopioid",
            "other non",
            "restoration",
            "addition to",
        ),
        r"\bnot (?:document|show|record)\w*\b.{0,60}\b(?:instructed|counsel\w+|advised)\b.{0,60}\b(?:hygiene|"
        r"exercise|weight)|"
        rf"\b(?:never|not) (?:been )?(?:attempted|tried)\b|{NO}.{{0,110}}\b(?:been tried|trail and failure|"
        rf"first[- ]line|non-?opioid|trial(?:led|ed|s)?\b.{{0,60}}\b(?:fail\w*|tens|home|unit|oral|"
        rf"antidepressant|anticonvulsant|month|day)|(?:30-day|one[- ]month|1[- ]month|"
        rf"home) (?:home )?(?:\w+ )?trial|other (?:muscle relaxants|medications|non)|pill form|"
        rf"failed? (?:\w+ ){{0,4}}(?:antidepressants?|anticonvulsants?|nsaids?|medications?|analgesics?|"
        rf"relaxants?|measures)|(?:adjunct|addition) to|functional restoration|fail(?:ed|ure)? (?:a |"
        rf"of )?(?:\w+ ){{0,3}}(?:trial|conservative)\b)",
        scope="first_step",
        unless=r"exceptional factors",
    ),
    # Simpler care before tests, injections and surgery.
    Cue(
        "conservative_care_not_exhausted",
        (
            "too early",
            "not been comp",
            "not yet",
            "given",
            "attempted",
            "conservative",
            "therapy",
            "treatment",
            "care",
            "failed",
            "trial",
            "exercise",
            "improv",
            "respon",
            "progress",
            "muscle relax",
            "used",
            "tried",
            "done",
            "provided",
            "helping",
            "helped",
            "modification",
            "first",
            "operative",
            "exhaust",
            "initiat",
            "complet",
            "ordinary",
        ),
        r"\b(?:therapy|visits|sessions|conservative \w+)\b.{0,60}\bnot (?:yet )?(?:been )?(?:completed|"
        r"finished|started|attended)\b|\btoo early to (?:determine|tell|say|know)\b|"
        rf"\bno (?:\w+ ){{0,3}}(?:injections?|therapy|medications?|treatment|bracing|splinting) (?:has|have|"
        rf"had|was|were) (?:been )?(?:given|tried|attempted|used|done|provided)\b|"
        rf"{NO}(?:(?!red flag).){{0,110}}\b(?:(?:trial\w*|fail\w*|respon\w+|complet\w+|course|exhaust\w*|"
        rf"recent|adequate|significant|proper|initiat\w+)\b.{{0,60}}\b{CONSERVATIVE}|"
        rf"{CONSERVATIVE}\b.{{0,40}}\b(?:fail\w*|trial\w*|exhaust\w*|complet\w+|attempt\w*|care|treatment|"
        rf"measures)|attempts? (?:at|with) conservative|failed muscle relaxant|progress in a strengthening)"
        r"|\b(?:until|prior to|before) (?:the )?(?:completion of )?(?:conservative|physical therapy)\b|"
        r"\b(?:is|are|was|has been|have|has|seeing|seems to be|showed)\b.{0,30}\b(?:responding|improving|"
        r"help(?:ing|ed)|benefit(?:t?ing)? from|benefit from)\b.{0,60}|\bonly two of the\b|"
        r"\bnot yet had (?:physical )?therapy\b|\bhas not failed to improve\b|\bnot failed conservative\b|"
        r"\black of (?:recent )?conservative",
        scope="before",
        unless=(
            r"not (?:been )?responding|radiculopathy such|exceptional|prior use|"
            r"rationale provided by the physician as to the medical necessity for this request\.$|"
            r""
            r"without (?:any )?(?:improvement|benefit)|^(?:(?!\b(?:no|not|nor|lack|without|neither)\b).)*"
            r"\b(?:has|have|had) failed\b"
        ),
    ),
    # Gains from what was had before.
    Cue(
        "prior_benefit_not_shown",
        (
            "lasted",
            "remained",
            "have remained",
            "improve",
            "benef",
            "relief",
            "efficacy",
            "effective",
            "gain",
            "outcome",
            "unchanged",
            "respon",
            "work status",
            "success",
            "8/10",
            "7/10",
            "9/10",
            "difference",
            "reliance",
            "temporar",
            "accomplish",
            "wore off",
            "remained off",
            "short-lived",
            "pain",
            "functional",
            "reduction",
            "reliant",
            "meaningful",
            "not derive",
            "diminish",
            "produce",
            "not result",
            "progress",
            "help",
        ),
        r"\b(?:functional|objective|symptomatic|pain) (?:\w+ ){0,2}(?:improvement|benefit|gains?|"
        r"relief)\b.{0,60}\b(?:was|were|is|has|have) not (?:been )?(?:documented|shown|demonstrated|noted|"
        r"reported|recorded|quantified)|\b(?:pain )?scores? (?:has|have) remained\b|\brelief (?:that |"
        r"which )?(?:only )?lasted (?:only |for |about )*(?:\w+ )(?:hours?|days?)\b|"
        rf"{NO}.{{0,110}}\b{GAIN}|\b(?:unchanged|not (?:been )?beneficial|not derive|failed to (?:derive|"
        rf"return|diminish)|no meaningful|not a meaningful|remain\w* (?:highly )?reliant|did not (?:help|"
        rf"improve|diminish|produce|result)|did not appear.{{0,40}}functional|argued against|wore off|"
        rf"remained off work|short-lived)\b|\b\d/10 with\b.{{0,40}}\b\d/10 without\b|\bhas it done what\b|"
        rf"\bfour hours a night when\b",
        scope="treated",
        unless=(
            r"likely|expected|exceptional|unproven|failed? (?:to )?(?:improve|respond)|shown in|may |can |"
            r"result in false|\bred flag|first[- ]line|conservative|(?:is|was|are|were) (?:improving|helping)|"
            r"adjunct|not (?:been )?evaluated|helpful in improving|psychological|failed to improve|positive sympt|"
            r"goals"
        ),
    ),
    # The wrong patient, or the wrong use.
    Cue(
        "indication_not_matched",
        (
            "able to drive",
            "neuropathic",
            "does not have",
            "not homebound",
            "not due to",
            "not confined",
            "history of",
            "not osteo",
            "rare",
            "risk",
            "candidate",
            "condition",
            "complex",
            "tolerat",
            "undergo",
            "utiliz",
            "diagnos",
            "neither",
            "age",
            "nsaid",
            "surgical",
            "not the",
            "adjunct",
            "initiated",
            "not meet",
            "not in the category",
            "not apply",
            "denie",
            "neuropath",
            "carry",
            "suffer",
            "reveal",
            "appear",
            "arthritis",
            "indication",
            "neuralgia",
            "tendin",
            "obes",
            "suspicion",
            "satisfy",
            "bleed",
            "regarding",
            "dyspepsia",
            "unclear",
            "ulcer",
            "this type",
            "high dose",
        ),
        r"\b(?:is|was|remains) able to drive\b|\bnot (?:have|show|document|describe)\b.{0,40}\bneuropathic pain\b|"
        r"\bdenie[sd]\b.{0,60}\b(?:heartburn|ulcer|reflux|dyspepsia|gastro\w*|gi)\b|\bno neuropathic\b|"
        r"\b(?:does not|did not|do not|not) (?:seemingly |appear to )?(?:have|carry|suffer|reveal|"
        r"fit)\b.{0,60}\b(?:diagnos\w+|condition|tendin\w+|osteoarthritis|indication|arthritis|neuralgia)|"
        r"\bnot homebound\b|\bnot (?:meet|satisfy) any of (?:these|the)\b|\bnot due to\b|\bnot confined\b|"
        r"\b(?:no|lack of|without) (?:a )?history of\b|\b(?:no|lack of)\b.{0,50}\b(?:risk (?:of|for|factors)|"
        r"high dose|multiple nsaid|ulcer|bleed\w*|dyspepsia)\b"
        r"|\b(?:no|lack of|inadequate|not)\b.{0,60}\b(?:suspicion of|rare|complex hernia|obes\w+|"
        r"being reduced or not tolerated|undergoing surgical|surgical intervention, as|utilizing the splint|"
        r"initiated into)\b|\b(?:which|that|it) is neither\b|\bfor (?:this type of|which usage)\b|"
        r"\bnot (?:medical treatment|the clinical picture)\b|\bnone of this is on record\b|\bnot (?:unclear|"
        r"questionable)\b|\bnothing specific regarding\b",
        unless=r"request for|exceptional|red flag|risk of (?:addiction|abuse|misuse|dependence)",
    ),
    Cue(
        "indication_not_matched",
        ("criteria",),
        r"\bcriteria (?:are|were|have) not (?:been )?(?:met|satisfied)\b",
        scope="use",
    ),
    # The requester's reasons.
    Cue(
        "purpose_not_explained",
        (
            "rationale",
            "reason",
            "why",
            "goal",
            "purpose",
            "explanation",
            "explain",
            "unclear",
            "justification",
            "treatment plan",
            "need for",
            "plan of",
            "neither stated",
        ),
        rf"(?:{NO}|\bdevoid\b).{{0,90}}\b(?:rationale|reasons? (?:why|for|that|is|was|are)?|why|(?:treatment |"
        rf"short|long|specific |clear )?goals?|purpose|explanation|explain\w*|justification|treatment plan)\b|"
        rf"\b(?:rationale|reason|goals?|purpose)\b.{{0,40}}\b(?:was|were|is|are|has|have) (?:not|unclear|"
        rf"neither|missing)\b|\bunclear\b.{{0,40}}\b(?:why|rationale|reason|need|as to|how)\b|"
        rf"\bneither stated nor\b|\bdescribing the reason\b",
        state="not_documented",
        unless=(
            r"exceptional|no change|whose goal|which does not allow|unclear how many|because of|for (?:this|"
            r"these) reasons?\b|no reason to expect"
        ),
    ),
    # Signs, results, severity: the widest cue, tried last.
    Cue(
        "required_finding_not_shown",
        (
            "normal on",
            "twitch",
            "referred pain",
            "red flag",
            "red-flag",
            "neuro",
            "radicul",
            "nerve",
            "deficit",
            "focal",
            "finding",
            "instab",
            "unstable",
            "fracture",
            "spasm",
            "exam",
            "imaging",
            "candidate",
            "surgery",
            "surgical",
            "normal",
            "negative",
            "unremarkable",
            "criteria",
            "stud",
            "night time",
            "weakness",
            "diagnosis",
            "tear",
            "symptom",
            "lesion",
            "intact",
            "sign",
            "symmetric",
            "corroborat",
            "impingement",
            "impairment",
            "sedation",
            "dermatom",
            "catching",
            "atrophy",
            "giving way",
            "myotom",
            "carpal",
            "description",
            "derangement",
            "pathology",
            "myelopath",
            "effusion",
            "tumor",
            "tumour",
            "complaint",
            "suicid",
            "locking",
        ),
        r"\b(?:normal|unremarkable|intact) on (?:\w+ )?(?:exam\w*|testing)\b|"
        r"\bno\b.{0,30}\b(?:twitch response|referred pain)\b|"
        rf"{NO}.{{0,110}}\b{FINDING}|\b(?:exam\w*|findings?|x-?rays?|films?|mri|studies|study|strength|"
        rf"sensation|reflexes|testing|maneuver|sign|raise|radiographs)\b.{{0,60}}\b(?:(?:was|were|is|are|had|"
        rf"has been|all|showed|revealed)(?: \w+){{0,3}} (?:normal|negative|unremarkable|intact|full|"
        rf"symmetric\w*|equal)|normal|unremarkable)\b|\b(?:had|has|with) (?:a )?(?:normal|negative|full|intact|"
        rf"symmetric\w*)\b"
        r"|\bno (?:significant|abnormal|positive) findings\b",
        unless=(
            r"rationale|exceptional|no neuropathic|neuropathic pain|new injury|reason|conservative|respon\w+ to|"
            r"trial|(?:has|have|had|been|"
            r"of) failed|failed (?:a|to respond|treatment|therap|muscle)|benefit|improvement|homebound|"
            r"any of these criteria|despite"
        ),
    ),
    Cue(
        "required_finding_not_shown",
        ("criteria",),
        r"\bnot (?:met|meet|satisfy)\b.{0,40}\bcriteria\b|\bcriteria\b.{0,30}\bnot (?:been |having been )?met\b",
        scope="before",
        state="not_documented",
    ),
    Cue(
        "required_finding_not_shown",
        ("red flag", "congruent"),
        r"\bwhen red flags\b.{0,60}\bare noted\b|\bnot support\b.{0,40}\bcongruent with\b",
        state="contradicted",
    ),
)

OVERTURNED: tuple[Cue, ...] = (
    Cue(
        "follows_main_service",
        (
            "surger",
            "surgical",
            "procedure",
            "operation",
            "repair",
            "release",
            "item ",
            "fusion",
            "arthro",
            "main",
            "approved",
        ),
        r"\b(?:concurrent|requested|associated|main|primary|the|this)\b.{0,40}\b(?:surgery|procedure|"
        r"surgical intervention|operation|repair|arthroscopy|item \d+)\b.{0,40}\b(?:is|was|are|"
        r"has been)(?: found| deemed| also)? (?:supported|medically necessary|necessary|approved|certified|"
        r"authori[sz]ed|overturned|indicated)\b|\b(?:surgery|release|arthroscopy|fusion|repair|arthroplasty|"
        r"procedure|operation) has been (?:determined|found|deemed) to be (?:medically )?necessary\b|"
        r"\b(?:with|since|as|because) (?:the \w+ approved|item \d+ (?:is|was) (?:overturned|supported|"
        r"approved|necessary|medically necessary))\b",
        scope="dependent",
        whole=True,
    ),
    Cue(
        "conservative_care_failed",
        (
            "unresponsive",
            "fail",
            "without",
            "not respond",
            "despite",
            "no avail",
            "exhausted",
            "persist",
            "outlasted",
            "stood up to",
            "refractory",
            "unresponsive",
            "lie behind",
            "ran aground",
            "plateau",
            "tried",
            "no help",
            "did not help",
            "benefit",
            "relief",
            "improv",
            "success",
        ),
        r"\bunresponsive to\b|"
        r"\b(?:has|have|had|having)? ?(?:failed|exhausted|tried and failed)\b.{0,60}\b(?:conservative|therapy|"
        r"nsaids?|medications?|treatment|measures|injections?|relief|rest|tried)|\bnot (?:responded|respond|"
        r"improved|benefit\w*|improving)\b.{0,60}\b(?:to|with|from|despite)\b|\b(?:with no|without(?: any)?) "
        r"(?:documented )?(?:improvement|benefit|relief)\b|\bno (?:documented )?(?:improvement|benefit|"
        r"relief)\b|\bdespite\b.{0,60}\b(?:therapy|treatment|conservative|care|medications?|injections?)\b|"
        r"\bto no avail\b|\bhave been exhausted\b|\bhave all been tried\b|\bfailed to give\b|\boutlasted\b|"
        r"\bhas stood up to\b|\blie behind (?:her|him)\b|\bran aground\b|\bplateaued?\b|\brefractory\b|"
        r"\bof no help\b|\b(?:passing|brief|temporary|short-lived|no lasting) relief\b|\bdid not help\b|"
        r"\beach been tried\b|\bwithout (?:success|change)\b",
        unless=r"if |should|most likely not|\b(?:not|n[’']t|no|never|without) (?:have )?(?:failed|failure)",
    ),
    Cue(
        "within_guideline_amount",
        (
            "consistent with",
            "within",
            "inside",
            "reasonable",
            "not past it",
            "no more than that",
            "usual",
            "is half",
            "same figure",
            "at the lower end",
            "edge of the range",
            "one block is",
            "below the",
            "go over",
            "one half",
            "envision",
            "which is what",
            "appropriate",
            "consistent",
            "not exceed",
            "would begin",
            "the length",
        ),
        r"\bconsistent with the (?:\w+ ){0,2}(?:recommend\w*|guidelines?|initial trial|number|amount)\b|"
        r"\bwithin (?:the )?(?:\w+ ){0,4}(?:guidelines?|recommend\w+|range|number|limits?|allow\w+|amounts?|"
        r"span)|\b(?:well )?inside (?:of )?(?:the|that) (?:\w+ ){0,2}(?:range|span|limit|guideline)|"
        r"\bdo(?:es)? not (?:exceed|go over)\b|\b(?:far|well) below the\b|\bequals? (?:one )?half\b|"
        r"\bas the guidelines? envisions?\b|\bwhich is what the \w+ (?:supports|recommends|allows)\b|"
        r"\b(?:duration|number|frequency|quantity|amount|length) (?:of (?:this|"
        r"the) request )?is (?:reasonable|appropriate|within|consistent)|\bat the lower end\b|\bnot past it\b|"
        r"\bthe same figure\b|\bno more than that\b|\busual (?:preventive )?(?:dose|one)\b|"
        r"\bedge of the range\b|\bwithin the number\b|\btwelve is half\b|\bwould begin with\b|"
        r"\bthe length at which\b",
        state="guideline_only",
        unless=r"\bnot (?:\w+ ){0,2}(?:within|reasonable|appropriate|inside)|\bexceeds\b|\bwould not\b",
    ),
    Cue(
        "clarifies_diagnosis_or_plan",
        (
            "distinguish",
            "differentiate",
            "clarif",
            "rule out",
            "evaluate the",
            "guidance",
            "anatomy",
            "diagnos",
            "tell",
            "next step",
            "determine",
            "before an",
            "prior to the",
            "alters",
            "surgical planning",
            "needs to know",
            "know whether",
            "sort out",
            "change",
            "delineat",
            "pathology",
            "what happens",
            "confirm",
            "ruling out",
        ),
        r"\b(?:distinguish|delineat\w+|differentiat\w+|clarif\w+|rule out|ruling out|confirm)\b|"
        r"\bevaluate the (?:pathology|anatomy|extent|cause|source)|\bguidance (?:on|in|with|for)\b|\b(?:may|"
        r"will|would|could) change (?:depending|the|treatment|management)|\bhelpful with diagnos|"
        r"\btells? the two apart|\balters? what happens|\bsurgical planning|\bpathology prior to|"
        r"\b(?:needs to know|know whether|sort out|determine (?:if|whether))\b|\bestablish (?:a|the) diagnosis",
        unless=r"^per |^the mtus|guidelines? (?:state|recommend)",
    ),
    Cue(
        "criteria_met",
        (
            "meet",
            "met",
            "qualif",
            "criteria",
            "satisf",
            "consistent with",
            "suggestive",
            "findings",
            "evidence",
            "symptoms",
            "severe",
            "document",
            "indicat",
            "support",
            "red flag",
            "physical",
            "risk",
            "condition",
            "has that",
            "is at",
            "carries",
            "history",
            "pain",
            "measured",
            "wound",
            "recently",
            "i find",
            "deficit",
            "gain",
            "benefit",
            "all of that",
            "report",
            "needs",
            "reveal",
            "demonstrat",
            "abnormal",
            "weakness",
            "imaging",
            "record",
            "show",
            "tear",
            "instability",
            "positive",
            "nightmares",
            "swelling",
            "fulfil",
            "progression",
            "impression",
            "incomplete",
            "describes",
            "clearly",
            "present",
            "filled",
            "appropriate",
        ),
        r"\b(?:meets?|met|satisf\w+|fulfil\w+|qualif\w+|filled)\b(?! the criteria noted above not)|"
        r"\b(?:consistent with|suggestive of|indicative of|supportive of)\b|\b(?:findings?|evidence|records?|"
        r"documentation|exam\w*|imaging|mri|indicates?|report|note[sd]?|documents?|demonstrat\w+|reveal\w*|"
        r"show\w*|reported|describes?)\b.{0,120}\b(?:support\w*|demonstrat\w+|reveal\w*|show\w*|document\w*|"
        r"appropriately documented|deficits?|tear|weakness|instability|swelling|severe|incomplete|abnormal\w*|"
        r"progression|anxiety|depression|nightmares|symptoms|positive|gains?|benefit is documented)\b"
        r"|\bred flags? (?:were|was|are|is) (?:identified|present|noted)|\bat (?:more than ordinary|high|"
        r"increased|intermediate) risk\b|\brecently post\b|\bhas that condition\b|\bcarries three\b|"
        r"\ball of that is\b|\bi find (?:headway|that)|\bboth are present\b|\bis, however, clearly\b|"
        r"\bwould benefit from\b|\bsevere\b|\bclinical impression of\b|\bclinically appropriate\b",
        unless=(
            r"\bno (?:documented|documentation|evidence)|guidelines? (?:state|recommend)|^per |did not|does not|"
            r"\bnot (?:medically|supported|met|meet|consistent|suggestive|severe|qualif\w+|satisf\w+|evident)|"
            r"\bno (?:\w+ )?(?:evidence|severe|findings?)|\b(?:meets?|satisf\w+) (?:none|neither|few|only)|\bnone of|"
            r"\bcannot\b|\bfails? to\b|\black of|\bthe (?:mtus|odg|acoem)\b.{0,60}\bnotes\b"
        ),
    ),
)
