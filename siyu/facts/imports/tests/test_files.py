"""Files as they come: encodings, stray quotes, cut-off downloads, spreadsheets."""

import zipfile
from pathlib import Path

import pyarrow
import pyarrow.parquet
import pytest

from siyu.facts.imports.opening import footprint, open_table
from siyu.facts.imports.table import Broken, Row
from siyu.lib.refusal import Refusal


def csv(folder: Path, content: bytes, name: str = "f.csv") -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def read(path: Path, encoding: str = "") -> list[Row | Broken]:
    return list(open_table(path, encoding).rows())


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16"])
def test_chinese_text_is_read_in_the_encodings_that_shops_export(tmp_path: Path, encoding: str) -> None:
    path = csv(tmp_path, "姓名,城市\n张伟,杭州\n李娜,成都\n".encode(encoding))
    table = open_table(path)
    assert table.columns == ("姓名", "城市")
    assert [row.cells for row in read(path)] == [("张伟", "杭州"), ("李娜", "成都")]


def test_a_line_of_another_encoding_spoils_itself_only(tmp_path: Path) -> None:
    good = "".join(f"张{i},杭州\n" for i in range(10)).encode()
    path = csv(tmp_path, "姓名,城市\n".encode() + good + "李娜,成都\n".encode("gbk") + "王芳,上海\n".encode())
    rows = read(path)
    assert [row.code for row in rows if isinstance(row, Broken)] == ["encoding.invalid"]
    assert rows[10].number == 12
    assert rows[11] == Row(13, ("王芳", "上海"))


def test_a_wrong_encoding_that_was_said_is_refused_at_the_header(tmp_path: Path) -> None:
    with pytest.raises(Refusal) as refused:
        open_table(csv(tmp_path, "姓名,城市\n张伟,杭州\n".encode("gbk")), "utf-8")
    assert refused.value.code == "encoding.invalid"


def test_an_encoding_nobody_knows_is_refused(tmp_path: Path) -> None:
    for name in ("klingon", "rot13", "utf-32"):
        with pytest.raises(Refusal) as refused:
            open_table(csv(tmp_path, b"a,b\n1,2\n"), name)
        assert refused.value.code == "encoding.unknown"


def test_text_that_is_neither_utf8_nor_gbk_is_refused_with_a_way_out(tmp_path: Path) -> None:
    with pytest.raises(Refusal, match="--encoding"):
        open_table(csv(tmp_path, b"a,b\n" + b"\xff\xff,\xff\n" * 5))


def test_a_stray_quote_costs_one_row_and_not_the_rest(tmp_path: Path) -> None:
    rows = read(csv(tmp_path, b'a,b\n1,2\n3,"4\n5,6\n7,8\n'))
    assert [row.number for row in rows if isinstance(row, Row)] == [2, 4, 5]
    assert [(row.number, row.code, row.line) for row in rows if isinstance(row, Broken)] == [(3, "quote.invalid", b'3,"4\n')]


def test_a_stray_quote_in_a_long_file_is_found_within_its_bound(tmp_path: Path) -> None:
    rows = read(csv(tmp_path, b'a,b\n"1,2\n' + b"3,4\n" * 5000))
    assert [row.number for row in rows if isinstance(row, Broken)] == [2]
    assert sum(isinstance(row, Row) for row in rows) == 5000


def test_a_quoted_cell_may_hold_line_breaks_and_rows_keep_their_line_numbers(tmp_path: Path) -> None:
    rows = read(csv(tmp_path, b'a,b\n1,"x\ny"\n2,z\n'))
    assert rows == [Row(2, ("1", "x\ny")), Row(4, ("2", "z"))]


def test_too_few_or_too_many_cells_are_broken_rows(tmp_path: Path) -> None:
    rows = read(csv(tmp_path, b"a,b\n1\n1,2,3\n1,2,,\n\n1,2\n"))
    assert [row.code if isinstance(row, Broken) else row.cells for row in rows] == ["row.columns", "row.columns", ("1", "2"), ("1", "2")]


def test_an_endless_line_is_a_broken_row(tmp_path: Path) -> None:
    rows = read(csv(tmp_path, b"a,b\n1," + b"x" * 1_200_000 + b"\n1,2\n"))
    assert [getattr(row, "code", "") for row in rows] == ["line.long", ""]
    assert rows[1].number == 3


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found(tmp_path: Path, delimiter: str) -> None:
    assert open_table(csv(tmp_path, f"a{delimiter}b{delimiter}c\n1{delimiter}2{delimiter}3\n".encode())).columns == ("a", "b", "c")


def test_what_cannot_be_opened_says_why(tmp_path: Path) -> None:
    for path, code in ((tmp_path, "file.directory"), (tmp_path / "none.csv", "file.missing"), (csv(tmp_path, b""), "file.empty")):
        with pytest.raises(Refusal) as refused:
            footprint(path)
        assert refused.value.code == code
    for content, code in ((b"\n\n", "file.empty"), (b"\x1f\x8b" + b"x" * 20, "file.format"), (b"x," * 300 + b"y\n1\n", "file.columns")):
        with pytest.raises(Refusal) as refused:
            open_table(csv(tmp_path, content))
        assert refused.value.code == code


def parquet(folder: Path, rows: int = 50_000) -> Path:
    path = folder / "f.parquet"
    pyarrow.parquet.write_table(pyarrow.table({"n": list(range(rows)), "s": ["茶"] * rows, "l": [[1, 2]] * rows, "b": [b"x"] * rows}), path)
    return path


def test_parquet_is_read_in_portions_with_plain_cells(tmp_path: Path) -> None:
    rows = read(parquet(tmp_path))
    assert len(rows) == 50_000
    assert rows[-1] == Row(50_000, (49_999, "茶", "[1, 2]", "x"))


def test_a_cut_off_parquet_is_refused(tmp_path: Path) -> None:
    path = parquet(tmp_path)
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(Refusal) as refused:
        open_table(path)
    assert refused.value.code == "file.unreadable"


def test_a_parquet_damaged_inside_is_refused_while_it_is_read(tmp_path: Path) -> None:
    path = parquet(tmp_path)
    content = bytearray(path.read_bytes())
    content[1000:60_000] = b"\xff" * 59_000
    path.write_bytes(content)
    with pytest.raises(Refusal) as refused:
        read(path)
    assert refused.value.code == "file.unreadable"


def _cell(text: str) -> str:
    return f'<row r="1"><c r="A1" t="inlineStr"><is><t>{text}</t></is></c></row>'


def excel(folder: Path, rows: list[list[str]], merged: str = "", hidden: str = "") -> Path:
    """A minimal workbook, written by hand: no other program is needed to make one. `hidden` is the one heading of a sheet before it."""
    merges = f'<mergeCells count="1"><mergeCell ref="{merged}"/></mergeCells>' if merged else ""
    cells = "".join(
        f'<row r="{r}">'
        + "".join(f'<c r="{chr(64 + c)}{r}" t="inlineStr"><is><t>{cell}</t></is></c>' for c, cell in enumerate(row, 1) if cell)
        + "</row>"
        for r, row in enumerate(rows, 1)
    )
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"

    def link(name: str, *targets: str) -> str:
        relation = "".join(f'<Relationship Id="r{n}" Type="{office}/{name}" Target="{one}"/>' for n, one in enumerate(targets, 1))
        return f'<Relationships xmlns="{package}/relationships">{relation}</Relationships>'

    types = (
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{kind}.sheet.main+xml"/>'
        f'<Override PartName="/xl/s.xml" ContentType="{kind}.worksheet+xml"/>'
    )
    behind = '<sheet name="字典" sheetId="2" state="hidden" r:id="r2"/>' if hidden else ""
    sheets = f'<sheets>{behind}<sheet name="会员" sheetId="1" r:id="r1"/></sheets>'
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{package}/content-types">{types}</Types>',
        "_rels/.rels": link("officeDocument", "xl/workbook.xml"),
        "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{office}">{sheets}</workbook>',
        "xl/_rels/workbook.xml.rels": link("worksheet", "s.xml", "h.xml"),
        "xl/s.xml": f'<worksheet xmlns="{main}"><sheetData>{cells}</sheetData>{merges}</worksheet>',
        "xl/h.xml": f'<worksheet xmlns="{main}"><sheetData>{_cell(hidden)}</sheetData></worksheet>',
    }
    path = folder / "f.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in parts.items():
            archive.writestr(name, '<?xml version="1.0" encoding="UTF-8"?>' + text)
    return path


def test_a_sheet_is_read_with_its_own_row_numbers(tmp_path: Path) -> None:
    path = excel(tmp_path, [["会员名单", ""][:0], ["姓名", "手机"], ["张伟", "13800138000"], ["", ""], ["李娜", "13900139000", "备注"]])
    table = open_table(path)
    rows = list(table.rows())
    assert table.columns == ("姓名", "手机")
    assert rows[0] == Row(3, ("张伟", "13800138000"))
    assert isinstance(rows[-1], Broken)
    assert rows[-1].number == 5


def test_a_sheet_that_is_not_there_is_named_with_those_that_are(tmp_path: Path) -> None:
    with pytest.raises(Refusal, match="会员"):
        open_table(excel(tmp_path, [["a"], ["1"]]), sheet="订单")


def test_what_only_calls_itself_excel_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refusal) as refused:
        open_table(csv(tmp_path, b"PK\x03\x04 nothing", "f.xlsx"))
    assert refused.value.code == "file.unreadable"


TABLE = "订单号,付款时间,金额\nA1,2026-05-01,10\nA2,2026-05-02,20\n"


@pytest.mark.parametrize(
    ("content", "first"),
    [
        ("2026年5月订单明细\n\n" + TABLE, 4),
        ("2026年5月订单明细,,\n导出时间：,2026-06-01,\n" + TABLE.replace("\n", "\r\n"), 4),
        ("#账务明细\n#账号：[2088]\n" + TABLE + "A3,2026-05-03,5\n", 4),
        ("  \n,,\n" + TABLE, 4),
        ("sep=,\r\n" + TABLE, 3),
        ("sep=;\n" + TABLE.replace(",", ";"), 3),
        ("\ufeffsep=\t\n" + TABLE.replace(",", "\t"), 3),
        ("\ufeff\ufeff" + TABLE, 2),
        (TABLE.replace("付款时间", '"付款\n时间"'), 3),
        (TABLE.replace("\nA2", "\n   \nA2"), 2),
    ],
)
def test_the_row_that_names_the_columns_is_found_below_what_stands_above_it(tmp_path: Path, content: str, first: int) -> None:
    path = csv(tmp_path, content.encode())
    assert [name.replace("\n", "") for name in open_table(path).columns] == ["订单号", "付款时间", "金额"]
    rows = read(path)
    assert rows[0] == Row(first, ("A1", "2026-05-01", "10"))
    assert isinstance(rows[1], Row)
    assert rows[1].cells[0] == "A2"


@pytest.mark.parametrize(
    "content",
    [
        "手机号,\n13800138000,\n",
        "手机号,姓名\n1,\n2,\n",
        "手机号,姓名,\n1,a,\n2,b,\n3,c,d\n",
        "手机号\n13800138000\n13900139000\n",
        "手机号,姓名\n13800138000,\n",
    ],
)
def test_a_narrow_header_is_no_title(tmp_path: Path, content: str) -> None:
    assert open_table(csv(tmp_path, content.encode())).columns[0] == "手机号"


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_wide_text_without_its_mark_is_read(tmp_path: Path, encoding: str) -> None:
    path = csv(tmp_path, TABLE.replace(",", "\t").encode(encoding))
    assert [row.cells[0] for row in read(path) if isinstance(row, Row)] == ["A1", "A2"]


def test_a_nul_in_a_cell_does_not_make_a_file_wide(tmp_path: Path) -> None:
    assert open_table(csv(tmp_path, TABLE.replace("A1", "A\x001").encode())).encoding == "utf-8"


def test_text_under_the_name_of_excel_is_read_and_a_web_page_is_refused(tmp_path: Path) -> None:
    assert len(read(csv(tmp_path, TABLE.replace(",", "\t").encode("gbk"), "orders.xls"))) == 2
    for content in (b"\xef\xbb\xbf <html><table></table></html>", b'<?xml version="1.0"?><Workbook/>'):
        with pytest.raises(Refusal) as refused:
            open_table(csv(tmp_path, content, "orders.xls"))
        assert refused.value.code == "file.format"


def test_lines_that_end_as_on_old_macs_are_refused_with_a_way_out(tmp_path: Path) -> None:
    with pytest.raises(Refusal, match="save the file as CSV UTF-8") as refused:
        open_table(csv(tmp_path, TABLE.replace("\n", "\r").encode()))
    assert refused.value.code == "file.header"


def test_a_sheet_with_a_title_is_read_and_a_merged_cell_stands_in_each_of_its_rows(tmp_path: Path) -> None:
    rows = [["2026年5月订单"], [], ["订单号", "商品", "数量"], ["A1", "茶", "1"], ["", "杯", "2"], ["A2", "茶", "1"]]
    table = open_table(excel(tmp_path, rows, merged="A4:A5"))
    assert table.columns == ("订单号", "商品", "数量")
    assert list(table.rows()) == [Row(4, ("A1", "茶", "1")), Row(5, ("A1", "杯", "2")), Row(6, ("A2", "茶", "1"))]


def test_a_hidden_sheet_is_read_only_when_it_is_named(tmp_path: Path) -> None:
    path = excel(tmp_path, [["姓名", "手机"], ["张伟", "1"]], hidden="编码")
    assert open_table(path).columns == ("姓名", "手机")
    assert open_table(path, sheet="字典").columns == ("编码",)
