"""Records out of what each tool writes, a file for each tool."""
