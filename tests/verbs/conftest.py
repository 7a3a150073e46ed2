"""What the tests of the verb language share."""

from collections.abc import Callable, Iterator

import pytest
import torch

from tempkit.verbs.automaton import Automaton, grammar
from tempkit.verbs.lexicon import LEXICON, NOUNS, VERBS, Lexicon, Verb
from tempkit.verbs.loading import LanguageModel, load

#: A verb that a teacher might add, in one line: irregular in English, new spelling in Spanish.
PLAY = Verb("play plays played", "tocar", "music")


@pytest.fixture(scope="session")
def language() -> Automaton:
    return grammar()


@pytest.fixture(scope="session")
def tiny() -> Automaton:
    """Two verbs and one noun: few enough sentences to list them all."""
    return Automaton.of(Lexicon(verbs=VERBS[:2], nouns=NOUNS[:1]))


@pytest.fixture(scope="session")
def longer() -> Automaton:
    """The language with a verb more."""
    return Automaton.of(Lexicon(verbs=(*LEXICON.verbs, PLAY)))


@pytest.fixture(params=["language", "longer"])
def any_language(request) -> Automaton:
    return request.getfixturevalue(request.param)


@pytest.fixture(scope="session")
def shipped() -> Callable[[str], LanguageModel]:
    """A shipped model by name, read once."""
    models: dict[str, LanguageModel] = {}

    def model(name: str) -> LanguageModel:
        return models.setdefault(name, models.get(name) or load(name))

    return model


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """The machine is shared, and the models are small."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)
