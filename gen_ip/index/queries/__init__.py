"""What the index answers: pure reads of one state, a file for each topic."""
