"""How fast tempkit is, beside what people use and beside what the machine can do at best.

``python -m benchmarks`` measures everything in one run, prints it and writes RESULTS.md.
"""
