"""Texts out of the files that hold them, a file for each format; all within `limits`."""
