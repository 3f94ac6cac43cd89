"""The chain: connections, contracts, transactions, logs, and local chains to work on."""
