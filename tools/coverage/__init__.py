"""Line and branch coverage of the contracts by forge's tests, every gap explained."""


class CoverageError(Exception):
    """The run cannot be trusted, or cannot go on; says what to do."""
