"""The row of the one UI event there is: somebody opened a patient on a workstation."""

from __future__ import annotations

from odevents.client.resources.patients import Patient


class PatientSelected(Patient):
    """The patient now on the screen of the workstation, one object a delivery ("API Events" page)."""
