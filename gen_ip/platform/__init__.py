"""Certificates at upload: a platform prepares, its creators sign, and it submits for them, at once,
in batches, or anchored.
"""

from gen_ip.platform.entries import Entry, State
from gen_ip.platform.platform import Platform
from gen_ip.platform.policy import Policy, Way
from gen_ip.platform.ready import Ready, Warned
from gen_ip.platform.submitting import Submitter

__all__ = ["Entry", "Platform", "Policy", "Ready", "State", "Submitter", "Warned", "Way"]
