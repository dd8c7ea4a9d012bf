"""What an answer means: status and exception to outcome."""

from __future__ import annotations

import pytest
from scrapy.exceptions import CannotResolveHostError, DownloadCancelledError, DownloadTimeoutError

from crawler.answers import blames_host, of_failure, of_status
from storage.models import OUTCOMES, LinkKind, Outcome


@pytest.mark.parametrize("kind", ["article", "feed", "sitemap", "listing", "robots"])
def test_every_status_is_read_or_has_an_outcome_of_the_vocabulary(kind: LinkKind) -> None:
    for status in range(100, 600):
        outcome = of_status(status, kind)
        if outcome is None:
            assert status in {200, 203}
        else:
            assert outcome.name.split(":")[0] in OUTCOMES
            assert outcome.name.isascii()


def test_statuses_that_say_what_they_mean_have_outcomes_of_their_own() -> None:
    assert of_status(304, "feed") == Outcome("not_modified")
    assert of_status(410, "article") == Outcome("gone", "HTTP 410")
    forbidden, paid = of_status(403, "article"), of_status(402, "article")
    assert forbidden is not None
    assert forbidden.name == "blocked:http_403"
    assert paid is not None
    assert paid.name == "rejected:paywall"


def test_exceptions_of_the_network_become_failures_with_a_code() -> None:
    assert of_failure(DownloadTimeoutError("took 30 s")).name == "failed:timeout"
    assert of_failure(CannotResolveHostError("no such host")).name == "failed:dns"
    assert of_failure(DownloadCancelledError("11 MB")).name == "failed:too_large"
    unknown = of_failure(ZeroDivisionError("?"))
    assert unknown.name == "failed:internal"
    assert "ZeroDivisionError" in str(unknown.detail)


def test_only_faults_of_the_host_speak_against_it() -> None:
    assert blames_host(Outcome("failed:http_503")) is True
    assert blames_host(Outcome("failed:timeout")) is True
    assert blames_host(Outcome("failed:extract_timeout")) is None
    assert blames_host(Outcome("blocked:robots")) is None
    assert blames_host(Outcome("blocked:http_403")) is True
    assert blames_host(Outcome("failed:http_429")) is True
    assert blames_host(Outcome("rejected:bot_check")) is True
    assert blames_host(Outcome("interrupted")) is None
    assert blames_host(Outcome("unchanged")) is False
    assert blames_host(Outcome("rejected:no_text")) is False
