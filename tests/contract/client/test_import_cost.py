"""The client is ready soon: a resource is imported when it is first used, and only then.

Measured in processor time, which other work on the machine disturbs least. httpx imports httpcore when its first client
is made, and pydantic its parts when their names are used; both count as importing them.
"""

from __future__ import annotations

import resource
import subprocess
import sys

from tests.contract.client.tiny_office import Answer, tiny_office

ITSELF = "import httpx, httpcore; from pydantic import BaseModel, Field, TypeAdapter, model_validator"
ONE_CALL = """
import sys
from odevents.client.opendental import OpenDental
from odevents.client.session import Session

with Session(developer_key="d", customer_key="c", base_urls=[{base_url!r}]) as session:
    assert OpenDental(session).appointments.get(18).AptNum == 18
loaded = [name for name in sys.modules if name.startswith("odevents.client.resources.")]
assert loaded == ["odevents.client.resources.appointments"], loaded
"""


def seconds(code: str) -> float:
    begin = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-c", code], check=True)
    end = resource.getrusage(resource.RUSAGE_CHILDREN)
    return end.ru_utime + end.ru_stime - begin.ru_utime - begin.ru_stime


def test_one_call_costs_little_more_than_importing_httpx_and_pydantic() -> None:
    with tiny_office(Answer(body=b'{"AptNum": 18}')) as office:
        ours = ONE_CALL.format(base_url=office.base_url)
        pairs = [(seconds(ITSELF), seconds(ours)) for _ in range(5)]

    itself, one_call = (min(times) for times in zip(*pairs, strict=True))
    print(f"httpx and pydantic {itself * 1000:.0f} ms, one call {one_call * 1000:.0f} ms: {one_call / itself:.2f}")
    assert one_call <= 1.6 * itself
