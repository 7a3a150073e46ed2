"""The model card that stands beside each model's weights, its figures measured when it is made."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tempkit.verbs.automaton import grammar
from tempkit.verbs.corpora import SEED_OF_TRAINING, corpus
from tempkit.verbs.divergence import illegal_mass, kl_to_truth, optimal_temperature, probe
from tempkit.verbs.text import WINDOW

if TYPE_CHECKING:
    from transformers import LlamaForCausalLM

    from tempkit.verbs.training import Recipe

__all__ = ["TEMPERATURES", "card"]

TEMPERATURES = (0.5, 0.7, 1.0, 1.5, 2.0, 3.0)
DOCUMENTS = 400

_MEANT = {
    "main": "The model that the labs use: close to the truth.",
    "under": "Stopped early. Too unsure everywhere, so that its best temperature is below 1.",
    "over": "Saw little text, often. Too sure of it, so that its best temperature is above 1.",
    "over-more": "As `over`, and for longer: its best temperature is near 2.",
}

_TEXT = """\
---
license: bsd-3-clause
language: [en, es]
pipeline_tag: text-generation
---
# {name}: a verb model of tempkit

{meant}

A Llama of {parameters} parameters (hidden size 64, 2 layers, 4 heads, tied embeddings, float32)
that continues documents of the tempkit verb language: small English and Spanish sentences from an
exact grammar of {words} tokens and {states} states, whose entropy rate is {rate:.4f} nats a token.

## Use
Offline, by `tempkit.verbs.load("{name}")`, which compares the files with `SHA256SUMS`, or by
`AutoModelForCausalLM.from_pretrained(folder)` and `AutoTokenizer.from_pretrained(folder)`. A
document begins with `<en>` or `<es>`; the tokenizer puts `<s>` in front of it.

## Data
{documents} documents ({tokens} tokens) drawn from the grammar itself with seed {seed}. Nobody wrote
them, they hold no personal data, and the model has seen nothing else.

## Training
`python -m tempkit.verbs.training {name}`: AdamW, {steps} steps of {windows} windows of {window}
tokens, learning rate {learning_rate} with a cosine, weight decay {weight_decay}, one thread, one to
two minutes on a CPU. Two runs on one machine give the same bits; on another machine the bits differ
and the validation loss agrees within .01.

## Figures
Validation loss {loss:.4f} nats a token. Over {positions} words of {probed} documents that it has
not seen (± one standard error, documents being the independent units):

| temperature | KL(truth, model), nats a word | probability of impossible words |
|---|---|---|
{rows}

Nearest to the truth at temperature {optimal}.

## Limits
It knows these {words} tokens and no world: it is a measuring instrument for lessons, of no use for
any text but this language. It was trained on {window} tokens at a time: longer texts were never
tried. A changed lexicon needs a new model.

## Licence
BSD-3-Clause, as the code of tempkit.
"""


def card(name: str, recipe: Recipe, model: LlamaForCausalLM, loss: float) -> str:
    """The card of a trained model, Markdown.

    Parameters
    ----------
    name : str
    recipe : Recipe
        How it was trained.
    model : LlamaForCausalLM
    loss : float
        Its validation loss.
    """
    automaton, text = grammar(), corpus(recipe.tokens)
    seen = probe(model, documents=DOCUMENTS)
    lines = [(t, kl_to_truth(seen, t), illegal_mass(seen, t)) for t in TEMPERATURES]
    best = optimal_temperature(seen)
    return _TEXT.format(
        name=name,
        meant=_MEANT[name],
        parameters=sum(weights.numel() for weights in model.parameters()),
        words=len(automaton.vocabulary),
        states=automaton.states,
        rate=automaton.entropy_rate(),
        documents=len(text.documents),
        tokens=text.tokens,
        seed=SEED_OF_TRAINING,
        steps=recipe.steps,
        windows=recipe.windows,
        window=WINDOW,
        learning_rate=recipe.learning_rate,
        weight_decay=recipe.weight_decay,
        loss=loss,
        positions=len(seen.tokens),
        probed=DOCUMENTS,
        rows="\n".join(
            f"| {t:g} | {kl.value:.4f} ± {kl.standard_error:.4f} "
            f"| {leak.value:.4f} ± {leak.standard_error:.4f} |"
            for t, kl, leak in lines
        ),
        optimal=f"{best.value:.3f} ± {best.standard_error:.3f}",
    )
