"""Employers.

Source: https://www.opendental.com/site/apiemployers.html
"""

from __future__ import annotations

from odevents.client.endpoints import Attached, Delete, Find, Get, Post, Put, Resource
from odevents.client.models import Body, PagedQuery, Row
from odevents.client.wire import Num, Text


class Employer(Row):
    EmployerNum: Num
    EmpName: Text = ""


class EmployerNew(Body):
    EmpName: str


class EmployerUpdate(Body):
    EmpName: str


class Employers(Resource):
    get = Get("employers/{EmployerNum}", Employer, added="23.3.22")
    find = Find("employers", PagedQuery, Employer, added="23.3.22")
    create = Post("employers", EmployerNew, Employer, added="21.4")
    update = Put("employers/{EmployerNum}", EmployerUpdate, Employer, added="21.4")
    delete = Delete("employers/{EmployerNum}", added="23.3.22")


employers = Attached(Employers)
