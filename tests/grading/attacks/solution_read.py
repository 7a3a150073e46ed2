"""Read the solution from the course's folder, and run it."""

from attack import Attack

ATTACK = Attack(
    gains="points",
    cells={
        "distribution_table": """
import json
for cell in json.load(open("@checkout@/solutions/en/01-temperature-and-entropy.ipynb"))["cells"]:
    if cell["metadata"].get("nbgrader", {}).get("solution"):
        exec("".join(cell["source"]))
""",
    },
    needs=("file view", "landlock"),
)
