"""What is printed for nobody: certificates that show what a template makes of a name."""

from typing import Any

from lms.certificates import rules
from lms.core import clock, site
from lms.web.i18n import today

PREFIX = "SAMPLE"
WORST = (
    ("李娜", "Li Na"),
    ("阿卜杜勒·买买提江", "Abdul Mamtimin"),
    ("𠮷田䶮", "Yoshida Gan"),
    ("Maximiliana Wolkenstein-Trostburgh", ""),
)
"""The names that break certificates: short, transliterated, rare, long."""

_STAGES = (
    ("通用知识", "General knowledge", ("公司与产品", "Company and products"), "4.0", "96.00"),
    ("专业技能", "Professional skills", ("故障诊断", "Fault diagnosis"), "6.5", "92.50"),
    ("绩效提升", "Performance", ("升级与复盘", "Escalation and review"), "4.0", "88.00"),
    ("晋级发展", "Growth", ("带教与改进", "Coaching and improvement"), "1.5", "93.50"),
)


def snapshot(name: str, latin: str, *, is_worst: bool = False) -> dict[str, Any]:
    """Return what the certificate of a made-up person would have been awarded with.

    Args:
        name: to print.
        latin: the same in Latin letters; "" for none.
        is_worst: with a programme and a stage of the longest titles, as well.
    """
    settings, day = site.settings(), today(clock.now())
    serial = rules.serial(PREFIX, day.year, 1)
    until = rules.valid_until(day, 24)
    address = f"{settings.base_url}/v/{serial}"
    programme = ("示例培养计划", "Sample Programme")
    stage = ("", "")
    if is_worst:
        programme = (
            "工业软件售后服务与技术支持工程师分级培养计划",
            "Graded Curriculum for After-sales Service and Technical Support Engineers",
        )
        stage = ("第二阶段 · 专业技能与现场处置", "Professional Skills and Work on Site")
    return {
        "serial": serial,
        "title_zh": "培训合格证书",
        "title_en": "Certificate of Achievement",
        "issuer_zh": settings.issuer_zh,
        "issuer_en": settings.issuer_en,
        "name": name,
        "latin_name": latin,
        "programme_zh": programme[0],
        "programme_en": programme[1],
        "stage_zh": stage[0],
        "stage_en": stage[1],
        "stages": [{"zh": zh, "en": en, "state": "done"} for zh, en, *_ in _STAGES],
        "transcript": [row for each in _STAGES for row in _rows(*each)],
        "hours": "16.0",
        "score": "92.50",
        "issued_on": day.isoformat(),
        "valid_until": until.isoformat() if until else "",
        "verify_url": address,
        "verify_url_short": address.partition("://")[2],
        "specimen": True,
    }


def _rows(
    zh: str, en: str, module: tuple[str, str], hours: str, score: str
) -> list[dict[str, str]]:
    return [
        {"kind": "stage", "zh": zh, "en": en, "hours": hours, "score": score},
        {"kind": "module", "zh": module[0], "en": module[1], "hours": hours, "score": ""},
    ]
