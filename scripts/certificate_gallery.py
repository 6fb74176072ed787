"""Draw the gallery of certificates in the documentation anew.

    python -m scripts.certificate_gallery

Each ready design with each of the names that break certificates, as the product prints it, at
150 dpi. The dates are those of today; everything else is the same each time.
"""

from pathlib import Path
from tempfile import TemporaryDirectory

from lms.certificates import document, specimen
from lms.certificates.look import DESIGNS, Look
from lms.config import PROJECT, Settings
from lms.core import pdf_pictures
from lms.factory import create_app

GALLERY = PROJECT / "docs" / "certificates"
DPI = 150


def main() -> None:
    """Write one picture per design and name."""
    GALLERY.mkdir(exist_ok=True)
    with TemporaryDirectory() as folder:
        app = create_app(
            Settings(
                data_dir=Path(folder),
                secret_key="gallery" * 5,
                database_url="sqlite://",
                public_url="https://learn.example.org",
                issuer_zh="远山软件培训认证中心",
                issuer_en="Yuanshan Software Training Centre",
            )
        )
        with app.app_context():
            for design in DESIGNS:
                for number, (name, latin) in enumerate(specimen.WORST, start=1):
                    sample = specimen.snapshot(name, latin)
                    content = document.render(sample, look=Look(design=design))
                    path = GALLERY / f"{design}-{number}.webp"
                    path.write_bytes(pdf_pictures.first_page(content, dpi=DPI, kind="WEBP"))
                    print(f"{path.relative_to(PROJECT)}  {path.stat().st_size} bytes")


if __name__ == "__main__":
    main()
