"""The version of this package: of its metadata, too."""

__version__ = "0.1.0"
