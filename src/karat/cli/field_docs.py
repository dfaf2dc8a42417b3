"""What the fields of a dataclass mean, read from the texts below them: written once, shown by help and settings."""

import ast
import inspect
import textwrap
from collections.abc import Mapping


def field_docs(kind: type) -> Mapping[str, str]:
    """The text below each field, as one line; "" for a field without one.

    >>> from karat.domain.projects import QualityPolicy
    >>> field_docs(QualityPolicy)["overlap"]
    'How many annotators label each item.'
    """
    tree = ast.parse(textwrap.dedent(inspect.getsource(kind)))
    body = tree.body[0].body if isinstance(tree.body[0], ast.ClassDef) else []
    docs: dict[str, str] = {}
    latest = None
    for statement in body:
        if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
            latest = statement.target.id
            docs[latest] = ""
        elif latest is not None and (text := _text(statement)):
            docs[latest] = " ".join(text.split())
    return docs


def _text(statement: ast.stmt) -> str:
    if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
        return str(statement.value.value)
    return ""
