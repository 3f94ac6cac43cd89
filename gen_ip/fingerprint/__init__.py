"""Recognizing a work again: by its bytes, by its decoded content, by likeness."""
