"""Scanned explanations of benefits.

Source: https://www.opendental.com/site/apieobattaches.html
"""

from __future__ import annotations

from odevents.client.endpoints import Attached, Delete, Find, Nothing, Post, Resource
from odevents.client.models import Body, PagedQuery, Row
from odevents.client.wire import DateTime, Num, Text


class EobAttach(Row):
    EobAttachNum: Num
    ClaimPaymentNum: Num = 0
    DateTCreated: DateTime = None
    FileName: Text = ""
    RawBase64: Text = ""


class EobAttachQuery(PagedQuery):
    ClaimPaymentNum: int


class EobAttachDownloadSftp(Body):
    EobAttachNum: int
    SftpAddress: str
    SftpUsername: str
    SftpPassword: str


class EobAttachUploadSftp(Body):
    ClaimPaymentNum: int
    SftpAddress: str
    SftpUsername: str
    SftpPassword: str


class EobAttaches(Resource):
    find = Find("eobattaches", EobAttachQuery, EobAttach, added="23.3.8")
    download_sftp = Post("eobattaches/DownloadSftp", EobAttachDownloadSftp, Nothing, added="23.3.12")
    upload_sftp = Post("eobattaches/UploadSftp", EobAttachUploadSftp, EobAttach, added="24.3.7")
    delete = Delete("eobattaches/{EobAttachNum}", added="25.2.25")


eobattaches = Attached(EobAttaches)
