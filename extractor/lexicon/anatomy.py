"""Parts of the body: how requests and rationales name them, and the region that each belongs to."""

from __future__ import annotations

import re

REGIONS: dict[str, str] = {
    "neck": r"cervical (?:spine|region|facets?|paraspinals?)|cervical|neck|c-?spine|cervicothoracic(?: spine)?",
    "upper_back": r"thoracic (?:spine|region|facets?)|thoracic|upper back|mid[- ]?back|t-?spine|thoracolumbar(?: spine)?",
    "low_back": r"lumbar (?:spine|region|facets?)|lumbosacral (?:spine|region)|lumbar|lumbosacral|low(?:er)? back|l-?spine|"
    r"sacroiliac joints?|si joints?|sacrum|coccyx|tailbone",
    "back": r"spine|spinal|back",
    "shoulder": r"shoulders?|rotator cuff|glenohumeral joints?|acromioclavicular joints?|ac joints?|clavicles?|scapulae?",
    "arm": r"upper extremit(?:y|ies)|upper arms?|arms?|humerus|biceps",
    "elbow": r"elbows?|cubital tunnels?",
    "wrist_hand": r"wrists?|hands?|thumbs?|(?:index |middle |ring |little |small |trigger |long )?fingers?|forearms?|carpal tunnels?|"
    r"metacarpals?|knuckles?|digits?",
    "hip": r"hips?|groin|pelvis|buttocks?|hip joints?",
    "leg": r"lower extremit(?:y|ies)|lower legs?|upper legs?|legs?|thighs?|cal(?:f|ves)|shins?|femur|tibia|fibula|hamstrings?",
    "knee": r"knees?|patellae?|meniscus",
    "ankle_foot": r"ankles?|foot|feet|heels?|toes?|big toes?|great toes?|plantar fasciae?|achilles(?: tendons?)?|tarsal tunnels?",
    "head": r"head|skull|brain|scalp|face|facial|jaw|temporomandibular joints?|tmj|nose|ears?|teeth|tooth",
    "eye": r"eyes?",
    "chest": r"chest|ribs?|sternum|thorax|lungs?",
    "abdomen": r"abdomen|abdominal|abdominal wall|inguinal|stomach",
    "joint": r"facet joints?|stellate ganglion|occipital nerves?",
}
"""The names of each region's parts, as patterns."""

PARTS = re.compile(
    r"(?<![\w-])(?:" + "|".join(f"(?P<{region}>{names})" for region, names in REGIONS.items()) + r")(?![\w])", re.I
)
"""A part of the body; the group that matched names its region."""
