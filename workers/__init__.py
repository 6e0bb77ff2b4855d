"""The worker processes. RQ stores the dotted paths of ``jobs.py`` in Redis: they outlive a deploy."""
