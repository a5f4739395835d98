"""Guidelines that letters cite, each with its name as published and the forms in which letters write it.

The schedule's own documents (MTUS): 8 CCR 9792.20 to 9792.27.23 and the documents that it adopts; the list of
ACOEM's chapters is that of the DWC's page on the schedule.  Forms are patterns over folded text.
"""

from __future__ import annotations

from dataclasses import dataclass

CHAPTER = (
    r"(?:(?:ACOEM|American College of Occupational and Environmental Medicine(?: \(ACOEM\))?)"
    r"(?: (?:Practice )?Guidelines)?,? (?:(?:2nd|Second) Edition,? )?(?:\(?2004\)?,? )?)?(?:Chapter \d{1,2}[:,]? ?)?"
)
"""How letters of 2013 and 2014 introduce a chapter: ``ACOEM Chapter 3 Initial Approaches to Treatment``."""


@dataclass(frozen=True, slots=True)
class Guide:
    """A guideline: its name, the pattern of the forms in which letters write it, the body regions that it is for."""

    name: str
    form: str
    regions: tuple[str, ...] = ()
    """Regions of :mod:`extractor.lexicon.anatomy`; empty where the guideline is for the whole body."""


MTUS_GUIDES = (
    Guide("Chronic Pain Medical Treatment Guidelines", r"Chronic Pain (?:Medical )?Treat[a-z]{2,6}(?: Guidelines?)?"),
    Guide("Opioid Treatment Guidelines", r"Opioids? Treatment(?: Guidelines?)?"),
    Guide("Acupuncture Medical Treatment Guidelines", r"Acupuncture (?:Medical )?Treatment(?: Guidelines?)?"),
    Guide(
        "Postsurgical Treatment Guidelines",
        r"Post-? ?surgical (?:Physical Medicine |Rehabilitation )?(?:Medical )?Treatment(?: Guidelines?)?",
    ),
    Guide("General Approaches", r"General Approaches(?! to)"),
    Guide("Prevention", r"Prevention(?= \d{4}| Page)"),
    Guide(
        "General Approach to Initial Assessment and Documentation",
        r"General Approach(?:es)? to Initial Assessment and Documentation",
    ),
    Guide("Initial Approaches to Treatment", r"Initial Approaches to Treatment"),
    Guide(
        "Cornerstones of Disability Prevention and Management", r"Cornerstones of Disability Prevention and Management"
    ),
    Guide(
        "Pain, Suffering, and the Restoration of Function", r"Pain,? Suffering,? and (?:the )?Restoration of Function"
    ),
    Guide("Neck and Upper Back Complaints", r"Neck (?:and|&) Upper Back Complaints", ("neck", "upper_back")),
    Guide("Shoulder Complaints", r"Shoulder Complaints", ("shoulder",)),
    Guide("Elbow Complaints", r"Elbow (?:Complaints|Disorders)", ("elbow",)),
    Guide("Forearm, Wrist, and Hand Complaints", r"Forearm,? Wrist,? (?:and|&) Hand Complaints", ("wrist_hand",)),
    Guide("Low Back Complaints", r"Low(?:er)? Back Complaints", ("low_back",)),
    Guide("Knee Complaints", r"Knee Complaints", ("knee",)),
    Guide("Ankle and Foot Complaints", r"Ankle (?:and|&) Foot Complaints", ("ankle_foot",)),
    Guide("Stress-Related Conditions", r"Stress[- ]{1,2}Related Conditions", ("mind",)),
    Guide("Eye", r"Eye(?: Complaints| Disorders)?(?= \d{4}|,? Section|,? Page)", ("eye",)),
    Guide(
        "Cervical and Thoracic Spine Disorders", r"Cervical and Thoracic Spine(?: Disorders)?", ("neck", "upper_back")
    ),
    Guide("Low Back Disorders", r"Low Back Disorders", ("low_back",)),
    Guide("Shoulder Disorders", r"Shoulder Disorders", ("shoulder",)),
    Guide("Hand, Wrist, and Forearm Disorders", r"Hand,? Wrist,? (?:and|&) Forearm Disorders", ("wrist_hand",)),
    Guide("Knee Disorders", r"Knee Disorders", ("knee",)),
    Guide("Ankle and Foot Disorders", r"Ankle (?:and|&) Foot Disorders", ("ankle_foot",)),
    Guide("Hip and Groin Disorders", r"Hip (?:and|&) Groin(?: Disorders)?", ("hip",)),
    Guide("Traumatic Brain Injury", r"Traumatic Brain Injury", ("head",)),
    Guide("Work-Related Asthma", r"(?:Work-Related |Occupational )?Asthma(?= \d{4})"),
    Guide("Interstitial Lung Disease", r"(?:Occupational )?Interstitial Lung Disease"),
    Guide("Workplace Mental Health", r"Workplace Mental Health", ("mind",)),
    Guide("Chronic Pain Guideline", r"Chronic Pain(?= (?:Guideline\b|20(?:1[7-9]|2\d)))"),
    Guide("Opioids Guideline", r"Opioids(?= (?:Guideline\b|20(?:1[7-9]|2\d)))"),
)

ODG_NAME = "Official Disability Guidelines"
ODG = (
    r"(?:Work Loss Data Institute,? )?(?:Off?i?ci?al Disabili?ty Guide(?:lines?)?|ODG\b)"
    r"(?: ?[-,]? ?\(ODG\)| [-–]{1,2} ODG\b| ODG\b)?(?:,? Treatment (?:in|"
    r"for) Workers.? Comp(?:ensation)?\b)?(?: Guidelines?\b)?"
)
ACOEM_NAME = "American College of Occupational and Environmental Medicine"
ACOEM = (
    r"(?:American College of Occupational (?:and|&) Environmental Medicine(?:'s)?(?: ?\(ACOEM\))?|ACOEM\b)"
    r"(?: (?:Occupational Medicine )?(?:Practice |Treatment )?Guide(?:lines?)\b)?"
)

OTHER_GUIDES = (
    Guide("Medicare Benefit Policy Manual", r"Medicare Benefits? (?:Policy )?Manual"),
    Guide("Medicare National Coverage Determinations Manual", r"Medicare National Coverage Determinations? Manual"),
    Guide(
        "CDC Guideline for Prescribing Opioids for Chronic Pain",
        r"CDC Guidelines? for Prescribing Opioids for Chronic Pain",
    ),
    Guide("Medicare Local Coverage Determination", r"Medicare Local Coverage Determinations?"),
    Guide("UpToDate", r"Up ?To ?Date\b"),
    Guide("Aetna Clinical Policy Bulletin", r"Aetna(?: (?:Clinical|Medical) Policy(?: Bulletins?)?)?"),
    Guide(
        "AMA Guides to the Evaluation of Permanent Impairment",
        r"AMA Guides(?: to the Evaluation of Permanent Impairment)?",
    ),
    Guide("National Guideline Clearinghouse", r"National Guidelines? Clearinghouse"),
    Guide("Physicians' Desk Reference", r"Physicians?.? Desk Reference"),
    Guide("Medscape", r"Medscape\b"),
    Guide("Cigna Medical Coverage Policy", r"Cigna(?: Medical Coverage Policy)?"),
    Guide("Cochrane Database of Systematic Reviews", r"Cochrane (?:Database|Review)[a-z ]{0,24}"),
    Guide("Medicare", r"Medicare(?: Guidelines?)?"),
    Guide("Food and Drug Administration", r"(?:U\.?S\.? )?(?:FDA\b|Food and Drug Administration)"),
)

ODG_CHAPTERS: dict[str, tuple[str, ...]] = {
    "neck": ("neck", "upper_back"),
    "low back": ("low_back",),
    "lower back": ("low_back",),
    "shoulder": ("shoulder",),
    "elbow": ("elbow",),
    "forearm": ("wrist_hand",),
    "carpal tunnel": ("wrist_hand",),
    "hand": ("wrist_hand",),
    "hip": ("hip",),
    "knee": ("knee", "leg"),
    "ankle": ("ankle_foot",),
    "head": ("head",),
    "mental illness": ("mind",),
    "hernia": ("abdomen",),
    "eye": ("eye",),
    "burns": (),
    "diabetes": (),
    "pulmonary": (),
    "infectious": (),
    "fitness for duty": (),
    "pain": (),
    "preface": (),
}
"""ODG's chapters by their first words, each with the regions that it is for."""


def any_of(guides: tuple[Guide, ...]) -> str:
    """One pattern for all of the guides; the group that matched names the guide's place in the list."""
    return "|".join(f"(?P<g{at}>{guide.form})" for at, guide in enumerate(guides))
