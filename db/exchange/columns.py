"""Which column of a ledger means what: one table, field ← names met in real ledgers and forms.

The names were met in real exports and forms (济南 12345, 人民网领导留言板, 泰安, 中山,
泸州, 北京, 重庆九龙坡 …). A name is compared without blanks, brackets' width and a trailing ``*`` or ``：``.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from db.exchange.errors import LedgerError

ORDER_SCHEME = "12345工单号"
"""工单号, 工单编号, 12345工单编号 … are one numbering."""

JOB_SCHEME = "客服单编号"

_ORDER_NAMES = (
    "12345工单号 工单号 12345工单编号 工单编号 12345编号 热线工单号 热线工单编号 12345工单 工单流水号"
)


class Field(NamedTuple):
    """Something a ledger says about a case."""

    name: str
    """Attribute of `lines.Line`."""
    label: str
    aliases: tuple[str, ...]
    """Column names that mean it, the most telling first."""


def _field(name: str, label: str, aliases: str = "") -> Field:
    return Field(name, label, (label, *aliases.split()))


FIELDS: tuple[Field, ...] = (
    _field(
        "number",
        "编号",
        f"{_ORDER_NAMES} 留言编号 受理编号 诉求编号 信件编号 事项编号 案件编号 线索编号 登记编号 督办编号 "
        "交办编号 信访件编号 来信编号 件号 案卷号 查询码",
    ),
    _field("job", "客服单编号", "客服单号 派单编号 任务编号 子单编号 办件编号"),
    _field("redo_number", "重办热线工单号", "旧工单号 原工单号 原工单编号"),
    _field("secrecy", "密级", "保密级别 涉密等级 秘密等级 密级程度 是否涉密"),
    _field(
        "title",
        "标题",
        "事项 留言主题 留言标题 工单标题 诉求标题 主题 事项名称 问题标题 信件标题 事项标题 "
        "工作任务 重点工作 督办事项 线索标题",
    ),
    _field(
        "body",
        "内容",
        "问题描述 求助内容 留言详情 留言内容 留言正文 正文 诉求内容 工单内容 主要内容 "
        "投诉内容 反映内容 交办问题基本情况 问题内容 事项内容 线索内容 任务要求 内容摘要 "
        "信件内容 具体内容 反映问题",
    ),
    _field("type", "类型", "来电类别 诉求类型 留言类型 工单类别 事项类别 工作类别 信件类型 办理类型"),
    _field(
        "category",
        "分类",
        "一级分类 二级分类 三级分类 四级分类 五级分类 领域 问题分类 问题类型 问题分类名称 "
        "信件一级分类 信件二级分类 信件三级分类 诉求分类 服务类别",
    ),
    _field("channel", "渠道", "信息来源 来源 受理渠道 诉求来源 来信渠道 任务来源 来源渠道 线索来源"),
    _field("urgency", "紧急程度", "缓急程度 紧急状态"),
    _field("place", "地点", "事发地点 事发地 事发地址 问题发生地 问题点位 发生地点 所属区县 区 详细地址"),
    _field(
        "name",
        "反映人",
        "联系人 留言用户 姓名 来电人 诉求人 群众姓名 咨询人 投诉人 举报人 信访人 来信人 反映人姓名",
    ),
    _field("phone", "联系电话", "电话 手机号 手机 来电号码 联系方式 反映人电话 手机号码 电话号码"),
    _field("id_number", "身份证号", "身份证 身份证号码 证件号码"),
    _field("address", "地址", "联系地址 住址 家庭住址 反映人地址"),
    _field("confidential", "是否保密", "保密 是否需要保密"),
    _field(
        "received",
        "登记时间",
        "录入时间 留言时间 留言日期 来电时间 来信时间 递交时间 受理日期 登记日期 创建时间 "
        "来源时间 发布时间 收件时间 收文时间 诉求时间 日期 年月 接收时间 热线派单时间",
    ),
    _field(
        "dispatched",
        "交办时间",
        "接收时间 热线派单时间 派单时间 转办时间 派遣时间 推送时间 下发时间 送达时间 交办日期 派发时间",
    ),
    _field(
        "due",
        "办结时限",
        "12345到期时间 到期时间 应办结日 应办结时间 办理时限 截止时间 截止日期 完成时限 "
        "拟办结时间 过期日期 整改时限 处理时限 办理期限 完成期限 要求办结时间",
    ),
    _field(
        "unit",
        "承办单位",
        "责任部门 主办单位 下级单位 办理单位 处理单位 所属部门 牵头单位 责任单位 "
        "当前信件处理单位 交办单位 承办部门 主办部门 留言对象 留言板块 呈递单位 整改实施主体 "
        "部门",
    ),
    _field("assist", "协办单位", "协办部门 配合单位 辅助部门1 辅助部门2 辅助部门3"),
    _field("requirement", "办理要求", "转办意见 拟办意见 交办意见 领导批示 批示意见 承办事项"),
    _field("state", "状态", "办理状态 工单状态 处理状态 当前信件状态 推进状态 是否办结 办结状态 办结情况"),
    _field("signed", "签收时间"),
    _field("accepted", "受理时间"),
    _field(
        "reply",
        "答复内容",
        "答复意见 责任部门回复内容 回复意见 回复内容 办理情况 处理和整改情况 办理结果 "
        "回复正文 调查核实情况 处理结果 公开答复内容 办理情况或回退(延期)理由 答复来电人情况 "
        "整改情况",
    ),
    _field(
        "replied",
        "答复时间",
        "责任部门回单时间 回复时间 办理时间 反馈时间 回复(回退或申请)时间 下级回复时间",
    ),
    _field("reply_kind", "回复类型"),
    _field("finding", "是否属实", "诉求属实 核查结论"),
    _field("closed", "结案时间", "办结时间 办结日期 实际办结时间 完成时间 销号时间"),
    _field("track", "办理轨迹", "办理过程"),
    _field("progress", "进展情况", "最近进展 阶段性进展 工作进展"),
    _field("remark", "备注", "备注信息"),
    _field("callback", "回访内容", "回访意见 回访结果 回访情况"),
    _field("urged", "是否提交督办", "是否督办 是否催办"),
    _field("urge_text", "督办意见", "催办内容 联合督办意见"),
    _field("urge_time", "提交督办时间", "督办时间 催办时间"),
    _field("extended", "是否延时", "是否延期"),
    _field("extend_until", "延期时间", "申请延期至 延期至 延期后截止时间 允许延期至"),
    _field("extend_reason", "延期原因", "延期理由"),
    _field("redo", "是否重办", "工单类型 是否重新办理"),
    _field("redo_time", "重办派单时间"),
    _field("redo_reason", "重办原因", "重新办理意见"),
    _field("redo_reply", "重办部门回复"),
    _field("redo_note", "重办回访结果", "重办督办意见"),
    _field("returned", "是否退单", "是否退回 是否回退"),
    _field("return_reason", "退单原因", "退回原因 回退意见 退回理由"),
)
"""The whole of what is read from a ledger. Columns of no field stay out and are named in the preview."""

BY_NAME: Mapping[str, Field] = {field.name: field for field in FIELDS}
JOINTS: Mapping[str, str] = {
    "category": "/",
    "assist": "、",
    "place": " ",
    **dict.fromkeys(("body", "reply", "requirement", "remark", "callback", "progress", "redo_note"), "\n"),
}
"""Fields that several columns fill together, and what joins them; of other fields' columns the most
telling one that is not blank counts."""

TELLING = frozenset(("number", "job", "title", "body"))
"""A ledger has at least one of these."""


def plain(name: str) -> str:
    """A column name as it is compared."""
    folded = unicodedata.normalize("NFKC", name)
    return re.sub(r"[\s*:]+", "", folded).lower()


_ALIASES: dict[str, list[tuple[int, Field]]] = {}
for _entry in FIELDS:
    for _rank, _alias in enumerate(_entry.aliases):
        _ALIASES.setdefault(plain(_alias), []).append((_rank, _entry))


def is_known(name: str) -> bool:
    """Whether a column name stands in the table."""
    return plain(name) in _ALIASES


def parse_map(texts: Iterable[str]) -> dict[str, str]:
    """``COL=FIELD`` as typed → column name → field. FIELD may be a field's name, label or any alias.

    Raises:
        LedgerError: no ``=``, or no such field.
    """
    mapping = {}
    for written in texts:
        column, equals, wanted = written.rpartition("=")
        if not equals or not column.strip():
            raise LedgerError(f"--map 要写成 列名=字段，现在是“{written}”")
        field_named(wanted.strip())
        mapping[column.strip()] = wanted.strip()
    return mapping


def field_named(wanted: str) -> Field:
    """The field of that name, label or alias.

    Raises:
        LedgerError: there is none.
    """
    if wanted in BY_NAME:
        return BY_NAME[wanted]
    found = _ALIASES.get(plain(wanted))
    if found is None:
        names = "、".join(f"{field.label}（{field.name}）" for field in FIELDS)
        raise LedgerError(f"没有“{wanted}”这个字段，可用的有：{names}")
    return min(found)[1]


class Columns(NamedTuple):
    """The columns of a ledger, read."""

    names: tuple[str, ...]
    fields: Mapping[str, tuple[int, ...]]
    """Field name → positions of its columns."""
    scheme: str
    """The number scheme of the number column; empty where there is none."""

    @property
    def unused(self) -> list[str]:
        """Columns that no field takes."""
        taken = {at for positions in self.fields.values() for at in positions}
        return [name for at, name in enumerate(self.names) if at not in taken and name]

    @property
    def labelled(self) -> tuple[tuple[str, str | None], ...]:
        """Every column with the labels of the fields that it fills, or None."""
        return tuple((name, self._label(at)) for at, name in enumerate(self.names) if name)

    def _label(self, at: int) -> str | None:
        labels = [BY_NAME[name].label for name, positions in self.fields.items() if at in positions]
        return "、".join(labels) or None


def match(names: Sequence[str], mapping: Mapping[str, str]) -> Columns:
    """Give each column its field: as mapped by hand, else by the table, the more telling name first.

    Raises:
        LedgerError: a mapped column is missing, or nothing tells one case from another.
    """
    tidy = tuple(" ".join(name.split()) for name in names)
    found: dict[str, list[tuple[int, int]]] = {}
    by_hand = _by_hand(tidy, mapping)
    for at, name in enumerate(tidy):
        if at in by_hand:
            found.setdefault(by_hand[at], []).append((-1, at))
            continue
        for rank, field in _ALIASES.get(plain(name), ()):
            found.setdefault(field.name, []).append((rank, at))
    fields = {name: _best(name, ranked) for name, ranked in found.items()}
    if not TELLING & fields.keys():
        raise LedgerError(_nothing_told(tidy))
    return Columns(tidy, fields, _scheme(tidy, fields, mapping))


def _best(name: str, ranked: list[tuple[int, int]]) -> tuple[int, ...]:
    """The columns of a field, in their order or the most telling first; one mapped by hand stands alone."""
    chosen = [one for one in ranked if one[0] < 0] or ranked
    return tuple(at for _, at in (chosen if name in JOINTS else sorted(chosen)))


def _by_hand(names: Sequence[str], mapping: Mapping[str, str]) -> dict[int, str]:
    places = {plain(name): at for at, name in reversed(list(enumerate(names)))}
    chosen = {}
    for column, field in mapping.items():
        if plain(column) not in places:
            raise LedgerError(f"没有“{column}”这一列，表里有：{'、'.join(name for name in names if name)}")
        chosen[places[plain(column)]] = field_named(field).name
    return chosen


def _nothing_told(names: Sequence[str]) -> str:
    listed = "、".join(name for name in names if name)
    example = f"--map {names[0]}=编号"
    return f"缺少编号、标题、内容中的任何一列；表里有：{listed}。请用 --map 列名=字段 指明，如 {example}"


def _scheme(names: Sequence[str], fields: Mapping[str, tuple[int, ...]], mapping: Mapping[str, str]) -> str:
    if "number" not in fields:
        return ""
    column = names[fields["number"][0]]
    by_hand = {plain(mapped): wanted for mapped, wanted in mapping.items()}
    wanted = scheme_of(by_hand.get(plain(column), ""))
    return wanted if wanted == ORDER_SCHEME else scheme_of(column)


def scheme_of(column: str) -> str:
    """The number scheme that a column, or a source given by hand, stands for."""
    return ORDER_SCHEME if plain(column) in {plain(name) for name in _ORDER_NAMES.split()} else column
