"""The tokenizer of the verb models: one token a word, read and written by transformers.

``<s>`` is put in front of every text, as in training; marks are parted from words on the way in and
joined to them on the way out, so that "¿ella canta?" comes back as it was given.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tempkit.verbs.text import BEGIN, END, PAD, TAGS, WINDOW

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerFast

__all__ = ["tokenizer_of"]


def tokenizer_of(vocabulary: tuple[str, ...]) -> PreTrainedTokenizerFast:
    """The tokenizer whose ids are the places of the words in ``vocabulary``."""
    from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, processors
    from transformers import PreTrainedTokenizerFast

    ids = {word: i for i, word in enumerate(vocabulary)}
    inner = Tokenizer(models.WordLevel(ids, unk_token="<unk>"))
    inner.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.WhitespaceSplit(),
            pre_tokenizers.Split(Regex("[.?¿]"), "isolated"),
        ]
    )
    inner.post_processor = processors.TemplateProcessing(
        single=f"{BEGIN} $A", special_tokens=[(BEGIN, ids[BEGIN])]
    )
    inner.decoder = decoders.Sequence(
        [
            decoders.WordPiece(
                prefix="##", cleanup=False
            ),  # a space before all words but the first
            decoders.Fuse(),
            decoders.Replace(" .", "."),
            decoders.Replace(" ?", "?"),
            decoders.Replace("¿ ", "¿"),
        ]
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=inner,
        unk_token="<unk>",
        pad_token=PAD,
        bos_token=BEGIN,
        eos_token=END,
        additional_special_tokens=list(TAGS.values()),
        clean_up_tokenization_spaces=False,
        padding_side="left",
        model_max_length=WINDOW,
        model_input_names=["input_ids", "attention_mask"],
    )
