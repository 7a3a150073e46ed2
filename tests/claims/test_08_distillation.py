"""Claims of note 08 that are mathematics; test_08_trained_students has what is trained."""

from __future__ import annotations

import math
import warnings

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn import functional

from tempkit.scaling import log_softmax, softmax

some = settings(derandomize=True, deadline=None, max_examples=30)
a_few = settings(derandomize=True, deadline=None, max_examples=10)

# --- the loss, and rows to try it on ------------------------------------------------------------


def divergence(student, teacher, temperature=1.0):
    """KL(p, q) of each row."""
    log_p, log_q = log_softmax(teacher, temperature), log_softmax(student, temperature)
    return (log_p.exp() * (log_p - log_q)).sum(-1)


def gradient(student, teacher, temperature):
    return (softmax(student, temperature) - softmax(teacher, temperature)) / temperature


def centred_difference(student, teacher):
    difference = student - teacher
    return difference - difference.mean(-1, keepdim=True)


def range_of(*rows):
    return max((row.max() - row.min()).item() for row in rows)


@st.composite
def rows(draw):
    """Logits of a student and a teacher over 2 to 12 classes, of very different sizes."""
    generator = torch.Generator().manual_seed(draw(st.integers(0, 10**6)))
    count = draw(st.integers(2, 12))
    sizes = [draw(st.floats(0.1, 8)) for _ in range(2)]
    made = [size * torch.randn(count, generator=generator, dtype=torch.float64) for size in sizes]
    return made[0] + 3, made[1]


temperatures = st.floats(0.3, 300)


# --- soft targets -------------------------------------------------------------------------------


@pytest.mark.claim("C08.1")
@some
@given(rows(), temperatures)
def test_a_row_at_one_temperature_gives_the_logits_back(pair, temperature):
    _, logits = pair
    p = softmax(logits, temperature)
    if p.min() < 1e-290:  # as far as the digits reach
        return
    back = temperature * (p.log() - p[0].log())
    # p carries a relative rounding error of about 1e-16, and T multiplies that of its logarithm.
    torch.testing.assert_close(
        back, logits - logits[0], rtol=1e-10, atol=1e-12 * temperature + 1e-12
    )


# --- the loss and its gradient ------------------------------------------------------------------


@pytest.mark.claim("C08.4")
@some
@given(rows(), temperatures)
def test_divergence_and_cross_entropy_have_the_gradient_of_the_note(pair, temperature):
    student, logits = pair
    p = softmax(logits, temperature)
    formula = gradient(student, logits, temperature)
    for loss in (
        lambda z: divergence(z, logits, temperature),
        lambda z: -(p * log_softmax(z, temperature)).sum(),
    ):
        z = student.clone().requires_grad_()
        (by_autograd,) = torch.autograd.grad(loss(z), z)
        torch.testing.assert_close(by_autograd, formula, rtol=1e-7, atol=1e-14)
    assert abs(formula.sum().item()) < 1e-14
    assert formula.norm().item() <= math.sqrt(2) / temperature * (1 + 1e-12)


@pytest.mark.claim("C08.4")
@some
@given(rows(), temperatures)
def test_divergence_is_cross_entropy_less_a_constant_and_never_negative(pair, temperature):
    student, logits = pair
    p = softmax(logits, temperature)
    cross = -(p * log_softmax(student, temperature)).sum()
    constant = torch.special.entr(p).sum()
    torch.testing.assert_close(
        divergence(student, logits, temperature), cross - constant, rtol=1e-9, atol=1e-12
    )
    assert divergence(student, logits, temperature) >= -1e-14


# --- where the factor comes from ----------------------------------------------------------------


@pytest.mark.claim("C08.5")
@some
@given(rows(), temperatures)
def test_the_product_differs_from_its_limit_by_less_than_the_bound(pair, temperature):
    student, logits = pair
    count, R = len(student), range_of(student, logits)
    product = temperature**2 * gradient(student, logits, temperature)
    error = (product - centred_difference(student, logits) / count).abs().max().item()
    # T times the rounding of a probability comes on top.
    assert error <= R**2 / (count * temperature) * math.exp(R / temperature) + 1e-15 * temperature


@pytest.mark.claim("C08.5")
@some
@given(rows())
def test_the_error_falls_like_one_over_the_temperature(pair):
    student, logits = pair
    limit = centred_difference(student, logits) / len(student)
    hot = 100 * range_of(student, logits)
    errors = [(T**2 * gradient(student, logits, T) - limit).norm().item() for T in (hot, 10 * hot)]
    # The next term is of order R/T smaller still, unless the leading one happens to vanish.
    if errors[0] > 1e-3 * limit.norm().item():
        assert errors[0] / errors[1] == pytest.approx(10, rel=0.15)


@pytest.mark.claim("C08.6")
@some
@given(rows(), temperatures)
def test_the_loss_tends_to_half_the_mean_square_of_the_centred_difference(pair, temperature):
    student, logits = pair
    count, R = len(student), range_of(student, logits)
    d = centred_difference(student, logits)
    loss = temperature**2 * divergence(student, logits, temperature).item()
    bound = R**2 / (count * temperature) * math.exp(R / temperature) * d.abs().sum().item()
    rounding = 1e-14 * temperature**2
    assert abs(loss - (d**2).sum().item() / (2 * count)) <= bound + rounding


# --- how large is large -------------------------------------------------------------------------


@pytest.mark.claim("C08.7")
@some
@given(rows(), temperatures)
def test_the_product_cannot_exceed_the_root_of_two_times_the_temperature(pair, temperature):
    student, logits = pair
    product = temperature**2 * gradient(student, logits, temperature).norm().item()
    assert product <= math.sqrt(2) * temperature * (1 + 1e-12)


# --- both sides ---------------------------------------------------------------------------------


@pytest.mark.claim("C08.8")
@some
@given(rows(), st.floats(0.5, 20), st.floats(0.5, 20), st.floats(-5, 5))
def test_a_perfect_student_is_perfect_at_every_temperature(pair, one, other, shift):
    student, logits = pair
    assert divergence(logits + shift, logits, one).abs().item() < 1e-12
    d = centred_difference(student, logits).abs().max().item()
    # Pinsker: two rows that differ have a divergence of at least half the squared distance.
    for T in (one, other):
        distance = (softmax(student, T) - softmax(logits, T)).abs().sum().item()
        assert divergence(student, logits, T).item() >= distance**2 / 2 - 1e-12
        assert (distance > 1e-12) == (d > 1e-10) or d < 1e-6


@pytest.mark.claim("C08.9")
@some
@given(rows(), st.floats(0.5, 20))
def test_a_temperature_on_one_side_moves_the_goal(pair, temperature):
    _, logits = pair
    hot, cold = temperature * logits, logits / temperature
    assert (softmax(hot, temperature) - softmax(logits)).abs().max() < 1e-12
    assert (softmax(cold) - softmax(logits, temperature)).abs().max() < 1e-12
    assert (softmax(hot) - softmax(logits, 1 / temperature)).abs().max() < 1e-12


@pytest.mark.claim("C08.10")
@some
@given(rows(), st.integers(1, 6), temperatures)
def test_kl_div_divides_by_the_classes_too_when_it_averages(pair, images, temperature):
    student, logits = (torch.stack([row * (1 + i / 7) for i in range(images)]) for row in pair)
    log_q, p = log_softmax(student, temperature), softmax(logits, temperature)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        averaged = functional.kl_div(log_q, p, reduction="mean")
    by_image = functional.kl_div(log_q, p, reduction="batchmean")
    torch.testing.assert_close(averaged * student.shape[-1], by_image)
    mean = divergence(student, logits, temperature).mean()
    torch.testing.assert_close(by_image, mean, rtol=1e-9, atol=1e-12)


@pytest.mark.claim("C08.10")
def test_kl_div_warns_of_it_and_takes_probabilities_for_logarithms_in_silence():
    p = torch.tensor([[0.5, 0.5]], dtype=torch.float64)
    with pytest.warns(UserWarning, match="batchmean"):
        functional.kl_div(p.log(), p)
    assert functional.kl_div(p, p, reduction="batchmean").item() != 0


# --- optimizers ---------------------------------------------------------------------------------


def steps(optimizer, gradients, scale, **options):
    """Where a parameter goes when it is given these gradients, times a constant."""
    parameter = torch.zeros(gradients.shape[1:], dtype=torch.float64, requires_grad=True)
    makes = optimizer([parameter], lr=0.01, **options)
    path = []
    for given_gradient in gradients:
        parameter.grad = scale * given_gradient
        makes.step()
        path.append(parameter.detach().clone())
    return torch.stack(path)


gradient_sequences = st.integers(0, 10**6).map(
    lambda seed: torch.randn(
        20, 5, generator=torch.Generator().manual_seed(seed), dtype=torch.float64
    )
)


@pytest.mark.claim("C08.12")
@pytest.mark.parametrize(
    ("optimizer", "options"),
    [(torch.optim.Adam, {}), (torch.optim.AdamW, {"weight_decay": 0.1})],
    ids=["adam", "adamw"],
)
@a_few
@given(gradient_sequences, st.floats(1e-6, 1e6), st.floats(1e-8, 1e-2))
def test_to_adam_a_factor_is_an_epsilon(optimizer, options, gradients, scale, epsilon):
    plain = steps(optimizer, gradients, 1.0, eps=0.0, **options)
    scaled = steps(optimizer, gradients, scale, eps=0.0, **options)
    torch.testing.assert_close(scaled, plain, rtol=1e-9, atol=1e-12)
    with_epsilon = steps(optimizer, gradients, scale, eps=epsilon, **options)
    moved = steps(optimizer, gradients, 1.0, eps=epsilon / scale, **options)
    torch.testing.assert_close(with_epsilon, moved, rtol=1e-9, atol=1e-12)


@pytest.mark.claim("C08.12")
def test_decay_inside_the_gradient_does_not_cancel():
    gradients = torch.randn(20, 5, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    one, other = (
        steps(torch.optim.Adam, gradients, scale, eps=0.0, weight_decay=0.5) for scale in (1, 1e-3)
    )
    assert (one - other).abs().max() > 1e-3
