"""May I use this? Verdicts from facts, what strangers sign about uses, and what is shown of it."""
