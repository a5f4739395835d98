"""Services and things that are requested, by the categories and subcategories of the DWC's search form.

Where several stand in a request, the first one tells what is asked for: "Physical therapy after knee surgery" is
therapy.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from extractor.taxonomy import Category

SPECIALIST = (
    r"(?:(?:ortho|orthop(?:a)?edic|spine|spinal|hand|foot|neuro|general|vascular|plastic|ent|pain|hip|"
    r"knee|shoulder|sports|internal|"
    r"occupational|physical|pulmonary|sleep|oral|bariatric|joint|replacement|rehabilitation)[ -])*"
    r"(?:surgeons?|surgery|specialists?|physiatrists?|neurologists?|neurosurgeons?|psychiatrists?|"
    r"psychologists?|internists?|podiatrists?|"
    r"cardiologists?|urologists?|dermatologists?|gastroenterologists?|rheumatologists?|pulmonologists?|"
    r"ophthalmologists?|optometrists?|"
    r"otolaryngologists?|endocrinologists?|dentists?|orthop(?:a)?edists?|orthop(?:a)?edics?|neurology|"
    r"neurosurgery|pain management|"
    r"physiatry|podiatry|internal medicine|cardiology|urology|dermatology|gastroenterology|rheumatology|"
    r"ophthalmology|ent|physician|doctor|"
    r"provider|medicine)"
)
VISIT = (
    r"(?:consult(?:ation|s)?|evaluations?|evals?|re-?evaluations?|visits?|referrals?|assessments?|"
    r"follow[- ]?ups?|appointments?|examinations?)"
)


@dataclass(frozen=True, slots=True)
class Service:
    """A kind of service: its category and subcategory, and the pattern of its names."""

    category: Category
    subcategory: str
    names: str


SERVICES = (
    Service("other", "other", r"(?:interpreter|interpreting|interpretation|translat\w+)(?: services?)?"),
    Service("transportation", "transportation", r"transportation|transport|round trips?|mileage"),
    Service(
        "programs",
        "functional_restoration",
        r"functional restoration(?: programs?)?|multi-?disciplinary (?:pain )?(?:program|evaluation|"
        r"treatment)|inter-?disciplinary (?:pain )?program|"
        r"chronic pain programs?|pain management program|help program",
    ),
    Service(
        "programs",
        "other_programs",
        r"weight loss(?: program)?|work (?:conditioning|hardening)(?: program)?|"
        r"detox(?:ification)?(?: program)?|smoking cessation|"
        r"residential (?:treatment|program)",
    ),
    Service(
        "psych_services",
        "psych_therapies",
        r"(?:individual |group |cognitive[- ]behaviou?ral )?psychotherapy|"
        r"cognitive[- ]behaviou?ral (?:therapy|psychotherapy|treatment|intervention)|cbt|"
        r"bio-?feedback|hypno(?:therapy|sis)|psychological (?:treatment|therapy|counsel+ing|sessions)|"
        r"psychiatric treatment|partial hospitalization|"
        r"(?:mental health |psych(?:iatric|ological)? )(?:day )?(?:treatment|therapy|program)|counsel+ing|"
        r"emdr|medication management sessions|"
        r"intensive outpatient program",
    ),
    Service(
        "psych_services",
        "psych_evaluation",
        rf"(?:neuro)?psych(?:ological|iatric|ology|iatry|iatrist|ologist)?(?: \w+)? {VISIT}|{VISIT} (?:with|by|"
        rf"to) (?:an? )?psych(?:iatrist|ologist|ology|iatry)|"
        r"(?:neuro)?psychological testing|psych clearance|psychological clearance",
    ),
    Service(
        "home_health",
        "home_health",
        r"home health(?: ?care| aides?| services?| nurs\w+)?|home care|in-?home (?:care|nurs\w+|assistance|"
        r"support)|wound care nurse|home nursing|"
        r"registered nurse|skilled nurs\w+(?: visits?)?|(?:daily )?rn|lvn|caregivers?|homemaker|housekeeping|"
        r"home attendant|home nurses?|nurses?|"
        r"home (?:physical|occupational) therapy|home iv\w*",
    ),
    Service(
        "diagnostic_testing",
        "emg_ncs",
        r"emgs?(?: ?(?:/|and|&|-|,) ?ncvs?| ?(?:/|and|&|-|,) ?ncss?)?|ncvs?(?: ?(?:/|and|&) ?emg)?|ncss?|"
        r"electro-? ?myograph\w*|nerve conduction(?: velocity)?(?: stud\w+| test\w*)?|"
        r"electro-? ?diagnostic (?:stud\w+|test\w*)|ssep",
    ),
    Service(
        "diagnostic_testing",
        "laboratory",
        r"(?:urine|urinary) (?:drug |toxicology )?(?:test\w*|screen\w*|stud\w+|analysis|toxicology)|"
        r"urinalysis|uds|udt|urine (?:drug|toxicology)\w*|"
        r"(?:quantitative )?drug (?:test\w*|screen\w*|confirmation\w*)|toxicology(?: screen\w*| test\w*)?|"
        r"(?:blood|lab(?:oratory)?|liver|kidney|renal|genetic|dna|saliva|oral fluid|hair)"
        r"(?: function)?(?: (?:tests?|testing|panel|work|draw|studies|labs?|screen))|labs?|cbc|cmp|"
        r"complete blood count|hemoglobin a1c|a1c|hepatic panel|"
        r"pharmacogen\w+(?: test\w*)?|chem(?:istry)? (?:panel|\d+)|psa|tsh|pathology|biopsy",
    ),
    Service(
        "diagnostic_testing",
        "imaging",
        r"(?:open |upright |3t |standing )?mri(?:'?s)?|mra|mr arthro\w+|magnetic resonance\w*|arthrograms?|"
        r"(?:cervical |standing )?x-? ?rays?|radiograph\w*|ct(?: scans?| myelogra\w+| arthro\w+)?|cat scans?|"
        r"computed tomography|bone scans?|ultrasounds?(?![- ]+(?:guid\w+|therap\w+|treat\w+))|sonogra\w+|"
        r"doppler(?: ultrasound| stud\w+)?|pet scans?|dexa(?: scans?)?|discogra\w+|"
        r"myelogra\w+|flexion[- ]extension (?:films|x-? ?rays?)|imaging|videofluoroscopy|fluoroscopy$|"
        r"echocardiogra\w+|venous duplex\w*|duplex",
    ),
    Service(
        "diagnostic_testing",
        "other_testing",
        r"sleep stud\w+|polysomnogra\w+|electrocardiogra\w+|ekgs?|ecgs?|eeg|pulmonary function (?:tests?|"
        r"testing)|stress tests?|cardiac (?:stress )?test\w*|treadmill test|holter\w*|"
        r"range of motion (?:test\w*|measure\w*)|(?:computerized )?muscle (?:strength )?test\w*|audio(?:gram|"
        r"metr\w+)|hearing tests?|sudoscan|"
        r"vestibular test\w*|vng|autonomic (?:nervous system )?(?:test\w*|function\w*)|qst|"
        r"quantitative sensory test\w*|allergy test\w*|visual field test\w*|colonoscopy|endoscopy|"
        r"cystoscopy|urodynamic\w*",
    ),
    Service(
        "injections",
        "facet_injection",
        r"(?:lumbar |cervical |thoracic )?(?:medial branch|facet)(?: nerve| joint)?(?: medial branch|"
        r" nerve)? (?:blocks?|injections?|rhizotom\w+|radio-?frequency\w*)|facets?(?= (?:block|injection))|"
        r"mbbs?|facet (?:rhizotomy|neurotomy|rfa|ablation)|rhizotom\w+|radio-?frequency (?:ablation|neurotomy|"
        r"rhizotomy|lesioning)(?: of [\w ]{0,30})?|rfa|neurotomy",
    ),
    Service(
        "injections",
        "injection",
        r"(?:transforaminal |interlaminar |caudal )?(?:lumbar |cervical |"
        r"thoracic )?epidural(?: steroid)?(?: injections?)?|esis?|tfesi|selective nerve (?:root )?blocks?|"
        r"trigger point(?: injections?)?|tpi|"
        r"(?:cortico-?)?steroid injections?|cortisone(?: injections?)?|(?:platelet[- ]rich plasma|"
        r"prp)(?: injections?)?|botox(?: injections?)?|botulinum(?: toxin)?(?: injections?)?|"
        r"(?:[a-z-]+ )?injections?|(?:[a-z-]+ )?nerve blocks?|sympathetic blocks?|ganglion(?: nerve)? blocks?|"
        r"blocks?|prolotherapy|stem cell\w*|viscosupplementation(?: injections?)?|"
        r"joint aspiration|arthrocentesis|dry needling",
    ),
    Service(
        "dmepos",
        "electrical_stimulation",
        r"tens(?: units?| ?/ ?ems)?(?! (?:unit )?(?:supplies|electrodes?|pads|batteries|leads?)\b)|"
        r"transcutaneous electrical\w*(?: nerve)?(?: stimulat\w+)?|e-?stim(?:ulation)?(?: units?)?|"
        r"interferential(?: current)?(?: units?| stimulat\w+)?|if units?|ifc(?: units?)?|"
        r"h-?wave(?: units?| devices?)?|nmes(?: units?)?|neuromuscular (?:electrical )?stimulat\w+|ems units?|"
        r"electrical (?:muscle )?stimulat\w+ units?|muscle stimulators?|bone (?:growth )?stimulators?|"
        r"solace multi stim|combo care\w*|x-?force\w*|orthostim\w*|meds-? ?4|alpha-?stim\w*",
    ),
    Service(
        "dmepos",
        "prosthetics_orthotics",
        r"brac(?:e|es|ing)|orthoses|orthosis|orthotics?|splints?|lso|tlso|afo|lumbar supports?|back supports?|"
        r"cervical collars?|collars?|slings?|slingshot\w*|prosthe\w+|cam (?:walker|boot)s?|walking boots?|"
        r"orthopedic shoes|shoes|inserts|insoles|corsets?|immobili[sz]ers?|knee sleeves?",
    ),
    Service(
        "dmepos",
        "supplies",
        r"tens (?:unit )?(?:supplies|electrodes?|pads|batteries|leads?)|electrodes?|batteries|dressings?|bandages?|"
        r"compression (?:stockings?|garments?|socks|hose)|ted hose|gauze|diapers|catheters?|gloves|"
        r"(?:wound care )?supplies",
    ),
    Service(
        "dmepos",
        "dme",
        r"durable medical equipment|dme|hospital beds?|(?:orthopedic |adjustable )?mattress\w*|pillows?|"
        r"wheel-?chairs?(?!-van)|scooters?|walkers?|crutch\w*|canes?|cold (?:therapy|compression)(?: units?)?|"
        r"hot[/ ]cold(?: therapy)?(?: units?)?|"
        r"cryo-?(?:therapy|cuff)(?: units?)?|polar care\w*|vascutherm\w*|game ready\w*|ice machines?|"
        r"thermacool\w*|hot (?:and|&) cold (?:therapy|pack|wrap)s?|heating pads?|heat(?:ing)? (?:pads?|"
        r"therapy units?)|moist heat\w*|cpm(?: machines?)?|"
        r"continuous passive motion\w*|(?:cervical |lumbar |home )?traction (?:units?|devices?|kits?)|"
        r"inversion tables?|exercise (?:kits?|balls?|equipment|bikes?)|home exercise kits?|raised toilet\w*|"
        r"toilet seats?|shower chairs?|"
        r"bedside commode|commodes?|grab bars?|hand-?held shower|reachers?|"
        r"pneumatic (?:compression )?(?:device|intermittent)\w*|dvt (?:prophylaxis|pump|compression)\w*|"
        r"cpap\w*|ergonomic \w+|chairs?|recliners?|lift chairs?|"
        r"massagers?|paraffin (?:bath|wax)\w*|hearing aids?|eye ?glasses|glasses|foam rollers?|theracane|"
        r"hot tub|jacuzzi|spa",
    ),
    Service(
        "rehabilitation",
        "acupuncture",
        r"(?:electro-? ?)?acupuncture(?: treatments?| therapy)?|acupressure|infra-?lamp",
    ),
    Service(
        "rehabilitation",
        "chiropractic",
        r"chiro(?:practic|practor)?(?: physio-?therapy)?(?: (?:treatments?|care|therapy|manipulat\w+|"
        r"adjustments?))?|manipulation(?! under an)|spinal manipulat\w+|chirotherapy",
    ),
    Service(
        "rehabilitation",
        "physical_occupational_therapy",
        r"(?:post-?(?: ?op(?:erative)?|surgical) )?(?:physical|occupational|hand)(?: ?/ ?(?:occupational|"
        r"physical))? (?:therapy|medicine)(?: evaluations?)?|physio-?therapy|pt(?: ?/ ?ot)?|ot|"
        r"therapeutic exercises?|work therapy|vestibular (?:therapy|rehab\w*)",
    ),
    Service(
        "rehabilitation",
        "other_therapies",
        r"aquatic therapy|aqua therapy|aqua-?therapy|pool therapy|hydro-?therapy|water therapy|"
        r"massage(?: therapy)?|myofascial (?:release|therapy)|infra-?red(?: heat| therapy)?|"
        r"gym(?: membership)?s?|health club\w*|"
        r"ultrasound (?:therapy|treatment)|shock-?wave(?: therapy)?|eswt|lint|laser therapy|yoga|tai chi|"
        r"pilates|personal train\w+|speech therapy|cognitive (?:rehabilitation|therapy)|cardiac rehab\w*|"
        r"pulmonary rehab\w*|"
        r"(?:acute )?(?:inpatient )?rehab(?:ilitation)?(?: unit| facility| stay)?|mechanical traction|"
        r"traction|hyperbaric\w*|swimming|therapy|manual therapy|kinesio\w*|exercise programs?|"
        r"electrical stimulation|hot packs?",
    ),
    Service(
        "evaluation_management",
        "dental_services",
        r"dental(?: \w+)?|teeth cleaning|crowns?|dentures?|tooth \w+|root canals?|oral (?:appliance|"
        r"surgery consult\w*)|periodontal \w+",
    ),
    Service(
        "evaluation_management",
        "surgical_consult",
        r"(?:second )?surgical (?:consult\w*|opinions?|evaluations?|referrals?)|(?:[a-z]+ )?surgeon (?:consult\w*|"
        r"evaluations?|referrals?)",
    ),
    Service(
        "evaluation_management",
        "medical_specialties",
        rf"{SPECIALIST}(?: \w+)? {VISIT}|(?:initial |specialty )?consult(?:ation|s)?|referrals?|"
        rf"follow[- ]?up(?: (?:office )?visits?| appointments?| evaluation)?|office (?:visits?|services?|"
        rf"consult\w*)|"
        rf"re-?evaluations?|(?:pain management|specialist|medical|physician|initial|comprehensive|"
        rf"{SPECIALIST}) {VISIT}|toc|transfer of care|(?:functional capacity|fce|qfce|work capacity|ergonomic|"
        rf"workstation)(?: evaluations?| assessments?)?|"
        r"second opinion|urgent care|emergency (?:room|department)(?: visit)?|evaluation (?:and|"
        r"&) (?:treatment|management)|evaluation|"
        r"pain management|telephone (?:consult\w*|conference)",
    ),
    Service(
        "surgery",
        "adjunct_surgical_services",
        r"associated surgical services?|pre-?(?: ?op(?:erative)?|surgical) \w+(?: \w+)?|"
        r"(?:pre-?op(?:erative)? )?(?:medical|cardiac|surgical) clearance|clearance|assistant surgeons?|"
        r"surgical assistants?|surgeon assistant|(?:co-?)surgeons?|anesthesia\w*|"
        r"(?:inpatient|hospital|overnight|surgical) (?:stay|length of stay|admission)s?|los|facility|"
        r"surgery center|post-?op(?:erative)? (?:visit|follow)\w*|neuro-?monitoring|intra-?operative \w+|"
        r"autologous \w+",
    ),
    Service(
        "surgery",
        "arthroscopic",
        r"arthroscop\w+",
    ),
    Service(
        "surgery",
        "spine",
        r"(?:[\w-]+ )?(?:interbody )?fusion|acdf|plif|alif|tlif|xlif|laminectom\w+|laminotom\w+|discectom\w+|"
        r"micro-?discectom\w+|hemilaminectom\w+|foraminotom\w+|corpectom\w+|disc (?:replacement|arthroplasty)|"
        r"kyphoplast\w+|vertebroplast\w+|"
        r"spinal cord stimulator\w*(?: trial| implant\w*)?|scs(?: trial)?|intrathecal (?:pump|drug)\w*|"
        r"pain pump|neuroplasty|lysis of adhesions|adhesiolysis|decompression of [\w ]{0,40}spine|"
        r"hardware blocks?|spine surgery|nucleoplasty|idet",
    ),
    Service(
        "surgery",
        "non_arthroscopic",
        r"surger(?:y|ies)|surgical|(?:total|partial|reverse)[\w /-]{0,30} (?:replacement|arthroplasty)|"
        r"arthroplast\w+|replacement|repair|reconstruction|releases?|open reduction\w*|orif|excision|"
        r"resection|amputation|tenodesis|tenotom\w+|osteotom\w+|"
        r"debridement|transposition|fasciotom\w+|hernia\w*(?: repair)?|herniorrhaph\w+|bunionectom\w+|"
        r"tenolysis|synovectom\w+|meniscectom\w+|acromioplast\w+|decompression|manipulation under an\w+|mua|"
        r"carpal tunnel release|hardware removal|implant\w*|"
        r"graft\w*|removal of (?:\w+ )?hardware|exploration|ablation|laparoscop\w+|cholecystectom\w+|"
        r"gastric bypass|bariatric surgery|nerve stimulator|stimulator|revision|sacroiliac joint fusion|"
        r"arthrodesis|neurolysis|neurectomy|gender",
    ),
)
"""Every kind of service, in the order in which they are tried where two begin at the same place."""


WORD = re.compile(r"[a-z]{2,}")
STEM = 4
"""So many letters of a word, without an s at its end, tell which kinds are worth a try."""


@cache
def _kinds_by_stem() -> dict[str, tuple[int, ...]]:
    """For each stem, the kinds in whose names it stands."""
    found: dict[str, set[int]] = {}
    for at, kind in enumerate(SERVICES):
        for word in WORD.findall(kind.names):
            found.setdefault(word.rstrip("s")[:STEM], set()).add(at)
    return {stem: tuple(kinds) for stem, kinds in found.items()}


@cache
def _names(at: int) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w-])(?:{SERVICES[at].names})(?!\w)", re.I)


def find_service(words: str, start: int = 0) -> tuple[Service, int, int] | None:
    """The first service that the words name from ``start`` on, with where it stands: of two that begin together,
    the one that the list has first."""
    by_stem = _kinds_by_stem()
    tried = {at for word in WORD.findall(words.lower()) for at in by_stem.get(word.rstrip("s")[:STEM], ())}
    first: tuple[int, int, int] | None = None
    for at in sorted(tried):
        match = _names(at).search(words, start)
        if match and (first is None or match.start() < first[1]):
            first = (at, *match.span())
    return (SERVICES[first[0]], first[1], first[2]) if first else None


def find_services(words: str, category: Category, subcategory: str) -> Iterator[re.Match[str]]:
    """Every place where the words name a service of this kind."""
    for at, kind in enumerate(SERVICES):
        if (kind.category, kind.subcategory) == (category, subcategory):
            yield from _names(at).finditer(words)
