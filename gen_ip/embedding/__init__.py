"""What says inside a file whose work it is: rights as XMP, a C2PA manifest, an ISCC code."""
