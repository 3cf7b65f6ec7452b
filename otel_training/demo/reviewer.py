"""The scripted person at the review page: accepts an answer that says all of its source, rejects any other."""

from http.client import HTTPConnection
from urllib.parse import urlsplit

from otel_training.demo.readers import ask
from otel_training.demo.sources import read_all


def review(address: str) -> tuple[int, int]:
    """Decide on all that the page at an address shows; return how many were accepted, and how many rejected."""
    url, decisions = urlsplit(address), list[bool]()
    right = {source.url: {fact.text for fact in source.facts} for source in read_all()}
    connection = HTTPConnection(url.netloc, timeout=30)
    try:
        connection.request("GET", f"/?{url.query}")
        with connection.getresponse() as page:
            headers = {"Cookie": page.headers["Set-Cookie"].split(";")[0], "Origin": f"http://{url.netloc}"}
        for item in ask(connection, "GET", "/queue", headers)["items"]:
            decisions.append({insight["text"] for insight in item["insights"]} == right[item["source_url"]])
            verdict = "accept" if decisions[-1] else "reject"
            ask(connection, "POST", "/decisions", headers, extraction_id=item["extraction_id"], verdict=verdict)
    finally:
        connection.close()
    return decisions.count(True), decisions.count(False)
