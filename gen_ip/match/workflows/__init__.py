"""Workflows found again: by what is joined with what, and by what is set."""
