"""Sources: what a department already runs, asked for granted columns and nothing else."""

from shixiao.gateway.sources.opening import Source, open_source

__all__ = ["Source", "open_source"]
