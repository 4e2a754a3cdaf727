"""Settings: the environment, read once into frozen values."""

from shixiao.settings.engine import Settings, language_of
from shixiao.settings.site import Database, Site

__all__ = ["Database", "Settings", "Site", "language_of"]
