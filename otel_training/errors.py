"""Errors that a person can act on: each message is one sentence that says what to do."""


class TrainingError(Exception):
    """Base of the errors that the command prints as one line, with exit code 1."""


class StoreLockedError(TrainingError):
    """Another process holds the embedded store."""


class StoreServedError(StoreLockedError):
    """The process that holds the embedded store serves it to others, at `dsn`."""

    def __init__(self, message: str, dsn: str) -> None:
        super().__init__(message)
        self.dsn = dsn


class StoreError(TrainingError):
    """The store cannot be opened, read or written."""


class StoreRefusedError(StoreError):
    """The store's user may not do that."""


class RowsUnreadableError(StoreError):
    """The engine cannot parse rows that were to be inserted."""


class NothingToExportError(TrainingError):
    """No row is left after the filters."""


class FolderError(TrainingError):
    """The data folder cannot be made or written."""


class FolderRefusedError(FolderError):
    """The data folder, or something in it, may be another's: nothing there is read or written."""
