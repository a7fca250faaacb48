"""Settings: read once, at the edge. Inside there are plain arguments."""

from warmlane.settings.fields import Settings
from warmlane.settings.secret import pepper
from warmlane.settings.sources import load

__all__ = ["Settings", "load", "pepper"]
