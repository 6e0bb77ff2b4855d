"""The localhost listener: the patient on the screen, the moment they are selected.

Runs on a front-desk workstation, in the session of the person sitting there, and keeps nothing on disk. Read
``intake.py`` for what happens to one event, ``admission.py`` for who may speak to it, ``run.py`` for how the parts are
joined.
"""
