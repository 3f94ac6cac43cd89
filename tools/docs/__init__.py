"""What the site of docs/ needs besides mkdocs."""
