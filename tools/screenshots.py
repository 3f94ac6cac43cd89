"""Pictures of the pages of `gen-ip serve --demo`, in both themes and two widths.

python -m tools.screenshots http://127.0.0.1:8787    # writes docs/pages/

Needs Chromium (`chromium` on the PATH).
"""

from __future__ import annotations

import io
import re
import shutil
import sys
from pathlib import Path

from PIL import Image, ImageEnhance
from playwright.sync_api import FilePayload, Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "docs" / "pages"
PICTURE = ROOT / "gen_ip" / "demo" / "pictures" / "coffee.jpg"
_SIZES = ((1440, 900), (360, 740))
_QUALITY = 60
_STORY: FilePayload = {
    "name": "The ferry at night.md",
    "mimeType": "text/markdown",
    "buffer": b"# The ferry at night\n\nNobody else was awake when the harbor came into view.\n",
}


def main(site: str) -> None:
    """Writes all of them."""
    binary = shutil.which("chromium")
    if binary is None:
        sys.exit("screenshots: no Chromium; install it with your system's packages (chromium)")
    FOLDER.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=binary, args=["--no-sandbox"])
        for theme in ("light", "dark"):
            for width, height in _SIZES:
                page = browser.new_page(
                    viewport={"width": width, "height": height},
                    color_scheme="light" if theme == "light" else "dark",
                    locale="en-US",
                )
                _visit(page, site, f"{theme}-{width}")
                page.close()
        browser.close()


def _edited() -> FilePayload:
    """A picture saved smaller, brighter and in another quality, as posts are."""
    data = io.BytesIO()
    with Image.open(PICTURE) as picture:
        small = picture.convert("RGB").resize((picture.width * 2 // 3, picture.height * 2 // 3))
        ImageEnhance.Brightness(small).enhance(1.15).save(data, "JPEG", quality=55)
    return {"name": "post.jpg", "mimeType": "image/jpeg", "buffer": data.getvalue()}


def _visit(page: Page, site: str, suffix: str) -> None:
    def keep(name: str) -> None:
        page.wait_for_load_state("networkidle")
        path = FOLDER / f"{name}-{suffix}.jpg"
        page.screenshot(path=path, full_page=True, type="jpeg", quality=_QUALITY)

    page.goto(site)
    keep("home")
    page.set_input_files("#file", files=[_edited()])
    page.locator("form[data-drop] button").click()
    keep("verdict")
    page.goto(f"{site}/explore")
    keep("explore")
    page.get_by_role("link", name=re.compile("mirrored")).last.click()
    keep("work")
    work = page.url
    page.locator(".account").first.click()
    keep("account")
    account = page.url.rpartition("/")[2].partition("?")[0]
    page.goto(f"{work}/offer?account={account}&price=0.05&terms=commercial&token=ETH")
    keep("offer")
    page.goto(f"{site}/certify")
    page.set_input_files("#file", files=[_edited(), _STORY])
    page.locator("form[data-drop] button").click()
    page.get_by_label("Your account").fill(account)
    page.get_by_label("Licenses on offer").select_option(index=1)
    page.get_by_label("Price of one license").fill("0.05")
    page.get_by_role("button", name="Look at it").click()
    keep("certify")


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8787")
