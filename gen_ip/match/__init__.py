"""Which certified picture a picture is of: candidates from an index, then a look at each."""
