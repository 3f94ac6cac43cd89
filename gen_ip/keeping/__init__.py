"""Settling and releasing many works' income where it is worth the gas, by whoever pays for it."""

from gen_ip.keeping.finding import Logs, Source, Whose
from gen_ip.keeping.keeper import Keeper, Round
from gen_ip.keeping.planning import Plan
from gen_ip.keeping.policy import Policy

__all__ = ["Keeper", "Logs", "Plan", "Policy", "Round", "Source", "Whose"]
