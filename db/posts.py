"""Who may do what: one table, each action and each power of the desk against the six posts.

Pure and light: the desk reads it to dim, the write door to refuse. From reference practice (岗位和职责): the
主任 approves, the 值班员 runs the desk, the 督查员 verifies in the field and sees no 反映人, the 回访员 calls
back and sees the phone, the 系统管理员 keeps units, calendar and officers and sees no case.
"""

from __future__ import annotations

from typing import NamedTuple

from db.terms import Post, Term


class Power(Term):
    """What may be done at the desk besides the actions on a case."""

    CASES = "cases", "查看事项"
    PHONE = "phone", "查看反映人电话"
    IDENTITY = "identity", "查看反映人"
    SUPERVISE = "supervise", "挂牌"
    IMPORT = "import", "导入台账"
    EXPORT = "export", "导出清单"
    BUNDLES = "bundles", "制作和接收下乡包"
    UNITS = "units", "单位管理"
    CALENDAR = "calendar", "载入放假安排"
    OFFICERS = "officers", "人员管理"


YES, OWN, STAND_IN, NO = "✓", "己", "代", "-"
"""The marks: may; may where the step is one's own; may while nobody of a ✓ post has a PIN; may not."""

POSTS = (Post.DIRECTOR, Post.DUTY, Post.INSPECTOR, Post.CALLER, Post.READER, Post.ADMIN)
"""The columns."""

TABLE: dict[str, str] = {
    # 主任 值班员 督查员 回访员 只读 系统管理员
    "register": "✓ ✓ - - - -",
    "refuse": "✓ ✓ - - - -",
    "dispatch": "✓ ✓ - - - -",
    "sign": "✓ ✓ - - - -",
    "accept": "✓ ✓ - - - -",
    "return": "✓ ✓ - - - -",
    "return_grant": "✓ ✓ - - - -",
    "return_reject": "✓ ✓ - - - -",
    "reassign": "✓ ✓ - - - -",
    "subdispatch": "✓ ✓ - - - -",
    "progress": "✓ ✓ - - - -",
    "extend": "✓ ✓ - - - -",
    "extend_grant": "✓ 代 - - - -",
    "extend_reject": "✓ 代 - - - -",
    "pause": "✓ ✓ - - - -",
    "resume": "✓ ✓ - - - -",
    "submit": "✓ ✓ - - - -",
    "approve": "✓ ✓ - - - -",
    "redo": "✓ ✓ - - - -",
    "urge": "✓ ✓ - - - -",
    "verify": "✓ ✓ ✓ ✓ - -",
    "correct": "✓ ✓ - - - -",
    "withdraw": "✓ ✓ - - - -",
    "claim": "✓ ✓ - - - -",
    "recalculate": "✓ ✓ - - - ✓",
    "undo": "✓ ✓ 己 己 - -",
    "settle": "✓ ✓ - - - -",
    "detach": "✓ ✓ 己 己 - -",
    "cases": "✓ ✓ ✓ ✓ ✓ -",
    "phone": "✓ ✓ - ✓ - -",
    "identity": "✓ ✓ - - - -",
    "supervise": "✓ 代 - - - -",
    "import": "✓ ✓ - - - -",
    "export": "✓ ✓ - - - -",
    "bundles": "✓ ✓ ✓ - - -",
    "units": "✓ ✓ - - - ✓",
    "calendar": "✓ ✓ - - - ✓",
    "officers": "✓ 代 - - - ✓",
}
"""`Action` or `Power` code → a mark for each of `POSTS`."""

_MARKS = {
    (post, deed): mark for deed, row in TABLE.items() for post, mark in zip(POSTS, row.split(), strict=True)
}


def mark(post: Post, deed: str) -> str:
    """What the table says: one of `YES`, `OWN`, `STAND_IN`, `NO`."""
    return _MARKS[post, deed]


def holders(deed: str) -> tuple[Post, ...]:
    """The posts that may do it without any condition."""
    return tuple(post for post in POSTS if mark(post, deed) == YES)


class Seat(NamedTuple):
    """Who sits at the desk, and what the others at it make of that."""

    name: str
    post: Post
    held: frozenset[Post] = frozenset()
    """Posts of the officers here who have a PIN: whoever stands in for one of them no longer does."""
    left_on: str | None = None
    """ISO day, when he or she no longer works here."""

    def may(self, deed: str, *, own: bool = True) -> bool:
        """Whether an action or a power is allowed; see `why_not`."""
        return self.left_on is None and self._post_may(self.post, deed, own)

    def why_not(self, deed: str, *, own: bool = True) -> str | None:
        """Why an action or a power is not for this officer, in Chinese; ``None`` = it is.

        Args:
            deed: code of an `Action` or a `Power`.
            own: whether it undoes a step that this officer took; menus ask before that is known.
        """
        if self.left_on is not None:
            return f"{self.name} 自 {self.left_on} 起已离岗，不能再办理"
        if self._post_may(self.post, deed, own):
            return None
        who = "、".join(post.label for post in POSTS if self._post_may(post, deed, own=False))
        if mark(self.post, deed) == OWN:
            return f"{self.post.label}只能“{_label(deed)}”自己写的，别人的须由{who}办理"
        return f"{self.post.label}不能“{_label(deed)}”，须由{who}办理"

    def _post_may(self, post: Post, deed: str, own: bool) -> bool:
        """Whether somebody of a post may, the others at this desk being who they are."""
        said = mark(post, deed)
        return said == YES or (said == OWN and own) or (said == STAND_IN and not self.held & {*holders(deed)})


def _label(deed: str) -> str:
    if deed in set(Power):
        return Power(deed).label
    from db.actions import Action  # Only for a refusal: the first frame loads no actions.

    return Action(deed).label
