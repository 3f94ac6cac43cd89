"""Real pictures and what people do to them, to measure recognition with."""
