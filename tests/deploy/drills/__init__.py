"""What is shipped to be run elsewhere, really run: on a booted systemd, by a Docker engine. ``make help`` lists them.

They need root and a few Debian packages, take minutes, and leave nothing behind: everything they start is in namespaces
of its own that end with the drill.
"""
