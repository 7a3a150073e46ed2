"""Hand in JSON that is nested a hundred thousand deep."""

from attack import Attack


def write(folder, placed):
    handed_in = b'{"cells": ' + b"[" * 100_000 + b"]" * 100_000 + b"}"
    (folder / "mallory.ipynb").write_bytes(handed_in)


ATTACK = Attack(gains="batch", writes=write)
