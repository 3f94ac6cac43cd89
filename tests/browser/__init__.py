"""The module that docs/guides/browser.md shows, run by node with viem."""
