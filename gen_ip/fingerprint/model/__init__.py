"""Recognizing a model again: its file, its tensors, what a LoRA changes."""
