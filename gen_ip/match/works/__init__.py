"""An index on disk of works of every kind but pictures, and what their kinds share.

`gen_ip.match.works.index.WorkIndex` is what callers use.
"""
