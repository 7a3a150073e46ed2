"""What a learner meets: the answer of a check, in both languages, in a notebook and outside."""

from __future__ import annotations

import pytest
import torch

from tempkit import lab, language, pitfalls
from tempkit.course.chapters import CHAPTERS
from tempkit.lab.diagnosis import GENERAL_REASONS
from tempkit.lab.exercises import exercises_of
from tempkit.lab.messages import exists, message, section_title, table


@pytest.fixture(autouse=True)
def _english_on_the_cpu(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("TEMPKIT_DEVICE", "cpu")
    yield
    language.use("en")
    torch.set_default_device("cpu")


@pytest.mark.parametrize(
    ("lang", "said", "read"),
    [
        ("en", "they sum to 1/T instead of 1", "Read: note 00, section"),
        ("es", "suman 1/T en lugar de 1", "Lee: nota 00, sección"),
    ],
)
def test_a_failed_check_names_the_misconception_and_the_section(lang, said, read) -> None:
    check = lab.start("00", language=lang)
    with pytest.raises(lab.CheckFailed) as failure:
        check("temperature_softmax", pitfalls.divided)
    answer = str(failure.value)
    assert failure.value.reason == "divided"
    assert said in answer
    assert read in answer
    assert f"../../theory/{lang}/00-inside-or-outside.md#outside-forms" in answer


def test_a_failed_check_shows_the_call_and_both_numbers() -> None:
    check = lab.start("00")
    with pytest.raises(lab.CheckFailed) as failure:
        check("temperature_softmax", pitfalls.divided)
    answer = str(failure.value)
    assert "temperature_softmax([2.0, 1.0, 0.5, 0.2, 0.1], 2.0)" in answer
    assert "gives [0.2623, 0.09651, 0.05854, 0.04337, 0.03924]" in answer
    assert "should give [0.3482, 0.2112, 0.1645, 0.1416, 0.1346]" in answer


@pytest.mark.parametrize(
    ("lang", "said"),
    [
        ("en", "gives 0 at place 0, counted from 0; it should give 4 there. Of the 40 numbers, 37"),
        ("es", "da 0 en el lugar 0, contando desde 0; ahí debería dar 4. De los 40 números, difie"),
    ],
)
def test_a_failed_check_shows_of_long_lists_one_number(lang, said) -> None:
    check = lab.start("02", language=lang)
    with pytest.raises(lab.CheckFailed) as failure:
        check("gumbel_max", lambda z, t, u: (z / t - torch.log(torch.log(u))).argmax(-1))
    assert said in str(failure.value)


def test_a_notebook_shows_one_line_instead_of_a_traceback() -> None:
    check = lab.start("00")
    with pytest.raises(lab.CheckFailed) as failure:
        check("temperature_softmax", pitfalls.inverted)
    assert failure.value._render_traceback_() == ["temperature_softmax is not right yet"]


def test_a_failed_check_is_an_assertion_so_that_any_grader_counts_it() -> None:
    assert issubclass(lab.CheckFailed, AssertionError)


def test_a_passed_check_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    check = lab.start("00", language="es")
    check("temperature_softmax", lambda z, t: torch.softmax(z.double() / t, -1))
    assert capsys.readouterr().out.startswith("✓ **temperature_softmax** · estable")


def test_hidden_tests_name_the_misconception_and_keep_the_probe() -> None:
    check = lab.start("00")
    with pytest.raises(lab.CheckFailed) as failure:
        check.hidden("temperature_softmax", pitfalls.twice)
    assert "does not show: The temperature is applied twice" in str(failure.value)
    assert "gives" not in str(failure.value)


def test_hidden_tests_are_silent_when_they_pass(capsys: pytest.CaptureFixture[str]) -> None:
    check = lab.start("00")
    check.hidden("temperature_softmax", lambda z, t: torch.softmax(z.double() / t, -1))
    assert capsys.readouterr().out == ""


def test_a_private_seed_draws_other_hidden_probes(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []

    def spy(logits, temperature):
        seen.append(logits[logits > -torch.inf].sum().item())
        return torch.softmax(logits.double() / temperature, -1)

    check = lab.start("00")
    for seed in ("1", "2"):
        monkeypatch.setenv("TEMPKIT_SEED", seed)
        check.hidden("temperature_softmax", spy)
    assert set(seen[: len(seen) // 2]).isdisjoint(seen[len(seen) // 2 :])


def test_a_seed_that_is_no_number_is_refused_when_the_lab_starts(monkeypatch) -> None:
    monkeypatch.setenv("TEMPKIT_SEED", "abc")
    with pytest.raises(ValueError, match="TEMPKIT_SEED is 'abc'"):
        lab.start("00")


@pytest.mark.parametrize("choice", ["a", "B", " c "])
def test_every_prediction_gets_its_own_answer(choice, capsys) -> None:
    lab.start("00").prediction("half-precision", choice)
    expected = message(f"prediction.half-precision.{choice.strip().lower()}", "en")
    assert capsys.readouterr().out.strip() == expected


def test_a_prediction_that_was_not_made_is_asked_for(capsys) -> None:
    lab.start("00").prediction("half-precision", None)
    assert "without a prediction" in capsys.readouterr().out


@pytest.mark.parametrize("choice", ["d", "float16", 3])
def test_a_prediction_that_is_no_choice_is_quoted(choice, capsys) -> None:
    lab.start("00").prediction("half-precision", choice)
    assert f"“{choice}” is none of the letters" in capsys.readouterr().out


def test_starting_a_lab_that_does_not_exist_lists_those_that_do() -> None:
    with pytest.raises(ValueError, match=r"no chapter '77'.*00-inside-or-outside"):
        lab.start("77")


def test_starting_in_a_language_that_does_not_exist_lists_those_that_do() -> None:
    with pytest.raises(ValueError, match="no language 'fr': choose one of en, es"):
        lab.start("00", language="fr")


def test_start_sets_the_language_of_checks_and_figures() -> None:
    lab.start("00", language="es")
    assert language.current() == "es"


@pytest.mark.parametrize("lang", language.LANGUAGES)
def test_every_message_that_a_check_can_need_exists(lang: str) -> None:
    for reason in GENERAL_REASONS:
        assert exists(f"general.{reason}", lang)
    for chapter in CHAPTERS:
        for exercise in exercises_of(chapter.name):
            assert exists(f"{exercise.name}.passed", lang)
            for misconception in exercise.misconceptions:
                assert exists(f"{exercise.name}.{misconception.id}", lang)


def test_no_message_is_left_that_no_check_needs() -> None:
    exercises = [exercise for chapter in CHAPTERS for exercise in exercises_of(chapter.name)]
    needed = {f"{e.name}.{m.id}" for e in exercises for m in e.misconceptions}
    needed |= {f"{exercise.name}.passed" for exercise in exercises}
    rest = {key for key in table("en") if key.split(".")[0] not in ("general", "prediction")}
    assert rest == needed


@pytest.mark.parametrize("lang", language.LANGUAGES)
def test_every_section_that_a_check_points_to_is_in_the_note(lang: str) -> None:
    for chapter in CHAPTERS:
        for exercise in exercises_of(chapter.name):
            for section in {exercise.section, *(m.section for m in exercise.misconceptions)}:
                note, name = lab.start(chapter.number)._where(section)
                assert section_title(note, name, lang) != name
