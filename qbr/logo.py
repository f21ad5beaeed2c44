"""An uploaded picture made into our own small PNG, in a child process with limits: `python -m qbr.logo`."""

from __future__ import annotations

import io
import resource
import subprocess
import sys
from typing import Final

MOST_BYTES: Final = 1024 * 1024
MOST_PIXELS: Final = 4_000_000
WIDEST, TALLEST = 480, 144
SECONDS: Final = 5
MEMORY: Final = 512 * 1024 * 1024
KINDS: Final = ("PNG", "JPEG")


class NotALogo(ValueError):
    """The message says what is wrong with the file and how to mend it."""


def logo_of(body: bytes) -> bytes:
    """A PNG of at most 480 × 144 pixels, with nothing of the file but its picture. Raises NotALogo."""
    if len(body) > MOST_BYTES:
        raise NotALogo(f"The file has {len(body) // 1024:,} kB; {MOST_BYTES // 1024:,} are the most. Save it smaller.")
    command = [sys.executable, "-m", "qbr.logo"]
    try:
        done = subprocess.run(command, input=body, capture_output=True, timeout=3 * SECONDS, check=False)
    except subprocess.TimeoutExpired as error:
        raise NotALogo("The picture took too long to read and was refused. Save it anew as a PNG.") from error
    if done.returncode != 0:
        said = done.stdout.decode(errors="replace").strip()
        raise NotALogo(said or "The file is no PNG or JPEG that can be read. Save it anew as a PNG.")
    return done.stdout


def main() -> int:
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY))
    from PIL import Image  # once the limits are set

    Image.MAX_IMAGE_PIXELS = None  # counted below, with words of our own
    picture = Image.open(io.BytesIO(sys.stdin.buffer.read()), formats=KINDS)
    if picture.width * picture.height > MOST_PIXELS:
        print(f"The picture has {picture.width:,} × {picture.height:,} pixels; 2,000 × 2,000 are the most.")
        return 2
    small = picture.convert("RGBA")
    small.thumbnail((WIDEST, TALLEST))
    out = io.BytesIO()
    Image.frombytes("RGBA", small.size, small.tobytes()).save(out, "PNG", optimize=True)
    sys.stdout.buffer.write(out.getvalue())
    return 0


if __name__ == "__main__":
    sys.exit(main())
