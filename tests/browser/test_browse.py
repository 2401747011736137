"""The page of the whole catalog, in a real browser."""

from __future__ import annotations

import json
import re

import pytest

expect = pytest.importorskip("playwright.sync_api").expect

import codegloss
from codegloss._cli.browse.page import catalog_page

CATALOG = codegloss.load_catalog()
RATE = "Requests arrive faster than the rate limit allows"


def rows(page):
    return page.locator("#results a")


def codes(page):
    return page.locator("#results .code").all_inner_texts()


def expect_count(page, number):
    expect(page.locator("#count")).to_have_text(re.compile(f"^{number:,} "))


def typed(page, text):
    page.locator("#query").fill("")
    page.locator("#query").press_sequentially(text)


# --- search --------------------------------------------------------------------------


def test_it_begins_with_everything_and_the_search_has_the_focus(browse):
    page = browse()
    expect_count(page, len(CATALOG.entries))
    page.keyboard.type("416")
    assert set(codes(page)[:3]) == {"416"}
    assert RATE in page.locator("#results").inner_text()


@pytest.mark.parametrize(
    ("query", "code", "scope"),
    [
        ("room password", "100018", "tencent.live"),
        ("房间密码", "100018", "tencent.live"),
        ("passwrod room", "100018", "tencent.live"),
        ("ERR_ROOM_ID_OCCUPIED", "100003", "tencent.roomengine"),
        ("room id occupied", "100003", "tencent.roomengine"),
        ("nim 416", "416", "netease.nim"),
        ("rate limit exceeded", "416", "netease.nim"),
        ("-1001", "-1001", "tencent.roomengine"),
        ("\uff11\uff10\uff10\uff10\uff10\uff14", "100004", "tencent.live"),
    ],
)
def test_search(browse, query, code, scope):
    page = browse()
    typed(page, query)
    first = page.locator("#results li").all_inner_texts()[:12]
    assert any(code in line and scope in line for line in first), first


def test_search_for_a_number_that_logs_print_in_hexadecimal(browse):
    page = browse()
    typed(page, "0x1A0")
    assert set(codes(page)) == {"416"}


def test_a_search_without_an_answer(browse):
    page = browse()
    typed(page, "xyzzyplugh")
    expect_count(page, 0)
    assert rows(page).count() == 0
    page.locator("#clear").click()
    expect_count(page, len(CATALOG.entries))


WATCH = """() => {
  window.slowest = [];
  const query = document.getElementById("query");
  query.addEventListener("beforeinput", (event) => {
    const pressed = event.timeStamp;
    // The second frame begins when the first, which has what was typed, is painted.
    requestAnimationFrame(() => requestAnimationFrame(() =>
      window.slowest.push(performance.now() - pressed)));
  });
}"""
TYPED = ["room password", "ERR_ROOM", "房间密码错误", "100018", "passwrod"]


@pytest.mark.timed
def test_a_keystroke_is_answered_within_50_ms(browse):
    """From the key to what is painted; the best of some rounds: others work here."""
    page = browse()
    page.evaluate(WATCH)
    best = {}
    for _ in range(5):
        for text in TYPED:
            page.locator("#query").fill("")
            page.wait_for_timeout(50)
            page.evaluate("window.slowest = []")
            for character in text:
                press = page.keyboard.press if character.isascii() else None
                (press or page.keyboard.insert_text)(character)
            page.wait_for_timeout(100)
            taken = page.evaluate("window.slowest")
            assert len(taken) == len(text)
            for at, took in enumerate(taken):
                best[text, at] = min(took, best.get((text, at), took))
    print("slowest keystroke:", round(max(best.values()), 1), "ms")
    assert max(best.values()) <= 50


# --- filters and links ---------------------------------------------------------------


def test_filters_add_up_within_a_kind_and_narrow_down_across(browse):
    page = browse()

    def number(test):
        return sum(map(test, CATALOG.entries))

    page.locator("input[name=scope][value='tencent.live']").check()
    expect_count(page, number(lambda e: e.scope == "tencent.live"))
    page.locator("input[name=scope][value=netease]").check()
    both = number(lambda e: e.scope == "tencent.live" or e.vendor == "netease")
    expect_count(page, both)
    page.locator("input[name=scope][value='tencent.live']").uncheck()
    page.locator("input[name=retry][value=unknown]").check()
    page.locator("input[name=category][value=INTERNAL]").check()
    page.locator("input[name=fault][value=unknown]").check()

    def left(entry):
        facts = (entry.vendor, entry.retryable, entry.category, entry.fault)
        return facts == ("netease", None, "INTERNAL", "unknown")

    expect_count(page, number(left))
    said = page.locator("label:has(input[value='netease.nim']) output").inner_text()
    own = number(lambda e: left(e) and e.scope == "netease.nim")
    assert said == f"{own:,}"


def test_what_is_searched_and_filtered_stands_in_the_address(browse, until):
    page = browse()
    page.locator("input[name=retry][value=yes]").check()
    typed(page, "timeout")
    shown = page.locator("#count").inner_text()
    until(page, lambda: "timeout" in page.url)
    again = browse(page.url[page.url.index("#") :])
    assert again.locator("#count").inner_text() == shown
    assert again.locator("input[name=retry][value=yes]").is_checked()


@pytest.mark.parametrize(
    ("link", "asked", "beside"),
    [
        ("#416", ["netease.nim", "netease.sms", "netease.webrtc"], []),
        ("#netease.nim:416", ["netease.nim"], ["netease.sms", "netease.webrtc"]),
        ("#tencent.cloudapi:AuthFailure.SignatureFailure", ["tencent.cloudapi"], []),
    ],
)
def test_deep_links_show_collisions_side_by_side(browse, link, asked, beside):
    page = browse(link)
    titles = page.locator("dialog article.{} h3 a")
    for kind, scopes in (("asked", asked), ("other", beside)):
        titles = page.locator(f"dialog article.{kind} h3 a").all_inner_texts()
        assert [title.split()[0] for title in titles] == scopes
    boxes = [each.bounding_box() for each in page.locator("article").all()]
    assert len({box["y"] for box in boxes}) == 1
    page.keyboard.press("Escape")
    assert not page.locator("dialog").is_visible()


def test_every_link_shows_its_own_entry(browse):
    page = browse()
    wrong = page.evaluate(
        """() => {
          const wrong = [];
          window.dispatchEvent(new Event("beforeprint"));
          for (const link of document.querySelectorAll("#results a")) {
            location.hash = link.getAttribute("href");
            window.dispatchEvent(new HashChangeEvent("hashchange"));
            const shown = [...document.querySelectorAll("article.asked .meaning")];
            const meaning = link.querySelector(".meaning").textContent;
            if (shown.length !== 1 || shown[0].textContent !== meaning)
              wrong.push(link.getAttribute("href"));
          }
          return wrong;
        }"""
    )
    assert wrong == []


def test_a_link_to_a_code_that_is_gone_searches_for_it(browse):
    page = browse("#netease.nim:100018")
    assert page.locator("#query").input_value() == "100018"
    assert set(codes(page)) == {"100018"}


@pytest.mark.parametrize("link", ["#%", "#?q=%", "#?scope=nope&both=x", "#a:b~9", "#~"])
def test_broken_links_break_nothing(browse, link):
    page = browse(link)
    assert page.locator("#query").is_visible()


def test_copy(browse, until):
    page = browse("#netease.nim:416")

    def copied(label, begins):
        page.locator("article.asked").get_by_text(label).click()

        def read():
            return page.evaluate("navigator.clipboard.readText()")

        until(page, lambda: read().startswith(begins))
        assert page.locator("#said").inner_text() == "Copied"
        return read()

    assert copied("Copy link", "file:").endswith("codegloss.html#netease.nim:416")
    assert copied("Copy text", f"netease.nim 416: {RATE}\n  remedy: ")
    assert json.loads(copied("Copy JSON", "{"))["code"] == 416


# --- keyboard, language, theme, paper ------------------------------------------------


def test_with_the_keyboard_alone(browse):
    page = browse()
    page.keyboard.type("416")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    second = page.evaluate("document.activeElement.getAttribute('href')")
    assert second == rows(page).nth(1).get_attribute("href")
    page.keyboard.press("Enter")
    page.locator("dialog[open]").wait_for()
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.getAttribute('href')") == second
    page.keyboard.press("/")
    page.keyboard.type("room")
    assert page.locator("#query").input_value() == "room"
    page.keyboard.press("Escape")
    assert page.locator("#query").input_value() == ""
    page.keyboard.type("nim 416")
    page.keyboard.press("Enter")
    asked = page.locator("dialog[open] article.asked").inner_text()
    assert asked.startswith("netease.nim 416")


def test_down_the_list_as_far_as_it_goes(browse):
    page = browse("#?scope=tencent.live")
    number = sum(entry.scope == "tencent.live" for entry in CATALOG.entries)
    page.keyboard.press("ArrowDown")
    for _ in range(number + 5):
        page.keyboard.press("ArrowDown")
    assert rows(page).count() == number


def test_chinese(browse, visit, tmp_path):
    path = tmp_path / "zh.html"
    path.write_text(catalog_page(CATALOG, "zh"), encoding="utf-8")
    page = browse("#netease.nim:416")
    page.keyboard.press("Escape")
    page.locator("#language").click()
    assert page.evaluate("document.documentElement.lang") == "zh"
    assert page.locator("#language").inner_text() == "English"
    text = page.locator("body").inner_text()
    begun = visit(path.as_uri())
    assert begun.locator("body").inner_text() == text
    assert "筛选" in text
    assert "Filters" not in text


def test_themes(browse):
    page = browse(color_scheme="dark")

    def paper():
        return page.evaluate("getComputedStyle(document.body).backgroundColor")

    dark = paper()
    page.locator("#theme").click()
    light = paper()
    page.locator("#theme").click()
    assert (paper(), light) == (dark, "rgb(255, 255, 255)")
    assert dark != light


def test_print(browse, tmp_path):
    pypdf = pytest.importorskip("pypdf")
    page = browse("#?scope=tencent.live&retry=yes")
    path = tmp_path / "list.pdf"
    page.pdf(path=path)
    text = "".join(each.extract_text() for each in pypdf.PdfReader(path).pages)
    wanted = [e for e in CATALOG.entries if e.scope == "tencent.live" and e.retryable]
    assert all(str(entry.code) in text for entry in wanted)
    assert "Filters" not in text
    page = browse("#netease.nim:416")
    page.pdf(path=path)
    reader = pypdf.PdfReader(path)
    text = "".join(each.extract_text() for each in reader.pages)
    assert RATE in " ".join(text.split())
    assert "Copy link" not in text
    assert len(reader.pages) <= 2


def test_a_long_list_is_printed_whole(browse, tmp_path):
    pypdf = pytest.importorskip("pypdf")
    page = browse("#?scope=netease.nim")
    path = tmp_path / "list.pdf"
    page.pdf(path=path)
    text = "".join(each.extract_text() for each in pypdf.PdfReader(path).pages)
    number = sum(entry.scope == "netease.nim" for entry in CATALOG.entries)
    assert text.count("netease.nim") >= number


def test_overlap(browse):
    page = browse("#overlap")
    index = CATALOG.index.values()
    scopes = [
        {entry.scope for entry in same if entry.code == same[0].code} for same in index
    ]
    pair = {"tencent.live", "tencent.roomengine"}
    number = sum(pair <= each for each in scopes)
    cell = page.locator("td a[aria-label^='tencent.live, tencent.roomengine:']")
    assert cell.inner_text() == str(number)
    assert page.locator("svg rect.shared").count() > 50
    cell.click()
    assert len(set(codes(page))) == min(number, 60 // 2)
    page.locator("#clear").click()
    expect_count(page, len(CATALOG.entries))
