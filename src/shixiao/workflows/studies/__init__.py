"""Studies: what experts may ask about the decisions of systems, released quarter by quarter."""
