"""The classes of disagreement on which two prompts may not share an answer, one file each. None knows another."""

from warmlane.match.vetoes.base import Read, Veto, VetoName

__all__ = ["Read", "Veto", "VetoName"]
