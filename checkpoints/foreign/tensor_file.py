"""A .safetensors file of other people's weights, looked at like a torch file: the same networks in another format."""

from pathlib import Path

from checkpoints.reading import safetensors_file
from checkpoints.reading.safetensors_header import DTYPES
from checkpoints.reading.torch_file.contents import TorchContents
from checkpoints.reading.torch_file.layouts import networks_of
from checkpoints.reading.torch_file.tensors import StoredTensor


def tensor_contents(path: Path) -> TorchContents:
    """Tensors by name, and the texts beside them. LabError, one sentence, where it is refused as a whole."""
    file = safetensors_file.read(path)
    content, header = file.content, file.header
    codes = DTYPES | {"BF16": "bfloat16", "BOOL": "|b1"}
    known = [each for each in header.tensors if each.dtype in codes]
    tensors = {each.name: StoredTensor(each.name, codes[each.dtype], each.shape, (), 0) for each in known}
    refused = {each.name: f"a tensor of {each.dtype}, which no network here has" for each in header.tensors}
    refused = {name: why for name, why in refused.items() if name not in tensors}
    networks = networks_of(tensors)
    return TorchContents(
        content.name,
        len(content.data),
        content.digest,
        networks,
        tensors,
        dict(header.metadata),
        refused=refused,
        pickled=False,
    )
