"""Workflows to measure with: templates that ComfyUI ships, and what is done to them."""
