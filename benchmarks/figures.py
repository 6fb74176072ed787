"""Figures as people read them: percentiles, and a small table that puts the goal beside each."""

from collections.abc import Sequence
from dataclasses import dataclass, field


def percentile(values: Sequence[float], share: float) -> float:
    """Return the value below which a share of them lies, by nearest rank; 0 of none."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0


@dataclass(slots=True)
class Goals:
    """What was measured, and how it compares with what was promised."""

    title: str
    missed: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Begin the table."""
        print(f"\n{self.title}\n{'-' * len(self.title)}", flush=True)

    def most(self, name: str, figure: float, goal: float, unit: str = "") -> None:
        """Print a figure that is to be no more than its goal."""
        self._line(name, figure, "≤", goal, unit, is_met=figure <= goal)

    def least(self, name: str, figure: float, goal: float, unit: str = "") -> None:
        """Print a figure that is to be no less than its goal."""
        self._line(name, figure, "≥", goal, unit, is_met=figure >= goal)

    def plain(self, name: str, figure: float, unit: str = "") -> None:
        """Print a figure that nothing was promised of."""
        print(f"{name:<46}{_short(figure):>10} {unit}", flush=True)

    def _line(
        self, name: str, figure: float, sign: str, goal: float, unit: str, *, is_met: bool
    ) -> None:
        verdict = "met" if is_met else "NOT MET"
        if not is_met:
            self.missed.append(f"{self.title}: {name}")
        print(
            f"{name:<46}{_short(figure):>10} {unit:<6} goal {sign} {_short(goal)}: {verdict}",
            flush=True,
        )


def _short(figure: float) -> str:
    if abs(figure) >= 100 or figure == int(figure):  # noqa: PLR2004
        return f"{figure:,.0f}"
    return f"{figure:.3f}" if abs(figure) < 1 else f"{figure:.2f}"
