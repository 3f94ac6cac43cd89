"""EIP-712 vectors: eip712.json, what makes it, and what checks it in three languages."""
