"""What people bring to ``/verify`` that is no certificate: each gets an answer in their language."""

from collections.abc import Callable
from io import BytesIO

import pikepdf
import pytest
from flask import Flask
from flask_babel import refresh
from markupsafe import escape

from lms.certificates import checking, proof_views, queries
from lms.certificates.models import Certificate
from lms.core import pdf
from tests.certificates import bad_files


@pytest.fixture(autouse=True)
def _fresh_limit() -> None:
    proof_views.uploads.forget()
    if missing := pdf.check():
        pytest.skip(f"missing on this host: {', '.join(missing)}")


def encrypted(certificate: Certificate) -> bytes:
    locked = BytesIO()
    with pikepdf.open(BytesIO(queries.pdf_of(certificate.id) or b"")) as opened:
        opened.save(locked, encryption=pikepdf.Encryption(user="x", owner="y"))
    return locked.getvalue()


def printed_again(certificate: Certificate) -> bytes:
    html = f"<html lang=en><title>证书 · {certificate.serial}</title><p>A copy"
    return pdf.render(html, {})


def cut(certificate: Certificate) -> bytes:
    return (queries.pdf_of(certificate.id) or b"")[:5000]


CASES: tuple[tuple[str, Callable[[Certificate], bytes], str, str], ...] = (
    ("empty", lambda _it: b"", "The file is empty.", "文件是空的。"),
    ("encrypted", encrypted, "The PDF is encrypted.", "PDF 已加密"),
    ("printed-again", printed_again, "It may have been printed to PDF again", "重新打印成的 PDF"),
    ("cut", cut, "The PDF is damaged", "PDF 已损坏"),
    (
        "too-large",
        lambda _it: bytes(checking.MOST_BYTES + 1),
        "far larger than any certificate",
        "远大于任何证书",
    ),
    ("pixels", lambda _it: bad_files.bomb_of_pixels(), "more pixels than any photo", "像素"),
    ("text", lambda _it: bad_files.bomb_of_text(), "The file cannot be read.", "无法读取"),
    (
        "svg",
        lambda _it: bad_files.svg(),
        "This kind of file is not checked here.",
        "不查验这类文件",
    ),
    ("deep", lambda _it: bad_files.deep(), "holds no credential", "没有证书凭证"),
    (
        "somebody-else-s",
        lambda _it: bad_files.foreign_credential(),
        "signed in a way that is not used here",
        "签名方式",
    ),
)


def body(content: bytes) -> bytes:
    """A form as a browser sends it. (The test client would leave a large file of it open.)"""
    head = 'Content-Disposition: form-data; name="file"; filename="某文件 <b>.pdf"'
    return b"--X\r\n" + head.encode() + b"\r\n\r\n" + content + b"\r\n--X--\r\n"


@pytest.mark.parametrize(
    ("make", "english", "chinese"), [each[1:] for each in CASES], ids=[each[0] for each in CASES]
)
def test_it_is_told_what_it_is(
    app: Flask,
    certificate: Certificate,
    make: Callable[[Certificate], bytes],
    english: str,
    chinese: str,
) -> None:
    sent = body(make(certificate))
    for language, told in (("en", str(escape(english))), ("zh", chinese)):
        client = app.test_client()
        client.set_cookie("lang", language)
        refresh()  # the test's context outlives a request
        page = client.post("/verify", data=sent, content_type="multipart/form-data; boundary=X")
        assert page.status_code == 200
        assert told in page.text
        assert 'class="card proof-verdict ok"' not in page.text
        assert "张思远" not in page.text
        assert "&lt;b&gt;" in page.text
        assert 'href="/verify"' in page.text
