"""Everything Redis remembers. Layout and names in ``keys.py``; every multi-step change goes through ``atomic.py``."""
