"""Whatever strangers hand over: files, answers of nodes and tokens, arguments, command lines.

The promise is the same for every reader (`promise.py`): what it takes comes back equal when it is
written and read again; all else is one `GenIPError` whose message fits a line.
"""
