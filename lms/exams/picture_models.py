"""Table of the pictures that questions written on pages show."""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from lms.core.db import Base, pk
from lms.core.storage import stored_file


class QuestionPicture(Base):
    """A picture in a question's texts, which name it by its hash.

    Never deleted: versions stay. Who added it stands in the audit log.
    """

    __tablename__ = "question_picture"

    id: Mapped[pk]
    sha256: Mapped[stored_file] = mapped_column(unique=True)
    suffix: Mapped[str] = mapped_column(String(8))
    size_bytes: Mapped[int]
    added_at: Mapped[datetime]
