"""Certificates at upload."""
