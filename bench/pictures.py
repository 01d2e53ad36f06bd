"""Takes the pictures of the pages in docs/images, from the demo in a folder: `python -m bench.pictures demo`."""

import os
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from servers.chromium import NAMED, find_chromium
from servers.ports import free_port
from servers.waiting import wait_until

_IMAGES = Path(__file__).resolve().parents[1] / "docs" / "images"
_DESK, _PHONE = (1280, 800), (390, 760)


def _take(page: Page, address: str, name: str, *, reader: str, size: tuple[int, int], path: str = "") -> None:
    page.set_viewport_size({"width": size[0], "height": size[1]})
    page.goto(f"{address}/login")
    page.locator(f"form[action*='role={reader}'] button").click()
    if path:
        page.locator(f"nav a[href$='{path}']").click()
    page.screenshot(path=_IMAGES / f"pages-{name}.png")


def main(folder: Path) -> None:
    """Take them."""
    program = find_chromium(os.environ)
    if program is None:
        sys.exit(f"no Chromium: install chromium or chromium-headless-shell, or name one by {NAMED}")
    port = free_port()
    command = ["learnloom", "pages", "--demo", "--port", str(port), "--warehouse", str(folder / "warehouse")]
    served = subprocess.Popen([str(Path(sys.executable).with_name(command[0])), *command[1:]])
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
            page, address = browser.new_page(), f"http://127.0.0.1:{port}"
            wait_until(
                lambda: _answers(page, address), lambda: None if served.poll() is None else "pages ended"
            )
            _take(page, address, "week", reader="teacher&language=en", size=_DESK)
            _take(page, address, "skills", reader="teacher&language=en", size=_DESK, path="/skills")
            _take(page, address, "today", reader="student&language=en", size=_PHONE)
            _take(page, address, "known", reader="student&language=de", size=_PHONE, path="/known")
            browser.close()
    finally:
        served.terminate()
        served.wait()


def _answers(page: Page, address: str) -> bool:
    try:
        return page.goto(f"{address}/login") is not None
    except Exception:  # noqa: BLE001 - it does not listen yet
        return False


if __name__ == "__main__":
    main(Path(sys.argv[1]))
