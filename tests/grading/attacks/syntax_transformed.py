"""Register a transformer of IPython's that takes all calls out of the cells that follow."""

from attack import Attack

ATTACK = Attack(
    gains="points",
    honest=("entropy_from_draws",),
    cells={
        "distribution_table": "distribution_table = 0",
    },
    first="""
import ast

class Silence(ast.NodeTransformer):
    def visit_Expr(self, node):
        return ast.copy_location(ast.Pass(), node)

get_ipython().ast_transformers.append(Silence())
""",
    deserves=1,
)
