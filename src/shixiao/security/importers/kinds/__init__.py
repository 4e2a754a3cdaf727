"""The forms of reports, one file each; see ``shixiao.security.importers.importer``."""
