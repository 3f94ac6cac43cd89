"""Certificates, licenses and receipts that people hold: pictures (SVG, PNG) and PDF, in English and
French. Each is typeset from plain facts; no word of a stranger is ever markup."""
