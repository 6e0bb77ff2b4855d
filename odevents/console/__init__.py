"""The operator's page: what needs attention, what arrived, what was done, and the buttons that put it right.

Read ``app.py`` first. Everything is rendered here, on the server, and works without script; ``static/console.js`` only
refreshes what is shown. Nothing is scanned: every page reads counters, capped indexes, and records by id.
"""
