"""What a notebook imports: ``check = lab.start("00")``, and then ``check(name, answer)``.

References, probes and misconceptions lie in :mod:`tempkit.lab.exercises` and are loaded when a
check first runs, in the learner's own kernel: these checks teach, and they trust whoever runs them.
A grader that does not must run the checks in another process than the answers.
"""

from tempkit.lab.session import CheckFailed, start

__all__ = ["CheckFailed", "start"]
