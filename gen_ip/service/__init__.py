"""The HTTP service: strangers ask about a file and get an answer with evidence."""
