"""Which certified text or prompt a text is of: candidates from an index, then a look at each."""
