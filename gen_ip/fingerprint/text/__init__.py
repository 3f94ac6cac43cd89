"""What texts are known by: their letters and words, whatever the format and the dress."""
