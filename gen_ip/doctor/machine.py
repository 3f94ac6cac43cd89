"""Python, packages, settings: what can be known of this machine alone."""

from __future__ import annotations

import platform
import stat
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from shlex import quote

from packaging.requirements import Requirement

from gen_ip.config import Settings
from gen_ip.config.errors import ConfigError
from gen_ip.doctor.finding import Finding, fail, failed, ok, warn
from gen_ip.folders.journal import unfinished

_SHOWN = ("web3", "eth-account")


def packages() -> Iterator[Finding]:
    """Whether what the package needs is installed in versions that it takes."""
    yield ok("python", f"{platform.python_implementation()} {platform.python_version()}")
    try:
        version, needed = metadata.version("gen-ip"), metadata.requires("gen-ip") or []
    except metadata.PackageNotFoundError:
        yield warn("packages", "gen-ip runs from its sources", "pip install gen-ip")
        return
    wrong = [problem for text in needed if (problem := _problem(Requirement(text)))]
    if wrong:
        yield fail("packages", ", ".join(wrong), "pip install --upgrade gen-ip")
        return
    shown = ", ".join(f"{name} {metadata.version(name)}" for name in _SHOWN)
    yield ok("packages", f"gen-ip {version}, {shown}")


def config(path: Path, settings: Settings | ConfigError) -> Iterator[Finding]:
    """The file of settings, and who can read it."""
    if isinstance(settings, ConfigError):
        yield failed("config", settings)
    elif not path.exists():
        yield ok("config", f"no file at {path}, so everything is as by default")
    elif settings.networks and (readers := _others(path)):
        yield warn(
            "config",
            f"{path} is readable by {readers}, and RPC addresses may hold keys",
            _only(path),
        )
    else:
        yield ok("config", str(path))


def folders(account: str | None) -> Iterator[Finding]:
    """Folders whose certification for an account (None: for any) was interrupted; nothing where
    there are none."""
    for run in unfinished():
        if account not in (None, run.creator):
            continue
        text = (
            f"{run.folder}: {run.left:,} of {run.works:,} works not certified yet for "
            f"{run.creator}, by the journal {run.journal}"
        )
        remedy = (
            "run again what you ran on it, such as: gen-ip certify "
            f"{quote(run.folder)} --recursive --account {run.creator}"
        )
        if run.sent:
            text += ", and a transaction whose outcome is not known"
        else:
            remedy += f"; or, where nothing more is wanted of it: rm {quote(str(run.journal))}"
        yield warn("folder", text, remedy)


def private(check: str, path: Path, text: str) -> Finding:
    """A file that only its user should read."""
    if readers := _others(path):
        return warn(check, f"{text}, its keystore readable by {readers}", _only(path))
    return ok(check, text)


def _others(path: Path) -> str:
    """Who but its user can read a file; "" for nobody, or where the system does not say so."""
    mode = path.stat().st_mode
    if platform.system() == "Windows":
        return ""
    if mode & (stat.S_IROTH | stat.S_IWOTH):
        return "everyone on this machine"
    return "its group" if mode & (stat.S_IRGRP | stat.S_IWGRP) else ""


def _only(path: Path) -> str:
    return f"chmod 600 '{path}'"


def _problem(requirement: Requirement) -> str:
    if requirement.marker is not None and not requirement.marker.evaluate({"extra": ""}):
        return ""
    try:
        version = metadata.version(requirement.name)
    except metadata.PackageNotFoundError:
        return f"{requirement.name} is missing"
    if requirement.specifier.contains(version, prereleases=True):
        return ""
    return f"{requirement.name} is {version}, needed is {requirement.specifier}"
