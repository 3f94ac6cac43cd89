"""What the operator's database keeps: keys, the hide list, and what was handed in."""
