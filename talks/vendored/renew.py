"""Take the files that a deck needs out of the packages of npm, and write down what they are.

    npm pack reveal.js@6.0.2 katex@0.19.1
    python -m talks.vendored.renew reveal.js-6.0.2.tgz katex-0.19.1.tgz

Nothing is fetched here. The integrity that is written is the one that `npm view PACKAGE dist.integrity` shows.
"""

import base64
import hashlib
import json
import sys
import tarfile
from pathlib import Path

HERE = Path(__file__).parent
_FONTS = ("AMS-Regular", "Caligraphic-Regular", "Main-Bold", "Main-Italic", "Main-Regular", "Math-Italic")
_SIZES = ("Size1-Regular", "Size2-Regular", "Size3-Regular", "Size4-Regular", "Typewriter-Regular")
FILES = {
    "reveal.js": (
        "LICENSE",
        *(f"dist/{name}" for name in ("reset.css", "reveal.css", "theme/serif.css", "reveal.js", "plugin/notes.js")),
    ),
    "katex": (
        "LICENSE",
        *("dist/katex.min.css", "dist/katex.min.js"),
        *(f"dist/fonts/KaTeX_{name}.woff2" for name in (*_FONTS, *_SIZES)),
    ),
}
"""Of each package, the files that are kept. Fonts: those that the formulas of the catalogue, and usual ones, need."""


def main(tarballs: list[str]) -> int:
    found = dict(_renewed(Path(tarball)) for tarball in tarballs)
    (HERE / "digests.json").write_text(json.dumps(found, indent=2, sort_keys=True) + "\n")
    print("\n".join(f"{name} {each['version']}" for name, each in found.items()))
    return 0


def _renewed(tarball: Path) -> tuple[str, dict[str, object]]:
    integrity = "sha512-" + base64.b64encode(hashlib.sha512(tarball.read_bytes()).digest()).decode()
    with tarfile.open(tarball) as archive:
        package = json.loads(_member(archive, "package.json"))
        name = package["name"]
        digests = {path: _keep(HERE / name / Path(path).name, _member(archive, path)) for path in FILES[name]}
    about = {"version": package["version"], "license": package["license"], "integrity": integrity}
    return name, {**about, "files": {Path(path).name: digest for path, digest in digests.items()}}


def _member(archive: tarfile.TarFile, path: str) -> bytes:
    member = archive.extractfile(f"package/{path}")
    if member is None:
        raise FileNotFoundError(path)
    return member.read()


def _keep(path: Path, data: bytes) -> str:
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(data)
    return hashlib.sha256(data).hexdigest()


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
