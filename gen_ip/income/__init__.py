"""What works earn: splits, settlements, and who can withdraw how much."""
