"""Make one zip per platform that installs Duban where no package index can be reached.

Each zip holds the wheels of requirements.lock (checked against its hashes), our own wheel and the
installer. The zip that fits this machine is then unpacked, installed and run, without a network.
"""

from __future__ import annotations

import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
OUT = ROOT / "wheelhouse"
INSTALLER = ROOT / "scripts" / "installer"
LOCK = ROOT / "requirements.lock"

PYTHONS = ("3.11", "3.12", "3.13", "3.14")
PLATFORMS = {
    # manylinux2014 = glibc 2.17, manylinux_2_28 = glibc 2.28: Debian 11, Ubuntu 20.04, Kylin V10 and newer.
    "linux-x86_64": ("manylinux2014_x86_64", "manylinux_2_17_x86_64", "manylinux_2_28_x86_64"),
    "linux-aarch64": ("manylinux2014_aarch64", "manylinux_2_17_aarch64", "manylinux_2_28_aarch64"),
    "windows-x86_64": ("win_amd64",),
}
"""Name of the zip → the wheel tags it may hold."""


def main() -> None:
    """Build every zip, then prove the one for this machine."""
    refuse_platform_markers(LOCK.read_text(encoding="utf-8"))
    OUT.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        own = own_wheel(Path(scratch))
        for name in PLATFORMS:
            packed = pack(name, own, Path(scratch) / name)
            print(f"{packed.relative_to(ROOT)}  {packed.stat().st_size / 1e6:.0f} MB")
            if name == f"{platform.system().lower()}-{platform.machine()}":
                prove(packed)


def refuse_platform_markers(lock: str) -> None:
    """Refuse a lock whose lines depend on the platform: pip judges markers by *this* machine.

    Raises:
        SystemExit: such a line; its wheel would be missing from the other platforms' zips.
    """
    differs = re.compile(r"\b(sys_platform|platform_(system|machine)|os_name|python_(full_)?version)\b")
    lines = [line for line in lock.splitlines() if differs.search(line)]
    if lines:
        sys.exit(f"these lines of requirements.lock need a download of their own per platform: {lines}")


def own_wheel(scratch: Path) -> Path:
    """Build our wheel, with the backend that is already installed."""
    command = [
        sys.executable,
        "-m",
        "build",
        "--wheel",
        "--no-isolation",
        "--outdir",
        str(scratch),
        str(ROOT),
    ]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return next(scratch.glob("duban-*.whl"))


def pack(name: str, own: Path, folder: Path) -> Path:
    """Fetch the wheels of one platform and zip them with the installer."""
    wheels = folder / "wheels"
    for python in PYTHONS:
        fetch(python, PLATFORMS[name], wheels)
    shutil.copy(own, wheels)
    script = "install.ps1" if name.startswith("windows") else "install.sh"
    for path in (LOCK, INSTALLER / script, INSTALLER / "安装说明.txt"):
        shutil.copy(path, folder)
    version = own.name.split("-")[1]
    packed = OUT / f"duban-{version}-{name}.zip"
    write_zip(folder, packed, top=packed.stem)
    return packed


def fetch(python: str, tags: tuple[str, ...], wheels: Path) -> None:
    """Download the locked wheels for one Python and platform; a missing one ends the build."""
    abis = (f"cp{python.replace('.', '')}", "abi3", "none")
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--only-binary=:all:", "--require-hashes"]
    command += ["--python-version", python, "--implementation", "cp", "--requirement", str(LOCK)]
    command += [f"--platform={tag}" for tag in tags] + [f"--abi={abi}" for abi in abis]
    subprocess.run([*command, "--dest", str(wheels)], check=True)


def write_zip(folder: Path, packed: Path, *, top: str) -> None:
    """Zip a folder under one top folder; wheels are zips already and are only stored."""
    with zipfile.ZipFile(packed, "w") as archive:
        for path in sorted(folder.rglob("*")):
            method = zipfile.ZIP_STORED if path.suffix == ".whl" else zipfile.ZIP_DEFLATED
            archive.write(path, f"{top}/{path.relative_to(folder)}", method)


def prove(packed: Path) -> None:
    """Unpack, install and run a zip in an empty home, cut off from the network where that is possible."""
    with tempfile.TemporaryDirectory(prefix="duban 离线 ") as home:
        with zipfile.ZipFile(packed) as archive:
            archive.extractall(home)
        env = {"HOME": home, "PATH": os.environ["PATH"], "LANG": "C.UTF-8", "PYTHON": sys.executable}
        duban = f"{home}/.local/bin/duban"
        office = ["--home", f"{home}/office"]
        for command in (
            ["sh", f"{home}/{packed.stem}/install.sh"],
            [duban, "--version"],
            [duban, *office, "demo", "--no-tui"],
        ):
            subprocess.run(
                [*cut_off(), *command], check=True, env=env, cwd=home, stdin=subprocess.DEVNULL, timeout=300
            )
    print(f"{packed.name}: installed and run without a network")


def cut_off() -> list[str]:
    """The prefix that runs a command in a network namespace of its own, empty where there is none."""
    prefix = ["unshare", "--net", "--map-root-user"]
    try:
        subprocess.run([*prefix, "true"], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        return []
    return prefix


if __name__ == "__main__":
    main()
