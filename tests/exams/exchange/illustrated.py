"""Pictures, and question files that hold them, made on the spot."""

import base64
import io
import zipfile

from PIL import Image

from lms.exams.exchange import trees
from lms.exams.exchange.report import Report


def drawn(colour: str = "red", form: str = "PNG", side: int = 8) -> bytes:
    """Return a small picture."""
    file = io.BytesIO()
    Image.new("RGB", (side, side), colour).save(file, form)
    return file.getvalue()


RED, BLUE, GREEN = drawn("red"), drawn("blue"), drawn("green", "GIF")
PHOTO = drawn("green", "JPEG", 64)
SVG = (
    b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
)
BROKEN = RED[:40]
"""It begins as a picture does."""


def zipped(entries: dict[str, bytes | str]) -> bytes:
    """Return an archive."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as file:
        for name, content in entries.items():
            file.writestr(name, content)
    return target.getvalue()


def moodle(*questions: str) -> bytes:
    """Return Moodle XML of some question elements."""
    return f"<?xml version='1.0'?><quiz>{''.join(questions)}</quiz>".encode()


def embedded(name: str, content: bytes) -> str:
    """Return a file as Moodle embeds it."""
    return (f'<file name="{name}" path="/" encoding="base64">'
            f"{base64.b64encode(content).decode()}</file>")  # fmt: skip


def moodle_single(
    stem: str, *files: str, right: str = "yes", why: str = "", title: str = "q"
) -> str:
    """Return a question with two options; each text is HTML and may end with files."""
    own = "".join(files)
    feedback = f"<feedback format='html'>{why}</feedback>" if why else ""
    return (
        f'<question type="multichoice"><name><text>{title}</text></name>'
        f'<questiontext format="html"><text>{cdata(stem)}</text>{own}</questiontext>'
        f"<single>true</single>"
        f'<answer fraction="100" format="html">{_text(right)}{feedback}</answer>'
        f'<answer fraction="0" format="html"><text>no</text></answer></question>'
    )


def _text(said: str) -> str:
    return said if said.startswith("<text>") else f"<text>{cdata(said)}</text>"


def cdata(text: str) -> str:
    """Return a text as XML has it, whatever is in it."""
    return f"<![CDATA[{text}]]>"


def two_pictures(content: bytes, alt: str = "灯", title: str = "q", name: str = "r.png") -> str:
    """Return a question with a picture in its stem and another in its right option."""
    right = f'<text><![CDATA[<img src="@@PLUGINFILE@@/b.png" alt="蓝">]]></text>{embedded("b.png", BLUE)}'
    stem = f'<p>Which lamp?</p><img src="@@PLUGINFILE@@/{name}" alt="{alt}">'
    return moodle_single(stem, embedded(name, content), right=right, title=title)


PLAIN = moodle_single("Another one?", title="plain")


W = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" '
    'xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:pic="http://schemas.openxmlformats.org/drawingml/2006/picture"'
)
IMAGE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/image"


def run(text: str) -> str:
    """Return words of a Word paragraph."""
    return f'<w:r><w:t xml:space="preserve">{text}</w:t></w:r>'


def inline(relation: str, described: str = "", how: str = "embed") -> str:
    """Return a picture that stands in a Word paragraph."""
    return (
        f'<w:r><w:drawing><wp:inline><wp:docPr id="1" name="Picture 1" descr="{described}"/>'
        f'<a:graphic><a:graphicData><pic:pic><pic:nvPicPr><pic:cNvPr id="0" name="p.png"/>'
        f'</pic:nvPicPr><pic:blipFill><a:blip r:{how}="{relation}"/></pic:blipFill></pic:pic>'
        f"</a:graphicData></a:graphic></wp:inline></w:drawing></w:r>"
    )


def word(paragraphs: list[str], parts: dict[str, bytes], outside: str = "") -> bytes:
    """Return a Word file; parts are related as r1, r2 and so on, an address outside as rX."""
    body = "".join(f"<w:p>{each}</w:p>" for each in paragraphs)
    related = "".join(
        f'<Relationship Id="r{at}" Type="{IMAGE}" Target="media/{name}"/>'
        for at, name in enumerate(parts, start=1)
    )
    if outside:
        related += (
            f'<Relationship Id="rX" Type="{IMAGE}" Target="{outside}" TargetMode="External"/>'
        )
    return zipped({
        "[Content_Types].xml": "<Types/>",
        "word/document.xml": f"<w:document {W}><w:body>{body}</w:body></w:document>",
        "word/_rels/document.xml.rels": f"<Relationships>{related}</Relationships>",
        **{f"word/media/{name}": content for name, content in parts.items()},
    })  # fmt: skip


QTI = "http://www.imsglobal.org/xsd/imsqti_v2p1"


def item(stem: str, right: str = "<p>yes</p>", explained: str = "") -> str:
    """Return an item of QTI 2.1 with two choices."""
    shown = (f'<modalFeedback outcomeIdentifier="F" showHide="show" identifier="general">{explained}'
             "</modalFeedback>") if explained else ""  # fmt: skip
    return (
        f'<assessmentItem xmlns="{QTI}" identifier="i" title="q">'
        '<responseDeclaration identifier="RESPONSE" cardinality="single" baseType="identifier">'
        "<correctResponse><value>A</value></correctResponse></responseDeclaration>"
        f'<itemBody>{stem}<choiceInteraction responseIdentifier="RESPONSE">'
        f'<simpleChoice identifier="A">{right}</simpleChoice>'
        '<simpleChoice identifier="B"><p>no</p></simpleChoice></choiceInteraction></itemBody>'
        f"{shown}</assessmentItem>"
    )


def parts_of(content: bytes) -> set[str]:
    """Return the hrefs of the files that a package's manifest lists."""
    with zipfile.ZipFile(io.BytesIO(content)) as file:
        root = trees.bare(trees.parsed(file.read("imsmanifest.xml"), Report("")))
        return {each.get("href", "") for each in trees.within(root, "file")}
