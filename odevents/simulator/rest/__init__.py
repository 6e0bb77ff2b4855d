"""The pretend office's REST API: from a request to an answer, without any network."""
