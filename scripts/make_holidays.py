"""Make ``db/data/holidays.csv`` from the `chinesecalendar` package (a development dependency).

Run it after a new release of that package: ``python scripts/make_holidays.py``. The table holds
every announced day off and every working weekend; ordinary weekends are not in it.
"""

from __future__ import annotations

from pathlib import Path

from chinese_calendar.constants import Holiday, holidays, workdays

TARGET = Path(__file__).resolve().parents[1] / "db" / "data" / "holidays.csv"


def main() -> None:
    """Write the table: ``day,is_workday,name``, in order of days."""
    chinese = {holiday.value: holiday.chinese for holiday in Holiday}
    rows = [(day, 0, chinese[name]) for day, name in holidays.items()]
    rows += [(day, 1, chinese[name]) for day, name in workdays.items()]
    lines = ["day,is_workday,name", *(f"{day},{work},{name}" for day, work, name in sorted(rows))]
    TARGET.write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
