"""Pastes and drops into the editor of a message, as a browser sends them."""

import base64
import io

from PIL import Image as Pillow
from playwright.sync_api import expect

# Fired in the editor, with HTML as it is on the clipboard; done when the editor has taken it over.
PASTE = """html => new Promise((done) => {
  const editor = CKEDITOR.instances.id_body;
  editor.once("afterPaste", () => setTimeout(done));
  editor.fire("paste", {type: "html", method: "paste", dataValue: html,
    dataTransfer: new CKEDITOR.plugins.clipboard.dataTransfer(null, editor)});
})"""

# A real event, with files and HTML on its clipboard.
SEND = """([kind, html, files]) => {
  const transfer = new DataTransfer();
  if (html) transfer.setData("text/html", html);
  for (const [name, type, content] of files) {
    const bytes = Uint8Array.from(atob(content), (letter) => letter.charCodeAt(0));
    transfer.items.add(new File([bytes], name, {type}));
  }
  const text = document.querySelector(".cke_wysiwyg_div");
  text.focus();
  const {x, y} = text.getBoundingClientRect();
  const given = {bubbles: true, cancelable: true, clientX: x + 30, clientY: y + 30};
  text.dispatchEvent(kind === "paste" ? new ClipboardEvent("paste", {...given, clipboardData: transfer})
    : new DragEvent("drop", {...given, dataTransfer: transfer}));
}"""


def text(page):
    """Return the locator of the text in the editor."""
    return page.locator(".cke_wysiwyg_div")


def notices(page):
    """Return the locator of the sentences about omissions while pasting."""
    return page.locator(".paste-notices li")


def html(page):
    """Return the text as the form would send it."""
    return page.evaluate("CKEDITOR.instances.id_body.getData()")


def open_editor(page, address="/admin/news/message/add/"):
    """Go to a form and wait until its editor can be written in."""
    page.goto(address)
    expect(text(page)).to_be_editable()


def empty(page):
    """Take everything out of the editor, and the sentences above it."""
    page.evaluate("""() => new Promise((done) => {
      document.querySelector(".paste-notices")?.remove();
      CKEDITOR.instances.id_body.setData("", {callback: () => done()});
    })""")


def paste(page, given):
    """Paste HTML and wait until it is in the text."""
    page.evaluate(PASTE, given)


def send(page, kind, *files, html=""):
    """Send a "paste" or a "drop" with files (name, type, bytes) and HTML."""
    coded = [[name, type, base64.b64encode(content).decode()] for name, type, content in files]
    page.evaluate(SEND, [kind, html, coded])


def a_png(size=(60, 40)) -> bytes:
    """Return the bytes of a picture."""
    buffer = io.BytesIO()
    Pillow.new("RGB", size, (200, 10, 10)).save(buffer, "PNG")
    return buffer.getvalue()
