"""Every rule broken: a LabError, which is a ValueError, that names what, the rule, the value found and a remedy."""

import numpy as np
import pytest
import torch

import losses
from losses import forces
from losses.errors import LabError

F, Y, W, ETA = torch.zeros(4, 3), torch.tensor([0, 1, 2, 0]), torch.full((4, 3), 1 / 3), torch.ones(3) / 3
Z = torch.eye(6)[:, :4] + 0.1
L = torch.tensor([0, 0, 1, 1, 2, 2])


def bent(tensor, index, value):
    tensor = tensor.clone()
    tensor[index] = value
    return tensor


BROKEN = {
    "temperature zero": (lambda: losses.nll(F, Y, temperature=0), r"^temperature must be .* above 0, but is 0\. Use"),
    "temperature negative": (lambda: losses.supcon(Z, L, temperature=-1.0), "^temperature .* -1.0"),
    "temperature nan": (lambda: losses.nt_xent(Z, Z, temperature=float("nan")), "^temperature .* nan"),
    "temperature inf": (lambda: losses.sincere(Z, L, temperature=float("inf")), "^temperature .* inf"),
    "temperature text": (lambda: losses.weince(Z, Z, temperature="1"), "^temperature .* '1'"),
    "temperature bool": (lambda: losses.soft_target_infonce(F, W, ETA, temperature=True), "^temperature .* True"),
    "reduction": (lambda: losses.nll(F, Y, reduction="sum"), "^reduction must be 'mean' or 'none', but is 'sum'"),
    "reduction of pairs": (lambda: losses.weibit(Z, Z, reduction="sum"), "^reduction"),
    "logits of integers": (lambda: losses.nll(F.long(), Y), r"^logits .* torch\.int64.*logits\.float\(\)"),
    "logits an array": (lambda: losses.nll(np.zeros((4, 3)), Y), "^logits .* ndarray"),
    "logits flat": (lambda: losses.label_infonce(F[0], Y, ETA), r"^logits must have shape \(N, K\).* \(3,\)"),
    "logits empty": (lambda: losses.nll(F[:0], Y[:0]), "^logits .*no empty dimension"),
    "labels float": (lambda: losses.nll(F, Y.float()), r"^labels .*integer.*float32.*labels\.long\(\)"),
    "labels bool": (lambda: losses.supcon(Z, L > 0), "^labels .*integer.*bool"),
    "labels a list": (
        lambda: losses.sincere(Z, [0, 1]),
        r"^labels .*integer.* list\. Convert with torch\.as_tensor\(labels",
    ),
    "labels an array": (lambda: losses.nll(F, np.zeros(4, int)), r"^labels .* ndarray\. Convert with torch\.as_tensor"),
    "labels left out": (lambda: losses.supcon(Z, None), "^labels .* but is None. Pass the class number .* nt_xent"),
    "labels complex": (
        lambda: losses.supcon(Z, L.to(torch.complex128)),
        r"^labels .*complex128.*labels\.real\.long\(\)",
    ),
    "labels float8": (lambda: losses.supcon(Z, L.to(torch.float8_e4m3fn)), r"^labels .*float8.*labels\.long\(\)"),
    "labels one-hot": (lambda: losses.nll(F, torch.eye(3)[Y]), r"^labels .*labels\.argmax\(dim=1\)"),
    "labels one-hot integers": (lambda: losses.nll(F, torch.eye(3).long()[Y]), r"^labels must have .*argmax\(dim=1\)"),
    "labels on another device": (
        lambda: losses.supcon(Z, L.to("meta")),
        r"^labels must be on .*labels\.to\(embeddings\.dev",
    ),
    "labels elsewhere than logits": (lambda: losses.nll(F, Y.to("meta")), r"^labels must be on .*to\(logits\.device"),
    "labels uint16 too large": (
        lambda: losses.nll(F, (Y + 1).to(torch.uint16)),
        "^labels must lie in 0 to 2.* 3 in 1 item",
    ),
    "views on two devices": (
        lambda: losses.nt_xent(Z, Z.to("meta")),
        r"^view_b must be on .*view_b\.to\(view_a\.device",
    ),
    "prior on another device": (
        lambda: losses.label_infonce(F, Y, ETA.to("meta")),
        r"^noise_probs must be on the device",
    ),
    "targets on another device": (
        lambda: losses.soft_target_cross_entropy(F, W.to("meta")),
        "^targets must be on the dev",
    ),
    "targets class numbers": (
        lambda: losses.soft_target_cross_entropy(F, Y),
        r"^targets .*one_hot\(targets, 3\)\.float\(\)",
    ),
    "targets without weight": (
        lambda: losses.soft_target_infonce(F, 0 * W, ETA),
        "^targets .*sum 0. Pass probabilities",
    ),
    "targets of nan": (
        lambda: losses.soft_target_infonce(F, W * torch.nan, ETA),
        "^targets .*sum nan. Pass probabilities",
    ),
    "embeddings float8": (
        lambda: losses.supcon(Z.to(torch.float8_e4m3fn), L),
        r"^embeddings .*float8_e4m3fn. Convert with embeddings\.float\(\)",
    ),
    "embeddings complex": (lambda: losses.supcon(Z + 0j, L), r"^embeddings .*complex64.*embeddings\.real"),
    "embeddings an array": (
        lambda: losses.supcon(Z.numpy(), L),
        r"^embeddings .*torch\.as_tensor\(embeddings\)\.float",
    ),
    "views sparse": (lambda: losses.nt_xent(Z.to_sparse(), Z), r"^view_a must be dense.*view_a\.to_dense\(\)"),
    "an unlabelled item": (
        lambda: losses.supcon(Z, L - 1),
        "^labels must not be below 0, but is -1 in 2 .*ignore_index=-1",
    ),
    "several marks": (
        lambda: losses.supcon(Z, -1 - L),
        "^labels must not be below 0, but is between -3 and -1 in 6 items. .* one label of its own, and pass that",
    ),
    "labels before embeddings": (lambda: losses.supcon(L, Z), "Embeddings come first, then the labels"),
    "embeddings in one row": (lambda: losses.supcon(Z[0], L), r"^embeddings must have shape \(N, D\) with"),
    "a sum": (lambda: losses.nt_xent(Z, Z, reduction="sum"), r"^reduction .* 'sum'\. 'none' gives .* \.sum\(\)"),
    "two pairs for WEINCE": (lambda: losses.weince(Z[:2], Z[:2]), r"but number 2\. The tail .* of them\. Use a larger"),
    "unlabelled, another mark": (
        lambda: losses.sincere(Z, L - 1, ignore_index=-100),
        "^labels must not be below 0, -100 apart, but is -1 in 2 items",
    ),
    "unlabelled, forces": (
        lambda: forces.supcon_forces(Z @ Z.T, L - 1, temperature=1.0),
        "^labels must not be below 0",
    ),
    "everything ignored": (
        lambda: losses.nll(F, Y * 0, ignore_index=0),
        "^labels must hold an item that is not ignored",
    ),
    "all embeddings ignored": (
        lambda: losses.supcon(Z, L * 0, ignore_index=0),
        "^labels must repeat: no class has two",
    ),
    "ignore_index a fraction": (
        lambda: losses.nll(F, Y, ignore_index=0.5),
        "^ignore_index must be a whole number or None",
    ),
    "module ignore_index": (lambda: losses.SupCon(ignore_index="-1"), "^ignore_index must be a whole number or None"),
    "temperature a tensor of two": (
        lambda: losses.nt_xent(Z, Z, temperature=torch.ones(2)),
        r"^temperature must be one .*shape \(2,\)\. Pass a number",
    ),
    "temperature a negative tensor": (
        lambda: losses.SupCon(temperature=torch.nn.Parameter(torch.tensor(-2.0))),
        r"^temperature .*tensor of -2\. .*log_temperature\.exp\(\)",
    ),
    "beta a tensor": (lambda: losses.weibit(Z, Z, beta=torch.tensor(2.0)), r"^beta .* a tensor\. Pass beta\.item\(\)"),
    "labels too few": (lambda: losses.nll(F, Y[:3]), r"^labels must have shape \(4,\).* \(3,\)"),
    "labels two-dimensional": (lambda: losses.supcon(Z, L[:, None]), r"^labels must have shape \(6,\)"),
    "labels too large": (lambda: losses.nll(F, Y + 1), "^labels must lie in 0 to 2.* is 3 in 1 item"),
    "labels negative": (lambda: losses.label_infonce(F, Y - 1, ETA), "^labels must lie in 0 to 2.*ignore_index=-1"),
    "targets of another shape": (lambda: losses.soft_target_cross_entropy(F, W[:, :2]), r"^targets .* \(4, 3\)"),
    "targets that do not sum to 1": (
        lambda: losses.soft_target_infonce(F, bent(W, 2, 1.0), ETA),
        "^targets .* 1 row, first row 2 with sum 3. Divide",
    ),
    "targets negative": (
        lambda: losses.soft_target_cross_entropy(F, bent(W, 1, torch.tensor([-0.5, 1.0, 0.5]))),
        "^targets must be non-negative",
    ),
    "targets nan": (lambda: losses.soft_target_cross_entropy(F, bent(W, (0, 0), float("nan"))), "^targets"),
    "prior of another length": (lambda: losses.label_infonce(F, Y, ETA[:2]), "^noise_probs .* 3 classes, but has 2"),
    "prior negative": (lambda: losses.label_infonce(F, Y, bent(ETA, 0, -1.0)), "^noise_probs must be finite and non"),
    "prior nan": (lambda: losses.soft_target_infonce(F, W, bent(ETA, 0, float("nan"))), "^noise_probs must be finite"),
    "prior zero under a target": (
        lambda: losses.soft_target_infonce(F, W, bent(ETA, 1, 0.0)),
        "^noise_probs .*0 for class 1. Take",
    ),
    "prior zero under a label": (lambda: losses.label_infonce(F, Y, bent(ETA, 2, 0.0)), "^noise_probs .* class 2"),
    "prior zero under a draw": (
        lambda: losses.soft_distribution_infonce(F, W, bent(ETA, 0, 0.0)),
        "^noise_probs .* class 0",
    ),
    "one sample": (lambda: losses.label_infonce(F[:1], Y[:1], ETA), "^samples must number at least 2"),
    "embeddings of integers": (lambda: losses.supcon(Z.long(), L), "^embeddings must be a floating"),
    "embeddings of four dimensions": (lambda: losses.supcon(Z[None, None], L), "^embeddings must have shape"),
    "one anchor": (lambda: losses.supcon(Z[:1], L[:1]), "^anchors must number at least 2"),
    "no class twice": (lambda: losses.sincere(Z, torch.arange(6)), "^labels must repeat: no class has two samples"),
    "chunk zero": (lambda: losses.supcon(Z, L, chunk_size=0), "^chunk_size must be a whole number of rows"),
    "chunk a fraction": (lambda: losses.nt_xent(Z, Z, chunk_size=2.5), "^chunk_size"),
    "epsilon negative": (lambda: losses.eps_sup_infonce(Z, L, epsilon=-0.1), "^epsilon must not be negative"),
    "epsilon nan": (lambda: losses.eps_sup_infonce(Z, L, epsilon=float("nan")), "^epsilon must be a finite number"),
    "views that disagree": (lambda: losses.nt_xent(Z, Z[:, :2]), r"^view_b must have view_a's shape \(6, 4\)"),
    "views of integers": (lambda: losses.weibit(Z, Z.long()), "^view_b must be a floating"),
    "one pair": (lambda: losses.nt_xent(Z[:1], Z[:1]), "^pairs must number at least 2"),
    "two pairs have no tail": (lambda: losses.weince(Z[:2], Z[:2]), "^pairs must number at least 3"),
    "beta zero": (lambda: losses.weibit(Z, Z, beta=0.0), "^beta must be a finite number above 0"),
    "beta unknown": (lambda: losses.weince(Z, Z, beta="two"), "^beta must be 'one' or 'estimated', but is 'two'"),
    "evidence unknown": (lambda: losses.weince(Z, Z, evidence="none"), "^evidence must be"),
    "quantile above 1": (lambda: losses.weince(Z, Z, quantile=1.5), "^quantile must lie in 0 to 1"),
    "tail fraction below 0": (lambda: losses.weince_diagnostics(Z, Z, tail_fraction=-0.1), "^tail_fraction"),
    "tail points a fraction": (lambda: losses.weince(Z, Z, min_tail_points=2.5), "^min_tail_points must be a whole"),
    "kappa nan": (lambda: losses.weince(Z, Z, kappa_rho=float("nan")), "^kappa_rho must be a finite number"),
    "similarities not square": (lambda: forces.nt_xent_forces(Z, temperature=1.0), "^similarities must be square"),
    "odd anchors": (lambda: forces.weibit_forces(torch.zeros(3, 3)), "^similarities must have an even number"),
    "module temperature": (lambda: losses.SupCon(temperature=0.0), "^temperature"),
    "module epsilon": (lambda: losses.EpsSupInfoNCE(epsilon=-1.0), "^epsilon"),
    "module prior": (lambda: losses.LabelInfoNCE(-ETA), "^noise_probs"),
    "module evidence": (lambda: losses.WEINCE(evidence="all"), "^evidence"),
}


@pytest.mark.parametrize("mistake", BROKEN)
def test_a_mistake_is_said_in_one_sentence(mistake):
    call, sentence = BROKEN[mistake]
    with pytest.raises(LabError, match=sentence) as caught:
        call()
    assert isinstance(caught.value, ValueError)
    assert "\n" not in str(caught.value)


def test_half_precision_targets_may_miss_one_a_little():
    rows = torch.rand(64, 10, generator=torch.Generator().manual_seed(1))
    targets = (rows / rows.sum(dim=1, keepdim=True)).bfloat16()
    assert losses.soft_target_cross_entropy(torch.zeros(64, 10), targets).isfinite()
