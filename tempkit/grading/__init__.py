"""Grade submissions: student code in a sandbox, tests in another process (docs of the design).

:class:`tempkit.grading.runner.Grader` executes; intake, results, feedback and exports stand around
it. This module stays empty of imports, because a student's process passes through it.
"""
