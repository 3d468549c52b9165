"""CKEditor configuration: strict, because CKEditor 4 has known vulnerabilities.

The settings import this module, so it must not import Django. `richtext.checks` requires this strictness at startup.
"""

# The tags that the sanitiser keeps. A typo in this string silently disables its rule and all that follow;
# tests/browser/test_editor.py tests every tag.
ALLOWED_CONTENT = "; ".join(
    [
        "p h2 h3 h4 blockquote ul strong em s sub sup hr br caption thead tbody tr cite figcaption",
        "ol[start,type,reversed]",
        "li[value]",
        "table(data)",
        "a[!href,title,hreflang]",
        "img[!src,alt,width,height,data-widget,data-cke-upload-id]",  # the last two during an upload
        "figure(image,image-left,image-right)",
        "th[scope,colspan,rowspan]",
        "td[colspan,rowspan]",
        "*[lang,dir]",
    ]
)

EXTRA_PLUGINS = ["image2", "uploadimage", "divarea"]

# Plugins that are vulnerable, contact other hosts, or are of no use to press officers.
REMOVED_PLUGINS = [
    "wysiwygarea", "image", "stylesheetparser", "exportpdf", "scayt", "wsc", "flash", "iframe", "iframedialog",
    "codesnippetgeshi", "forms", "smiley", "about", "embed", "embedbase", "autoembed", "embedsemantic", "adobeair",
    "devtools", "preview", "print",
    # The server converts pasted HTML (static/desk-paste.js), by the same rules as imported HTML.
    "pastefromword", "pastefromgdocs", "pastefromlibreoffice",
]  # fmt: skip

# Pages with scripts in the package (samples, tests, frames of removed plugins). collectstatic leaves them out, so that
# no third-party page is served from the origin of the site.
NOT_COLLECTED = [
    "*.htm", "*.html", "*.xhtml", "*.php", "*.md", "bender-runner.config.json", "samples", "tests",
    *(f"ckeditor/ckeditor/plugins/{plugin}/*" for plugin in REMOVED_PLUGINS),
]  # fmt: skip

TOOLBAR = [
    ["Format", "Bold", "Italic"],
    ["BulletedList", "NumberedList", "Blockquote"],
    ["Link", "Unlink", "Image", "Table", "SpecialChar"],
    ["RemoveFormat", "Undo", "Redo", "Find"],
    ["Source", "Maximize"],
]

UPLOAD_URL = "/admin/upload/"
CONVERT_URL = "/admin/prepare/"
LIBRARY_URL = "/admin/richtext/image/"

CONFIG = {
    "allowedContent": ALLOWED_CONTENT,
    "extraPlugins": ",".join(EXTRA_PLUGINS),
    "removePlugins": ",".join(REMOVED_PLUGINS),
    "removeDialogTabs": "image:advanced;link:advanced;link:target;link:upload;table:advanced",
    "versionCheck": False,  # would contact another host
    "customConfig": "",
    "stylesSet": False,
    "toolbar": TOOLBAR,
    "format_tags": "p;h2;h3;h4",
    "entities": False,
    "linkDefaultProtocol": "https://",
    "image2_captionedClass": "image",
    "image2_prefillDimensions": True,
    "imageUploadUrl": UPLOAD_URL,
    "filebrowserImageUploadUrl": UPLOAD_URL,
    "filebrowserImageBrowseUrl": LIBRARY_URL,
    "filebrowserUploadMethod": "xhr",
    "clipboard_handleImages": False,  # uploadimage handles pasted images
    "deskPrepareUrl": CONVERT_URL,
    "disableNativeSpellChecker": False,
    "width": "100%",
    "height": 420,
}
