"""Plain things that a sentence can speak of, in the letter's English and in both languages of a summary.

What a model's sentence speaks of must stand at the places that it cites; what stands there as the opposite refuses it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from extractor.summary.schema import Language


@dataclass(frozen=True)
class Concept:
    """``letter`` finds it in the letter; ``plain`` in a summary of each language."""

    letter: re.Pattern[str]
    plain: dict[Language, re.Pattern[str]]


def _concept(letter: str, en: str, es: str) -> Concept:
    return Concept(
        re.compile(rf"\b(?:{letter})", re.I),
        {"en": re.compile(rf"\b(?:{en})\b", re.I), "es": re.compile(rf"\b(?:{es})\b", re.I)},
    )


CONCEPTS: dict[str, Concept] = {
    "pain": _concept(
        "pain|ache|sore|tender|headache|\\w+algia",
        "pains?|aches?|sore|hurts?",
        "dolor(?:es)?|duele",
    ),
    "medicine": _concept(
        "medic(?:ation|ine)|drug|opioid|pharm|prescri|nsaid|dose|analges|narcotic|relaxant|pill|tablet|\\w+ine\\b",
        "medicines?|drugs?|pills?",
        "medicinas?|pastillas?|drogas?",
    ),
    "exercise": _concept(
        "exercis|home program|stretch|strengthen|self[- ]directed|active",
        "exercises?",
        "ejercicios?",
    ),
    "home": _concept(
        "home|independent|self|own",
        "home|your own",
        "casa|su cuenta",
    ),
    "test": _concept(
        "test|stud(?:y|ies)|imag|mri|x-?ray|radiograph|ct\\b|emg|ncs|ncv|scan|screen|exam|electrodiag|report",
        "tests?|pictures?|scans?|x-rays?|mri|emg",
        "pruebas?|im[aá]gen(?:es)?|mri|emg|radiografías?|estudios?",
    ),
    "exam": _concept(
        "exam|finding|sign|deficit|objective|physical",
        "exams?|signs?",
        "ex[aá]men(?:es)?|signos?",
    ),
    "therapy": _concept(
        "therap|rehab|treatment|visit|session|acupunct|chiroprac|pt\\b|exercis|conservative|modalit|care\\b",
        "therapy",
        "terapias?",
    ),
    "visits": _concept(
        "visit|session|treatment|appointment|time",
        "visits?|sessions?",
        "visitas?|sesiones",
    ),
    "surgery": _concept(
        "surg|operat|arthroscop|procedure|fusion|repair|\\w+ectomy|\\w+plasty",
        "surgery|operation",
        "cirugías?|operación",
    ),
    "injection": _concept(
        "inject|epidural|steroid|block",
        "injections?|shots?",
        "inyección|inyecciones",
    ),
    "weakness": _concept(
        "weak|strength|motor|deficit|atroph",
        "weak(?:ness|er)?|strength|strong(?:er)?",
        "debilidad|débil(?:es)?|fuerza",
    ),
    "numbness": _concept(
        "numb|sens(?:ation|ory)|tingl|paresthes",
        "numb(?:ness)?|feeling|tingling",
        "adormecid[oa]s?|hormigueo|sensación",
    ),
    "nerve": _concept(
        "nerve|radicul|neuro|myelo|dermatom|entrap",
        "nerves?",
        "nervios?",
    ),
    "swelling": _concept(
        "swell|swollen|edema|effusion|inflam",
        "swell(?:ing)?|swollen",
        "hinchazón|hinchad[oa]s?",
    ),
    "motion": _concept(
        "motion|mobil|flexion|extension|range|move",
        "move(?:ment|s)?|motion|bend",
        "mover|movimiento",
    ),
    "work": _concept(
        "work|job|occupation|duty|duties",
        "work(?:s|ing)?|job",
        "trabaj(?:o|ar|a)",
    ),
    "daily": _concept(
        "daily|adl|activit|function",
        "daily|tasks?|activit(?:y|ies)|function",
        "diari[oa]s?|tareas?|actividad(?:es)?|función",
    ),
    "improved": _concept(
        "improv|better|gain|progress|benefit|relie[fv]|respon|reduc|decreas|help|effective|resol",
        "better|improve[sd]?|helps?|helped|helping|gains?|relief|progress",
        "mejor(?:ó|as|ía|ado|ar)?|ayud(?:a|ó|an|aron|ar|ado)|alivi[oó]|avances?",
    ),
    "worse": _concept(
        "wors|deteriorat|progressive|exacerbat|flare|increas",
        "worse(?:ned)?",
        "peor|empeor(?:ó|ado|a)",
    ),
    "more": _concept(
        "more|exceed|additional|further|above|over|beyond|greater|excess|extra|increas|another",
        "more|above|beyond|extra|too (?:much|many)",
        "más|demasiad[oa]s?|extra",
    ),
    "less": _concept(
        "less|fewer|below|under|reduc|decreas|limit|only|short|minimal|mild",
        "less|fewer|below",
        "menos",
    ),
    "before": _concept(
        "prior|previous|before|already|past|initial|first|earlier|\\w+ed\\b|trial|fail",
        "before|already|earlier|past",
        "antes|ya|pasad[oa]",
    ),
    "first": _concept(
        "first|initial|before|prior|conservative|trial|start|begin",
        "first",
        "primer[oa]?s?",
    ),
    "fracture": _concept(
        "fractur|broken|break",
        "broken|break|fracture",
        "fractura|rot[oa]s?|hueso roto",
    ),
    "infection": _concept(
        "infect",
        "infections?",
        "infección",
    ),
    "cancer": _concept(
        "cancer|tumor|malignan|neoplas",
        "cancer|tumor",
        "cáncer|tumor",
    ),
    "sleep": _concept(
        "sleep|insomn",
        "sleep",
        "dormir|sueño",
    ),
    "stomach": _concept(
        "stomach|gastr|gi\\b|ulcer|reflux|nause|vomit",
        "stomach|nausea|vomit",
        "estómago|náuseas?|v[oó]mit",
    ),
    "heart": _concept(
        "heart|cardi",
        "heart",
        "corazón",
    ),
    "walking": _concept(
        "walk|gait|ambulat|cane|crutch",
        "walk(?:ing|s)?",
        "caminar|camina",
    ),
    "normal": _concept(
        "normal|intact|unremarkable|full|negative|within|no (?:\\w+ ){0,3}deficit",
        "normal",
        "normal(?:es)?",
    ),
    "abnormal": _concept(
        "abnormal|positive|deficit|patholog",
        "not normal|abnormal",
        "anormal(?:es)?",
    ),
    "plan": _concept(
        "plan|goal|purpose|intend|rationale|reason|explain|clarif|why|specif|indicat",
        "plans?|goals?|why",
        "planes|plan|metas?|por qué",
    ),
    "guide": _concept(
        "guideline|mtus|odg|acoem|recommend|criteria|evidence|standard|state",
        "guides?|rules?",
        "guías?|reglas?",
    ),
    "studies": _concept(
        "stud(?:y|ies)|evidence|literature|research|trial",
        "research|studies|evidence",
        "investigación|estudios|evidencia",
    ),
    "weeks": _concept(
        "week",
        "weeks?",
        "semanas?",
    ),
    "months": _concept(
        "month",
        "months?",
        "mes(?:es)?",
    ),
    "years": _concept(
        "year",
        "years?",
        "años?",
    ),
    "days": _concept(
        "day|daily",
        "days?",
        "días?",
    ),
    "risk": _concept(
        "risk|harm|adverse|side effect|danger|safe|complicat",
        "risks?|harm|dangers?|safe(?:ty)?",
        "riesgos?|daños?|peligros?|segur[oa]",
    ),
    "brace": _concept(
        "brace|splint|support|orthos|immobili|sling",
        "braces?|splints?|slings?",
        "férulas?|soportes?|faja",
    ),
    "injury": _concept(
        "injur|accident|trauma",
        "injur(?:y|ies)|accident",
        "lesión|lesiones|accidente",
    ),
    "amount": _concept(
        "quantit|amount|number|frequen|dose|dosage|duration|refill|how (?:many|much|long)|limit|\\d",
        "how (?:much|many|long|often)|amount|number",
        "cuánt[oa]s?|cantidad|número",
    ),
}
OPPOSITES = (("improved", "worse"), ("more", "less"), ("normal", "abnormal"))


def spoken_of(text: str, language: Language) -> set[str]:
    """What a summary's sentence speaks of."""
    return {name for name, concept in CONCEPTS.items() if concept.plain[language].search(text)}


def standing_in(cited: str) -> set[str]:
    """What the letter's words speak of."""
    return {name for name, concept in CONCEPTS.items() if concept.letter.search(cited)}
