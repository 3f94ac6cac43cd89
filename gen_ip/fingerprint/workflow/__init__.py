"""Recognizing a workflow again: its graph, whatever its nodes are numbered and where they lie."""
