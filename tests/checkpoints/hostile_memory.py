"""Tensors and arrays that reach where there is nothing, or ask for more than they have."""

import struct

from tests.checkpoints.hostile import Hostile, archive, number, pickled, storage, tensor, text, zipped


def cases() -> list[Hostile]:
    return [*_tensors(), *_records(), *_arrays()]


def _tensors() -> list[Hostile]:
    """Each is refused in its place, and the file still opens."""
    beyond, more = "a tensor that reaches beyond its storage", "a tensor with more elements than its storage has"
    sizes, absent = "a tensor whose sizes are not whole numbers", "a tensor whose storage is not in the file"
    wrong = {
        "beyond_its_storage": (tensor((5,), (1,)), beyond),
        "far_offset": (tensor((1,), (1,), offset=2**40), beyond),
        "huge_view": (tensor((10**6, 10**6), (0, 0)), more),
        "huge_stride": (tensor((2, 2), (2**61, 1)), beyond),
        "negative_size": (tensor((-1,), (1,)), sizes),
        "negative_stride": (tensor((2,), (-1,), offset=1), sizes),
        "negative_offset": (tensor((2,), (1,), offset=-1), sizes),
        "huge_size": (tensor((2**62,), (1,)), sizes),
        "empty_but_huge": (tensor((0, 2**62), (1, 1)), sizes),
        "overflowing_product": (tensor((2**32, 2**32), (1, 1)), beyond),
        "rank_mismatch": (tensor((2, 2), (1,)), sizes),
        "hundred_dimensions": (tensor((1,) * 100, (1,) * 100), sizes),
        "no_such_storage": (tensor((4,), (1,), key="7"), absent),
        "climbing_storage": (tensor((4,), (1,), key="../../etc/passwd"), absent),
        "storage_is_the_pickle": (tensor((4,), (1,), key="../data.pkl"), absent),
        "complex_kind": (tensor((4,), (1,), kind="ComplexFloatStorage"), "a tensor of complex numbers"),
        "quantised_kind": (tensor((4,), (1,), kind="QInt8Storage"), "a tensor in a torch.QInt8Storage"),
        "negated": (tensor((4,), (1,), more=b"}" + text("neg") + b"\x88s"), "a tensor that is conjugated or negated"),
        "conjugated": (
            tensor((4,), (1,), more=b"}" + text("conj") + b"\x88s"),
            "a tensor that is conjugated or negated",
        ),
    }
    return [
        Hostile(f"{name}.pth", archive(pickled(data), {"0": bytes(16)}), shows=why)
        for name, (data, why) in wrong.items()
    ]


def _records() -> list[Hostile]:
    """Records of tensors that torch would build and then fall over, or fill the memory with."""
    indices, values = tensor((1, 1), (1, 1), kind="LongStorage"), tensor((1,), (1,), key="1")
    size = b"(" + number(3) + b"t"
    sparse = b"ctorch._utils\n_rebuild_sparse_tensor\n(ctorch\nsparse_coo\n(" + indices + values + size + b"\x89ttR"
    far = {"0": struct.pack("<q", 2**40), "1": bytes(4)}
    many = b"](" + b"".join(tensor((250_000,), (1,)) for _ in range(2_000)) + b"e"
    bool_numel = storage().replace(number(4), b"\x88")
    float_sizes = tensor((4,), (1,)).replace(
        b"(" + number(4) + b"t(" + number(1) + b"t", b"(G" + struct.pack(">d", 4.0) + b"t(" + number(1) + b"t"
    )
    ragged = {"0": bytes(17)}
    return [
        Hostile("sparse.pth", archive(pickled(sparse), far), shows="torch._utils._rebuild_sparse_tensor"),
        Hostile(
            "over_one_storage.pth",
            lambda: archive(pickled(many), {"0": bytes(1_000_000)}),
            "must have tensors and arrays of at most 4 times its size",
        ),
        Hostile(
            "float_sizes.pth",
            archive(pickled(float_sizes), {"0": bytes(16)}),
            shows="a tensor whose sizes are not whole numbers",
        ),
        Hostile("storage_count_a_bool.pth", archive(pickled(bool_numel), {"0": bytes(16)}), shows="outside reference"),
        Hostile("ragged_storage.pth", archive(pickled(tensor((4,), (1,))), ragged), shows="f4 (4,)"),
        Hostile(
            "storage_count_huge.pth",
            archive(pickled(tensor((4,), (1,), numel=2**60)), {"0": bytes(16)}),
            shows="f4 (4,)",
        ),
    ]


def _arrays() -> list[Hostile]:
    """Numpy headers that claim what is not there."""
    claims = {
        "terabytes": ("<f8", "(1099511627776,)", "must be whole"),
        "overflow": ("<f8", "(4294967296, 4294967296, 4294967296)", "must be whole"),
        "negative": ("<f8", "(-1,)", "a header that numpy writes"),
        "bools": ("<f8", "(True,)", "a header that numpy writes"),
        "zero_by_giant": ("<f8", "(0, 4611686018427387904)", "at most 18 digits"),
        "floats": ("<f8", "(1e9,)", "a header that numpy writes"),
        "dimensions": ("<f8", "(" + "1, " * 64 + ")", "must have at most 32 sizes"),
        "void": ("|V0", "(9,)", "but has x"),
        "text_of_nothing": ("<U0", "(999999999999,)", "but has x"),
        "wide_text": ("<U999999", "(1,)", "but has x"),
        "complex": ("<c16", "(0,)", "but has x"),
        "times": ("<M8[s]", "(0,)", "but has x"),
        "one_too_few": ("<f8", "(2,)", "must be whole"),
    }
    made = [
        Hostile(f"{name}.npz", zipped({"x.npy": npy(descr, shape, bytes(8))}), why)
        for name, (descr, shape, why) in claims.items()
    ]
    long = b"\x93NUMPY\x02\x00" + struct.pack("<I", 2**31) + b"{"
    return [*made, Hostile("long_header.npz", zipped({"x.npy": long}), "a header of at most 10,000 bytes")]


def npy(descr: str, shape: str, data: bytes, order: bool = False) -> bytes:
    header = f"{{'descr': '{descr}', 'fortran_order': {order}, 'shape': {shape}, }}\n".encode()
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header + data
