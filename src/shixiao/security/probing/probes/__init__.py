"""The probes, one file each; see ``shixiao.security.probing.probe``."""
