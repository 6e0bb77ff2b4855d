"""Documents, EOBs and sheets as files.

Files on other people's SFTP sites are neither fetched nor written: the answers are as if they had been, and the rows in
the database are real. Source: API Specification, "Documents".
"""

from __future__ import annotations

from odevents.simulator.clock import wire
from odevents.simulator.rest import read, write
from odevents.simulator.rest.answer import Answer, Refused, bad_request, not_found
from odevents.simulator.rest.asked import Asked, serves
from odevents.simulator.rest.handlers import charting
from odevents.simulator.store import Row

_LIST_FIELDS = (
    "DocNum MountNum filePath Description PatNum Note DateCreated docCategory DocCategory ToothNumbers ProvNum "
    "PrintHeading DateTStamp serverDateTime"
)
_LISTED = tuple(_LIST_FIELDS.split())
_PICTURES = (".jpg", ".jpeg", ".png", ".gif", ".bmp")


@serves("GET", "documents")
def listed(asked: Asked) -> Answer:
    """GET (multiple): of a patient, by the day they were made."""
    return read.listing(asked, shape=asked.shown.shape(only=_LISTED), order="t.DateCreated, t.DocNum")


@serves("GET", "documents/{DocNum}")
def single(asked: Asked) -> Answer:
    """GET (single): without the helpers of the list."""
    without = ("MountNum", "filePath", "Note", "serverDateTime")
    found = asked.store.objects("document", asked.shown.shape(without=without), "t.DocNum = ?", [asked.key])
    if not found:
        raise not_found("Document")
    return Answer(200, found[0])


@serves("POST", "documents/Upload")
def upload(asked: Asked) -> Answer:
    """POST Upload: the file is in the body."""
    extension = str(asked.body["extension"])
    if not extension.startswith("."):
        raise bad_request("extension is invalid")
    return _stored(asked, f"_rawBase64_{extension}_{asked.body['rawBase64']}", extension)


@serves("POST", "documents/SetByUrl")
def set_by_url(asked: Asked) -> Answer:
    """POST SetByUrl: the office downloads it when somebody opens it."""
    return _stored(asked, f"_download_{asked.body['url']}", "." + str(asked.body["url"]).rpartition(".")[2])


@serves("POST", "documents/UploadSftp")
def upload_sftp(asked: Asked) -> Answer:
    """POST UploadSftp: as if the file had been fetched."""
    name = str(asked.body["SftpAddress"]).rpartition("/")[2]
    return _stored(asked, "", "", name)


@serves("POST", "documents/DownloadSftp")
def download_sftp(asked: Asked) -> Answer:
    """POST DownloadSftp: as if the file had been written."""
    document, mount = asked.body.get("DocNum"), asked.body.get("MountNum")
    if not document and not mount:
        raise bad_request("DocNum or MountNum is required")
    if document:
        asked.the_row("document", asked.number("DocNum"))
    elif not asked.store.first("document", MountNum=asked.number("MountNum")):
        raise not_found("Mount")
    return Answer(201, None, {"location": str(asked.body["SftpAddress"])})


@serves("POST", "documents/Thumbnails")
def thumbnails(asked: Asked) -> Answer:
    """POST Thumbnails: 200 and a sentence when none of the documents is a picture."""
    patient = asked.number("PatNum")
    asked.the_row("patient", patient)
    rows = asked.store.rows("document", PatNum=patient)
    if not rows:
        raise Refused(404, "No documents exist for this patient")
    return _files(rows, "No documents could be made into thumbnails.")


@serves("POST", "documents/DownloadMount")
def download_mount(asked: Asked) -> Answer:
    """POST DownloadMount: the pictures of a mount."""
    rows = asked.store.rows("document", MountNum=asked.number("MountNum"))
    if not rows:
        raise not_found("Mount")
    return _files(rows, "No mount images could be downloaded.")


@serves("POST", "eobattaches/UploadSftp")
def upload_eob(asked: Asked) -> Answer:
    """EobAttaches POST UploadSftp."""
    payment = asked.the_row("claimpayment", asked.number("ClaimPaymentNum"))
    name = str(asked.body["SftpAddress"]).rpartition("/")[2]
    key = asked.store.insert(
        "eobattach", ClaimPaymentNum=payment["ClaimPaymentNum"], FileName=name, DateTCreated=wire(asked.store.now())
    )
    return write.created(asked, key)


@serves("POST", "eobattaches/DownloadSftp")
def download_eob(asked: Asked) -> Answer:
    """EobAttaches POST DownloadSftp."""
    asked.the_row("eobattach", asked.number("EobAttachNum"))
    return Answer(201, None, {"location": str(asked.body["SftpAddress"])})


@serves("POST", "sheets/DownloadSftp")
def download_sheet(asked: Asked) -> Answer:
    """Sheets POST DownloadSftp."""
    asked.the_row("sheet", asked.number("SheetNum"))
    return Answer(201, None, {"location": str(asked.body["SftpAddress"])})


@serves("POST", "etrans")
def etrans(asked: Asked) -> Answer:
    """Etrans POST: an ERA 835 and its text."""
    text = asked.store.insert("etransmessagetext", MessageText=str(asked.body.get("MessageText", "")))
    asked.store.insert(
        "etrans", Etype="ERA_835", EtransMessageTextNum=text, UserNum=asked.number("UserNum", 0),
        DateTimeTrans=read.since("DateTimeTrans", str(asked.body.get("DateTimeTrans") or wire(asked.store.now()))),
        ClearingHouseNum=asked.number("HqClearinghouseNum", 0),
    )  # fmt: skip
    return Answer(201)


def _stored(asked: Asked, note: str, extension: str, name: str = "") -> Answer:
    patient = asked.the_row("patient", asked.number("PatNum"))
    defaults = {
        "DocCategory": charting.first_definition(asked.office, 18), "DateCreated": wire(asked.store.now()),
        "ImgType": "Document", "Description": name,
    }  # fmt: skip
    key = asked.store.insert("document", **defaults | write.settled(asked, asked.shown) | {"Note": note})
    name = name or f"{patient['LName']}{patient['FName']}{key}{extension}"
    folder = f"\\\\server\\OpenDentImages\\{patient['LName'][:1]}\\{patient['ImageFolder']}\\"
    asked.store.change("document", key, FileName=name, filePath="" if note else folder + name)
    return write.created(asked, key)


def _files(rows: list[Row], nothing: str) -> Answer:
    pictures = [row for row in rows if row["FileName"].lower().endswith(_PICTURES)]
    if not pictures:
        return Answer(200, nothing)
    return Answer(201, [{"DocNum": row["DocNum"], "FileName": row["FileName"]} for row in pictures])
