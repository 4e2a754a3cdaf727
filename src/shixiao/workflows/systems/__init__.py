"""监督: systems are registered, probed, assessed, admitted by two people, and kept under review."""
