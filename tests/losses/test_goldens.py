"""Against the values of the authors' released code: losses, gradients, diagnostics, in float64."""

import pytest
from torch.testing import assert_close

import losses

HEAD = [
    f"{loss}/{n}" for loss in ("soft_target_infonce", "label_infonce", "soft_target_cross_entropy") for n in range(4)
]
LABELLED = [f"{loss}/{n}" for loss in ("sincere", "supcon") for n in range(4)]
LABELLED += [f"eps_sup_infonce/{n}" for n in (0, 1, 3)]
SELECT = {"nt_xent_tlambda_select": "both", "nt_xent_tlambda_select_rho": "rho", "nt_xent_tlambda_select_aic": "aic"}
WEINCE = [f"{loss}/{n}" for loss in SELECT for n in range(3)] + ["nt_xent_tlambda_select/3"]
KEYWORDS = {
    "select_q": "quantile",
    "select_aic_margin": "aic_margin",
    "select_kappa_rho": "kappa_rho",
    "select_kappa_aic": "kappa_aic",
    "select_min_tail_points": "min_tail_points",
}


def same(actual, expected):
    assert_close(actual, expected, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("case", HEAD)
def test_class_head(golden, case):
    fields = golden(case)
    logits = fields["logits"].clone().requires_grad_()
    answers = [fields["labels"]] if "labels" in fields else [fields["targets"]]
    if case.split("/")[0].endswith("infonce"):
        answers.append(fields["noise_probs"])
    loss = getattr(losses, case.split("/")[0])(logits, *answers, temperature=fields["temperature"].item())
    loss.backward()
    same(loss.detach(), fields["loss"])
    same(logits.grad, fields["grad_logits"])


@pytest.mark.parametrize("path", [{}, {"chunk_size": 7}, {"plain": True}], ids=str)
@pytest.mark.parametrize("case", LABELLED)
def test_labelled(golden, case, path):
    fields = golden(case)
    embeddings = fields["embeddings"].clone().requires_grad_()
    margin = {"epsilon": fields["epsilon"].item()} if case.startswith("eps") else {}
    loss = getattr(losses, case.split("/")[0])(
        embeddings, fields["labels"], temperature=fields["temperature"].item(), **path, **margin
    )
    loss.backward()
    same(loss.detach(), fields["loss"])
    same(embeddings.grad, fields["grad_embeddings"])


def test_infonce_is_nt_xent_of_the_two_views_whatever_their_labels(golden):
    fields = golden("infonce/1")
    embeddings = fields["embeddings"].clone().requires_grad_()
    loss = losses.nt_xent(embeddings[:, 0], embeddings[:, 1], temperature=fields["temperature"].item())
    loss.backward()
    same(loss.detach(), fields["loss"])
    same(embeddings.grad, fields["grad_embeddings"])


def paired(fields, loss, **options):
    """Loss and gradients; the released code differentiates through the normalisation of its views."""
    views = [fields[name].clone().requires_grad_() for name in ("view_a", "view_b")]
    value = loss(*views, normalize=True, **options)
    value.backward()
    same(value.detach(), fields["loss"])
    same(views[0].grad, fields["grad_a"])
    same(views[1].grad, fields["grad_b"])


@pytest.mark.parametrize("plain", [False, True])
@pytest.mark.parametrize("number", range(3))
def test_nt_xent_and_weibit(golden, number, plain):
    fields = golden(f"nt_xent_pl/{number}")
    paired(fields, losses.nt_xent, temperature=fields["temperature"].item(), plain=plain)
    paired(golden(f"nt_xent_weibit/{number}"), losses.weibit, plain=plain)


@pytest.mark.parametrize("path", [{}, {"chunk_size": 33}, {"plain": True}], ids=str)
@pytest.mark.parametrize("case", WEINCE)
def test_weince(golden, case, path):
    fields = golden(case)
    options = {keyword: fields[key].item() for key, keyword in KEYWORDS.items() if key in fields}
    options["evidence"] = SELECT[case.split("/")[0]]
    paired(fields, losses.weince, temperature=fields["temperature"].item(), **path, **options)
    found = losses.weince_diagnostics(fields["view_a"], fields["view_b"], **options)
    for name in ("lam", "beta_hat", "r2", "delta_aic", "rho", "rho0"):
        same(getattr(found, name), fields[name])
