"""What the command line draws: pictures, cards, trees, tables."""
