"""Behind a proxy: what is allowed works as at home, what is not is refused with the setting that would allow it."""

import re
import socket
import urllib.request
from contextlib import closing
from http.client import HTTPConnection
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from tests.browser.buttons import go_to
from tests.browser.proxy import proxy
from tests.browser.server import NAME, running
from tests.waiting import LONG

pytestmark = pytest.mark.browser
BASE = "/user/me/lab"


def test_a_proxy_that_keeps_the_host(browser, tmp_path):
    with running(tmp_path / "log", "--server.allowedHosts", NAME, "--server.allowedHosts", "127.0.0.1") as server:
        with proxy(server.url) as port:
            works(browser, f"http://{NAME}:{port}")
        assert "Refused" not in server.log.read_text()


def test_a_proxy_that_changes_the_host_and_the_path(browser, tmp_path):
    with socket.socket() as probe:  # the page's address is needed before the server that allows it
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    url = f"http://{NAME}:{port}"
    with running(tmp_path / "log", "--server.corsAllowedOrigins", url) as server:
        with proxy(server.url, port=port, host=urlsplit(server.url).netloc, strip="/lab"):
            works(browser, f"{url}/lab")
        log = server.log.read_text()
    assert "Refused" not in log
    assert "external IP" not in log, "an allowed page needs no address looked up"


def test_a_base_path_that_the_proxy_keeps(browser, tmp_path):
    options = ("--server.allowedHosts", NAME, "--server.allowedHosts", "127.0.0.1")
    with running(tmp_path / "log", *options, base=BASE) as server, proxy(server.url) as port:
        assert f"NCE Lab: {server.url} " in server.log.read_text()
        works(browser, f"http://{NAME}:{port}{BASE}")


def test_a_host_that_was_not_allowed_gets_no_page_but_a_sentence(browser, server):
    with proxy(server.url) as port:
        page = browser.new_page()
        answer = page.goto(f"http://{NAME}:{port}/Losses")
        assert answer.status == 403
        expect(page.locator("body")).to_contain_text(f"make app HOST={NAME}")
        page.close()
    assert f"make app HOST={NAME}" in server.log.read_text()


def test_a_page_elsewhere_is_told_and_the_terminal_names_the_setting(browser, server):
    with proxy(server.url, host="localhost:8501") as port:
        page = browser.new_page()
        page.goto(f"http://{NAME}:{port}/Losses")
        expect(page.get_by_role("dialog")).to_contain_text(f"make app ORIGIN=http://{NAME}:{port} ", timeout=LONG)
        page.close()
    assert f"make app ORIGIN=http://{NAME}:{port} " in server.log.read_text()
    assert "external IP" not in server.log.read_text(), "a refusal asks nobody"


def test_a_proxy_that_says_where_its_page_is_gets_the_sentence_itself(browser, server):
    with proxy(server.url, host="localhost", forwarded=True) as port:
        page = browser.new_page()
        assert page.goto(f"http://{NAME}:{port}/Losses").status == 403
        expect(page.locator("body")).to_contain_text(f"make app ORIGIN=http://{NAME}:{port} ")
        page.close()


@pytest.mark.parametrize("path", ["", "Losses", "_stcore/health", "_stcore/metrics", "_stcore/host-config"])
def test_nothing_answers_a_foreign_host(server, path):
    def status(host):
        with closing(HTTPConnection("127.0.0.1", urlsplit(server.url).port, timeout=10)) as connection:
            connection.request("GET", f"/{path}", headers={"Host": host})
            return connection.getresponse().status

    assert {status("evil.example"), status("127.0.0.1.evil.example")} <= {403, 421}
    assert status("127.0.0.1") == status("LOCALHOST:9000") == status("[::1]:8501") == 200


def works(browser, url):
    """The page runs, another is reached by its menu, and both stay where the proxy is."""
    context = browser.new_context()
    page, problems = context.new_page(), []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("request", lambda request: problems.append(request.url) if not request.url.startswith(url) else None)
    page.goto(f"{url}/File_contents")
    expect(page.get_by_role("heading", level=1)).to_have_text("May I open this file?", timeout=LONG)
    page.locator("[data-testid=stApp][data-test-script-state=notRunning]").wait_for(timeout=LONG)
    go_to(page, "Losses")
    expect(page.get_by_role("heading", level=1)).to_have_text("Which pairs are in this loss?", timeout=LONG)
    assert urlsplit(page.url).path.removeprefix(urlsplit(url).path) == "/Losses"
    assert [each for each in problems if not each.startswith(("data:", "blob:"))] == []
    context.close()


def test_the_endpoint_of_uploads_stores_no_more_than_a_session_may(browser, tmp_path):
    """Eight files of 30 MB through the browser's own session, past every page, in a lab whose visitors have 100 MB."""
    with running(tmp_path / "log", NCE_LAB_PUBLIC="1") as server:
        page = browser.new_page()
        page.goto(f"{server.url}/File_contents")
        chooser = page.locator("input[type=file]")
        chooser.wait_for(state="attached", timeout=LONG)
        with page.expect_request(lambda request: request.method == "PUT") as sent:
            chooser.set_input_files({"name": "a.pth", "mimeType": "application/octet-stream", "buffer": b"x" * 1_000})
        session, token = sent.value.url.rsplit("/", 2)[1], sent.value.headers["x-xsrftoken"]
        statuses = page.evaluate(
            """async ([session, token]) => Promise.all([...Array(8).keys()].map(async number => {
                const form = new FormData();
                form.append("file", new Blob([new Uint8Array(30 * 2 ** 20)]), `${number}.pth`);
                const place = `/_stcore/upload_file/${session}/${crypto.randomUUID()}`;
                const put = {method: "PUT", body: form, headers: {"X-Xsrftoken": token}};
                return fetch(place, put).then(answer => answer.status, () => 0);
            }))""",
            [session, token],
        )
        with urllib.request.urlopen(f"{server.url}/_stcore/metrics", timeout=10) as answer:
            held = re.search(r'cache_memory_bytes{cache_type="UploadedFileManager".*?} (\d+)', answer.read().decode())
        page.close()
        assert "your uploads must have at most 100 MB together" in server.log.read_text()
    assert set(statuses) <= {204, 413, 0}, statuses  # 0: the connection ended before all was sent
    assert 0 < int(held[1]) <= 100 * 2**20
