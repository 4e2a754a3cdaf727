"""Palette: the few colours of the house, safe for colour-blind readers and told apart in grey.

Every text colour has a contrast of at least 4.5:1 on paper. The lightness of the three ribbon tones
(about 38, 72 and 92 of 100) differs enough to survive a grey copy; shapes and dashes say the same.
"""

from __future__ import annotations

INK = "#1B1F24"
SOFT = "#4A5560"
PAPER = "#FFFFFF"
MIST = "#F4F6F8"
LINE = "#D5DBE1"
EDGE = "#9AA6B2"
BLUE = "#0B5CAD"
CINNABAR = "#B3261E"
GREEN = "#17653A"

YOU = BLUE
OFFICE = "#8FB7DC"
WAITING = "#E3E8ED"
