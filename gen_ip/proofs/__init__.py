"""What a chain says of a work, saved, so that it can be checked without a node: `collecting` asks a
node for it, `checking` needs the file alone."""
