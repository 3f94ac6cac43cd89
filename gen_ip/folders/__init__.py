"""A folder's files certified, or anchored, together: one signature, few transactions, and a journal
from which an interrupted run goes on. `GenIP.certify_folder` and `GenIP.anchor_folder` run it.
"""
