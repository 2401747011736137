"""What the catalog leaves out is listed with a reason, and the list keeps up."""

from __future__ import annotations

import pytest

from scripts import script

left_out = script("left_out")


def entry(product, code, section, **more):
    return {"product": product, "code": code, "source": [{"section": section}], **more}


CATALOG = {
    "products": {"acme.im": {}, "acme.rtc": {}},
    "entries": [
        entry("acme.im", 7, "server", symbols=["FULL"], notes=["The app says busy"]),
        entry("acme.im", 8, "server", table="rest"),
        entry("acme.rtc", 9, "server"),
    ],
}
SAME = "acme.im\tclient\t7\tFULL\tsame fact\tacme.im 7\tpage"
NOTED = "acme.im\tserver\t7\tbusy\tanother sense, noted\tacme.im 7\tpage"
SOUND = [
    SAME,
    "acme.im\tclient\t9\t\tnumber of another product\tacme.rtc 9\tpage",
    "acme.im\tclient\t10\tODD\tsymbol only\t\tpage",
    "acme.im\tclient\t10-20\town codes\tthe app's own numbers\t\tpage",
    NOTED,
    "acme.sms\tserver\t7\tfull\tno product\t\tpage",
]


def faults(lines):
    text = "\n".join(["\t".join(left_out.Row._fields), *lines])
    return left_out.check(left_out.read(text + "\n"), CATALOG)


def test_sound():
    assert faults(SOUND) == []


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("acme.im\tclient\t1\tX\tforgotten\t\tpage", "no reason of the list"),
        ("acme.im\tclient\t1\tX\tsymbol only", "are needed"),
        ("acme.im\tclient\t1\t\tsymbol only\t\tpage", "what the row is about"),
        ("acme.im\tclient\t1\tX\tsymbol only\t\tpage\tmore", "too many columns"),
        ("acme.im\tclient\t1\tX \tsymbol only\t\tpage", "too many spaces"),
        ("acme.tv\tclient\t1\tX\tsymbol only\t\tpage", "no such product"),
        ("acme.im\tclient\t1\tX\tno product\t\tpage", "has a product"),
        ("acme.im\tclient\t7\tX\tsame fact\t\tpage", "names no entry"),
        ("acme.im\tclient\t1\tX\tsymbol only\tacme.im 7\tpage", "for nothing"),
        ("acme.im\tclient\t8\tX\tsame fact\tacme.im 8\tpage", "not in the catalog"),
        ("acme.rtc\tweb\t9\tX\tanother sense, noted\tacme.rtc 9\tp", "notes nothing"),
        (
            "acme.im\tclient\t7\tX\tnumber of another product\tacme.im 7\tpage",
            "of the same product",
        ),
        ("acme.im\tserver\t8\tX\tsymbol only\t\tpage", "an entry cites this row"),
        ("acme.im\tclient\t7\tFULL\tsymbol only\t\tpage", "has the symbol FULL"),
    ],
)
def test_faults(line, fault):
    (found,) = faults([line])
    assert fault in found


def test_another_table_of_the_product():
    assert faults(["acme.im\tclient\t8\tX\tsame fact\tacme.im/rest 8\tpage"]) == []


def test_order():
    assert [fault.split(": ")[-1] for fault in faults([SAME, SAME])] == ["stands twice"]
    (found,) = faults([NOTED, SAME])
    assert "belongs before" in found


def test_the_list_itself(capsys):
    assert left_out.main(["--counts"]) == 0
    counts = capsys.readouterr().out
    assert left_out.main([]) == 0
    printed = capsys.readouterr().out
    assert printed.endswith(counts)
    with open(left_out.LIST, encoding="utf-8") as file:
        assert printed.count("\n") == counts.count("\n") + len(file.readlines())
