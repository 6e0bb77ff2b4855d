"""What we do about a change: which reactions want it, and how each write is made, checked and recognised."""
