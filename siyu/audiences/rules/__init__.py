"""Pure rules of audiences: the tree, its windows of time, lines of an upload."""

from .tree import MAX_DEPTH, MAX_NODES, Leaf, RuleError, leaves, parsed
from .windows import Window

__all__ = ["MAX_DEPTH", "MAX_NODES", "Leaf", "RuleError", "Window", "leaves", "parsed"]
