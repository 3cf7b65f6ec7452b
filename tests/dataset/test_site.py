"""The site of a source."""

import pytest

from otel_training.dataset.site import site_of


@pytest.mark.parametrize(
    ("url", "site"),
    [
        ("https://www.bbc.co.uk/news?id=1", "bbc.co.uk"),
        ("http://NEWS.Example.COM:8080/a", "example.com"),
        ("https://user@shop.example.com.", "example.com"),
        ("news.example.org/path", "example.org"),
        ("https://a.github.io/x", "a.github.io"),
        ("https://anna.substack.com/p/1", "anna.substack.com"),
        ("https://www.anna.blogspot.com/", "anna.blogspot.com"),
        ("https://substack.com/home", "substack.com"),
        ("https://www.medium.com/@a", "medium.com"),
        ("http://1.2.3.4/x", "1.2.3.4"),
        ("http://[2001:db8::1]:80/x", "2001:db8::1"),
        ("http://localhost:8000/x", "localhost"),
        ("https://www.bücher.de/", "xn--bcher-kva.de"),
        ("https://xn--bcher-kva.de/", "xn--bcher-kva.de"),
        ("https://co.uk/", "co.uk"),
        ("u1", ""),
        ("", ""),
        ("urn:isbn:123", ""),
        ("http://[broken", ""),
        (f"https://{'a' * 80}.example/", f"{'a' * 80}.example"),
    ],
)
def test_is_whose_page_it_is(url: str, site: str) -> None:
    """The registrable domain, an author's own subdomain where a host has many, else the host itself."""
    assert site == site_of(url)
