# SPDX-License-Identifier: MIT
"""A small system for the installer: this machine's programs and Python, and folders of its own for all that it changes.

The installer runs in it as on a Pi on which systemd does not run, in namespaces in which the test is root. kneemon's
user is there already, as another name of root's, since nobody else exists in there. The wheels are packed of what is
installed beside the tests; lgpio, which no such machine has, is an empty one.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterable, Iterator
from importlib.metadata import Distribution, distribution
from pathlib import Path

from packaging.requirements import Requirement

TREE = Path(__file__).parents[2]
EXTRAS = frozenset({"web", "home"})
PATIENCE_S = 500
MERGED = ("bin", "sbin", "lib", "lib64")
NOT_PACKED = ("INSTALLER", "RECORD", "REQUESTED", "direct_url.json")
LGPIO = {
    "METADATA": "Metadata-Version: 2.1\nName: lgpio\nVersion: 0.2.2.0\n",
    "WHEEL": "Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    "RECORD": "",
}
USERS = "root:x:0:0:root:/root:/bin/sh\nkneemon:x:0:0::/var/lib/kneemon:/usr/sbin/nologin\n"
GROUPS = ("root:x:0:", "kneemon:x:0:", "i2c:x:0:kneemon", "gpio:x:0:kneemon", "netdev:x:0:kneemon")
SCRIPT = """
set -e
root=$1 base=$2
shift 2
mount --rbind /usr "$root/usr"
mount -t tmpfs tmpfs "$root/usr/local/bin"
case $base in
/usr | /usr/*) ;;
*) mkdir -p "$root$base"; mount --rbind "$base" "$root$base" ;;
esac
mount -t proc proc "$root/proc" 2>/dev/null || mount --rbind /proc "$root/proc"
mount --bind /dev/null "$root/dev/null"
exec env -i PYTHONDONTWRITEBYTECODE=1 \\
    PATH="/usr/local/bin:$base/bin:/usr/bin:/bin:/usr/sbin:/sbin" chroot "$root" "$@"
"""


class System:
    """folder: its root, as seen from outside."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for name in ("usr", "proc", "dev", "etc", "tmp", "var/lib", "run", "opt"):
            (folder / name).mkdir(parents=True, exist_ok=True)
        (folder / "dev/null").touch()
        for name in MERGED:
            if Path("/", name).is_symlink():
                (folder / name).symlink_to(Path("/", name).readlink())
        if not (folder / "etc/passwd").exists():
            (folder / "etc/passwd").write_text(USERS)
            (folder / "etc/group").write_text("\n".join(GROUPS) + "\n")

    def install(self, bundle: str, *words: str) -> "subprocess.CompletedProcess[str]":
        """The installer of the bundle that lies here under that name; byte code would take most of the time."""
        return self.run("sh", f"/{bundle}/install", "--no-byte-code", *words)

    def run(self, *words: str) -> "subprocess.CompletedProcess[str]":
        command = ["unshare", "-rmpf", "sh", "-c", SCRIPT, "sh", self.folder, sys.base_prefix, *words]
        return subprocess.run(command, capture_output=True, text=True, check=False, timeout=PATIENCE_S)

    @property
    def releases(self) -> set[str]:
        return {path.name for path in (self.folder / "opt/kneemon-releases").iterdir()}


def make_bundle(folder: Path) -> Path:
    """What firmware/bundle would make for this machine's Python, without a network."""
    (folder / "wheels").mkdir(parents=True)
    for found in {each.name: each for each in needed()}.values():
        own = [(path, str(path.relative_to(TREE))) for path in (TREE / "kneemon").rglob("*")]
        files = own if found.name == "kneemon" else []
        wheel(folder / "wheels", found, files)
    wheel(folder / "wheels", distribution("pip"), [])
    with zipfile.ZipFile(folder / "wheels/lgpio-0.2.2.0-py3-none-any.whl", "w") as made:
        made.writestr("lgpio.py", "")
        for name, text in LGPIO.items():
            made.writestr(f"lgpio-0.2.2.0.dist-info/{name}", text)
    for name in ("install", "first-boot"):
        shutil.copy(TREE / "firmware" / name, folder / name)
    shutil.copytree(TREE / "systemd", folder / "systemd", ignore=shutil.ignore_patterns("README.md"))
    python = ".".join(map(str, sys.version_info[:2]))
    version = distribution("kneemon").version
    (folder / "VERSION").write_text(f"kneemon {version}\npython {python}\nmachine {os.uname().machine}\n")
    sums(folder)
    return folder


def needed() -> Iterator[Distribution]:
    """What is installed of what kneemon requires with its extras, kneemon too."""
    seen, waiting = set(), [("kneemon", EXTRAS)]
    while waiting:
        name, extras = waiting.pop()
        if (name, extras) in seen:
            continue
        seen.add((name, extras))
        found = distribution(name)
        yield found
        wanted = [
            need
            for need in map(Requirement, found.requires or ())
            if need.marker is None or any(need.marker.evaluate({"extra": extra}) for extra in extras or {""})
        ]
        waiting += [(need.name, frozenset(need.extras)) for need in wanted]


def wheel(target: Path, found: Distribution, more: Iterable[tuple[Path, str]]) -> None:
    """What is installed, as it came, and more files."""
    tags = [line.split()[1] for line in (found.read_text("WHEEL") or "").splitlines() if line.startswith("Tag: ")]
    tag = next(tag for tag in tags if not tag.startswith("py2"))
    installed = [(Path(str(path.locate())), str(path)) for path in found.files or () if ".." not in path.parts]
    info = next(name for _, name in installed if name.endswith(".dist-info/WHEEL")).removesuffix("/WHEEL")
    with zipfile.ZipFile(target / f"{found.name.replace('-', '_')}-{found.version}-{tag}.whl", "w") as made:
        for path, name in (*installed, *more):
            if path.is_file() and path.suffix not in (".pyc", ".pth") and path.name not in NOT_PACKED:
                made.write(path, name)
        made.writestr(f"{info}/RECORD", "")


def sums(folder: Path) -> None:
    """SHA256SUMS of all other files in a bundle."""
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path.name != "SHA256SUMS")
    lines = [f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.relative_to(folder)}\n" for path in files]
    (folder / "SHA256SUMS").write_text("".join(lines))
