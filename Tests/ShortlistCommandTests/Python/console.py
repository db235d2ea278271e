"""Drives the web console in Chromium as a user does, without a mouse where it says so.

  console.py ADDRESS [PICTURES]
  console.py ADDRESS --token TOKEN       of a server that asks for one

ADDRESS is that of a server of two models, `library` and `library-wide` (scripts/console/made-up-library.py). With a
folder PICTURES the views are also photographed.
"""

import pathlib
import re
import sys

from playwright.sync_api import expect, sync_playwright

ADDRESS = sys.argv[1].rstrip("/")
TOKEN = sys.argv[3] if sys.argv[2:3] == ["--token"] else None
PICTURES = pathlib.Path(sys.argv[2]) if len(sys.argv) > 2 and not TOKEN else None
USER = "reader-042"
CHROMIUM = "/usr/bin/chromium"
checks = 0


def check(what, told):
    global checks
    checks += 1
    assert what, told


# Text against what lies behind it, after WCAG 2.2: at least 4.5, large text at least 3.
CONTRAST = """() => {
  const channel = (v) => { v /= 255; return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; };
  const luminance = ([r, g, b]) => 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
  const parse = (text) => { const n = text.match(/[\\d.]+/g).map(Number); return n.length < 4 ? [...n, 1] : n; };
  const behind = (element) => {
    for (let e = element; e; e = e.parentElement) {
      const c = parse(getComputedStyle(e).backgroundColor);
      if (c[3] === 1) return c;
    }
    return [255, 255, 255, 1];
  };
  const poor = [];
  let seen = 0;
  for (const element of document.querySelectorAll("body *")) {
    if (!element.checkVisibility() || element.closest(".visually-hidden, .skip, svg")) continue;
    const text = [...element.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim());
    if (!text || element.closest("[disabled]")) continue;
    const style = getComputedStyle(element);
    const [a, b] = [luminance(parse(style.color)), luminance(behind(element))].sort((x, y) => y - x);
    const ratio = (a + 0.05) / (b + 0.05);
    const size = parseFloat(style.fontSize);
    seen += 1;
    // A sign beside its words is no text.
    const isLarge = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
    if (ratio < (isLarge || element.matches("[aria-hidden=true]") ? 3 : 4.5))
      poor.push(`${element.tagName} "${element.textContent.trim().slice(0, 40)}": ${ratio.toFixed(2)}`);
  }
  return [seen, poor];
}"""

# What has no name for those who do not see it, ids that stand twice, controls that are too small to hit.
NAMES = """() => {
  const wrong = [];
  const name = (e) => (e.getAttribute("aria-label") || "").trim()
    || (e.labels?.length ? [...e.labels].map((l) => l.textContent).join(" ").trim() : "")
    || (["BUTTON", "A", "SUMMARY"].includes(e.tagName) ? e.textContent.trim() : "")
    || (e.getAttribute("aria-labelledby") && document.getElementById(e.getAttribute("aria-labelledby"))?.textContent.trim());
  for (const e of document.querySelectorAll("button, a, input, select, textarea, summary, canvas, svg[role=img], [role=region]")) {
    if (!name(e)) wrong.push(`no name: ${e.outerHTML.slice(0, 120)}`);
    const box = e.getBoundingClientRect();
    if (e.matches("button, select, input:not([type=checkbox], [type=radio])") && e.checkVisibility() && box.height < 24)
      wrong.push(`too small: ${e.outerHTML.slice(0, 120)}`);
  }
  for (const image of document.images) if (!image.hasAttribute("alt")) wrong.push("an image without alt");
  const ids = [...document.querySelectorAll("[id]")].map((e) => e.id);
  for (const id of new Set(ids)) if (ids.filter((one) => one === id).length > 1) wrong.push(`two elements are #${id}`);
  for (const e of document.querySelectorAll("[aria-describedby], [aria-controls]"))
    for (const id of (e.getAttribute("aria-describedby") ?? e.getAttribute("aria-controls")).split(" "))
      if (!document.getElementById(id)) wrong.push(`nothing is #${id}`);
  if (document.querySelectorAll("h1").length !== 1) wrong.push("not one h1");
  if (document.querySelectorAll("main").length !== 1) wrong.push("not one main");
  if (!document.documentElement.lang) wrong.push("no language");
  if (document.documentElement.scrollWidth > innerWidth) wrong.push(`wider than the window by ${document.documentElement.scrollWidth - innerWidth}`);
  return wrong;
}"""


def look(page, name):
    seen, poor = page.evaluate(CONTRAST)
    check(seen > 10 and not poor, f"{name}: contrast: {poor}")
    wrong = page.evaluate(NAMES)
    check(not wrong, f"{name}: {wrong}")


def photograph(page, name):
    if PICTURES:
        page.mouse.move(2, 2)
        page.wait_for_timeout(150)
        page.screenshot(path=PICTURES / f"{name}.png")


def items(page):
    return page.locator(".results > li .title").all_inner_texts()


def recommend(page):
    page.goto(f"{ADDRESS}/")
    expect(page.locator("#ready")).to_have_text("Ready")
    page.get_by_label("User", exact=True).fill("reader-04")
    expect(page.locator("datalist option").first).to_be_attached()
    page.get_by_label("User", exact=True).fill(USER)
    page.get_by_role("button", name="Recommend", exact=True).click()
    expect(page.locator(".results > li")).to_have_count(10)
    expect(page.get_by_role("status")).to_contain_text("10 recommendations, the first is")
    check(USER in page.url, page.url)
    expect(page.locator(".results > li .chips").first).to_be_visible()
    expect(page.get_by_role("region", name="History of the user")).to_contain_text("in the history")
    first = items(page)

    page.get_by_label("Only items where").fill('genres contains "Poetry"')
    page.get_by_role("button", name="Recommend", exact=True).click()
    expect(page.locator(".results > li").first).to_contain_text("Poetry")
    for text in page.locator(".results > li").all_inner_texts():
        check("Poetry" in text, text)
    page.get_by_label("Only items where").fill("genres containz 3")
    page.get_by_role("button", name="Recommend", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("filter:")
    page.get_by_label("Only items where").fill("")
    page.get_by_label("User", exact=True).fill("nobody at all")
    page.get_by_role("button", name="Recommend", exact=True).click()
    expect(page.locator("main .notice")).to_contain_text("most popular items")
    page.get_by_label("User", exact=True).fill(USER)
    page.get_by_role("button", name="Recommend", exact=True).click()
    expect(page.locator("main .notice")).to_have_count(0)
    check(items(page) == first, "the same user gets other items")
    look(page, "recommend")

    why = page.locator(".results button[aria-expanded]")
    if why.count():
        check(why.count() == 10, why.count())
        why.first.click()
        expect(page.locator(".why .reasons li").first).to_be_visible()
        check(why.first.get_attribute("aria-expanded") == "true", "not unfolded")
        look(page, "explanation")
    photograph(page, "recommend")
    if why.count():
        why.first.click()
        expect(page.locator(".why").first).to_be_hidden()

    page.locator(".results button", has_text="Similar").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Similar items")
    expect(page.locator(".results > li")).to_have_count(10)
    check(page.get_by_label("Item", exact=True).input_value() == first[0], "another item")
    look(page, "similar")
    photograph(page, "similar")
    page.get_by_label("Item", exact=True).fill("No such book")
    page.get_by_role("button", name="Find similar items").click()
    expect(page.get_by_role("alert")).to_contain_text("is not in the catalogue")
    page.go_back()
    expect(page.locator(".results > li")).to_have_count(10)
    return first


def history(page):
    page.goto(f"{ADDRESS}/#/recommend")
    radio = page.get_by_label("a history")
    if not radio.is_visible():
        return
    radio.check()
    for title in ["The Locked Cellar", "A Cellar for Wren"]:
        page.get_by_label("Items of the history").fill(title)
        page.get_by_role("button", name="Add").click()
    page.get_by_role("button", name="Recommend", exact=True).click()
    expect(page.locator(".results > li")).to_have_count(10)
    check("The Locked Cellar" not in items(page), "an item of the history is recommended")
    page.locator(".results button[aria-expanded]").first.click()
    expect(page.locator(".why .reasons li")).to_have_count(2)
    page.get_by_role("button", name="Remove The Locked Cellar").click()
    expect(page.locator(".picked li")).to_have_count(1)
    look(page, "history")


def compare(page):
    page.get_by_role("link", name="Compare").click()
    expect(page.get_by_label("Left")).to_have_value("library")
    expect(page.get_by_label("Right")).to_have_value("library-wide")
    page.get_by_label("User", exact=True).fill(USER)
    page.get_by_role("button", name="Compare").click()
    expect(page.locator(".pair .results > li")).to_have_count(20)
    both, only = page.locator(".mark.both").count(), page.locator(".mark.only").count()
    check(both + only == 20 and both % 2 == 0 and 0 < both < 20, (both, only))
    expect(page.locator(".tiles")).to_contain_text(f"{both // 2} of 10")
    look(page, "compare")
    photograph(page, "compare")


def catalogue_map(page):
    page.get_by_role("link", name="Map").click()
    expect(page.get_by_label("Colour by")).to_have_value("genres")
    expect(page.locator(".map .legend li")).to_have_count(8)
    expect(page.locator(".map .meta")).to_contain_text("480 items")
    page.get_by_label("Mark what a user is recommended").fill(USER)
    page.get_by_role("button", name="Mark", exact=True).click()
    expect(page.get_by_role("status")).to_contain_text("10 recommended items")
    page.get_by_label("Find an item").fill("The Locked Cellar")
    page.get_by_role("button", name="Find", exact=True).click()
    chosen = page.get_by_role("region", name="The chosen item")
    expect(chosen.get_by_role("heading", level=2)).to_have_text("The Locked Cellar")
    expect(chosen.locator("li button")).to_have_count(10)
    page.wait_for_timeout(100)
    look(page, "map")
    photograph(page, "map")
    # Something is drawn, and it changes with zoom, keys and pointer.
    pixels = "() => document.querySelector('canvas').toDataURL()"

    def differs(before):
        page.wait_for_timeout(80)
        after = page.evaluate(pixels)
        check(after != before, "the map did not change")
        return after

    now = page.evaluate(pixels)
    canvas = page.locator("canvas")
    canvas.focus()
    for key in ["+", "ArrowLeft", "ArrowUp", "-", "0"]:
        page.keyboard.press(key)
        now = differs(now)
    box = canvas.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.wheel(0, -600)
    now = differs(now)
    page.mouse.down()
    page.mouse.move(x + 60, y + 30, steps=4)
    page.mouse.up()
    now = differs(now)
    # Enter takes the item in the middle.
    before = chosen.get_by_role("heading", level=2).inner_text()
    page.keyboard.press("Enter")
    expect(chosen.get_by_role("heading", level=2)).not_to_have_text(before)
    # The point under the mouse is told, and taken by a click.
    page.get_by_role("button", name="Show all").click()
    told = None
    for step in range(400):
        page.mouse.move(box["x"] + 60 + step * (box["width"] - 120) / 400, y + (step % 20 - 10) * 6)
        if page.locator(".tip").is_visible():
            told = page.locator(".tip").inner_text()
            page.mouse.down()
            page.mouse.up()
            break
    check(told is not None, "no point was under the mouse")
    expect(chosen.get_by_role("heading", level=2)).to_have_text(re.compile(re.escape(told[:12])))
    page.get_by_label("Colour by").select_option("year")
    expect(page.locator(".map .legend li")).to_have_count(5)


def report(page):
    page.get_by_role("link", name="Training report").click()
    expect(page.get_by_role("region", name="Evaluation")).to_contain_text("held-out examples")
    expect(page.locator(".chart svg")).to_have_count(3)
    expect(page.get_by_role("region", name="Top-k accuracy").locator("tbody tr")).to_have_count(4)
    expect(page.get_by_role("region", name="Columns of the items").locator("tbody tr")).to_have_count(5)
    check("/" not in page.locator("details.panel pre").text_content().replace(".../", ""), "the recipe tells folders")
    look(page, "report")
    photograph(page, "report")


def load(page):
    page.get_by_role("link", name="Live load").click()
    expect(page.locator(".meter")).to_have_count(4, timeout=8000)
    for _ in range(4):
        for user in range(1, 30):
            page.request.post(f"{ADDRESS}/v1/models/library:recommend", data={"user_id": f"reader-{user:03}"})
        page.wait_for_timeout(900)
    expect(page.locator(".meter").first.locator(".big")).not_to_have_text("0.0", timeout=8000)
    expect(page.get_by_role("region", name="Latencies by call")).to_contain_text("library :recommend")
    expect(page.get_by_role("region", name="Versions of the models")).to_contain_text("answers")
    look(page, "load")
    photograph(page, "load")


def keyboard(page):
    """From the address to recommendations and another view, with keys alone."""
    page.goto(f"{ADDRESS}/#/recommend")
    page.reload()
    expect(page.get_by_label("User", exact=True)).to_be_visible()
    page.keyboard.press("Tab")
    check(page.evaluate("document.activeElement.id") == "skip", "the skip link is not first")
    page.keyboard.press("Enter")
    check(page.evaluate("document.activeElement.id") == "main", "the skip link does not skip")
    outlined = set()
    for _ in range(30):
        page.keyboard.press("Tab")
        outlined.add(page.evaluate("getComputedStyle(document.activeElement).outlineStyle"))
        if page.evaluate("document.activeElement.id") == "user":
            break
    check(page.evaluate("document.activeElement.id") == "user", "the user's field is not reached")
    check(outlined == {"solid"} or outlined == {"auto"}, outlined)
    page.keyboard.type(USER)
    page.keyboard.press("Escape")
    page.keyboard.press("Enter")
    expect(page.locator(".results > li")).to_have_count(10)
    for _ in range(60):
        page.keyboard.press("Tab")
        if "Similar" in (page.evaluate("document.activeElement.textContent") or ""):
            break
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Similar items")
    check(page.evaluate("document.activeElement.id") == "main", "a new view does not take the focus")


def hostile(page):
    """A title that looks like HTML is text."""
    page.route("**/v1/models/*/items?*", lambda route: route.continue_())
    page.route("**/v1/models/library:recommend", lambda route: route.fulfill(json={
        "model": {"name": "<b>x</b>", "version": 1}, "basis": "model",
        "items": [{"item": "<img src=x onerror=\"document.title='taken'\"><script>document.title='taken'</script>", "score": 1}]}))
    page.route("**/v1/models/library/items/*", lambda route: route.fulfill(json={
        "item": "x", "popularity": None, "features": {"<i>": ["<img src=x onerror=\"document.title='taken'\">"]}}))
    page.goto(f"{ADDRESS}/#/recommend?user={USER}&k=10")
    page.reload()
    expect(page.locator(".results > li .title")).to_contain_text("<img src=x")
    check(page.locator(".results img, .results script, .results i").count() == 0, "data became elements")
    check(page.title() != "taken", "data ran")
    page.unroute_all()


def appearances(browser):
    for scheme, picture in [("dark", "dark"), ("light", None)]:
        context = browser.new_context(viewport={"width": 1360, "height": 860}, color_scheme=scheme)
        page = context.new_page()
        page.goto(f"{ADDRESS}/#/map?user={USER}&item=The%20Locked%20Cellar")
        expect(page.locator(".map .legend li")).to_have_count(8)
        ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
        light = sum(map(int, re.findall(r"\d+", ground)[:3])) > 380
        check(light == (scheme == "light"), ground)
        expect(page.get_by_role("region", name="The chosen item").locator("li button")).to_have_count(10)
        look(page, f"map, {scheme}")
        if picture:
            photograph(page, picture)
        # The switch is stronger than the system.
        other = "light" if scheme == "dark" else "dark"
        page.get_by_label("Appearance").select_option(other)
        turned = page.evaluate("getComputedStyle(document.body).backgroundColor")
        check(turned != ground, "the switch changes nothing")
        for view in ["recommend", "similar", "compare", "report", "load"]:
            page.goto(f"{ADDRESS}/#/{view}?user={USER}&item=The%20Locked%20Cellar&left=library&right=library-wide")
            page.wait_for_timeout(250)
            look(page, f"{view}, {other}")
        context.close()
    for width in [390, 820]:
        context = browser.new_context(viewport={"width": width, "height": 844})
        page = context.new_page()
        for view in ["recommend", "similar", "compare", "map", "report", "load"]:
            page.goto(f"{ADDRESS}/#/{view}?user={USER}&item=The%20Locked%20Cellar&left=library&right=library-wide")
            page.wait_for_timeout(300)
            look(page, f"{view}, {width} wide")
            if view == "recommend" and width == 390:
                expect(page.locator(".results > li")).to_have_count(10)
                photograph(page, "narrow")
        context.close()


def token(page):
    """A token is asked for, is used, and is kept nowhere but in the page's memory."""
    page.goto(f"{ADDRESS}/")
    expect(page.get_by_role("alert")).to_contain_text("Give an access token")
    look(page, "without a token")
    page.get_by_label("Bearer token").fill("not the right one")
    page.get_by_role("button", name="Use it").click()
    expect(page.get_by_role("alert")).to_contain_text("Give an access token")
    page.get_by_label("Bearer token").fill(TOKEN)
    page.keyboard.press("Enter")
    page.get_by_label("User", exact=True).fill(USER)
    page.get_by_role("button", name="Recommend", exact=True).click()
    expect(page.locator(".results > li")).to_have_count(10)
    for view in ["Similar items", "Compare", "Map", "Training report", "Live load"]:
        page.get_by_role("link", name=view).click()
        expect(page.get_by_role("alert")).to_have_count(0)
    expect(page.locator(".meter")).to_have_count(4, timeout=8000)
    kept = page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie, location.href, document.documentElement.outerHTML])")
    check(TOKEN not in kept and page.get_by_label("Bearer token").input_value() == "", "the token is kept")
    page.reload()
    expect(page.get_by_role("alert")).to_contain_text("Give an access token")


def main():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu", "--force-prefers-reduced-motion"])
        context = browser.new_context(viewport={"width": 1360, "height": 860})
        page = context.new_page()
        complaints, elsewhere, refused = [], [], []
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda told: complaints.append(told.text) if told.type in ("error", "warning") else None)
        page.on("request", lambda request: elsewhere.append(request.url)
                if not request.url.startswith(ADDRESS + "/") else None)
        page.on("response", lambda response: refused.append(response.url) if response.status >= 400 else None)
        if TOKEN:
            token(page)
            check(not elsewhere, f"requests elsewhere: {elsewhere}")
            browser.close()
            print(f"{checks} checks passed")
            return
        recommend(page)
        history(page)
        compare(page)
        catalogue_map(page)
        report(page)
        load(page)
        keyboard(page)
        hostile(page)
        # Chromium tells each answer of 400 and more as an error; those that were asked for are not counted.
        wanted = len(refused)
        told = [text for text in complaints if "Failed to load resource" in text]
        others = [text for text in complaints if "Failed to load resource" not in text]
        check(len(told) <= wanted and not others, f"complaints: {others or told}")
        asked = {re.sub(r"\?.*", "", url)[len(ADDRESS):] for url in refused}
        # A wrong filter, an item and a user that are not there.
        check(all(re.search(r":recommend$|:similar$|/users/nobody|/items/No", url) for url in asked), asked)
        check(not elsewhere, f"requests elsewhere: {elsewhere}")
        appearances(browser)
        browser.close()
    print(f"{checks} checks passed")


main()
