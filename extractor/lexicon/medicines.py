"""Medicines by the classes of the DWC's search form: names as prescribed in the United States, generic and brand."""

from __future__ import annotations

import re
from functools import cache

CLASSES: dict[str, str] = {
    "opioids": """norco, hydrocodone, vicodin, lortab, lorcet, zohydro, hysingla, xodol, oxycodone,
        oxycontin, percocet, endocet, roxicodone, roxicet, xtampza, primlev, xartemis, opana,
        oxymorphone, morphine, ms contin, mscontin, kadian, avinza, embeda, tramadol, ultram,
        ultracet, conzip, ryzolt, synapryn, nucynta, tapentadol, fentanyl, duragesic, actiq,
        fentora, subsys, methadone, dolophine, hydromorphone, dilaudid, exalgo, codeine, tylenol
        #3, tylenol no. 3, tylenol with codeine, tylenol- codeine, tylenol 3, buprenorphine,
        butrans, belbuca, suboxone, subutex, zubsolv, levorphanol, demerol, meperidine, talwin,
        pentazocine, butorphanol, stadol, nalbuphine, apadaz""",
    "nsaids": """naproxen, naprosyn, anaprox, aleve, naprelan, ibuprofen, motrin, advil, duexis, vimovo,
        celebrex, celecoxib, diclofenac, voltaren, cataflam, zipsor, zorvolex, arthrotec,
        etodolac, lodine, meloxicam, mobic, vivlodex, nabumetone, relafen, ketorolac, toradol,
        sprix, indomethacin, indocin, tivorbex, oxaprozin, daypro, piroxicam, feldene, sulindac,
        clinoril, ketoprofen, fenoprofen, nalfon, flurbiprofen, diflunisal, dolobid, salsalate,
        tolmetin, mefenamic acid""",
    "muscle_relaxants": """flexeril, cyclobenzaprine, fexmid, amrix, soma, carisoprodol, vanadom, skelaxin,
        metaxalone, robaxin, methocarbamol, zanaflex, tizanidine, baclofen, lioresal, norflex,
        orphenadrine, lorzone, chlorzoxazone, parafon forte, dantrolene, dantrium""",
    "antidepressants": """cymbalta, duloxetine, effexor, venlafaxine, pristiq, desvenlafaxine, savella,
        milnacipran, zoloft, sertraline, prozac, fluoxetine, paxil, paroxetine, celexa,
        citalopram, lexapro, escitalopram, wellbutrin, bupropion, elavil, amitriptyline,
        pamelor, nortriptyline, trazodone, desyrel, oleptro, remeron, mirtazapine, doxepin,
        silenor, tofranil, imipramine, norpramin, desipramine, viibryd, vilazodone, trintellix,
        brintellix, vortioxetine, fetzima""",
    "anti_epilepsy_drugs": """neurontin, gabapentin, gralise, horizant, fanatrex, lyrica, pregabalin, topamax,
        topiramate, trokendi, keppra, levetiracetam, lamictal, lamotrigine, tegretol,
        carbamazepine, trileptal, oxcarbazepine, depakote, divalproex, valproate, zonegran,
        zonisamide, gabitril, tiagabine, dilantin, phenytoin, vimpat, lacosamide""",
    "benzodiazepines": """xanax, alprazolam, valium, diazepam, ativan, lorazepam, klonopin, clonazepam, restoril,
        temazepam, halcion, triazolam, librium, chlordiazepoxide, serax, oxazepam, tranxene,
        clorazepate, estazolam, prosom""",
    "sedative_hypnotics": """ambien, zolpidem, edluar, intermezzo, lunesta, eszopiclone, sonata, zaleplon, belsomra,
        suvorexant, rozerem, ramelteon""",
    "proton_pump_inhibitors": """prilosec, omeprazole, nexium, esomeprazole, protonix, pantoprazole, prevacid,
        lansoprazole, aciphex, rabeprazole, dexilant, dexlansoprazole, zegerid""",
    "topical_analgesics": """lidoderm, lidocaine, lidopro, terocin, dendracin, menthoderm, medrox, capsaicin,
        zostrix, qutenza, biofreeze, bengay, flector, pennsaid, voltaren gel, diclofenac gel,
        diclofenac sodium gel, salonpas, methoderm, exoten, xolido, lidothol, lenza, dyotin,
        theraflex, thermacare, methyl salicylate, cyclophene, ketophene, tabradol, emla,
        solaraze""",
    "topical_compounds": "",
    "viscosupplementation": """synvisc, synvisc-one, orthovisc, supartz, euflexxa, hyalgan, monovisc, gel-one, gelsyn,
        durolane, hymovis, hylan, hyaluronic acid, hyaluronate""",
    "other_pharmaceuticals": """zofran, ondansetron, phenergan, promethazine, reglan, metoclopramide, compazine,
        prochlorperazine, colace, docusate, senna, senokot, sennosides, miralax, polyethylene
        glycol, movantik, naloxegol, relistor, methylnaltrexone, amitiza, lubiprostone, linzess,
        zantac, ranitidine, deprizine, pepcid, famotidine, tagamet, cimetidine, carafate,
        sucralfate, cytotec, misoprostol, tylenol, acetaminophen, fioricet, fiorinal,
        butalbital, imitrex, sumatriptan, maxalt, rizatriptan, treximet, zomig, zolmitriptan,
        relpax, eletriptan, inderal, propranolol, clonidine, catapres, lisinopril, losartan,
        amlodipine, metoprolol, atenolol, hydrochlorothiazide, metformin, glipizide, insulin,
        lantus, novolog, atorvastatin, simvastatin, lipitor, keflex, cephalexin, cipro,
        ciprofloxacin, bactrim, amoxicillin, augmentin, levaquin, levofloxacin, clindamycin,
        doxycycline, ancef, cefazolin, lovenox, enoxaparin, xarelto, rivaroxaban, eliquis,
        apixaban, coumadin, warfarin, heparin, plavix, clopidogrel, medrol dosepak, medrol dose pack,
        medrol, prednisone, methylprednisolone, dexamethasone, decadron, narcan, naloxone, evzio, vistaril,
        hydroxyzine, atarax, benadryl, diphenhydramine, dicopanol, buspar, buspirone, seroquel,
        quetiapine, abilify, aripiprazole, risperdal, risperidone, zyprexa, olanzapine, latuda,
        lurasidone, geodon, lithium, viagra, sildenafil, cialis, tadalafil, levitra, androgel,
        testosterone, nuvigil, armodafinil, provigil, modafinil, adderall, ritalin, vyvanse,
        flomax, tamsulosin, vesicare, ditropan, oxybutynin, myrbetriq, albuterol, advair,
        singulair, flonase, vitamin d, vitamin b12, vitamin b-12, vitamin c, folic acid,
        theramine, sentra, gabadone, trepadone, percura, glucosamine, chondroitin, fish oil,
        melatonin, medical food, colchicine, allopurinol, fosamax, alendronate, forteo,
        calcitonin, plaquenil, methotrexate, humira, enbrel, ketamine, marinol, dronabinol,
        medical marijuana, lasix, furosemide, synthroid, levothyroxine, mupirocin, bacitracin,
        silvadene, silver sulfadiazine, tetanus, tdap, aspirin""",
}
"""Each class with its medicines."""

SALTS = (
    "sodium|sod|sulfate|hcl|hydrochloride|hbr|potassium|tartrate|succinate|citrate|acetate|maleate|"
    "besylate|mesylate|calcium|"
    "magnesium|fumarate|phosphate|bitartrate|er|xr|sr|cr|dr|ir|la|xl|ec|odt|extended release|"
    "delayed release|pm|ds|forte"
)
"""Salts and forms of release, which belong to a medicine's name."""
FORMS = "lotion|gel|creams?|patch(?:es)?|ointment|spray|roll-?on|solution|suspension|liquid|elixir|syrup|drops|film"
"""What a medicine that is no tablet is."""
FIRST_WORD = re.compile(r"[a-z]+")
TOPICAL_FORMS = re.compile(
    r"\b(?:lotion|gel|creams?|ointment|topicals?|cream base|patch(?:es)?|roll-?on|spray)\b", re.I
)


@cache
def class_of(name: str) -> str | None:
    """The class of the medicine of this name, in lower case; None where the list does not know it."""
    return _classes().get(" ".join(name.split()))


@cache
def _classes() -> dict[str, str]:
    return {
        " ".join(name.split()): subcategory
        for subcategory, listed in CLASSES.items()
        for name in listed.split(",")
        if name.strip()
    }


@cache
def _first_words() -> frozenset[str]:
    return frozenset(FIRST_WORD.match(name)[0] for name in _classes())  # type: ignore[index]


def find_medicine(words: str, start: int = 0) -> re.Match[str] | None:
    """The first known medicine in the words, from ``start`` on."""
    if _first_words().isdisjoint(FIRST_WORD.findall(words.lower(), start)):
        return None
    return medicine().search(words, start)


@cache
def medicine() -> re.Pattern[str]:
    """A known medicine's name, with salt, release and form where they follow: ``Morphine sulfate ER``."""
    names = "|".join(re.escape(name) for name in sorted(_classes(), key=len, reverse=True))
    return re.compile(
        rf"(?<!\w)(?=[a-z])(?P<name>{names})®?\b(?:[ -](?:{SALTS})\b){{0,3}}(?:[ /-]{{1,2}}(?P<partner>acetaminophen|"
        rf"apap|aspirin|ibuprofen)\b)?(?: (?:transdermal |topical |nasal )?(?:{FORMS})\b)?",
        re.I,
    )
