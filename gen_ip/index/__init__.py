"""What the contracts have logged, followed into a database: all of it can be rebuilt from there."""
