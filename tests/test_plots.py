import html
import inspect
import io
import re
import subprocess
import sys
from functools import partial
from itertools import combinations

import pytest
import torch
from PIL import Image

import tempkit
from tempkit import language, plots
from tempkit.filters import top_k, top_p
from tempkit.information import entropy, entropy_sweep
from tempkit.pitfalls import FORMS, compare
from tempkit.plots import look, wording

LOGITS = torch.tensor([2, 1, 0.5, 0.2, 0.1])
WORDS = ["mat", "sofa", "floor", "roof", "moon"]
COUNTS = {
    T: tempkit.count_draws(LOGITS, T, 1000, generator=torch.Generator().manual_seed(0))
    for T in (0.1, 1.0, 5.0)
}
STATISTICS = torch.linspace(0.1, 15, 200, dtype=torch.float64)
TWO_FILTERS = {"top-k 2": partial(top_k, k=2), "top-p 0.8": partial(top_p, p=0.8)}
#: Temperatures, shares of grammatical sentences, their errors, and predictions.
SHARES = ([0.5, 1, 2], [0.999, 0.97, 0.48], [0.001, 0.005, 0.01], [0.998, 0.976, 0.44])
#: Temperatures, and divergence and illegal mass of each model.
TWO_MODELS = (
    [0.5, 1, 2],
    {"good": [0.26, 0.015, 0.29], "over-fitted": [1.7, 0.6, 0.5]},
    {"good": [0.0004, 0.005, 0.16], "over-fitted": [0.04, 0.07, 0.3]},
)
#: Temperatures, T squared times a gradient over its limit, and the spread of the logits.
PRODUCTS = ([1, 4, 16, 64], {"a": [0.4, 1.06, 1.1, 1.02], "b": [0.3, 0.9, 1.0, 1.01]}, 26.0)
ACCURACIES = {"labels": [0.79, 0.81, 0.8], "teacher, T = 4": [0.82, 0.83, 0.81]}
IMAGE, TEN_LOGITS = torch.linspace(0, 1, 64), torch.linspace(-9, 9, 10)
#: Temperatures, mean entropies and leaks of constants; entropy and leak of two schedules.
SCHEDULES = {"annealed": (2.0, 0.011), "gentle": (1.9, 0.003)}
SPENT = ([0.5, 1, 1.5], [1.4, 2.0, 2.5], [0.0004, 0.005, 0.05], SCHEDULES)
TREE = (torch.tensor([0.6, 0.4]), torch.tensor([[0.55, 0.45], [0.9, 0.1]]))
#: Temperatures, mean regrets and errors, medians and errors; regrets of 200 runs; growth over time.
REGRETS = ([0.1, 0.5, 2], [85.0, 325.0, 1106.0], [3.5, 2, 7], [28.0, 325.0, 1078.0], [0.5, 2, 10])
RUNS = {0.1: torch.logspace(1, 3, 200), 1.0: torch.logspace(2, 3, 200)}
GROWTH = ([10, 20, 30, 40], {"T = 0.15": [20, 40, 60, 80], "by counts": [25, 40, 48, 52]})
#: Confidences with outcomes, and logits with labels.
OUTCOMES = (torch.linspace(0.3, 0.99, 40, dtype=torch.float64), torch.arange(40) % 3 > 0)
LABELLED = (torch.linspace(-2, 3, 40).view(10, 4).roll(1, 1), torch.arange(10) % 4)
#: Numbers of predictions, and the ends and the mean of an error at each.
ERRORS = ([30, 300, 3000], [0.07, 0.03, 0.009], [0.13, 0.045, 0.014], [0.2, 0.06, 0.02])


def squared(logits, temperature):
    return tempkit.softmax(logits, temperature**2)


#: Tried in test_plots_of_decisions.py alone.
ELSEWHERE = {"claimed_and_right", "costs", "risk_coverage"}
FIGURES = {
    "animation": lambda **o: plots.animation(LOGITS, [0.1, 0.5, 1], labels=WORDS, **o),
    "bars": lambda **o: plots.bars(LOGITS, labels=WORDS, **o),
    "chi_square": lambda **o: plots.chi_square(STATISTICS, 4, 9.488, **o),
    "counts": lambda **o: plots.counts(COUNTS, WORDS, **o),
    "divergence": lambda **o: plots.divergence(*TWO_MODELS, **o),
    "doubts": lambda **o: plots.doubts({"A": LOGITS}, **o),
    "entropy_curve": lambda **o: plots.entropy_curve(LOGITS, **o),
    "error_by_chance": lambda **o: plots.error_by_chance(*ERRORS, observed={"ours": 0.08}, **o),
    "faulty_knobs": lambda **o: plots.faulty_knobs(LOGITS, {"twice": squared}, **o),
    "forms": lambda **o: plots.forms(LOGITS, 2, labels=WORDS, **o),
    "grammatical": lambda **o: plots.grammatical(*SHARES, **o),
    "heat_map": lambda **o: plots.heat_map(LOGITS, labels=WORDS, **o),
    "mixed_temperatures": lambda **o: plots.mixed_temperatures(LOGITS, [0.5, 2], **o),
    "noisy_logits": lambda **o: plots.noisy_logits(LOGITS, labels=WORDS, **o),
    "kept_sizes": lambda **o: plots.kept_sizes(LOGITS, TWO_FILTERS, **o),
    "likelihood": lambda **o: plots.likelihood({"held out": LABELLED}, **o),
    "penalty_shift": lambda **o: plots.penalty_shift(LOGITS, labels=WORDS, **o),
    "pipeline": lambda **o: plots.pipeline(LOGITS, 1, 0.7, labels=WORDS, **o),
    "rank_curves": lambda **o: plots.rank_curves(LOGITS, **o),
    "regret_curve": lambda **o: plots.regret_curve(*REGRETS, **o),
    "regret_histogram": lambda **o: plots.regret_histogram(RUNS, **o),
    "regret_over_time": lambda **o: plots.regret_over_time(*GROWTH, **o),
    "reliability": lambda **o: plots.reliability({"before": OUTCOMES, "after": OUTCOMES}, **o),
    "rulers": lambda **o: plots.rulers(LOGITS, [0.1, 1, 5], labels=WORDS, **o),
    "gradient_product": lambda **o: plots.gradient_product(*PRODUCTS, **o),
    "seed_by_seed": lambda **o: plots.seed_by_seed(ACCURACIES, **o),
    "soft_targets": lambda **o: plots.soft_targets(IMAGE, TEN_LOGITS, **o),
    "self_reference": lambda **o: plots.self_reference(LOGITS, 0.5, 3, **o),
    "trade": lambda **o: plots.trade(*SPENT, **o),
    "truncated": lambda **o: plots.truncated(LOGITS, TWO_FILTERS, labels=WORDS, **o),
    "two_temperings": lambda **o: plots.two_temperings(*TREE, labels=WORDS[:4], **o),
    "underflow": lambda **o: plots.underflow(**o),
}
OF_LOGITS = {
    "animation": plots.animation,
    "bars": plots.bars,
    "entropy_curve": plots.entropy_curve,
    "forms": lambda logits: plots.forms(logits, 2),
    "mixed_temperatures": lambda logits: plots.mixed_temperatures(logits, [0.5, 2]),
    "noisy_logits": plots.noisy_logits,
    "heat_map": plots.heat_map,
    "kept_sizes": lambda logits: plots.kept_sizes(logits, TWO_FILTERS),
    "penalty_shift": plots.penalty_shift,
    "pipeline": plots.pipeline,
    "rank_curves": plots.rank_curves,
    "rulers": plots.rulers,
    "self_reference": lambda logits: plots.self_reference(logits, 0.5, 3),
    "truncated": lambda logits: plots.truncated(logits, TWO_FILTERS),
}
OVER_TEMPERATURES = {
    name: OF_LOGITS[name]
    for name in ("animation", "bars", "entropy_curve", "heat_map", "rank_curves")
}


@pytest.fixture(scope="module")
def pictures():
    """Every figure in every language, made once."""
    return {
        (name, lang): make(lang=lang)
        for name, make in FIGURES.items()
        for lang in language.LANGUAGES
    }


@pytest.fixture(scope="module")
def bundles(pictures):
    """What a notebook gets of each of them."""
    return {key: picture._repr_mimebundle_() for key, picture in pictures.items()}


every_picture = pytest.mark.parametrize(
    ("name", "lang"), [(name, lang) for name in FIGURES for lang in language.LANGUAGES]
)
every_figure_of_logits = pytest.mark.parametrize("make", OF_LOGITS.values(), ids=OF_LOGITS)


def texts(picture):
    """Every text drawn in a figure."""
    from matplotlib.text import Text

    return [text.get_text() for text in picture.figure.findobj(Text) if text.get_text()]


def shown(probability):
    return wording.short_probability(float(probability))


class TestEveryPicture:
    def test_every_function_is_tried_here(self):
        functions = {name for name in plots.__all__ if inspect.isfunction(getattr(plots, name))}
        assert functions == set(FIGURES) | ELSEWHERE

    @every_picture
    def test_html_is_an_image_with_the_alt_text(self, pictures, bundles, name, lang):
        tag = bundles[name, lang]["text/html"]
        alt = re.fullmatch(r'<img alt="([^"<>]*)" .*>', tag)[1]
        assert html.unescape(alt) == pictures[name, lang].alt

    @every_picture
    def test_html_names_the_language_for_the_screen_reader(self, bundles, name, lang):
        assert f' lang="{lang}" ' in bundles[name, lang]["text/html"]

    @every_picture
    def test_text_is_the_alt_text(self, pictures, bundles, name, lang):
        assert bundles[name, lang]["text/plain"] == pictures[name, lang].alt

    @every_picture
    def test_alt_text_holds_nothing_that_markdown_would_take(self, pictures, name, lang):
        assert not set(pictures[name, lang].alt) & set('[]|$`\\_<>"\n')

    @every_picture
    def test_alt_text_gives_numbers(self, pictures, name, lang):
        assert re.search(r"\d\.\d", pictures[name, lang].alt)

    @every_picture
    def test_alt_text_is_short_enough_to_be_heard(self, pictures, name, lang):
        assert 80 < len(pictures[name, lang].alt) < 600

    @every_picture
    def test_all_text_lies_inside_the_figure(self, pictures, name, lang):
        from matplotlib.text import Text

        figure = pictures[name, lang].figure
        with look.drawing():
            figure.draw_without_rendering()
            boxes = [
                text.get_window_extent()
                for axes in [figure, *figure.axes]
                for text in (axes.findobj(Text) if axes is not figure else [figure._suptitle])
                if text.get_text() and text.get_visible()
            ]
        width, height = figure.bbox.width, figure.bbox.height
        outside = [b for b in boxes if b.x0 < 0 or b.x1 > width or b.y0 < 0 or b.y1 > height]
        assert not outside

    @every_picture
    def test_axes_that_hold_curves_or_a_map_are_labelled(self, pictures, name, lang):
        figure = pictures[name, lang].figure
        labels = [axes.get_xlabel() for axes in figure.axes] + [figure.get_supxlabel()]
        assert any(labels)

    @pytest.mark.parametrize("name", FIGURES)
    def test_the_languages_differ_in_words_and_agree_in_numbers(self, pictures, name):
        english, spanish = pictures[name, "en"].alt, pictures[name, "es"].alt
        assert english != spanish
        assert re.findall(r"\d+(?:\.\d+)?", english) == re.findall(r"\d+(?:\.\d+)?", spanish)

    @pytest.mark.parametrize("name", FIGURES)
    def test_made_twice_it_is_the_same_file(self, pictures, bundles, name, tmp_path):
        again, suffix = FIGURES[name](lang="en"), ".gif" if name == "animation" else ".svg"
        first = pictures[name, "en"].save(tmp_path / f"first{suffix}").read_bytes()
        assert again.save(tmp_path / f"second{suffix}").read_bytes() == first
        assert again._repr_mimebundle_() == bundles[name, "en"]

    @pytest.mark.parametrize("name", FIGURES)
    def test_the_language_in_use_is_spoken(self, pictures, name):
        try:
            language.use("es")
            assert FIGURES[name]().alt == pictures[name, "es"].alt
        finally:
            language.use("en")

    def test_no_figure_stays_open(self, pictures):
        import matplotlib.pyplot as plt

        assert len(pictures) == 2 * len(FIGURES)
        assert plt.get_fignums() == []

    def test_the_readers_own_settings_change_nothing(self, bundles):
        import matplotlib

        with matplotlib.rc_context({"font.size": 30, "axes.facecolor": "red"}):
            again = FIGURES["bars"](lang="en")._repr_mimebundle_()["image/png"]
        assert again == bundles["bars", "en"]["image/png"]

    def test_image_is_twice_as_fine_as_it_is_shown(self, pictures, bundles, tmp_path):
        picture = pictures["bars", "en"]
        with Image.open(picture.save(tmp_path / "bars.png")) as image:
            assert image.width == 1440
        assert 'width="720"' in bundles["bars", "en"]["text/html"]

    def test_a_file_of_another_kind_is_refused(self, pictures, tmp_path):
        with pytest.raises(ValueError, match=r"saved as \.png or \.svg, not as 'bars\.jpg'"):
            pictures["bars", "en"].save(tmp_path / "bars.jpg")

    def test_the_svg_holds_no_date_no_font_and_no_image(self, pictures, tmp_path):
        svg = pictures["heat_map", "en"].save(tmp_path / "map.svg").read_text()
        assert not re.search(r"<dc:date>|<text|<image", svg)

    def test_importing_the_module_leaves_matplotlib_alone(self):
        code = "import sys, tempkit.plots; sys.exit('matplotlib' in sys.modules)"
        assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


class TestWords:
    @pytest.mark.parametrize("key", wording.WORDING)
    def test_both_languages_fill_the_same_places(self, key):
        places = {
            lang: sorted(re.findall(r"{(\w+)}", words))
            for lang, words in wording.WORDING[key].items()
        }
        assert set(places) == set(language.LANGUAGES)
        assert places["en"] == places["es"]

    def test_a_label_is_escaped_in_the_html(self):
        picture = plots.bars(LOGITS, [1], labels=['"><b>', "$x$", "a", "b", "c"])
        assert "&quot;&gt;&lt;b&gt;" in picture._repr_mimebundle_()["text/html"]

    def test_a_dollar_in_a_label_is_no_formula(self):
        assert "$x$" in texts(plots.bars(LOGITS, [1], labels=["$x$", "a", "b", "c", "d"]))

    @pytest.mark.parametrize(
        ("value", "text"),
        [
            (0, "0"),
            (1, "1"),
            (1e-9, "<0.001"),
            (1 - 1e-9, ">0.999"),
            (0.0005, "0.001"),
            (0.25, "0.250"),
        ],
    )
    def test_only_exact_zero_and_one_are_written_as_such(self, value, text):
        assert wording.short_probability(value) == text


class TestColours:
    # Machado, Oliveira and Fernandes (2009), full deuteranopia, on linear RGB.
    DEUTERANOPIA = torch.tensor(
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.01182, 0.04294, 0.968881],
        ]
    )

    @staticmethod
    def linear(colour):
        channels = torch.tensor([int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)])
        return torch.where(
            channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4
        )

    @staticmethod
    def lab(linear):
        to_xyz = torch.tensor(
            [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
        )
        xyz = to_xyz @ linear.clamp(0, 1) / torch.tensor([0.9505, 1.0, 1.089])
        x, y, z = torch.where(xyz > 0.008856, xyz ** (1 / 3), 7.787 * xyz + 16 / 116)
        return torch.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)])

    @pytest.mark.parametrize("sight", ["full", "deuteranopia"])
    def test_any_two_are_told_apart(self, sight):
        seen = torch.eye(3) if sight == "full" else self.DEUTERANOPIA
        for one, other in combinations(look.COLOURS, 2):
            distance = (
                self.lab(seen @ self.linear(one)) - self.lab(seen @ self.linear(other))
            ).norm()
            assert distance > 10, (one, other)  # 2.3 is just noticeable

    @pytest.mark.parametrize(
        "colour", [look.BLUE, look.VERMILION, look.GREEN, look.GREY, look.BLACK]
    )
    def test_what_must_be_seen_stands_out_from_white(self, colour):
        luminance = self.linear(colour) @ torch.tensor([0.2126, 0.7152, 0.0722])
        assert 1.05 / (luminance + 0.05) >= 3  # WCAG 2.2, criterion 1.4.11


class TestBars:
    def test_values_stand_on_the_bars(self, pictures):
        drawn = texts(pictures["bars", "en"])
        for temperature in (0.1, 0.5, 1, 2, 5):
            for probability in tempkit.softmax(LOGITS.double(), temperature):
                assert shown(probability) in drawn

    def test_bars_are_as_long_as_the_probabilities(self, pictures):
        axes = pictures["bars", "en"].figure.axes[3]
        lengths = torch.tensor([bar.get_width() for bar in axes.patches], dtype=torch.float64)
        assert axes.get_title() == "T = 2"
        torch.testing.assert_close(lengths, tempkit.softmax(LOGITS.double(), 2))

    def test_alt_text_gives_the_extremes(self, pictures):
        hot = tempkit.softmax(LOGITS, 5)
        for part in ("“mat”", f"{hot[0]:.3f}", "“moon”", f"{hot[-1]:.3f}", "over 0.999"):
            assert part in pictures["bars", "en"].alt

    def test_limits_are_shown(self):
        drawn = texts(plots.bars(LOGITS, [0, float("inf")]))
        assert "1" in drawn
        assert "0.200" in drawn

    def test_a_title_says_what_the_distribution_is(self):
        assert plots.bars(LOGITS, title="After “the cat”").alt.startswith("After “the cat”. ")

    def test_ten_temperatures_fill_two_lines(self):
        assert len(plots.bars(LOGITS, range(1, 11)).figure.axes) == 10


class TestHeatMap:
    def test_cells_hold_the_probabilities(self):
        mesh = plots.heat_map(LOGITS, [0.5, 1, 2]).figure.axes[0].collections[0]
        expected = torch.stack([tempkit.softmax(LOGITS.double(), t) for t in (0.5, 1, 2)], 1)
        torch.testing.assert_close(torch.tensor(mesh.get_array()), expected)

    def test_values_at_one_are_written(self, pictures):
        drawn = texts(pictures["heat_map", "es"])
        assert {shown(p) for p in tempkit.softmax(LOGITS.double())} <= set(drawn)

    def test_falling_temperatures_are_refused(self):
        with pytest.raises(ValueError, match="in rising order"):
            plots.heat_map(LOGITS, [2, 1])


class TestEntropyCurve:
    def test_alt_text_gives_entropy_and_slope_at_one(self, pictures):
        sweep = entropy_sweep(LOGITS.double(), [1.0])
        sentence = (
            f"At T = 1 it is {sweep.entropy.item():.3f} nats and its slope {sweep.slope.item():.3f}"
        )
        assert sentence in pictures["entropy_curve", "en"].alt

    def test_curve_is_the_entropy(self):
        line = plots.entropy_curve(LOGITS, [0.5, 1, 2]).figure.axes[0].lines[0]
        expected = torch.stack([entropy(LOGITS.double(), t) for t in (0.5, 1, 2)])
        torch.testing.assert_close(torch.tensor(line.get_ydata()), expected)

    def test_bound_counts_only_possible_classes(self):
        picture = plots.entropy_curve(torch.tensor([1, 0, -float("inf")]))
        assert "log 2, which is 0.693 nats" in picture.alt

    def test_one_is_not_marked_where_it_is_not_shown(self):
        assert "T = 1 " not in plots.entropy_curve(LOGITS, [2, 3, 4]).alt

    def test_long_range_has_a_logarithmic_axis(self):
        axes = plots.entropy_curve(LOGITS, [0.1, 1, 10, 100]).figure.axes
        assert [panel.get_xscale() for panel in axes] == ["log", "log"]


class TestPipeline:
    @pytest.mark.parametrize("uniform", [0, 0.3, 0.6, 0.75, 0.9, 0.999])
    def test_draw_is_where_the_number_falls(self, uniform):
        ends = tempkit.softmax(LOGITS.double()).cumsum(0).tolist()
        token = next(word for word, end in zip(WORDS, ends, strict=True) if uniform < end)
        assert f"falls on “{token}”" in plots.pipeline(LOGITS, 1, uniform, labels=WORDS).alt

    def test_an_impossible_class_is_never_drawn(self):
        logits = torch.tensor([-float("inf"), 0, -float("inf")])
        for uniform in (0, 1 - 2**-53):
            assert "“b”" in plots.pipeline(logits, 1, uniform, labels=["a", "b", "c"]).alt

    @pytest.mark.parametrize("uniform", [-0.1, 1, float("nan")])
    def test_a_number_off_the_ruler_is_refused(self, uniform):
        with pytest.raises(ValueError, match="uniform must be at least 0 and below 1"):
            plots.pipeline(LOGITS, 1, uniform)


class TestRulers:
    def test_every_ruler_has_the_lengths_of_its_softmax(self, pictures):
        bars = pictures["rulers", "en"].figure.axes[0].patches[:15]
        lengths = torch.tensor([bar.get_width() for bar in bars], dtype=torch.float64)
        expected = torch.cat([tempkit.softmax(LOGITS.double(), t) for t in (0.1, 1, 5)])
        torch.testing.assert_close(lengths, expected)

    def test_alt_text_names_what_the_numbers_fall_on(self):
        points = torch.tensor([0.3, 0.99], dtype=torch.float64)
        one, other = tempkit.sample(LOGITS.expand(2, -1), 1.0, uniforms=points).tolist()
        picture = plots.rulers(LOGITS, [1], [0.3, 0.99], labels=WORDS)
        assert f"at T = 1 they fall on “{WORDS[one]}” and “{WORDS[other]}”" in picture.alt

    def test_no_number_is_refused(self):
        with pytest.raises(ValueError, match="0 uniform numbers do not fit"):
            plots.rulers(LOGITS, uniforms=[])

    def test_a_number_off_the_ruler_is_refused(self):
        with pytest.raises(ValueError, match=r"in \[0, 1\), not 1"):
            plots.rulers(LOGITS, uniforms=[0.5, 1.0])


class TestNoisyLogits:
    def test_the_same_noise_wins_for_another_word_as_t_grows(self):
        noise = torch.tensor([0.0, 0.0, 0.0, 0.0, 1.0])
        alt = plots.noisy_logits(LOGITS, [0.5, 4], noise, labels=WORDS).alt
        assert "At T = 0.5 “mat” wins with 2.00 and at T = 4 “moon” wins with 4.10" in alt

    def test_noise_of_another_length_is_refused(self):
        with pytest.raises(ValueError, match="noise of 3 numbers for 5 logits"):
            plots.noisy_logits(LOGITS, noise=torch.zeros(3))

    def test_an_impossible_class_is_refused(self):
        with pytest.raises(ValueError, match="leave out those at -inf"):
            plots.noisy_logits(torch.tensor([1, -float("inf")]))


class TestCounts:
    def test_counts_are_written(self, pictures):
        drawn = texts(pictures["counts", "es"])
        assert {str(count) for r in COUNTS.values() for count in r.count.tolist()} <= set(drawn)

    def test_alt_text_gives_expectation_and_error(self, pictures):
        result = COUNTS[1.0]
        expected, error = result.expected[0].item(), result.standard_error[0].item()
        said = f"{expected:.1f} with a standard error of {error:.1f} were expected"
        assert said in pictures["counts", "en"].alt

    def test_labels_must_match_the_counts(self):
        with pytest.raises(ValueError, match=r"2 labels for counts of \[5\] classes"):
            plots.counts(COUNTS, ["a", "b"])


class TestChiSquare:
    def test_alt_text_gives_the_share_of_alarms(self, pictures):
        share = (STATISTICS > 9.488).double().mean().item()
        assert f"{share:.3f} of them lie above 9.49" in pictures["chi_square", "en"].alt

    def test_every_run_is_in_the_histogram(self, pictures):
        bars = pictures["chi_square", "en"].figure.axes[0].patches
        assert sum(bar.get_height() for bar in bars) == len(STATISTICS)

    @pytest.mark.parametrize("wrong", [[], [float("nan")], [-1.0]])
    def test_what_is_no_statistic_is_refused(self, wrong):
        with pytest.raises(ValueError, match="one or more finite numbers"):
            plots.chi_square(torch.tensor(wrong), 4, 9.488)

    def test_no_degree_of_freedom_is_refused(self):
        with pytest.raises(ValueError, match="must be at least 1"):
            plots.chi_square(STATISTICS, 0, 9.488)


class TestForms:
    def test_every_form_has_a_panel(self, pictures):
        assert len(pictures["forms", "en"].figure.axes) == len(FORMS)

    def test_alt_text_gives_the_distances_of_the_table(self, pictures):
        table = compare(LOGITS, 2).set_index("form")
        for form in ("divided", "double-softmax", "inverted", "twice"):
            assert f"{table.total_variation[form]:.3f}" in pictures["forms", "en"].alt

    @pytest.mark.parametrize("form", ["power", "log"])
    def test_correct_outside_forms_are_called_the_same(self, pictures, form):
        same = pictures["forms", "es"].alt.split(" dan la misma distribución")[0]
        assert {"power": "p^(1/T) / suma", "log": "softmax(log p / T)"}[form] in same

    def test_unnormalised_power_shows_its_sum(self, pictures):
        total = (torch.softmax(LOGITS, -1) ** 0.5).sum()
        assert any(f"sum {total:.2f}" in text for text in texts(pictures["forms", "en"]))

    def test_zero_temperature_is_refused(self):
        with pytest.raises(ValueError, match="positive and finite here, not 0"):
            plots.forms(LOGITS, 0)


class TestUnderflow:
    # Folklore F01: where p underflows to 0.
    @pytest.mark.parametrize("threshold", ["17.3", "92.8", "104.0"])
    def test_alt_text_gives_the_thresholds(self, pictures, threshold):
        assert f"from a spread of {threshold} nats on" in pictures["underflow", "en"].alt

    # Folklore F01: T = 10, s = 20; float32 is rounding alone.
    @pytest.mark.parametrize(
        ("dtype", "low", "high"),
        [("float16", 0.0895, 0.0905), ("bfloat16", 0.00265, 0.00275), ("float32", 0, 1e-7)],
    )
    def test_error_at_twenty_nats_is_the_one_in_folklore(self, dtype, low, high):
        from tempkit.plots.comparison import _error_of_power

        assert low <= _error_of_power(20, 10, getattr(torch, dtype)) <= high

    def test_error_never_falls_with_the_spread(self, pictures):
        for line in pictures["underflow", "en"].figure.axes[0].lines[::2]:
            assert (torch.tensor(line.get_ydata()).diff() >= 0).all()


class TestRankCurves:
    def test_shares_are_of_the_whole_vocabulary(self):
        logits = 3 * torch.linspace(-3, 3, 1000)
        share = tempkit.softmax(logits.double(), 2).topk(50).values.sum()
        assert f"{share:.3f} at T = 2" in plots.rank_curves(logits, [1, 2]).alt

    def test_a_single_rank_is_refused(self):
        with pytest.raises(ValueError, match="ranks must be at least 2, not 1"):
            plots.rank_curves(LOGITS, ranks=1)


@pytest.fixture(scope="module")
def gif():
    """The animation as it comes by default."""
    with Image.open(io.BytesIO(plots.animation(LOGITS).frames)) as moving:
        yield moving


class TestAnimation:
    def test_plays_once(self, gif):
        assert "loop" not in gif.info

    def test_moves_for_less_than_five_seconds(self, gif):
        durations = []
        for frame in range(gif.n_frames):
            gif.seek(frame)
            durations.append(gif.info["duration"])
        assert len(durations) == 25
        assert sum(durations) < 5000

    def test_shown_as_a_gif_and_kept_as_its_last_frame(self, pictures, bundles):
        bundle = bundles["animation", "en"]
        assert 'src="data:image/gif;base64,' in bundle["text/html"]
        assert set(bundle) == {"text/html", "image/png", "text/plain"}
        assert any("T = 1" in text for text in texts(pictures["animation", "en"]))


class TestBadInput:
    @every_figure_of_logits
    def test_a_batch_is_refused(self, make):
        with pytest.raises(ValueError, match=r"must have shape \[V\], not \[2, 3\]; choose a row"):
            make(torch.zeros(2, 3))

    @every_figure_of_logits
    def test_a_list_is_refused(self, make):
        with pytest.raises(TypeError, match=r"torch\.tensor"):
            make([2.0, 1.0])

    @pytest.mark.parametrize("make", OVER_TEMPERATURES.values(), ids=OVER_TEMPERATURES)
    def test_a_negative_temperature_is_refused(self, make):
        with pytest.raises(ValueError, match="must be at least 0, not -1"):
            make(LOGITS, [-1, 1])

    @pytest.mark.parametrize("make", OVER_TEMPERATURES.values(), ids=OVER_TEMPERATURES)
    def test_no_temperature_is_refused(self, make):
        with pytest.raises(ValueError, match="temperatures is empty"):
            make(LOGITS, [])

    @pytest.mark.parametrize("make", [plots.entropy_curve, plots.heat_map])
    def test_an_axis_of_temperatures_cannot_hold_zero(self, make):
        with pytest.raises(ValueError, match="positive and finite here, not 0"):
            make(LOGITS, [0, 1])

    def test_labels_must_match_the_logits(self):
        with pytest.raises(ValueError, match="2 labels for 5 logits"):
            plots.bars(LOGITS, labels=["a", "b"])

    def test_a_vocabulary_does_not_fit_on_bars(self):
        with pytest.raises(ValueError, match="room for 12; rank_curves shows a whole"):
            plots.bars(torch.zeros(50257))

    def test_an_unknown_language_is_refused(self):
        with pytest.raises(ValueError, match="no language 'fr'"):
            plots.bars(LOGITS, lang="fr")


class TestTensors:
    @pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float64])
    @every_figure_of_logits
    def test_any_floating_dtype_and_gradients_are_accepted(self, make, dtype):
        assert make(torch.tensor([2, 1, 0.5], dtype=dtype, requires_grad=True)).alt

    @pytest.mark.cuda
    @pytest.mark.skipif(not torch.cuda.is_available(), reason="needs an NVIDIA GPU")
    @every_figure_of_logits
    def test_logits_on_a_gpu_give_the_same_alt_text(self, make):
        assert make(LOGITS.cuda()).alt == make(LOGITS).alt


class TestGrammatical:
    def test_bars_are_two_errors_long(self, pictures):
        axes = pictures["grammatical", "en"].figure.axes[0]
        (measured,) = (c for c in axes.containers if hasattr(c, "has_yerr"))
        (bars,) = measured[2]
        lengths = [(high - low) / 2 for (_, low), (_, high) in bars.get_segments()]
        assert lengths == pytest.approx([2 * error for error in SHARES[2]])

    def test_alt_text_gives_measured_and_predicted(self, pictures):
        assert "0.480 (0.440) at T = 2" in pictures["grammatical", "en"].alt
        assert "0.480 (0.440) con T = 2" in pictures["grammatical", "es"].alt

    @pytest.mark.parametrize("lang", language.LANGUAGES)
    def test_a_prediction_along_the_path_is_drawn_and_said(self, lang):
        picture = plots.grammatical(*SHARES, [0.999, 0.97, 0.47], lang=lang)
        assert "0.480 (0.440; 0.470)" in picture.alt
        assert [0.999, 0.97, 0.47] in [
            list(line.get_ydata()) for line in picture.figure.axes[0].lines
        ]

    def test_lists_of_other_lengths_are_refused(self):
        with pytest.raises(ValueError, match="2 values for 3 temperatures"):
            plots.grammatical([0.5, 1, 2], [1, 1], [0, 0, 0], [1, 1, 1])

    def test_temperatures_rise(self):
        with pytest.raises(ValueError, match="in rising order"):
            plots.grammatical([2, 1], [1, 1], [0, 0], [1, 1])


class TestDivergence:
    def test_the_least_divergence_of_each_model_is_marked(self, pictures):
        upper = pictures["divergence", "en"].figure.axes[0]
        marks = [
            line.get_xydata()[0].tolist() for line in upper.lines if len(line.get_xdata()) == 1
        ]
        assert marks == [[1, 0.015], [2, 0.5]]

    def test_alt_text_gives_each_models_best_temperature(self, pictures):
        assert "“over-fitted” is nearest at T = 2.00 with 0.500" in pictures["divergence", "en"].alt

    def test_both_panels_show_the_same_models(self):
        with pytest.raises(ValueError, match="same models"):
            plots.divergence([1, 2], {"a": [1, 2]}, {"b": [1, 2]})

    def test_an_infinite_divergence_is_refused(self):
        with pytest.raises(ValueError, match="finite"):
            plots.divergence([1, 2], {"a": [1, float("inf")]}, {"a": [0, 0]})


class TestTwoTemperings:
    def test_the_cold_chooses_greedy_or_mode(self, pictures):
        alt = pictures["two_temperings", "en"].alt
        assert "the cold leaves “mat”" in alt
        assert "it leaves “floor”" in alt

    def test_at_one_the_panels_agree(self):
        tokens, whole = plots.two_temperings(*TREE, [0.5, 1, 2], labels=WORDS[:4]).figure.axes
        joint = (TREE[0][:, None] * TREE[1]).flatten().tolist()
        for axes in (tokens, whole):
            assert [line.get_ydata()[1] for line in axes.lines[:4]] == pytest.approx(joint)

    def test_an_impossible_sentence_is_never_written(self):
        tree = (torch.tensor([0.5, 0.5]), torch.tensor([[1.0, 0.0], [0.5, 0.5]]))
        for axes in plots.two_temperings(*tree, [0.5, 1, 2], labels=WORDS[:4]).figure.axes:
            assert set(axes.lines[1].get_ydata()) == {0}

    def test_shapes_and_labels_must_fit(self):
        with pytest.raises(ValueError, match="give one each"):
            plots.two_temperings(*TREE, labels=WORDS)
        with pytest.raises(ValueError, match=r"give \[A\] and \[A, B\]"):
            plots.two_temperings(TREE[0][:1], TREE[1], labels=WORDS[:4])
