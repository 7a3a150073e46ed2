"""Which figure stands in which note, and how the stored drawings are kept true to the code.

A note embeds ``theory/{en,es}/figures/NAME.svg`` with the alt text that :func:`alt` returns. The
drawings hold their letters as outlines on white, so they look the same on every screen and theme.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path

import torch

from tempkit import plots
from tempkit.course import bandits, digit_decisions
from tempkit.course.bandits import TEMPERATURES
from tempkit.course.chapters import root
from tempkit.filters import compose, min_p, temper, top_k, top_p, typical
from tempkit.language import LANGUAGES, validated
from tempkit.sampling import DrawCounts, count_draws

__all__ = ["FIGURES", "NoteFigure", "alt", "build_figures", "stale_figures"]


@dataclass(frozen=True)
class NoteFigure:
    """A figure of a note: its name, which starts with the chapter's number, and how it is made."""

    name: str
    draw: Callable[[str], plots.Picture]

    def path(self, lang: str) -> Path:
        """Where the drawing lies."""
        return root() / "theory" / lang / "figures" / f"{self.name}.svg"


_LOGITS = torch.tensor([2, 1, 0.5, 0.2, 0.1], dtype=torch.float64)
_WORDS = {
    "en": ["mat", "sofa", "floor", "roof", "moon"],
    "es": ["alfombra", "silla", "mesa", "cama", "luna"],
}
_PROMPT = {
    "en": "What follows “The cat sat on the”, at three temperatures",
    "es": "Qué sigue a «El gato se sentó en la», con tres temperaturas",
}
#: The size of GPT-2's vocabulary, with logits at the quantiles of a normal of deviation 3: nothing
#: is drawn at random, so the figure is the same everywhere.
_VOCABULARY = 50257
_NORMAL = 3 * torch.special.ndtri(
    (torch.arange(_VOCABULARY, dtype=torch.float64) + 0.5) / _VOCABULARY
)

_TOP_P, _TYPICAL = partial(top_p, p=0.6), partial(typical, mass=0.6)
_TWICE_AS_HOT = partial(temper, temperature=2.0)
_FILTERS = {
    "top-k 3": partial(top_k, k=3),
    "top-p 0.9": partial(top_p, p=0.9),
    "min-p 0.25": partial(min_p, p=0.25),
    "typical 0.6": _TYPICAL,
}
_FILTERS_OF_A_VOCABULARY = {
    "top-k 50": partial(top_k, k=50),
    "top-p 0.9": partial(top_p, p=0.9),
    "min-p 0.05": partial(min_p, p=0.05),
    "typical 0.9": partial(typical, mass=0.9),
}
_ORDERS = {
    "en": {
        "T = 2, then top-p 0.6": compose(_TWICE_AS_HOT, _TOP_P),
        "top-p 0.6, then T = 2": compose(_TOP_P, _TWICE_AS_HOT),
        "T = 2, then typical 0.6": compose(_TWICE_AS_HOT, _TYPICAL),
        "typical 0.6, then T = 2": compose(_TYPICAL, _TWICE_AS_HOT),
    },
    "es": {
        "T = 2 y después top-p 0.6": compose(_TWICE_AS_HOT, _TOP_P),
        "top-p 0.6 y después T = 2": compose(_TOP_P, _TWICE_AS_HOT),
        "T = 2 y después typical 0.6": compose(_TWICE_AS_HOT, _TYPICAL),
        "typical 0.6 y después T = 2": compose(_TYPICAL, _TWICE_AS_HOT),
    },
}
_ORDERS_TITLE = {
    "en": "The same filters, before T and after it",
    "es": "Los mismos filtros, antes y después de T",
}

#: Five logits of a popular introduction: torch.manual_seed(42); torch.rand(5), on a CPU.
_RANDOM_LOGITS = torch.rand(5, generator=torch.Generator("cpu").manual_seed(42), device="cpu")
_RANDOM_WORDS = {
    "en": ["I", "am", "learning", "continuously", "for"],
    "es": ["yo", "estoy", "aprendiendo", "continuamente", "por"],
}


def _thousand_draws(temperature: float) -> DrawCounts:
    generator = torch.Generator("cpu").manual_seed(42)
    return count_draws(_RANDOM_LOGITS, temperature, 1000, generator=generator)


@cache
def _two_thousand_statistics() -> torch.Tensor:
    generator = torch.Generator("cpu").manual_seed(42)
    runs = [count_draws(_RANDOM_LOGITS, 1.0, 1000, generator=generator) for _ in range(2000)]
    return torch.tensor([run.chi_square for run in runs], dtype=torch.float64, device="cpu")


#: The smallest language in which tempering tokens and tempering sentences part.
_FIRST = torch.tensor([0.6, 0.4], dtype=torch.float64)
_SECOND = torch.tensor([[0.55, 0.45], [0.9, 0.1]], dtype=torch.float64)
_SENTENCES = {
    "en": ["my dog", "my cat", "we sing", "we dance"],
    "es": ["mi perro", "mi gato", "yo canto", "yo bailo"],
}


@cache
def _grammar_and_heat() -> tuple[list[float], ...]:
    """Temperatures; shares of grammatical first sentences, counted, their errors, predicted."""
    from tempkit.course.first_sentences import first_sentences

    heats = [0.5, 1.0, 1.5, 2.0, 2.5, 3.0]
    rows = [first_sentences(temperature) for temperature in heats]
    return (
        heats,
        [row.counted for row in rows],
        [row.counted_error for row in rows],
        [row.one_leak for row in rows],
        [row.along_the_path for row in rows],
    )


@cache
def _divergences() -> tuple[list[float], dict[str, list[float]], dict[str, list[float]]]:
    """Temperatures, the best of each verb model among them; divergence and leak of each model."""
    from tempkit import verbs

    seen = {name: verbs.probe(verbs.load(name)) for name in verbs.MODELS}
    best = [verbs.optimal_temperature(probe).value for probe in seen.values()]
    around = (2.0 ** torch.linspace(-2, 2, 17, dtype=torch.float64)).tolist()
    temperatures = sorted(around + best)
    return (
        temperatures,
        {k: [verbs.kl_to_truth(v, t).value for t in temperatures] for k, v in seen.items()},
        {k: [verbs.illegal_mass(v, t).value for t in temperatures] for k, v in seen.items()},
    )


def _on_trial(lang: str) -> dict[str, Callable[[torch.Tensor, float], torch.Tensor]]:
    """The first three cases of lab 10, named as in its note."""
    from tempkit.course import faulty_samplers

    names = {
        "en": ("case 1: 1 taken for greedy", "case 2: T applied twice", "case 3: 0 ignored"),
        "es": (
            "caso 1: el 1 se toma por voraz",
            "caso 2: T aplicada dos veces",
            "caso 3: se ignora el 0",
        ),
    }
    faults = [faulty_samplers.FAULTS[name] for name in ("greedy-at-one", "twice", "zero-ignored")]
    return dict(zip(names[lang], faults, strict=True))


def _soft_targets(lang: str) -> plots.Picture:
    from tempkit.course.students import SHOWN, transfer

    sample, logits = transfer()
    return plots.soft_targets(sample.images[SHOWN], logits[SHOWN], lang=lang)


_STUDENTS = {
    "en": {0: "untrained student", 3: "after three epochs"},
    "es": {0: "alumno sin entrenar", 3: "tras tres épocas"},
}


def _gradient_product(lang: str) -> plots.Picture:
    from tempkit.course.students import pull_over_limit, spread

    temperatures = [2.0**power for power in range(-1, 8)]
    products = {
        name: [pull_over_limit(temperature, epochs=epochs) for temperature in temperatures]
        for epochs, name in _STUDENTS[lang].items()
    }
    return plots.gradient_product(temperatures, products, spread(), lang=lang)


#: One likely token among 349 others, as a rule of the entropy meets it.
_ONE_AHEAD = torch.tensor([10.0] + [0.0] * 349, dtype=torch.float64, device="cpu")
#: Logits at every whole distance from the largest.
_LADDER = -torch.arange(13, dtype=torch.float64, device="cpu")
_PLANS = {
    "en": ("1.5 to 0.5, step by step", "{} to {}, by the row"),
    "es": ("de 1.5 a 0.5, paso a paso", "de {} a {}, según la fila"),
}


@cache
def _spent_by_constants() -> tuple[list[float], list[float], list[float]]:
    """Temperatures; mean entropy and leak of true text at each."""
    from tempkit.course.schedules_measured import on_true_text

    heats = [0.5, 0.7, 0.8, 0.9, 1.0, 1.1, 1.2, 1.3]
    spent = [on_true_text(temperature) for temperature in heats]
    return heats, [one.entropy for one in spent], [one.leak for one in spent]


@cache
def _spent_by_plans() -> list[tuple[float, float]]:
    """Mean entropy and leak of annealing, and of three rules of the row."""
    from tempkit.course.schedules_measured import RULES, annealed, on_true_text, text

    spent = [annealed(), *(on_true_text(RULES[ends](text().logits)) for ends in _ENDS)]
    return [(one.entropy, one.leak) for one in spent]


#: Of the rules that are shown: the temperatures of a certain and of a uniform row.
_ENDS = ((0.78, 1.28), (0.5, 1.5), (1.5, 0.5))


def _plans(lang: str) -> dict[str, tuple[float, float]]:
    annealing, rule = _PLANS[lang]
    names = [annealing, *(rule.format(*ends) for ends in _ENDS)]
    return dict(zip(names, _spent_by_plans(), strict=True))


def _regrets() -> tuple[Sequence[float], ...]:
    """Temperatures; means, their errors, medians, their errors over 2000 bandits."""
    played = bandits.constant_temperatures()
    rows = [bandits.summary(played.at(index)) for index in range(len(TEMPERATURES))]
    columns = [(row.mean, row.mean_error, row.median, row.median_error) for row in rows]
    return TEMPERATURES, *zip(*columns, strict=True)


_EXPLORERS = {
    "en": ("T = 0.15", "T falls", "by counts, C = 0.3", "by counts, C = 1"),
    "es": ("T = 0.15", "T baja", "recuento, C = 0.3", "recuento, C = 1"),
}


def _growth(lang: str) -> tuple[list[int], dict[str, list[float]]]:
    """Steps, and the mean regret of each strategy up to them."""
    regret = bandits.ten_times_longer().regret.mean(1)[:, 19::20]
    steps = [200 * (index + 1) for index in range(regret.shape[-1])]
    return steps, dict(zip(_EXPLORERS[lang], regret.tolist(), strict=True))


@cache
def _digits_before_and_after() -> tuple[tuple[torch.Tensor, torch.Tensor], ...]:
    """Confidences and outcomes of the over-confident digits network at T = 1 and as fitted."""
    from tempkit import digits
    from tempkit.calibration import fit_temperature
    from tempkit.scaling import softmax

    network = digits.classifier()
    found = []
    for temperature in (1.0, fit_temperature(*network.calibration).temperature):
        confidences, predicted = softmax(network.test.logits, temperature).max(-1)
        found.append((confidences, predicted == network.test.labels))
    return tuple(found)


_BEFORE_AND_AFTER = {"en": ("T = 1", "T = 2.14, fitted"), "es": ("T = 1", "T = 2.14, ajustada")}
_SAMPLES = {
    "en": {"train": "training", "calibration": "calibration", "test": "test"},
    "es": {"train": "entrenamiento", "calibration": "calibración", "test": "prueba"},
}
_NETWORK_AT_ONE = {"en": "our network at T = 1:", "es": "nuestra red con T = 1:"}


def _likelihood(lang: str) -> plots.Picture:
    from tempkit import digits

    network = digits.classifier()
    samples = {said: getattr(network, part) for part, said in _SAMPLES[lang].items()}
    return plots.likelihood(samples, lang=lang)


def _chance(lang: str) -> plots.Picture:
    from tempkit.calibration import expected_calibration_error
    from tempkit.course.perfect_model import by_chance

    sizes = (30, 100, 300, 1000, 3000, 4792)
    runs = [by_chance(size) for size in sizes]
    observed = expected_calibration_error(*_digits_before_and_after()[0])
    return plots.error_by_chance(
        sizes,
        [run.low for run in runs],
        [run.mean for run in runs],
        [run.high for run in runs],
        observed={_NETWORK_AT_ONE[lang]: observed},
        lang=lang,
    )


FIGURES = (
    NoteFigure(
        "00-three-temperatures",
        lambda lang: plots.bars(
            _LOGITS, [0.2, 1, 5], labels=_WORDS[lang], title=_PROMPT[lang], lang=lang
        ),
    ),
    NoteFigure(
        "00-pipeline",
        lambda lang: plots.pipeline(_LOGITS, 1, uniform=0.7, labels=_WORDS[lang], lang=lang),
    ),
    NoteFigure("00-forms", lambda lang: plots.forms(_LOGITS, 2, labels=_WORDS[lang], lang=lang)),
    NoteFigure("00-underflow", lambda lang: plots.underflow(10, lang=lang)),
    NoteFigure("01-bars", lambda lang: plots.bars(_LOGITS, lang=lang)),
    NoteFigure("01-heat-map", lambda lang: plots.heat_map(_LOGITS, lang=lang)),
    NoteFigure("01-entropy-curve", lambda lang: plots.entropy_curve(_LOGITS, lang=lang)),
    NoteFigure(
        "01-rank-curves", lambda lang: plots.rank_curves(_NORMAL, [0.5, 1, 2, 10], lang=lang)
    ),
    NoteFigure(
        "02-rulers",
        lambda lang: plots.rulers(_RANDOM_LOGITS, labels=_RANDOM_WORDS[lang], lang=lang),
    ),
    NoteFigure(
        "02-noise",
        lambda lang: plots.noisy_logits(_RANDOM_LOGITS, labels=_RANDOM_WORDS[lang], lang=lang),
    ),
    NoteFigure(
        "02-counts",
        lambda lang: plots.counts(
            {T: _thousand_draws(T) for T in (0.01, 1.0, 6.0)}, _RANDOM_WORDS[lang], lang=lang
        ),
    ),
    NoteFigure(
        "02-chi-square",
        lambda lang: plots.chi_square(_two_thousand_statistics(), 4, 9.488, lang=lang),
    ),
    NoteFigure(
        "03-filters",
        lambda lang: plots.truncated(_LOGITS, _FILTERS, labels=_WORDS[lang], lang=lang),
    ),
    NoteFigure(
        "03-kept-sizes",
        lambda lang: plots.kept_sizes(_NORMAL, _FILTERS_OF_A_VOCABULARY, lang=lang),
    ),
    NoteFigure(
        "03-orders",
        lambda lang: plots.truncated(
            _LOGITS,
            _ORDERS[lang],
            temperature=2,
            labels=_WORDS[lang],
            title=_ORDERS_TITLE[lang],
            lang=lang,
        ),
    ),
    NoteFigure(
        "03-penalty", lambda lang: plots.penalty_shift(_LOGITS, labels=_WORDS[lang], lang=lang)
    ),
    NoteFigure(
        "04-two-temperings",
        lambda lang: plots.two_temperings(_FIRST, _SECOND, labels=_SENTENCES[lang], lang=lang),
    ),
    NoteFigure("04-grammatical", lambda lang: plots.grammatical(*_grammar_and_heat(), lang=lang)),
    NoteFigure("04-divergence", lambda lang: plots.divergence(*_divergences(), lang=lang)),
    NoteFigure(
        "05-reliability",
        lambda lang: plots.reliability(
            dict(zip(_BEFORE_AND_AFTER[lang], _digits_before_and_after(), strict=True)), lang=lang
        ),
    ),
    NoteFigure("05-chance", _chance),
    NoteFigure("05-likelihood", _likelihood),
    NoteFigure("06-two-rows", digit_decisions.rows_figure),
    NoteFigure("06-retry", digit_decisions.retry_figure),
    NoteFigure("06-risk-coverage", digit_decisions.risk_figure),
    NoteFigure("06-cost", digit_decisions.cost_figure),
    NoteFigure(
        "07-self-reference", lambda lang: plots.self_reference(_ONE_AHEAD, 0.5, 3, lang=lang)
    ),
    NoteFigure(
        "07-trade", lambda lang: plots.trade(*_spent_by_constants(), _plans(lang), lang=lang)
    ),
    NoteFigure("07-mixture", lambda lang: plots.mixed_temperatures(_LADDER, [0.5, 2], lang=lang)),
    NoteFigure("10-knobs", lambda lang: plots.faulty_knobs(_LOGITS, _on_trial(lang), lang=lang)),
    NoteFigure("08-soft-targets", _soft_targets),
    NoteFigure("08-gradient-product", _gradient_product),
    NoteFigure("09-regret", lambda lang: plots.regret_curve(*_regrets(), lang=lang)),
    NoteFigure(
        "09-histogram",
        lambda lang: plots.regret_histogram(
            {T: bandits.constant_temperatures().at(TEMPERATURES.index(T)) for T in (0.01, 0.15)},
            lang=lang,
        ),
    ),
    NoteFigure("09-growth", lambda lang: plots.regret_over_time(*_growth(lang), lang=lang)),
)


def alt(name: str, lang: str) -> str:
    """The alt text that the note in ``lang`` must give the figure of that name.

    Raises
    ------
    ValueError
        If there is no such figure or language; the message lists those there are.
    """
    for figure in FIGURES:
        if figure.name == name:
            return figure.draw(validated(lang)).alt
    raise ValueError(
        f"no note has a figure {name!r}: choose one of {', '.join(f.name for f in FIGURES)}"
    )


def build_figures() -> list[Path]:
    """Draw every figure of the notes in every language; returns the files written."""
    written = []
    for figure in FIGURES:
        for lang in LANGUAGES:
            path = figure.path(lang)
            path.parent.mkdir(parents=True, exist_ok=True)
            written.append(figure.draw(lang).save(path))
    return written


def stale_figures() -> list[str]:
    """Stored drawings that are missing, left over, or not what the code draws now.

    Returns
    -------
    list of str
        Paths from the checkout's root, sorted; empty when all is well. ``make notebooks`` mends it.
    """
    stale, expected = [], set()
    with tempfile.TemporaryDirectory() as folder:
        for figure in FIGURES:
            for lang in LANGUAGES:
                path = figure.path(lang)
                expected.add(path)
                fresh = figure.draw(lang).save(Path(folder) / path.name).read_text("utf-8")
                if not path.is_file() or not same_drawing(path.read_text("utf-8"), fresh):
                    stale.append(path)
    stored = {path for lang in LANGUAGES for path in (root() / "theory" / lang).glob("figures/*")}
    stale += stored - expected
    return sorted(path.relative_to(root()).as_posix() for path in stale)


#: An identifier that matplotlib derives from coordinates, so that it changes with their last digit.
_HASHED = re.compile(r'(?<=["#])[a-z]+[0-9a-f]{10}(?=["\)])')
_COLOUR = re.compile(r"#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})\b")
#: A number, but not the one in the name of a glyph: letters and digits shown are compared exactly.
_NUMBER = re.compile(r"(?<![\w#-])-?\d+(?:\.\d+)?(?:e-?\d+)?")
#: In points of 1/72 inch, and in steps of 255 for a colour: less than an eye sees, more than two
#: processors differ by.
_TOLERANCE = 1.5


def same_drawing(one: str, other: str) -> bool:
    """Whether two SVG files show the same, up to what floating point may change."""
    (words, numbers), (other_words, other_numbers) = _taken_apart(one), _taken_apart(other)
    return words == other_words and all(
        abs(number - other_number) <= _TOLERANCE
        for number, other_number in zip(numbers, other_numbers, strict=True)
    )


def _taken_apart(svg: str) -> tuple[str, list[float]]:
    """An SVG's text with its numbers replaced by ``0``, and the numbers."""
    names: dict[str, str] = {}
    svg = _HASHED.sub(lambda match: names.setdefault(match[0], f"id{len(names)}"), svg)
    svg = _COLOUR.sub(lambda match: "rgb " + " ".join(str(int(c, 16)) for c in match.groups()), svg)
    numbers = [float(number) for number in _NUMBER.findall(svg)]
    return _NUMBER.sub("0", svg), numbers
