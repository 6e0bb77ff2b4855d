"""Files and images in a patient's folder.

Source: https://www.opendental.com/site/apidocuments.html
"""

from __future__ import annotations

from odevents.client.conditions import exactly_one_of
from odevents.client.endpoints import Attached, Delete, Find, Get, Nothing, Post, Put, Resource
from odevents.client.models import Body, PagedQuery, Row, since, unset
from odevents.client.wire import DateTime, Flag, Num, Text


class Document(Row):
    DocNum: Num
    Description: Text = ""
    DateCreated: DateTime = None
    DocCategory: Num = 0
    docCategory: Text = ""
    PatNum: Num = 0
    FileName: Text = ""
    ImgType: Text = ""
    ToothNumbers: Text = ""
    DateTStamp: DateTime = None
    ProvNum: Num = 0
    PrintHeading: Flag = False
    MountNum: Num = 0
    filePath: Text = ""
    Note: Text = ""
    serverDateTime: DateTime = None


class DocumentFile(Row):
    DocNum: Num = 0
    FileName: Text = ""


class DocumentQuery(PagedQuery):
    PatNum: int


class DocumentDownloadSftp(Body):
    conditions = (exactly_one_of("DocNum", "MountNum"),)

    DocNum: int = unset
    MountNum: int = unset
    SftpAddress: str
    SftpUsername: str
    SftpPassword: str


class DocumentUploadSftp(Body):
    PatNum: int
    SftpAddress: str
    SftpUsername: str
    SftpPassword: str
    Description: str = since("24.2.32")
    DateCreated: DateTime = since("21.4")
    DocCategory: int = unset
    ImgType: str = unset
    ToothNumbers: str = since("23.1.35")
    ProvNum: int = since("24.2.32")
    PrintHeading: bool = since("24.2.32")


class DocumentUpload(Body):
    PatNum: int
    rawBase64: str
    extension: str
    Description: str = unset
    DateCreated: DateTime = since("22.1")
    DocCategory: int = unset
    ImgType: str = unset
    ToothNumbers: str = since("23.1.35")
    ProvNum: int = since("24.2.32")
    PrintHeading: bool = since("24.2.32")


class DocumentThumbnails(Body):
    PatNum: int
    SftpAddress: str
    SftpUsername: str
    SftpPassword: str


class DocumentDownloadMount(Body):
    MountNum: int
    SftpAddress: str
    SftpUsername: str
    SftpPassword: str


class DocumentSetByUrl(Body):
    PatNum: int
    url: str
    Description: str = unset
    DateCreated: DateTime = since("24.2.32")
    DocCategory: int = unset
    ImgType: str = unset
    ToothNumbers: str = since("23.1.35")
    ProvNum: int = since("24.2.32")
    PrintHeading: bool = since("24.2.32")


class DocumentUpdate(Body):
    Description: str = unset
    DateCreated: DateTime = unset
    DocCategory: int = unset
    ImgType: str = unset
    ToothNumbers: str = unset
    ProvNum: int = unset
    PrintHeading: bool = unset


class Documents(Resource):
    get = Get("documents/{DocNum}", Document, added="24.2.32")
    find = Find("documents", DocumentQuery, Document, added="21.2")
    download_sftp = Post("documents/DownloadSftp", DocumentDownloadSftp, Nothing, added="21.2")
    upload_sftp = Post("documents/UploadSftp", DocumentUploadSftp, Document, added="21.2")
    upload = Post("documents/Upload", DocumentUpload, Document, added="21.1", permission="Documents")
    thumbnails = Post("documents/Thumbnails", DocumentThumbnails, list[DocumentFile], added="21.2")
    download_mount = Post("documents/DownloadMount", DocumentDownloadMount, list[DocumentFile], added="21.2")
    set_by_url = Post("documents/SetByUrl", DocumentSetByUrl, Document, added="21.1")
    update = Put("documents/{DocNum}", DocumentUpdate, Document, added="24.2.32")
    delete = Delete("documents/{DocNum}", added="24.2.32")


documents = Attached(Documents)
