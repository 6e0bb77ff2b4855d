"""The documents' recipes as functions: several calls that belong together."""
