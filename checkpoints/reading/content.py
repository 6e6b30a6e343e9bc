"""What a file is, judged by its first bytes and never by its name; the commonest wrong files get their own sentence."""

import re
from struct import Struct

from losses.errors import LabError

ARRAYS = ".npz, .npy, CSV, TSV, JSON lines, Parquet, Arrow, Feather, MATLAB or pickle"
ACCEPTED = f"torch, safetensors, {ARRAYS}"
"""What is opened here, as a refusal names it."""

_PACKED = "Images in it need no unpacking: give it beside a checkpoint (--data). Unpack it for a checkpoint inside."
# Each reads on after "FILE must be ..., but is".
_WRONG = {
    "empty": ("an empty file", "The download or the training failed; get it again."),
    "web page": ("a web page", "The link led to a page about the file; download the file itself."),
    "lfs pointer": ("a git-lfs pointer", "Run `git lfs pull` where it was cloned."),
    "torch": ("a torch file", "The page File contents and python -m checkpoints.inspect show what is in it."),
    "safetensors": ("a safetensors file", "The page Checkpoints opens those that NCE Lab made."),
    "tar": ("a tar archive", _PACKED),
    "hdf5": ("an HDF5 file", "Read its arrays with h5py and write them with numpy.savez."),
    "matlab": ("a MATLAB file of version 5", "The page Checkpoints and python -m checkpoints.inspect open it."),
    "matlab 4": ("a MATLAB file of version 4", "The page Checkpoints and python -m checkpoints.inspect open it."),
    "matlab 7.3": (
        "a MATLAB file of version 7.3, which is HDF5",
        "Save it in MATLAB with save(file, '-v7'), or read its arrays with h5py and write them with numpy.savez.",
    ),
    "parquet": ("a Parquet file", "The page Checkpoints and python -m checkpoints.inspect open it."),
    "arrow": ("an Arrow file", "The page Checkpoints and python -m checkpoints.inspect open it."),
    "feather 1": ("a Feather file of version 1", "Write it again with pyarrow.feather.write_feather."),
    "pickle": ("a pickle", "The page File contents says what it would run; the page Checkpoints opens its arrays."),
    "npz": ("a numpy .npz archive", "The page Checkpoints and python -m checkpoints.inspect open it."),
    "npy": ("a numpy .npy array", "The page Checkpoints and python -m checkpoints.inspect open it."),
    "json": (
        "a JSON text",
        "Give the weights of an index or a config; arrays in JSON are rows, an object an item, or a vector an id.",
    ),
    "excel": ("an Excel workbook", "Save the sheet as CSV, or in Python: pandas.read_excel(file).to_csv('table.csv')."),
    "office": ("a document of an office program", "Save its table as CSV."),
    "pdf": ("a PDF", "A checkpoint is opened here, or a table as CSV."),
    "sqlite": ("an SQLite database", "Save the rows as CSV: sqlite3 -csv -header FILE 'select * from TABLE'."),
    "onnx": ("an ONNX model", "It is opened by no reader here: save its outputs with numpy.savez."),
    "gguf": ("a GGUF model", "It is opened by no reader here: save its outputs with numpy.savez."),
    "faiss": ("a faiss index", "Save its vectors: numpy.save('vectors.npy', index.reconstruct_n(0, index.ntotal))."),
    "zip": ("a zip archive", _PACKED),
    "compressed": ("a compressed archive", "Unpack it and give the checkpoint inside."),
    "text": (
        "a text",
        "Save embeddings and labels with numpy.savez or as a table (CSV), or give the checkpoint itself.",
    ),
    "other text": ("a text in another encoding than UTF-8", "Save it again as UTF-8."),
    "zeros": ("zeros alone", "Room was made for it and nothing was written; get it again."),
    "picture": ("a picture", "A checkpoint is opened here; images go beside it (--data)."),
    "nothing": ("an archive with nothing in it", "Save it again, with its arrays or weights."),
    "unknown": (
        "something else",
        "Its first bytes are those of no known checkpoint; perhaps the download was cut off.",
    ),
}

_BEGINNINGS = {
    "nothing": (b"PK\x05\x06",),
    "lfs pointer": (b"version https://git-lfs",),
    "npy": (b"\x93NUMPY",),
    "compressed": (b"\x1f\x8b", b"\xfd7zXZ", b"\x28\xb5\x2f\xfd", b"BZh"),
    "hdf5": (b"\x89HDF\r\n",),
    "matlab": (b"MATLAB 5.0 MAT-file",),
    "matlab 7.3": (b"MATLAB 7.3 MAT-file",),
    "office": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"{\\rtf"),
    "pdf": (b"%PDF-",),
    "sqlite": (b"SQLite format 3\0",),
    "gguf": (b"GGUF",),
    "faiss": (b"IxF", b"IxM", b"IxP", b"IHN", b"IwF", b"IwP", b"IwS"),
    "parquet": (b"PAR1",),
    "arrow": (b"ARROW1\x00\x00", b"\xff\xff\xff\xff"),
    "feather 1": (b"FEA1",),
}
# Of MATLAB's version 4: byte order, then the type of the numbers (f8 to u1), then numbers, letters or sparse.
_MATLAB4 = frozenset(order + 10 * dtype + holds for order in (0, 1000) for dtype in range(6) for holds in range(3))
_LONGEST_NAME = 200
_MAKER = 64  # bytes within which ONNX names who wrote it
_SMALLEST_ZIP = 30  # bytes of a zip's first record
# Of protocol 0 or 1, which has no mark: brackets, or a list, a dict, a name or a text, each with what goes on behind.
_OLD_PICKLE = re.compile(
    rb"\(+[dlt]p\d+\n"
    rb"|\(*(?:[\]}]q\0|X..\0\0)"
    rb"|\(*c[\w.]+\n[\w.]+\n(?:p\d+\n|q[\0-\x1f]|\()"
    rb"|\(*(?:V[^\n]*\np\d+\n|S'[^\n]*'\n)"
    rb"|\(i[\w.]+\n[\w.]+\n",
    re.ASCII | re.DOTALL,
)
# What torch.save began with before torch 1.6, behind a frame at most.
_MARKED = 24
_LEGACY = 0x1950A86A20F9469CFC6C.to_bytes(10, "little")


def kind_of(head: bytes) -> str:
    """One word for the content that starts with `head`: "safetensors" or a key of the sentences above.

    >>> kind_of(b"version https://git-lfs.github.com/spec/v1")
    'lfs pointer'
    """
    text = head[:512].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if not head:
        return "empty"
    if _is_matlab4(head):
        return "matlab 4"
    if text.startswith((b"<!doctype", b"<html", b"<?xml", b"<head", b"<script")):
        return "web page"
    if head.startswith(b"PK\x03\x04"):
        return _zip_kind(head)
    for kind, beginnings in _BEGINNINGS.items():
        if head.startswith(beginnings):
            return kind
    if head[257:262] == b"ustar":
        return "tar"
    # A safetensors file begins with a length of eight bytes, a text has no zero in them.
    if head[8:9] == b"{" and not (text.startswith((b"{", b"[")) and 0 not in head[:8]):
        return "safetensors"
    return "json" if text.startswith((b"{", b"[")) else _kind_of_the_rest(head)


def _kind_of_the_rest(head: bytes) -> str:
    """Of what is no safetensors file: its first bytes are a length, which may look like any of these."""
    if _LEGACY in head[:_MARKED]:
        return "torch"
    # A protocol number of 2 to 5 after the PROTO opcode.
    if (head[:1] == b"\x80" and head[1:2] in b"\x02\x03\x04\x05") or _OLD_PICKLE.match(head):
        return "pickle"
    if head[:1] == b"\x08" and any(word in head[:_MAKER] for word in (b"pytorch", b"onnx", b"keras2onnx", b"tf2onnx")):
        return "onnx"
    if head.startswith((b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"BM")):
        return "picture"
    if len(head) > 15 and not head.strip(b"\0"):
        return "zeros"
    return "text" if _is_text(head) else "other text" if _is_other_text(head) else "unknown"


def part_of(name: str) -> str:
    """ "part 1 of 2" for a file named as Hugging Face names the parts of one checkpoint, "" for others.

    >>> part_of("model-00001-of-00002.safetensors")
    'part 1 of 2'
    """
    found = re.search(r"-(\d{5})-of-(\d{5})\.\w+$", name, re.ASCII)
    return f"part {int(found[1])} of {int(found[2])}" if found else ""


def check_kind(head: bytes, wanted: str, *, name: str) -> None:
    """Refuse, by its own sentence, a file whose content is not of the wanted kind."""
    kind = kind_of(head)
    if kind != wanted:
        found, remedy = _WRONG.get(kind, (f"a {kind} file", ""))
        raise LabError(name, f"must be a {wanted} file", found, remedy)


def words_of(kind: str) -> str:
    """What a file of this kind is, as a sentence has it."""
    return _WRONG[kind][0]


def _is_matlab4(head: bytes) -> bool:
    """MATLAB's version 4 has no mark, but twenty bytes of which few others are possible: a kind, rows and columns,
    whether complex, the length of a name, and the name itself with a zero behind it."""
    for order in (Struct("<5i"), Struct(">5i")):
        if len(head) > order.size:
            kind, rows, columns, imaginary, letters = order.unpack_from(head)
            word = head[order.size : order.size + letters] if 1 < letters <= _LONGEST_NAME else b""
            named = word[-1:] == b"\0" and word[:-1].decode("latin-1").isidentifier()
            if named and kind in _MATLAB4 and min(rows, columns) >= 0 and imaginary in (0, 1):
                return True
    return False


def _is_text(head: bytes) -> bool:
    """Letters in UTF-8 and white space alone; the last letter may be cut."""
    try:
        text = head.removeprefix(b"\xef\xbb\xbf").decode()
    except UnicodeDecodeError as error:
        if error.start < len(head) - 3:
            return False
        text = head[: error.start].decode()
    return all(letter.isprintable() or letter.isspace() for letter in text)


def _is_other_text(head: bytes) -> bool:
    """UTF-16 with its mark, as Excel's "Unicode text" is, or letters of a code page among mostly plain ones."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return True
    controls = bytes(set(range(32)) - set(b"\t\n\v\f\r")) + b"\x7f"
    plain = sum(byte < 128 for byte in head)
    return len(head.translate(None, controls)) == len(head) and plain * 10 > len(head) * 7


def _zip_kind(head: bytes) -> str:
    if len(head) < _SMALLEST_ZIP:
        return "unknown"
    if b"/data.pkl" in head or b"/version" in head:
        return "torch"
    if (
        b"[Content_Types].xml" in head or b"mimetypeapplication/vnd.oasis" in head
    ):  # the same of Word, Excel and their kin
        return "excel" if b"xl/" in head or b"spreadsheet" in head else "office"
    return "npz" if b".npy" in head else "zip"
