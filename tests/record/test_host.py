"""The host of a URL in one form."""

import pytest

from otel_training.record.host import host_of


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://me:pw@News.Example.COM.:8080/a?b#c", "news.example.com"),
        ("news.example.org/path", "news.example.org"),
        ("News.Example.org.", "news.example.org"),
        ("news.example.org:8080", "news.example.org"),
        ("//news.example/1", "news.example"),
        ("https://www.bücher.de/", "www.xn--bcher-kva.de"),
        ("bücher.de", "xn--bcher-kva.de"),
        ("http://[2001:DB8::0001]:80/x", "2001:db8::1"),
        ("http://localhost:8000/x", "localhost"),
        ("http://web1/x", "web1"),
        (f"https://{'a' * 80}.example/", f"{'a' * 80}.example"),
        ("u1", ""),
        ("urn:isbn:123", ""),
        ("http://[broken", ""),
        ("", ""),
    ],
)
def test_is_as_dns_has_it(url: str, host: str) -> None:
    """However it is written; nothing where there is none."""
    assert host == host_of(url)
