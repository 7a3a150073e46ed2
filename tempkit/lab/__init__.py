"""What a notebook imports: ``check = lab.start("00")``, and then ``check(name, answer)``.

References, probes and misconceptions lie in :mod:`tempkit.lab.exercises` and are loaded only when
a check runs, so that a process without checks never holds an answer.
"""

from tempkit.lab.session import CheckFailed, start

__all__ = ["CheckFailed", "start"]
