"""Opening the store for a command."""

from otel_training import flush, record_feedback
from otel_training.folder import DataFolder
from otel_training.pipeline import process
from otel_training.store.session import open_drained


def test_opens_the_store_with_everything_in_it(folder: DataFolder, migrated: None) -> None:
    """A command sees what was captured up to now."""
    record_feedback("a", "like", user_id=1)
    assert flush(30)

    with open_drained(process.settings()) as (store, data_folder):
        assert ([{"insight_id": "a"}], folder) == (list(store.rows("SELECT insight_id FROM feedback")), data_folder)
