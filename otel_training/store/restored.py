"""What was restored from a backup: it takes its place in the data folder, whoever was killed meanwhile."""

import shutil

from otel_training.folder import DataFolder
from otel_training.ownership import own_folder


def finish_restore(folder: DataFolder) -> None:
    """Move what was restored to where it belongs, as who was killed left it; who calls has locked the store."""
    shutil.rmtree(folder.restoring, ignore_errors=True)
    if not folder.restored.is_dir():
        return
    for path in sorted(folder.restored.rglob("*")):
        target = folder.path / path.relative_to(folder.restored)
        if path.is_file() and not target.is_relative_to(folder.store):
            if target.parent != folder.path:
                own_folder(target.parent)
            path.replace(target)
    store = folder.restored / folder.store.name
    if store.exists():
        shutil.rmtree(folder.store, ignore_errors=True)
        store.rename(folder.store)
    shutil.rmtree(folder.restored)
