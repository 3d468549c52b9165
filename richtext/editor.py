"""How the editor is set up. CKEditor 4 has known holes, which this strict configuration keeps out of reach.

Read by the settings, so it imports nothing of Django. `richtext.checks` stops the start where the fence is open.
"""

# What the editor lets stand: the tags that the cleaner keeps. A slip in this string silently drops the rule in which
# it stands and all that follow; tests/browser/test_editor.py sends every tag through.
ALLOWED_CONTENT = "; ".join(
    [
        "p h2 h3 h4 blockquote ul strong em s sub sup hr br caption thead tbody tr cite figcaption",
        "ol[start,type,reversed]",
        "li[value]",
        "table(data)",
        "a[!href,title,hreflang]",
        "img[!src,alt,width,height,data-widget,data-cke-upload-id]",  # the last two: while it is being uploaded
        "figure(image,image-left,image-right)",
        "th[scope,colspan,rowspan]",
        "td[colspan,rowspan]",
        "*[lang,dir]",
    ]
)

EXTRA_PLUGINS = ["image2", "uploadimage", "divarea"]

# Holes, things that ask other hosts, and things that a press officer has no use for.
REMOVED_PLUGINS = [
    "wysiwygarea", "image", "stylesheetparser", "exportpdf", "scayt", "wsc", "flash", "iframe", "iframedialog",
    "codesnippetgeshi", "forms", "smiley", "about", "embed", "embedbase", "autoembed", "embedsemantic", "adobeair",
    "devtools", "preview", "print",
    # What is pasted is prepared by the server (static/desk-paste.js), by the same rules as what is imported.
    "pastefromword", "pastefromgdocs", "pastefromlibreoffice",
]  # fmt: skip

TOOLBAR = [
    ["Format", "Bold", "Italic"],
    ["BulletedList", "NumberedList", "Blockquote"],
    ["Link", "Unlink", "Image", "Table", "SpecialChar"],
    ["RemoveFormat", "Undo", "Redo", "Find"],
    ["Source", "Maximize"],
]

UPLOAD_URL = "/admin/upload/"
PREPARE_URL = "/admin/prepare/"

CONFIG = {
    "allowedContent": ALLOWED_CONTENT,
    "extraPlugins": ",".join(EXTRA_PLUGINS),
    "removePlugins": ",".join(REMOVED_PLUGINS),
    "removeDialogTabs": "image:advanced;link:advanced;link:target;link:upload;table:advanced",
    "versionCheck": False,  # asks another host
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
    "filebrowserUploadMethod": "xhr",
    "clipboard_handleImages": False,  # uploadimage takes pasted pictures
    "deskPrepareUrl": PREPARE_URL,
    "disableNativeSpellChecker": False,
    "width": "100%",
    "height": 420,
}
