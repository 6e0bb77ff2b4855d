"""Filled-in forms of patients.

Source: https://www.opendental.com/site/apisheets.html
"""

from __future__ import annotations

from odevents.client.endpoints import Attached, Find, Nothing, Post, Resource
from odevents.client.models import Body, PagedQuery, Row, unset
from odevents.client.wire import DateTime, Flag, Num, Text


class Sheet(Row):
    SheetNum: Num
    SheetType: Text = ""
    PatNum: Num = 0
    DateTimeSheet: DateTime = None
    InternalNote: Text = ""
    Description: Text = ""
    IsWebForm: Flag = False
    SheetDefNum: Num = 0
    DocNum: Num = 0
    ClinicNum: Num = 0
    DateTSheetEdited: DateTime = None


class SheetQuery(PagedQuery):
    PatNum: int


class SheetNew(Body):
    SheetDefNum: int
    PatNum: int
    InternalNote: str = unset


class SheetDownloadSftp(Body):
    SheetNum: int
    SftpAddress: str
    SftpUsername: str
    SftpPassword: str


class Sheets(Resource):
    find = Find("sheets", SheetQuery, Sheet, added="21.4")
    create = Post("sheets", SheetNew, Sheet, added="23.1.32", success=200)
    download_sftp = Post("sheets/DownloadSftp", SheetDownloadSftp, Nothing, added="22.1")


sheets = Attached(Sheets)
