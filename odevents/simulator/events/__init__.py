"""Firing events, as the API Events page and Open Dental's staff describe it (forum t=8326 and t=8673)."""
