"""The scheduled task that starts the listener when its user signs in to Windows.

A service would live in session 0 and could show nothing. Source: Microsoft Learn, "Task Scheduler Schema Elements".
"""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from typing import Any
from xml.etree import ElementTree

NAMESPACE = "http://schemas.microsoft.com/windows/2004/02/mit/task"

_NORMAL_PRIORITY = "5"
"""A task's usual 7 is below normal: on a busy machine the page would lag."""

_REPEAT = {"Interval": "PT5M", "StopAtDurationEnd": "false"}
"""Starting what already runs does nothing (``IgnoreNew``), so a listener that was ended is back within five minutes."""


def task_xml(program: Sequence[str], user: str) -> bytes:
    """The task in UTF-16, as schtasks reads it.

    :param program: the program and its arguments.
    :param user: ``DOMAIN\\user``. A trigger without a user means any user, which only an administrator may register.
    """
    ElementTree.register_namespace("", NAMESPACE)
    task = ElementTree.Element(f"{{{NAMESPACE}}}Task", version="1.2")
    _fill(
        task,
        {
            "RegistrationInfo": {
                "Description": "odevents: shows the patient selected in Open Dental on this workstation"
            },
            "Triggers": {"LogonTrigger": {"Repetition": _REPEAT, "Enabled": "true", "UserId": user}},
            "Principals": {
                "Principal": {"UserId": user, "LogonType": "InteractiveToken", "RunLevel": "LeastPrivilege"}
            },
            "Settings": {
                "MultipleInstancesPolicy": "IgnoreNew",
                "DisallowStartIfOnBatteries": "false",
                "StopIfGoingOnBatteries": "false",
                "StartWhenAvailable": "true",
                "IdleSettings": {"StopOnIdleEnd": "false", "RestartOnIdle": "false"},
                "Enabled": "true",
                "RunOnlyIfIdle": "false",
                "WakeToRun": "false",
                "ExecutionTimeLimit": "PT0S",
                "Priority": _NORMAL_PRIORITY,
                "RestartOnFailure": {"Interval": "PT1M", "Count": "255"},
            },
            "Actions": {"Exec": {"Command": program[0], "Arguments": subprocess.list2cmdline(program[1:])}},
        },
    )
    text: bytes = ElementTree.tostring(task, encoding="utf-16", xml_declaration=True)
    return text


def _fill(parent: ElementTree.Element, content: dict[str, Any]) -> None:
    for name, value in content.items():
        child = ElementTree.SubElement(parent, f"{{{NAMESPACE}}}{name}")
        if isinstance(value, dict):
            _fill(child, value)
        else:
            child.text = value
