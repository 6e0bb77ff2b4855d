"""Open Dental's enumerations, in the order of their numbers in the database.

The API shows the text, the database keeps the position (schema documentation 25.4); ``queries/ShortQuery`` therefore
sees numbers where every other method sees words.
"""

from __future__ import annotations

ENUMERATIONS: dict[str, tuple[str, ...]] = {
    "ApptStatus": (
        "None", "Scheduled", "Complete", "UnschedList", "ASAP", "Broken", "Planned", "PtNote", "PtNoteCompleted",
    ),
    "ApptPriority": ("Normal", "ASAP"),
    "HistAppointmentAction": ("Created", "Changed", "Missed", "Cancelled", "Deleted"),
    "PatientStatus": ("Patient", "NonPatient", "Inactive", "Archived", "Deleted", "Deceased", "Prospective"),
    "PatientGender": ("Male", "Female", "Unknown", "Other"),
    "PatientPosition": ("Single", "Married", "Child", "Widowed", "Divorced"),
    "ContactMethod": (
        "None", "DoNotCall", "HmPhone", "WkPhone", "WirelessPh", "Email", "SeeNotes", "Mail", "TextMessage",
    ),
    "YN": ("Unknown", "Yes", "No"),
    "CommItemMode": (
        "None", "Email", "Mail", "Phone", "In Person", "Text", "Email and Text", "Phone and Text", "Fax",
    ),
    "CommSentOrReceived": ("Neither", "Sent", "Received"),
    "CommItemSource": (
        "User", "WebSched", "ProgramLink", "ApptReminder", "EServices", "SupplementalBackup", "ApptThankYou",
        "FHIR", "NewPatThankYou", "MsgToPay", "MassEmail",
    ),
    "ScheduleType": ("Practice", "Provider", "Blockout", "Employee", "WebSchedASAP"),
    "PopupLevel": ("Patient", "Family", "SuperFamily", "Automation"),
    "ProcStat": ("None", "TP", "C", "EC", "EO", "R", "D", "Cn", "TPi"),
    "ClaimProcStatus": (
        "NotReceived", "Received", "Preauth", "Adjustment", "Supplemental", "CapClaim", "CapEstimate",
        "CapComplete", "Estimate", "InsHist",
    ),
    "ProblemStatus": ("Active", "Resolved", "Inactive"),
    "RecallPriority": ("Normal", "ASAP"),
    "ReferralType": ("RefTo", "RefFrom", "RefCustom"),
    "RefToStatus": ("None", "Declined", "Scheduled", "Consulted", "InTreatment", "Complete"),
    "TreatPlanStatus": ("Saved", "Active", "Inactive"),
    "DiscountType": ("Insurance", "Discount"),
    "VerifyType": ("None", "InsuranceBenefit", "PatientEnrollment"),
    "TreatmentArea": ("None", "Surf", "Tooth", "Mouth", "Quad", "Sextant", "Arch", "ToothRange"),
    "PayPlanFrequency": ("Weekly", "EveryOtherWeek", "OrdinalWeekday", "Monthly", "Quarterly"),
    "Relat": (
        "Self", "Spouse", "Child", "Employee", "HandicapDep", "SignifOther", "InjuredPlaintiff", "LifePartner",
        "Dependent",
    ),
    "TaskStatus": ("New", "Viewed", "Done"),
    "TaskObjectType": ("None", "Patient", "Appointment"),
    "FeeScheduleType": ("Normal", "CoPay", "OutNetwork", "FixedBenefit", "ManualBlueBook"),
    "ProcessStat": ("OfficeProcessed", "OnlineProcessed", "OnlinePending"),
    "ToothInitialType": (
        "Missing", "Hidden", "Primary", "ShiftM", "ShiftO", "ShiftB", "Rotate", "TipM", "TipB", "Drawing", "Text",
    ),
    "PerioSequenceType": (
        "Mobility", "Furcation", "GingMargin", "MGJ", "Probing", "SkipTooth", "BleedSupPlaqCalc", "CAL",
    ),
    "ClaimStatus": ("U", "H", "W", "P", "S", "R", "I"),
    "DefCat": (
        "AccountColors", "AdjTypes", "ApptConfirmed", "ApptProcsQuickAdd", "BillingTypes", "ClaimFormats",
        "DunningMessages", "FeeSchedNames", "MedicalNotes", "OperatoriesOld", "PaymentTypes", "ProcCodeCats",
        "ProgNoteColors", "RecallUnschedStatus", "ServiceNotes", "DiscountTypes", "Diagnosis", "AppointmentColors",
        "ImageCats", "ApptPhoneNotes", "TxPriorities", "MiscColors", "ChartGraphicColors", "ContactCategories",
        "LetterMergeCats", "BlockoutTypes", "ProcButtonCats", "CommLogTypes", "SupplyCats", "PaySplitUnearnedType",
        "Prognosis", "ClaimCustomTracking", "InsurancePaymentType", "TaskPriorities", "FeeColors",
        "ProviderSpecialties", "ClaimPaymentTracking", "AccountQuickCharge", "InsuranceVerificationStatus",
        "Regions", "ClaimPaymentGroups", "AutoNoteCats", "WebSchedNewPatApptTypes", "ClaimErrorCode",
        "ClinicSpecialty", "HRMCategories", "CarrierGroupNames", "PayPlanCategories", "AutoDeposit",
        "InsuranceFilingCodeGroup", "TimeCardAdjTypes", "WebSchedExistingApptTypes", "Certifications",
        "EClipboardImageCapture", "TaskCategories", "OperatoryTypes",
    ),
}  # fmt: skip


def number_of(enumeration: str, text: str) -> int:
    """The database's number of a value; :raises ValueError: if the enumeration has no such value."""
    return ENUMERATIONS[enumeration].index(text)
