"""Real pictures from Debian's packages: fetched when first asked for, never committed.

The packages are of Debian 12's main archive, so their pictures are free to use, change and pass on
under the licenses named; `/usr/share/doc/PACKAGE/copyright` in a package tells it file by file.
"""

from __future__ import annotations

import fnmatch
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

from gen_ip.errors import GenIPError

_ENDINGS = (".png", ".jpg", ".jpeg", ".webp")


class PicturesUnavailable(GenIPError):  # noqa: N818, the package's own are named alike
    """The pictures to measure with cannot be fetched."""

    def __init__(self, package: str, reason: str) -> None:
        self.package = package
        super().__init__(
            f"Debian package {package!r} cannot be fetched ({reason}); run this where apt-get and "
            "dpkg-deb reach a Debian 12 archive, or give files of your own with --gallery, "
            "--queries and --truth"
        )


@dataclass(frozen=True)
class Package:
    """Where pictures come from.

    Attributes:
        name: Debian's.
        licenses: of its pictures, as its copyright file names them.
        what: what they show.
        folders: patterns of paths below `/usr/share`.
        unknown: whether its pictures are only asked about: they repeat parts of one another.
        alike: what its pictures share, such as a program's windows; strangers among them are
            counted apart, and none is edited.
        family: a regular expression; pictures in whose path it finds the same words are versions
            of one picture (by day and by night, upright for phones), of which the largest is kept.
        most: how many of its pictures are taken.
        least_bytes: of a file; what is smaller shows little.
    """

    name: str
    licenses: str
    what: str
    folders: tuple[str, ...]
    unknown: bool = False
    alike: str = ""
    family: str = ""
    most: int = 220
    least_bytes: int = 15_000


PACKAGES = (
    Package(
        "endless-sky-data",
        "CC0, CC-BY-3.0, CC-BY-SA-3.0, CC-BY-SA-4.0, public domain",
        "photographs of landscapes, rendered scenes",
        ("games/endless-sky/images/land/*", "games/endless-sky/images/scene/*"),
    ),
    Package(
        "wesnoth-1.16-data",
        "GPL-2+, CC-BY-SA-4.0",
        "painted portraits and scenes, many by the same hands",
        ("games/wesnoth/*/data/core/images/portraits/*", "games/wesnoth/*/images/story/*"),
        # Painted over one another; found by aligning all pairs, and looked at.
        family=r"/(scorpion|zombie(?=-horse|-rider)|ruler)(?:-\w+)?\.png",
    ),
    Package(
        "plasma-workspace-wallpapers",
        "GPL-2+",
        "photographs and drawn landscapes",
        ("wallpapers/*/contents/images*/*",),
        family=r"wallpapers/(\w+)/",
    ),
    Package(
        "gnome-backgrounds",
        "CC-BY-SA-3.0",
        "abstract drawings",
        ("backgrounds/gnome/*",),
        family=r"/(\w+)-[dl]\.webp",
    ),
    Package(
        "mate-backgrounds",
        "GPL-2+, CC-BY-SA-4.0",
        "photographs, abstract drawings",
        ("backgrounds/mate/*",),
    ),
    Package("ukui-wallpapers", "CC-BY-SA-3.0", "photographs, drawings", ("backgrounds/*",)),
    Package(
        "lomiri-wallpapers-16.04",
        "CC0-1.0, CC-BY-4.0, CC-BY-SA-3.0, CC-BY-SA-4.0",
        "photographs",
        ("backgrounds/*",),
    ),
    Package(
        "lomiri-wallpapers-20.04",
        "CC0-1.0, CC-BY-4.0, CC-BY-SA-3.0, CC-BY-SA-4.0",
        "photographs, abstract drawings",
        ("backgrounds/*",),
    ),
    Package(
        "gimp-help-en",
        "GFDL-1.2+",
        "windows and dialogs of one program",
        ("gimp/2.0/help/en/images/dialogs/*", "gimp/2.0/help/en/images/preferences/*"),
        unknown=True,
    ),
    Package(
        "kgeography-data",
        "GPL-2+",
        "maps in one style",
        ("kgeography/*.png",),
        alike="same style",
        family=r"kgeography/([a-z]+)",
        most=120,
        least_bytes=2_000,
    ),
    Package(
        "wireshark-doc",
        "GPL-2+",
        "windows and dialogs of one program",
        ("doc/wireshark/wsug_html_chunked/images/*",),
        alike="same program",
        # One window, with another menu of it open.
        family=r"/ws-\w+-(menu)\.png",
        most=60,
    ),
)


def fetch(folder: Path, progress: Callable[[str], None]) -> None:
    """Every package's pictures, into `folder`/PACKAGE; those that are there are not fetched again.

    Raises:
        PicturesUnavailable: there is no such package, network or program.
    """
    for package in PACKAGES:
        if not (folder / package.name / "VERSION").is_file():
            progress(package.name)
            fetch_package(package, folder)


def version(package: Package, folder: Path) -> str:
    """Which one was fetched, as Debian counts."""
    return (folder / package.name / "VERSION").read_text("utf-8")


def pictures(package: Package, folder: Path) -> Iterator[Path]:
    """The picture files of a fetched package, by path."""
    root = folder / package.name / "usr" / "share"
    for path in sorted(root.rglob("*")):
        relative = path.relative_to(root).as_posix()
        if (
            path.suffix.lower() in _ENDINGS
            and not path.is_symlink()
            and any(fnmatch.fnmatch(relative, pattern) for pattern in package.folders)
            and path.stat().st_size >= package.least_bytes
        ):
            yield path


def fetch_package(package: Package, folder: Path) -> None:
    """A package unpacked into `folder`/PACKAGE; raises as `fetch`."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder) as temporary:
        # apt drops its rights while it downloads, and then could not write here.
        _run(package, "apt-get", "-q", "-o", "APT::Sandbox::User=root", "download", package.name,
             within=temporary)  # fmt: skip
        archive = next(Path(temporary).glob("*.deb"))
        unpacked = Path(temporary) / "unpacked"
        _run(package, "dpkg-deb", "-x", str(archive), str(unpacked), within=temporary)
        number = unquote(archive.name.split("_")[1])
        (unpacked / "VERSION").write_text(number, "utf-8")
        shutil.rmtree(folder / package.name, ignore_errors=True)
        os.replace(unpacked, folder / package.name)


def _run(package: Package, program: str, *arguments: str, within: str) -> None:
    path = shutil.which(program)
    if path is None:
        raise PicturesUnavailable(package.name, f"there is no {program}")
    done = subprocess.run(
        [path, *arguments], cwd=within, capture_output=True, text=True, check=False
    )
    if done.returncode:
        last = (done.stderr.strip().splitlines() or [f"exit code {done.returncode}"])[-1]
        raise PicturesUnavailable(package.name, last)
