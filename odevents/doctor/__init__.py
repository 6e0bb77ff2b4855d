"""The help desk: looks at everything that can be looked at, and says what is wrong, why it matters and what to do."""
