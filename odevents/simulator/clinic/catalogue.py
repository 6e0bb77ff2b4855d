"""What an office sets up before its first patient: the lists that other records refer to.

``DEFINITIONS`` is by category number (``enumerations.DefCat``); the first of a category is its default, and the four
``ApptEConfirmStatus*`` preferences point into category 2, deliberately not in the order of their names.
"""

from __future__ import annotations

DEFINITIONS: dict[int, tuple[tuple[str, str], ...]] = {
    1: (("Sales Tax", "+"), ("Professional Discount", "-"), ("Cash Discount", "-")),
    2: (
        ("Not Called", "unconf"), ("Unconfirmed", "unconf"), ("Appointment Confirmed", "AptConf"),
        ("Left Msg", "LftMsg"), ("Arrived", "arrived"), ("Ready to go back", "ready"), ("In Treatment Room", "inroom"),
        ("Front Desk", "front"), ("E-mailed", "eMail"), ("Texted", "texted"), ("Not Accepted", "notacc"),
        ("Send Failed", "failed"), ("Created from Web Sched", "websched"),
    ),
    4: (("Standard Account", ""), ("Send to Collections", "C"), ("No Interest", "")),
    10: (("Check", ""), ("Cash", ""), ("Credit Card", "")),
    11: (("Exams & Xrays", ""), ("Cleanings", ""), ("Fillings", ""), ("Endo", ""), ("Crowns", ""), ("Misc", "")),
    13: (("Postcard", "PC"), ("E-mail", "EM"), ("Left Msg", "LM"), ("Do Not Call", "DNC")),
    16: (("None", ""), ("Caries", ""), ("Cracked Tooth", ""), ("Defect (or miss fill)", "")),
    18: (("BWs", "X"), ("FMXs", "X"), ("Photos", ""), ("Patient Pictures", "P"), ("Forms", "")),
    20: (("Now", ""), ("Next", ""), ("Low", ""), ("Declined", "")),
    25: (("Lunch", ""), ("Meeting", ""), ("Emergency", "")),
    27: (("ApptRelated", "APPT"), ("Insurance", ""), ("Financial", "FIN"), ("Recall", "RECALL"), ("Misc", "MISC")),
    29: (("Prepayment", ""), ("Treatment Plan Prepayment", "")),
    30: (("Good", ""), ("Fair", ""), ("Poor", "")),
    31: (("Claim held", ""), ("Called carrier", "")),
    32: (("Check", "N"), ("EFT", "N")),
    33: (("Normal", "D"), ("High", "")),
    35: (("General", ""), ("Hygienist", ""), ("Endodontics", ""), ("Orthodontics", "")),
    36: (("In review", ""),),
    38: (("Verified", ""), ("Waiting", "")),
    40: (("Group A", ""),),
    41: (("Exams", ""),),
    42: (("New patient exam", ""),),
    43: (("Missing tooth number", ""),),
    47: (("In-house", ""),),
    51: (("Cleaning visit", ""),),
    55: (("Dentist", ""), ("Hygiene", "")),
}  # fmt: skip

E_CONFIRM = {
    "ApptEConfirmStatusSent": "Texted",
    "ApptEConfirmStatusAccepted": "Appointment Confirmed",
    "ApptEConfirmStatusDeclined": "Not Accepted",
    "ApptEConfirmStatusSendFailed": "Send Failed",
}

PREFERENCES: dict[str, str] = {
    "PracticeTitle": "An invented practice",
    "ProgramVersion": "25.3.36.0",
    "EasyNoClinics": "0",
    "UpdateInProgressOnComputerName": "",
    "BrokenApptProcedure": "1",
    "BrokenApptCommLog": "1",
    "DateLastAging": "",
    "AgingServiceTimeDue": "0001-01-01 02:00:00",
    "RecallDaysPast": "365",
    "RecallDaysFuture": "7",
    "RecallTypeSpecialProphy": "1",
    "RecallTypeSpecialChildProphy": "2",
    "RecallTypeSpecialPerio": "3",
    "PracticeDefaultProv": "1",
    "InsHistBWCodes": "D0272,D0274",
    "InsHistPanoCodes": "D0210,D0330",
    "InsHistExamCodes": "D0120,D0150",
    "InsHistProphyCodes": "D1110,D1120",
    "InsHistPerioURCodes": "D4341",
    "InsHistPerioULCodes": "",
    "InsHistPerioLRCodes": "D4341",
    "InsHistPerioLLCodes": "D4341",
    "InsHistPerioMaintCodes": "D4910",
    "InsHistDebridementCodes": "D4355",
    "FutureTransDatesAllowed": "0",
}

# code, description, short description, fee, treatment area, procedure category (position in category 11), pattern
PROCEDURE_CODES: tuple[tuple[str, str, str, float, str, int, str], ...] = (
    ("D0120", "periodic oral evaluation - established patient", "PerEx", 55.0, "Mouth", 0, "/X/"),
    ("D0140", "limited oral evaluation - problem focused", "LimEx", 80.0, "Mouth", 0, "/X/"),
    ("D0150", "comprehensive oral evaluation", "CompEx", 95.0, "Mouth", 0, "/XX/"),
    ("D0210", "intraoral - complete series", "FMX", 140.0, "Mouth", 0, "/XX/"),
    ("D0220", "intraoral - periapical first image", "PA", 32.0, "Tooth", 0, "X"),
    ("D0272", "bitewings - two images", "2BW", 48.0, "Mouth", 0, "/"),
    ("D0274", "bitewings - four images", "4BW", 70.0, "Mouth", 0, "/"),
    ("D0330", "panoramic image", "Pano", 125.0, "Mouth", 0, "/"),
    ("D1110", "prophylaxis - adult", "Pro", 98.0, "Mouth", 1, "/XXXXXX/"),
    ("D1120", "prophylaxis - child", "ChPro", 70.0, "Mouth", 1, "/XXXX/"),
    ("D1206", "topical application of fluoride varnish", "FlVarn", 42.0, "ToothRange", 1, "X"),
    ("D1351", "sealant - per tooth", "Seal", 58.0, "Tooth", 1, "//X//"),
    ("D2331", "resin-based composite - two surfaces, anterior", "C2(A)", 190.0, "Surf", 2, "/XXXX/"),
    ("D2391", "resin-based composite - one surface, posterior", "C1(P)", 165.0, "Surf", 2, "/XXX/"),
    ("D2392", "resin-based composite - two surfaces, posterior", "C2(P)", 210.0, "Surf", 2, "/XXXX/"),
    ("D2393", "resin-based composite - three surfaces, posterior", "C3(P)", 255.0, "Surf", 2, "/XXXXX/"),
    ("D2740", "crown - porcelain/ceramic", "PFMCrn", 1150.0, "Tooth", 4, "//XXXXXXXX//"),
    ("D3330", "endodontic therapy, molar tooth", "RCTmolar", 1020.0, "Tooth", 3, "//XXXXXXXXXX//"),
    ("D4341", "periodontal scaling and root planing - four or more teeth", "SRP4+", 240.0, "Quad", 5, "/XXXXXX/"),
    ("D4355", "full mouth debridement", "Debride", 170.0, "Mouth", 5, "/XXXX/"),
    ("D4910", "periodontal maintenance", "PerioMt", 130.0, "Mouth", 5, "/XXXXX/"),
    ("D5110", "complete denture - maxillary", "DenMax", 1500.0, "Arch", 5, "//XXXX//"),
    ("D7140", "extraction, erupted tooth or exposed root", "Ext", 205.0, "Tooth", 5, "/XXX/"),
    ("D9972", "external bleaching - per arch", "Bleach", 250.0, "Arch", 5, "/X/"),
    ("D9986", "missed appointment", "Missed", 40.0, "Mouth", 5, "X"),
    ("D9987", "cancelled appointment", "Cancelled", 25.0, "Mouth", 5, "X"),
    ("~GRP~", "Group Note", "GrpNote", 0.0, "Mouth", 5, ""),
)

PAT_FIELDS: tuple[tuple[str, str, str], ...] = (
    ("Text Confirm", "PickList", "Yes\r\nNo\r\nCall me"),
    ("Ins Verified", "Text", ""),
    ("Care Credit Limit", "Currency", ""),
    ("Next Forms Due", "Date", ""),
    ("Needs Wheelchair", "Checkbox", ""),
)

CARRIERS = ("Pretend Dental of Nowhere", "Imaginary Mutual", "Fictional Benefit Trust")
MEDICATIONS = ("Amoxicillin", "Ibuprofen", "Metformin", "Propranolol")
ALLERGIES = ("Penicillin", "Latex", "Sulfa", "Codeine")
PROBLEMS = ("Diabetes", "Hypertension", "Asthma", "COPD")
REFERRALS = (("Invented Search Engine", "", "true"), ("Spindlethorpe", "Russet", "false"))
