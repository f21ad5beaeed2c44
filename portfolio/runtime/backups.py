"""One file that holds the whole state: what it is and how it was made, the database, and the installation's secrets.

A tar of `manifest.json`, `database.dump` (PostgreSQL's custom format, compressed) and, where they are kept in the data
folder, the signing key (without it the links and sessions of the restored state would be worth nothing) and the
password of the demo.
"""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from portfolio.runtime.discover import SIGNING_FILE
from portfolio.runtime.dumps import Counts
from portfolio.runtime.problems import RuntimeProblem

FORMAT = 1
MANIFEST, DUMP = "manifest.json", "database.dump"
SECRETS = (SIGNING_FILE, "demo_password")
LARGEST_TEXT = 4 * 1024 * 1024
CHUNK = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Manifest:
    """made_at: ISO 8601, UTC. postgres, programs: major versions of the server and of what wrote the dump.

    migrations: the steps applied, as "app.name". rows: by table. sha256: of the dump. faults: what `verify` found.
    """

    made_at: str
    postgres: int
    programs: int
    migrations: list[str]
    rows: Counts
    sha256: str
    faults: list[str]
    format: int = FORMAT


@dataclass(frozen=True, slots=True)
class Opened:
    """secrets: those the backup holds, by name. The dump lasts as long as the backup is open."""

    manifest: Manifest
    dump: Path
    secrets: dict[str, str]


def digest(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def pack(target: Path, *, manifest: Manifest, dump: Path, secrets: dict[str, str]) -> None:
    """Written beside its name and renamed when whole; never over a file that is there; its owner's alone to read."""
    with tempfile.NamedTemporaryFile(dir=target.parent, prefix=f".{target.name}-", delete=False) as beside:
        unfinished = Path(beside.name)
    try:
        with tarfile.open(unfinished, "w") as tar:
            _add(tar, MANIFEST, json.dumps(asdict(manifest), indent=1).encode())
            for name, text in secrets.items():
                _add(tar, name, text.encode())
            tar.add(dump, DUMP, filter=_plain)
        unfinished.chmod(0o600)
        target.hardlink_to(unfinished)  # unlike a rename it fails on a name that was taken meanwhile
    except FileExistsError as error:
        raise RuntimeProblem(f"{target} is there already. Name a new file; nothing was written.") from error
    finally:
        unfinished.unlink()


def _plain(member: tarfile.TarInfo) -> tarfile.TarInfo:
    member.mode, member.uid, member.gid, member.uname, member.gname = 0o600, 0, 0, "", ""
    return member


def _add(tar: tarfile.TarFile, name: str, content: bytes) -> None:
    member = tarfile.TarInfo(name)
    member.size = len(content)
    tar.addfile(_plain(member), io.BytesIO(content))


@contextmanager
def unpack(file: Path) -> Iterator[Opened]:
    """A backup, checked against its own digest. RuntimeProblem when it is none, of a later format, or damaged."""
    with tempfile.TemporaryDirectory(prefix="principal-restore-") as folder:
        try:
            with tarfile.open(file, "r:") as tar:
                manifest = _manifest(tar, file)
                held = set(tar.getnames())
                secrets = {name: _content(tar, name).decode() for name in SECRETS if name in held}
                dump = _unpacked(tar, Path(folder) / DUMP)
        except (tarfile.TarError, KeyError, ValueError, TypeError, EOFError) as error:
            raise RuntimeProblem(f"{file} is no backup of Principal, or it was cut short ({error}).") from error
        except OSError as error:
            raise RuntimeProblem(f"{file} cannot be read: {error.strerror or error}.") from error
        if digest(dump) != manifest.sha256:
            raise RuntimeProblem(f"{file} is damaged: its database is not the one its manifest names.")
        yield Opened(manifest, dump, secrets)


def _manifest(tar: tarfile.TarFile, file: Path) -> Manifest:
    told = json.loads(_content(tar, MANIFEST))
    if told["format"] != FORMAT:
        raise RuntimeProblem(f"{file} is of format {told['format']}; this release reads {FORMAT}.")
    return Manifest(**told)


def _content(tar: tarfile.TarFile, name: str) -> bytes:
    member = tar.getmember(name)
    stream = tar.extractfile(member)
    if stream is None or member.size > LARGEST_TEXT:
        raise ValueError(f"{name} is not what it should be")
    return stream.read()


def _unpacked(tar: tarfile.TarFile, target: Path) -> Path:
    """Read by hand: no member's own name or mode is ever followed."""
    stream = tar.extractfile(DUMP)
    if stream is None:
        raise ValueError(f"{DUMP} is not a file")
    with target.open("wb") as out:
        while chunk := stream.read(CHUNK):
            out.write(chunk)
    return target
