"""This file signs in with a real browser, as people do: by a link, a password and a second factor, on every page of the way."""

from __future__ import annotations

import re
import time
from collections.abc import Callable

from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from playwright.sync_api import Page, expect

from tests.browser.conftest import SignedIn, Site
from tests.browser.looks import faults
from tests.pages import PASSWORD


def code(secret: str, steps: int = 0) -> str:
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + steps))


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def go(page: Page, name: str) -> None:
    page.get_by_role("link", name=name, exact=True).click()


def test_the_way_of_a_new_person(signed_in: SignedIn, new_page: Callable[[], Page]) -> None:
    """From the first link to a second factor, its recovery codes, other devices, and out."""
    email = "new@larkfield.example"
    mine = signed_in("admin", email=email)
    mine.goto("/me")
    expect(mine.get_by_text("You have no password yet.")).to_be_visible()
    assert faults(mine) == []
    go(mine, "Choose a password")
    mine.get_by_label("Password", exact=True).fill("short")
    mine.get_by_label("Password, once more").fill("short")
    press(mine, "Set password")
    expect(mine.get_by_text("Use at least 10 characters.")).to_be_visible()
    assert faults(mine) == []
    mine.get_by_label("Password", exact=True).fill(PASSWORD)
    mine.get_by_label("Password, once more").fill(PASSWORD)
    press(mine, "Set password")
    expect(mine.get_by_text("Your password is set.")).to_be_visible()
    assert faults(mine) == []

    go(mine, "Turn on a second factor")
    assert faults(mine) == []
    go(mine, "Turn on")
    mine.get_by_label("Password").fill(PASSWORD)
    assert faults(mine) == []
    press(mine, "Go on")
    expect(mine.locator(".qr svg")).to_be_visible()
    assert faults(mine) == []
    secret = mine.locator(".secret").inner_text()
    mine.get_by_label("Code", exact=True).fill("000000")
    press(mine, "Turn on")
    expect(mine.get_by_text("This code is wrong")).to_be_visible()
    assert mine.locator(".secret").inner_text() == secret, "what was scanned stays"
    mine.get_by_label("Code", exact=True).fill(code(secret))
    press(mine, "Turn on")
    expect(mine.get_by_role("heading", name="Recovery codes")).to_be_visible()
    assert faults(mine) == []
    codes = mine.locator(".codes code").all_inner_texts()
    with mine.expect_download() as download:
        go(mine, "Download")
    assert all(each in download.value.path().read_text(encoding="utf-8") for each in codes)
    mine.goto("/me/2fa/")
    assert faults(mine) == []
    go(mine, "Make new ones")
    assert faults(mine) == []

    other = new_page()
    other.goto("/me")
    other.get_by_label("Your e-mail address").fill(email)
    other.get_by_label("Password").fill(PASSWORD)
    press(other, "Sign in")
    expect(other.get_by_role("heading", name="Enter your code")).to_be_visible()
    assert faults(other) == []
    other.get_by_label("Code", exact=True).fill(codes[0])
    press(other, "Sign in")
    expect(other.get_by_role("heading", name=re.compile("The admin"))).to_be_visible()
    mine.goto("/me/devices/")
    expect(mine.get_by_text("this device")).to_have_count(1)
    assert faults(mine) == []
    press(mine, "Sign out all others")
    expect(mine.get_by_text("All other devices are signed out.")).to_be_visible()
    other.goto("/me")
    expect(other).to_have_url(re.compile("/me/login/"))

    mine.goto("/me/2fa/off/")
    assert faults(mine) == []
    mine.goto("/me/password/")
    assert faults(mine) == []
    mine.goto("/me/logout/")
    assert faults(mine) == []
    press(mine, "Sign out")
    expect(mine.get_by_text("You have signed out.")).to_be_visible()


def test_the_entrance(page: Page) -> None:
    page.goto("/me/login/")
    assert faults(page) == []
    page.get_by_label("Your e-mail address").fill("nobody@larkfield.example")
    page.get_by_label("Password").fill("not a password of anybody")
    press(page, "Sign in")
    expect(page.get_by_role("alert")).to_have_text("This address and password do not go together.")
    assert faults(page) == []
    go(page, "Forgotten your password, or never had one?")
    expect(page.get_by_text("Ask an administrator")).to_be_visible()
    assert faults(page) == []
    page.goto("/sign-in/worn-out")
    assert faults(page) == []
    press(page, "Sign in")
    expect(page.get_by_role("heading", name="Not found")).to_be_visible()
    assert faults(page) == []
    page.goto("/me/inactive/")
    assert faults(page) == []


def test_a_page_of_another_site_cannot_frame_ours(page: Page, site: Site) -> None:
    from tests.browser.conftest import Heard

    page.goto("/me/login/")
    silent = page.context.new_page()  # it complains, as it should
    Heard().listen(silent)
    silent.set_content(f'<iframe src="{site.url}/me/login/"></iframe>')
    silent.wait_for_timeout(500)
    framed = silent.frames[1]
    assert framed.url != f"{site.url}/me/login/" or not framed.locator("form").count()


def test_the_theme_is_kept_on_this_device(signed_in: SignedIn) -> None:
    mine = signed_in()
    mine.goto("/me")
    press(mine, "Switch")
    mine.reload()
    assert mine.evaluate("document.documentElement.dataset.theme") == "dark"
