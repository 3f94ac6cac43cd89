"""A small site where people show pictures, models and prompts, remix and sell them. Its certificates,
sales and earnings are the middleware's; see docs/gallery.md."""
