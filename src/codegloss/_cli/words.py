"""What the command line says, in English and Chinese."""

from __future__ import annotations

import os

LABELS = {
    "why": "判断依据",
    "meaning": "含义",
    "remedy": "处理",
    "retry": "重试",
    "category": "分类",
    "fault": "责任方",
    "symbols": "符号",
    "message": "原文",
    "source": "出处",
    "sdk": "SDK",
    "note": "备注",
    "table": "表",
    "product": "产品",
    "code": "错误码",
    "count": "次数",
    "yes": "可以",
    "no": "不可以",
    "unknown": "未知",
    "row": "行",
    "the same number elsewhere": "其他产品中的同一编号",
    "HTTP status": "HTTP 状态码",
    "a success code of": "成功码:",
    "no known code or symbol": "不是已知的错误码或符号",
    "no code of these scopes, but known elsewhere": "不属于这些产品,但在其他产品中存在",
    "the vendor's SDK has": "厂商 SDK 中为",
    "several meanings": "有多种含义",
    "first seen": "最早",
    "last seen": "最近",
    "share": "占比",
    "logger": "日志来源",
    "errors": "错误",
    "over time": "时间分布",
    "by logger": "按日志来源",
    "ambiguous": "有歧义",
    "unknown codes": "未知错误码",
    "field": "字段",
    "example": "示例",
    "lines": "行",
    "faults": "处错误",
    "retryable": "可重试",
    "may be": "可能是",
    "Vendor errors": "厂商错误",
    "nothing found": "没有结果",
    "no faults; entries added": "没有错误;新增条目",
    "entries replaced": "替换条目",
    "look-alikes left alone": "个相似编号未作解释(属于其他系统)",
    "lines that could not be looked at": "行无法检查",
    "lines longer than 1 MiB, left out": "行超过 1 MiB,已略过",
    "unknown codes beyond those listed": "个未知错误码未列出",
    "codes beyond those listed": "个错误码未列出",
    "delay": "间隔",
    "kind": "类型",
    "needs": "前提",
    "reason": "理由",
    "events with vendor errors": "含厂商错误的事件",
    # The page of the whole catalog.
    "Error codes": "错误码",
    "Views": "视图",
    "Codes": "错误码列表",
    "Overlap": "编号重叠",
    "Search": "搜索",
    "Filters": "筛选",
    "Show all": "显示全部",
    "Keys: / search, ↓ ↑ move, Enter open, Esc close": (
        "按键:/ 搜索,↓ ↑ 移动,Enter 打开,Esc 关闭"
    ),
    "This page needs its own script to show anything.": "此页面需要运行其自带的脚本",
    "Close": "关闭",
    "Copy link": "复制链接",
    "Copy text": "复制文本",
    "Copy JSON": "复制 JSON",
    "Copied": "已复制",
    "Theme": "主题",
    "auto": "自动",
    "light": "浅色",
    "dark": "深色",
    "entry": "个条目",
    "entries": "个条目",
    "products": "个产品",
    "product uses this number": "个产品使用此编号",
    "products use this number": "个产品使用此编号",
    "other product": "个其他产品",
    "other products": "个其他产品",
    "they differ on retry": "各产品的重试结论不同",
    "numbers that both use": "两者共用的编号",
    "caller": "调用方",
    "end_user": "最终用户",
    "operator": "运维方",
    "vendor": "厂商",
    "network": "网络",
    "How the numbers overlap": "各产品编号的重叠情况",
    "Each column is a range of numbers that some product uses; empty ranges are left "
    "out. Numbers in a range:": "每一列是有产品使用的一段编号,空段略去。每段编号数:",
    "used by this product only": "仅此产品使用",
    "used by other products, too": "其他产品也使用",
    "shared": "共用",
    "numbers by range": "按区段的编号",
    "numbers in common": "共用的编号",
    "How many numbers two products have in common; a click lists them.": (
        "两个产品共用的编号数;点击可列出"
    ),
}
# What English calls one of them; Chinese makes no difference.
_ONE = {
    "lines": "line",
    "entries": "entry",
    "faults": "fault",
    "times": "time",
    "events with vendor errors": "event with vendor errors",
    "look-alikes left alone": "look-alike left alone",
    "lines that could not be looked at": "line that could not be looked at",
    "lines longer than 1 MiB, left out": "line longer than 1 MiB, left out",
    "unknown codes beyond those listed": "unknown code beyond those listed",
    "codes beyond those listed": "code beyond those listed",
}
_HOW = {
    "same_request": "可原样重发",
    "higher_level": "需重新读取状态后重做整个操作",
    "after_auth_refresh": "需先更新凭证",
    "after_change": "需先有所改变",
    "never": "重发无济于事",
}
_NEEDS = {"none": "请求在执行前被拒绝", "idempotent": "请求可能已执行,须幂等"}


def language(chosen: str | None = None) -> str:
    """Return the language to speak: the one chosen, else the environment's."""
    if chosen:
        return chosen
    names = ("CODEGLOSS_LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")
    locale = next(filter(None, map(os.environ.get, names)), "")
    return "zh" if locale.lower().startswith("zh") else "en"


def say(label: str, lang: str) -> str:
    """Return a label in a language; English itself is the key."""
    return LABELS.get(label, label) if lang == "zh" else label


def counted(count: int, label: str, lang: str) -> str:
    """Return a number of things in a language: `1 line`, `2,000 lines`."""
    name = _ONE.get(label, label) if count == 1 and lang != "zh" else say(label, lang)
    return f"{count:,} {name}"


def spoken(sentences: dict[str, str] | None, lang: str) -> str:
    """Return a sentence of the catalog in a language, in English where it has none."""
    return (sentences or {}).get(lang) or (sentences or {}).get("en", "")


def answer(retryable: object, lang: str) -> str:
    """Return whether a retry can help, in one word; None is that nobody knows."""
    return say("unknown" if retryable is None else "yes" if retryable else "no", lang)


def retry_in_words(advice: dict[str, object], lang: str) -> str:
    """Return whether and how to send again, in one line."""
    said = answer(advice["retryable"], lang)
    if lang != "zh":
        return f"{said}: {str(advice['reason']).rpartition('; ')[2]}"
    parts = [_HOW.get(str(advice["how"]), ""), _NEEDS.get(str(advice["needs"]), "")]
    if advice["delay_s"]:
        parts.append(f"至少等待 {advice['delay_s']:g} 秒")
    told = ",".join(filter(None, parts))
    return said + (f": {told}" if told else "")
