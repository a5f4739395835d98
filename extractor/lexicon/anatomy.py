"""Parts of the body: how requests and rationales name them, and the region that each belongs to."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from extractor.taxonomy import Side

REGIONS: dict[str, str] = {
    "neck": r"cervical (?:spine|region|paraspinals?|facets?)|cervicothoracic(?: spine)?|cervical|neck|c-?spine",
    "upper_back": r"rhomboids?|thoracic (?:spine|region|paraspinals?|facets?)|thoracolumbar(?: spine)?|thoracic|"
    r"upper back|mid[- ]?back|t-?spine",
    "low_back": r"lumbar (?:spine|region|paraspinals?|facets?)|lumbosacral(?: spine| region)?|lumbar|low(?:er)? back|"
    r"l-?spine|ls spine|"
    r"sacroiliac joints?|si joints?|sacroiliac|sacrum|coccyx|tailbone",
    "back": r"spine|back",
    "shoulder": r"shoulders?|(?:upper |mid(?:dle)? |lower )?trapezi(?:us|i)|rotator cuffs?|glenohumeral joints?|"
    r"acromioclavicular joints?|ac joints?|clavicles?|scapulae?",
    "arm": r"upper extremit(?:y|ies)|upper arms?|arms?|humerus|biceps",
    "elbow": r"elbows?|cubital tunnels?",
    "wrist_hand": r"wrists?|(?<!at )(?<!by )(?<!other )hands?|thumbs?(?: cmc joints?)?|"
    r"distal radius|radius|ulna|(?:index |middle |ring |little |"
    r"small |trigger |long |first |second |third |fourth |fifth )?fingers?|"
    r"forearms?|carpal tunnels?|metacarpals?|knuckles?|basal joints?",
    "hip": r"hips?|groin|pelvis|buttocks?",
    "leg": r"lower extremit(?:y|ies)|lower legs?|upper legs?|legs?|thighs?|cal(?:f|ves)|shins?|femur|tibia|"
    r"fibula|hamstrings?",
    "knee": r"knees?|patellae?|menisc(?:us|i)",
    "ankle_foot": r"ankles?|foot|feet|heels?|(?:big |great )?toes?|plantar fasciae?|achilles(?: tendons?)?|"
    r"tarsal tunnels?",
    "head": r"head|skull|brain|scalp|face|facial|jaw|temporomandibular joints?|tmj|nose|ears?|teeth|tooth",
    "eye": r"eyes?",
    "chest": r"chest|ribs?|sternum",
    "abdomen": r"abdomen|abdominal(?: wall)?|inguinal|stomach",
    "joint": r"facet joints?|stellate ganglion|occipital nerves?",
}
"""The names of each region's parts, as patterns; the first region that names a part has it."""

NEIGHBOURS: dict[str, frozenset[str]] = {
    "neck": frozenset({"upper_back", "back", "arm", "shoulder", "head", "joint"}),
    "upper_back": frozenset({"neck", "low_back", "back", "chest", "shoulder", "joint"}),
    "low_back": frozenset({"upper_back", "back", "hip", "leg", "joint"}),
    "back": frozenset({"neck", "upper_back", "low_back", "joint"}),
    "shoulder": frozenset({"neck", "upper_back", "arm", "chest", "joint"}),
    "arm": frozenset({"shoulder", "elbow", "wrist_hand", "neck"}),
    "elbow": frozenset({"arm", "wrist_hand"}),
    "wrist_hand": frozenset({"arm", "elbow"}),
    "hip": frozenset({"low_back", "leg", "abdomen", "back"}),
    "leg": frozenset({"hip", "knee", "ankle_foot", "low_back"}),
    "knee": frozenset({"leg"}),
    "ankle_foot": frozenset({"leg"}),
    "head": frozenset({"neck", "eye"}),
    "eye": frozenset({"head"}),
    "chest": frozenset({"upper_back", "shoulder", "abdomen"}),
    "abdomen": frozenset({"hip", "chest"}),
    "joint": frozenset({"neck", "upper_back", "low_back", "back", "shoulder", "head"}),
    "mind": frozenset(),
}
"""Regions that one complaint may go through: a pain of the neck and arm is no contradiction."""

SPINE = frozenset({"neck", "upper_back", "low_back"})
"""Regions whose names are levels of one spine."""
VERTEBRA = r"(?:C[1-8]|T(?:1[0-2]|[1-9])|L[1-6]|S[1-5])"
LEVEL = rf"(?:{VERTEBRA}(?: ?[-–/] ?(?:{VERTEBRA}|1[0-2]|[1-9])){{0,3}}(?![\d/]| ?-?weighted))"
"""A level of the spine: ``L5-S1``, ``C4``."""
REGION_OF_LEVEL = {"C": "neck", "T": "upper_back", "L": "low_back", "S": "low_back"}
SIDES: dict[str, Side] = {
    "left": "left", "lt": "left", "right": "right", "rt": "right",
    "left and right": "bilateral", "right and left": "bilateral",
    "bilateral": "bilateral", "bilaterally": "bilateral", "both": "bilateral", "b/l": "bilateral",
}  # fmt: skip
SIDE = r"left and right|right and left|left|right|bilateral(?:ly)?|both|lt\.?|rt\.?|b/l"


OPENING = re.compile(r"(?<![\w-])[a-z]+(?=[-' ]?)", re.I)
FIRST_WORDS = frozenset(
    """distal radius ulna cervical cervicothoracic neck c cspine thoracic thoracolumbar upper mid midback t
    tspine lumbar lumbosacral low lower l lspine ls sacroiliac si sacrum coccyx tailbone spine back shoulder
    shoulders rotator glenohumeral acromioclavicular ac clavicle clavicles scapula scapulae arm arms humerus
    biceps elbow elbows cubital wrist wrists hand hands thumb thumbs index middle ring little small trigger
    long first second third fourth fifth finger fingers forearm forearms carpal metacarpal metacarpals
    knuckle knuckles basal hip hips groin pelvis buttock buttocks leg legs thigh thighs calf calves shin
    shins femur tibia fibula hamstring hamstrings knee knees patella patellae meniscus menisci ankle ankles
    foot feet heel heels big great toe toes plantar achilles tarsal head skull brain scalp face facial jaw
    temporomandibular tmj nose ear ears teeth tooth eye eyes chest rib ribs sternum abdomen abdominal
    inguinal stomach facet stellate occipital trapezius trapezii rhomboid rhomboids paraspinal paraspinals""".split()
)
"""What the names of parts begin with: a quick look before the pattern is tried."""


def find_parts(text: str, start: int = 0, end: int | None = None) -> Iterator[re.Match[str]]:
    """The parts of the body that the text names, in order."""
    at = start
    for opening in OPENING.finditer(text, start, len(text) if end is None else end):
        if opening.start() >= at and opening.group().lower() in FIRST_WORDS:
            match = parts().match(text, opening.start(), len(text) if end is None else end)
            if match:
                at = match.end()
                yield match


def regions(*texts: str) -> set[str]:
    """The regions of the body that the texts name.

    >>> sorted(regions("MRI of the left knee and low back"))
    ['knee', 'low_back']
    """
    return {str(part.lastgroup) for text in texts for part in find_parts(text)}


def regions_of(part: str, level: str | None) -> set[str]:
    """The regions of a part as a request names it; of a part that is only a level of the spine, the level's.

    >>> regions_of("L4-5", "L4-5")
    {'low_back'}
    """
    named = regions(part)
    return {REGION_OF_LEVEL[level[0].upper()]} if level and not named else named


@cache
def parts() -> re.Pattern[str]:
    """A part of the body; the group that matched names its region."""
    return re.compile(
        r"(?<![\w-])(?:" + "|".join(f"(?P<{region}>{names})" for region, names in REGIONS.items()) + r")(?!\w)", re.I
    )


def side_of(word: str) -> Side | None:
    """``left``, ``right`` or ``bilateral`` for the word that tells a side.

    >>> side_of("Both")
    'bilateral'
    """
    word = word.lower().rstrip(".")
    return SIDES.get(word)


def near(one: str, other: str) -> bool:
    """Whether the two regions are the same, or one complaint may go through both."""
    return one == other or other in NEIGHBOURS[one] or one in NEIGHBOURS[other]
