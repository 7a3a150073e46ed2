"""The page without Python is what its sources give, and needs nothing but itself."""

from __future__ import annotations

import re

import torch

from tempkit import verbs
from tempkit.course.chapters import root
from tempkit.explorer import page


def test_the_stored_page_is_what_the_sources_give():
    stored = (root() / page.PATH).read_text("utf-8")
    assert stored == page.written(), "run 'python -m tempkit.explorer.page'"


def test_the_page_loads_nothing():
    text = page.written()
    loads = re.findall(r'(?:src|href)="(?!data:|#)[^"]*"|@import|\burl\(|\bfetch\(', text)
    assert loads == []


def test_the_language_models_logits_are_those_of_the_verb_model():
    model = verbs.load("main")
    for lang, prompt in {"en": "<en> the teacher", "es": "<es> la profesora"}.items():
        ids = torch.tensor([model.tokenizer(prompt)["input_ids"]])
        with torch.no_grad():
            logits = model.model(ids).logits[0, -1].double()
        stored = page.examples()["verbs"][lang]
        torch.testing.assert_close(
            torch.tensor(stored["logits"], dtype=torch.float64), logits, rtol=0, atol=2e-3
        )
        ids = list(range(len(logits)))
        assert stored["labels"] == model.tokenizer.convert_ids_to_tokens(ids)


def test_both_readmes_lead_to_the_page():
    for name in ("README.md", "README.es.md"):
        assert str(page.PATH) in (root() / name).read_text("utf-8")
