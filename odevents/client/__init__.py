"""Speaks to Open Dental's REST API.

Start at :mod:`odevents.client.opendental` (what can be called), :mod:`odevents.client.endpoints` (how a
resource's table is written) and :mod:`odevents.client.session` (how a call travels).
"""
