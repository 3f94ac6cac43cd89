"""An index of pictures on disk, searched in place: what is certified, and how to find it again.

`gen_ip.match.index.pictures.PictureIndex` is what callers use.
"""
