"""Receive Open Dental API Events, work out what changed, and react."""

__version__ = "0.1.0"
