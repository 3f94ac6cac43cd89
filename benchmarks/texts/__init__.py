"""Real texts and prompts from installable packages, and what is asked about them."""
