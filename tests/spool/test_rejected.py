"""What is set aside can be read and taken again."""

from otel_training.folder import DataFolder, make_folder
from otel_training.spool.reading import read_lines
from otel_training.spool.rejected import set_aside


def test_keeps_lines_as_a_segment_with_the_reasons_beside_it(folder: DataFolder) -> None:
    """The header stands once at its head, the lines follow as they were, each time with its reason."""
    make_folder(folder)
    path = set_aside(folder, "1.jsonl", b"header\n", b"a\nb\n", "refused")
    assert path == set_aside(folder, "1.jsonl", b"header\n", b"c\n", "unreadable")

    lines = read_lines(path)
    assert (b"header\n", b"a\nb\nc\n", 0) == (lines.header, lines.read(), lines.torn)
    assert "refused\nunreadable\n" == path.with_suffix(".reason").read_text()
