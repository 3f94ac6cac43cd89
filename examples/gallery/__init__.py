"""A small site where people show pictures, models and prompts, remix and sell them. Certificates,
sales and earnings come from the middleware; see docs/gallery.md."""
