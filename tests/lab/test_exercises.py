"""Every exercise: its reference and other correct forms pass, every misconception is named."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from correct_forms import CORRECT_FORMS

from tempkit.course.chapters import CHAPTERS
from tempkit.lab.diagnosis import examine
from tempkit.lab.exercise import Exercise, Misconception
from tempkit.lab.exercises import exercise_of, exercises_of

EXERCISES = [exercise for chapter in CHAPTERS for exercise in exercises_of(chapter.name)]
MISCONCEPTIONS = [
    pytest.param(exercise, misconception, id=f"{exercise.name}-{misconception.id}")
    for exercise in EXERCISES
    for misconception in exercise.misconceptions
]
FORMS = [
    pytest.param(exercise, form, id=f"{exercise.name}-{form.__name__}")
    for exercise in EXERCISES
    for form in CORRECT_FORMS[exercise.name]
]
by_name = pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.name)


def hidden(exercise: Exercise, seed: int = 0):
    return exercise.hidden(torch.Generator("cpu").manual_seed(seed))


@by_name
def test_the_reference_passes_its_own_probes(exercise: Exercise) -> None:
    assert examine(exercise, exercise.reference, exercise.probes) is None


@by_name
@pytest.mark.parametrize("seed", range(8))
def test_the_reference_passes_hidden_probes_of_any_seed(exercise: Exercise, seed: int) -> None:
    probes = hidden(exercise, seed)
    assert probes
    assert examine(exercise, exercise.reference, probes) is None


@pytest.mark.parametrize(("exercise", "misconception"), MISCONCEPTIONS)
def test_a_misconception_is_rejected_and_named(
    exercise: Exercise, misconception: Misconception
) -> None:
    for answer in (misconception.answer, *misconception.also):
        finding = examine(exercise, answer, exercise.probes)
        assert finding is not None
        assert finding.named
        assert finding.reason == misconception.id
        assert finding.section == misconception.section


@by_name
def test_misconceptions_are_also_rejected_by_hidden_probes(exercise: Exercise) -> None:
    """All but those that only one visible probe, made for them, can show."""
    passing = [
        misconception.id
        for misconception in exercise.misconceptions
        if examine(exercise, misconception.answer, hidden(exercise)) is None
    ]
    assert set(passing) <= {"one-maximum-for-all", "clamped"}


@by_name
def test_no_two_misconceptions_share_an_id(exercise: Exercise) -> None:
    ids = [misconception.id for misconception in exercise.misconceptions]
    assert len(ids) == len(set(ids)) >= 3


@by_name
def test_at_least_three_correct_forms_are_tried(exercise: Exercise) -> None:
    assert len(CORRECT_FORMS[exercise.name]) >= 3


@pytest.mark.parametrize(("exercise", "form"), FORMS)
def test_another_correct_form_is_accepted(exercise: Exercise, form) -> None:
    assert examine(exercise, form, exercise.probes) is None


@pytest.mark.parametrize(("exercise", "form"), FORMS)
def test_another_correct_form_passes_hidden_probes_of_any_seed(exercise: Exercise, form) -> None:
    """54, 181, 230 and 356 drew slopes that float32 gets to four digits only."""
    for seed in (0, 1, 2, 54, 181, 230, 356):
        assert examine(exercise, form, hidden(exercise, seed)) is None


def assert_every_verdict_is_right(exercise: Exercise) -> None:
    assert examine(exercise, exercise.reference, exercise.probes) is None
    for misconception in exercise.misconceptions:
        finding = examine(exercise, misconception.answer, exercise.probes)
        assert finding is not None
        assert finding.reason == misconception.id


@by_name
@pytest.mark.parametrize("dtype", [torch.float64, torch.bfloat16], ids=str)
def test_the_default_dtype_changes_no_verdict(exercise: Exercise, dtype: torch.dtype) -> None:
    before = torch.get_default_dtype()
    torch.set_default_dtype(dtype)
    try:
        assert_every_verdict_is_right(exercise)
    finally:
        torch.set_default_dtype(before)


@by_name
def test_random_state_changes_no_verdict_and_is_not_touched(exercise: Exercise) -> None:
    verdicts = set()
    for seed in (1, 2):
        torch.manual_seed(seed)
        np.random.seed(seed)  # noqa: NPY002 (the global state is the point)
        state = torch.get_rng_state()
        wrong = exercise.misconceptions[0].answer
        verdicts.add(str(examine(exercise, wrong, exercise.probes + hidden(exercise))))
        assert torch.equal(torch.get_rng_state(), state)
    assert len(verdicts) == 1


@pytest.mark.cuda
@by_name
def test_the_device_changes_no_verdict(exercise: Exercise) -> None:
    torch.set_default_device("cuda")
    try:
        assert_every_verdict_is_right(exercise)
    finally:
        torch.set_default_device("cpu")


HALVES = ["temperature_softmax", "sampler_probabilities", "full_spectrum", "entropy_curve"]


@pytest.mark.parametrize("name", HALVES)
@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float64], ids=str)
def test_an_answer_may_come_in_any_dtype(name: str, dtype: torch.dtype) -> None:
    exercise = next(exercise for exercise in EXERCISES if exercise.name == name)

    def converted(*arguments):
        return exercise.reference(*arguments).to(dtype)

    assert examine(exercise, converted, exercise.probes) is None


@pytest.mark.parametrize("convert", [torch.Tensor.tolist, torch.Tensor.numpy])
def test_an_answer_may_be_a_list_or_a_numpy_array(convert) -> None:
    exercise = exercise_of("00-inside-or-outside", "temperature_softmax")
    answer = lambda *arguments: convert(exercise.reference(*arguments))  # noqa: E731
    assert examine(exercise, answer, exercise.probes) is None


def softmax_exercise() -> Exercise:
    return exercise_of("00-inside-or-outside", "temperature_softmax")


def reason_for(answer, exercise: Exercise | None = None) -> str:
    exercise = exercise or softmax_exercise()
    finding = examine(exercise, answer, exercise.probes)
    assert finding is not None
    assert not finding.named
    return finding.reason


def test_an_unwritten_exercise_is_called_that() -> None:
    def unwritten(logits, temperature):
        raise NotImplementedError("write your solution here, then delete this line")

    assert reason_for(unwritten) == "not-written"


def test_a_value_in_the_place_of_a_function() -> None:
    assert reason_for(torch.ones(3)) == "not-a-function"


def test_a_function_that_returns_nothing() -> None:
    assert reason_for(lambda logits, temperature: None) == "not-numbers"


def test_a_function_that_stops_with_an_error() -> None:
    def broken(logits, temperature):
        return logits.no_such_method()

    assert reason_for(broken) == "raised"


def test_a_result_of_another_shape() -> None:
    assert reason_for(lambda logits, temperature: torch.ones(2)) == "shape"


def test_numbers_that_no_misconception_explains() -> None:
    assert reason_for(lambda logits, temperature: logits) == "different"


def test_an_unexplained_nan_is_pointed_out() -> None:
    assert reason_for(lambda logits, temperature: logits * math.nan) == "nan"


def test_a_dictionary_with_other_keys() -> None:
    exercise = exercise_of("00-inside-or-outside", "form_entropies")
    assert reason_for(lambda logits, temperature: {"outside": 1.0}, exercise) == "parts"


@pytest.mark.parametrize("instead", [42.0, None, "there is none"])
def test_an_answer_where_there_is_none(instead) -> None:
    exercise = exercise_of("01-temperature-and-entropy", "temperature_for")

    def no_refusal(logits, entropy):
        try:
            return exercise.reference(logits, entropy)
        except ValueError:
            return instead

    assert reason_for(no_refusal, exercise) == "should-raise"


@pytest.mark.parametrize("other", [RuntimeError, Exception])
def test_an_error_of_another_kind_where_there_is_no_answer(other: type[Exception]) -> None:
    exercise = exercise_of("01-temperature-and-entropy", "temperature_for")

    def refusal(logits, entropy):
        try:
            return exercise.reference(logits, entropy)
        except ValueError:
            raise other("no") from None

    assert reason_for(refusal, exercise) == "other-error"


@pytest.mark.parametrize(
    "answer", [lambda logits, t: logits ^ (1 / t), lambda logits, t: logits / 2.0 ^ 3]
)
def test_a_caret_is_no_power_and_no_empty_stub(answer) -> None:
    assert reason_for(answer) == "raised-caret"


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (lambda logits, t: not (logits > t), "raised-not-of-tensor"),
        (lambda logits, t: logits if logits > t else t, "raised-not-of-tensor"),
        (lambda logits, t: logits > t & logits < 2, "raised-parentheses"),
        (lambda logits, _t: logits >= (logits & (logits < 2)), "raised-parentheses"),
        (lambda logits, t: logits / [t, t], "raised-list-arithmetic"),
        (lambda logits, t: math.log(logits), "raised-one-number"),
        (lambda logits, t: logits.item() / t, "raised-one-number"),
    ],
)
def test_errors_that_beginners_meet_first_are_explained(answer, reason: str) -> None:
    assert reason_for(answer) == reason


@pytest.mark.parametrize("digits", [2, 3, 4])
def test_rounded_numbers_are_called_that(digits: int) -> None:
    exercise = softmax_exercise()
    assert reason_for(lambda *given: exercise.reference(*given).round(decimals=digits)) == "rounded"


def test_a_maximum_that_returned_two_things() -> None:
    assert reason_for(lambda logits, t: logits - logits.max(-1)) == "raised-values"


def test_a_sum_that_lost_its_axis() -> None:
    def without_keepdim(logits, temperature):
        weights = torch.softmax(logits.double() / temperature, -1)
        return weights / (weights.sum(-1) if weights.shape[0] != 3 else weights.sum(-1)[:, None])

    assert reason_for(without_keepdim) == "raised-sizes"


def test_the_negative_of_the_right_result() -> None:
    exercise = exercise_of("00-inside-or-outside", "standard_errors_away")
    assert reason_for(lambda *given: -exercise.reference(*given), exercise) == "minus"


def test_rows_and_columns_exchanged() -> None:
    exercise = exercise_of("01-temperature-and-entropy", "full_spectrum")
    assert reason_for(lambda *given: exercise.reference(*given).T, exercise) == "transposed"


def test_numbers_where_a_dictionary_was_asked_for() -> None:
    exercise = exercise_of("00-inside-or-outside", "form_entropies")
    assert reason_for(lambda logits, t: [1.0] * 4, exercise) == "not-a-dictionary"


def test_a_list_of_dictionaries_where_one_dictionary_was_asked_for() -> None:
    exercise = exercise_of("02-sampling", "draw_report")
    assert reason_for(lambda *given: [{"count": 1.0}] * 5, exercise) == "not-a-dictionary"


def test_one_number_where_two_were_asked_for() -> None:
    exercise = exercise_of("02-sampling", "alarm_rate")
    assert reason_for(lambda *given: exercise.reference(*given)[0], exercise) == "one-number"


def test_true_and_false_have_no_mean() -> None:
    exercise = exercise_of("02-sampling", "alarm_rate")
    assert reason_for(lambda x, t: ((x > t).mean(), 0.0), exercise) == "raised-bool-mean"


@pytest.mark.parametrize("draw", [torch.rand_like, torch.randn_like])
def test_random_numbers_of_its_own_are_called_that(draw) -> None:
    """A wrong name turns up by chance otherwise, another at each run."""
    exercise = exercise_of("02-sampling", "gumbel_max")
    own = lambda z, t, u: (z / t + draw(u)).argmax(-1)  # noqa: E731
    with torch.random.fork_rng():
        assert {reason_for(own, exercise) for _ in range(5)} == {"random"}


def test_an_error_on_some_inputs_alone_has_no_name() -> None:
    """A misconception that raises there too has explained nothing."""

    def two_by_two(probabilities, uniforms):
        return (probabilities.cumsum(-1).view(4, 4) <= uniforms.view(4, 1)).sum(-1) * 2

    assert reason_for(two_by_two, exercise_of("02-sampling", "inverse_cdf")) == "different"


def finding_for(answer, chapter: str, name: str):
    exercise = exercise_of(chapter, name)
    finding = examine(exercise, answer, exercise.probes)
    assert finding is not None
    return finding


def test_whole_numbers_are_quoted_whole() -> None:
    finding = finding_for(lambda p, u: u * 0 + 22041.0, "02-sampling", "draw_safely")
    assert finding.facts["got"] == "[22041, 22041, 22041, 22041]"
    assert finding.facts["expected"] == "[0, 1, 2, 2]"


def test_of_a_long_list_the_first_wrong_number_is_quoted_and_how_many_are() -> None:
    exercise = exercise_of("02-sampling", "gumbel_max")

    def two_wrong(*given):
        tokens = exercise.reference(*given)
        tokens[[7, 11]] += 1
        return tokens

    right = exercise.reference(*exercise.probes[0].arguments)[7].item()
    facts = finding_for(two_wrong, "02-sampling", "gumbel_max").facts
    assert (facts["got"], facts["expected"]) == (str(right + 1), str(right))
    assert (facts["place"], facts["wrong"], facts["size"]) == ("7", "2", "40")


@pytest.mark.parametrize("exercise", exercises_of("02-sampling"), ids=lambda e: e.name)
def test_misconceptions_of_lab_02_are_named_by_hidden_probes_too(exercise: Exercise) -> None:
    for seed in range(3):
        for misconception in exercise.misconceptions:
            for answer in (misconception.answer, *misconception.also):
                finding = examine(exercise, answer, hidden(exercise, seed))
                assert finding is not None
                assert finding.reason == misconception.id


def test_a_dictionary_where_numbers_were_asked_for() -> None:
    assert reason_for(lambda logits, t: {"q": logits}) == "a-dictionary"


def test_a_right_result_that_changes_its_input_is_rejected() -> None:
    def in_place(logits, temperature):
        logits -= logits.amax(-1, keepdim=True)
        logits /= temperature
        return torch.softmax(logits, -1)

    assert reason_for(in_place) == "input-changed"


def test_the_commonest_of_two_faults_is_named() -> None:
    """p / T, and no maximum subtracted either."""

    def divided_and_overflowing(logits, temperature):
        weights = logits.exp()
        return weights / weights.sum(-1, keepdim=True) / temperature

    exercise = softmax_exercise()
    finding = examine(exercise, divided_and_overflowing, exercise.probes)
    assert finding is not None
    assert finding.reason == "divided"


def test_an_exercise_that_does_not_exist_is_a_clear_error() -> None:
    with pytest.raises(KeyError, match="no exercise 'sofmax': it has temperature_softmax"):
        exercise_of("00-inside-or-outside", "sofmax")
