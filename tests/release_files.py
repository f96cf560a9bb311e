"""Made release files in the publishers' layouts, as bytes: small, or as large as the parsers require."""

import datetime
import io
import zipfile
from xml.sax.saxutils import escape, quoteattr

import xlsxwriter
import xlwt

AE_22 = (
    "Period,Org Code,Parent Org,Org name,"
    + ",".join(f"A&E attendances {k}" for k in ("Type 1", "Type 2", "Other A&E Department"))
    + ","
    + ",".join(f"A&E attendances Booked Appointments {k}" for k in ("Type 1", "Type 2", "Other Department"))
    + ","
    + ",".join(f"Attendances over 4hrs {k}" for k in ("Type 1", "Type 2", "Other Department"))
    + ","
    + ",".join(
        f"Attendances over 4hrs Booked Appointments {k}" for k in ("Type 1", "Type 2", "Other Department")
    )
    + ",Patients who have waited 4-12 hs from DTA to admission,Patients who have waited 12+ hrs from DTA to admission"
    + ",Emergency admissions via A&E - Type 1,Emergency admissions via A&E - Type 2"
    + ",Emergency admissions via A&E - Other A&E department,Other emergency admissions"
)


def ae_csv(month, codes, *, attendances=1000):
    """Return a monthly A&E file of the layout from August 2020; `month` as 'APRIL-2023'."""
    figures = [attendances, 5, 20, 3, 0, 1, 100, 0, 2, 1, 0, 0, 40, 10, 200, 0, 1, 60]
    lines = [AE_22]
    lines += [
        f"MSitAE-{month},{code},NHS ENGLAND,TRUST {code}," + ",".join(map(str, figures)) for code in codes
    ]
    total = ",".join(str(n * len(codes)) for n in figures)
    return ("\n".join([*lines, f"TOTAL,,,TOTAL,{total}"]) + "\n").encode()


# What the cells of an Excel 97 workbook hold for an error.
ERRORS = {"#NULL!": 0, "#DIV/0!": 7, "#VALUE!": 15, "#REF!": 23, "#NAME?": 29, "#NUM!": 36, "#N/A": 42}
PLAIN = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "default_date_format": "dd/mm/yyyy",
}


def book(sheets):
    """Return an .xlsx of sheets by name, each a list of rows; '#REF!' and the like are errors."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, PLAIN) as made:
        for name, rows in sheets.items():
            page = made.add_worksheet(name)
            page.add_write_handler(str, _error)
            for at, row in enumerate(rows):
                page.write_row(at, 0, row)
    return out.getvalue()


def _error(page, row, column, text, *rest):
    """Write a cell whose formula has an error for its result; any other text is written as one."""
    return page.write_formula(row, column, f"={text}", None, text) if text in ERRORS else None


def xls(sheets):
    """Return an Excel 97 workbook of sheets by name, each a list of rows; '#REF!' and the like are errors."""
    workbook, date = xlwt.Workbook(), xlwt.easyxf(num_format_str="DD/MM/YYYY")
    for name, rows in sheets.items():
        page = workbook.add_sheet(name)
        for row, cells in enumerate(rows):
            for column, cell in enumerate(cells):
                if cell in ERRORS:
                    page.row(row).set_cell_error(column, ERRORS[cell])
                elif isinstance(cell, datetime.datetime):
                    page.write(row, column, cell, date)
                elif cell is not None:
                    page.write(row, column, cell)
    out = io.BytesIO()
    workbook.save(out)
    return out.getvalue()


KINDS = (
    "Type 1 Departments - Major A&E",
    "Type 2 Departments - Single Specialty",
    "Type 3 Departments - Other A&E/Minor Injury Unit",
)


def ae_rows(period, codes, *, within=True):
    """Return the rows of 'Provider Level Data': heading in row 16, England in row 17, a blank row below.

    within: attendances within four hours are given, as from 2016; else those over four hours.
    """
    word = "less" if within else "greater"
    sign = "<" if within else ">"
    share = 900 if within else 100
    top = [[None, "Title:", "A&E Attendances and Emergency Admissions"], [None, "Period:", period]]
    top += [[None]] * 12
    banner = [None, None, None, None, "A&E attendances", None, None, None]
    banner += [f"A&E attendances {word} than 4 hours from arrival to admission, transfer or discharge"]
    banner += [None, None, None, "Percentage of attendances within 4 hours", "Emergency Admissions"]
    headings = [None, "Code", "Region", "Name", *KINDS, "Total attendances", *KINDS]
    headings += [f"Total Attendances {sign} 4 hours", "Percentage in 4 hours or less (all)"]
    headings += [
        "Emergency Admissions via Type 1 A&E",
        "Emergency Admissions via Type 2 A&E",
        "Emergency Admissions via Type 3 and 4 A&E",
        "Total Emergency Admissions via A&E",
        "Other Emergency admissions (i.e not via A&E)",
        "Total Emergency Admissions",
        "Number of patients spending >4 hours from decision to admit to admission",
        "Number of patients spending >12 hours from decision to admit to admission",
    ]
    figures = [1000, 50, 150, 1200, share, 40, 140, share + 180, 0.9, 200, 5, 1, 206, 60, 266, 50, 10]
    england = [n if isinstance(n, float) else n * len(codes) for n in figures]
    rows = [*top, banner, headings, [None, "-", "-", "England", *england], []]
    rows += [[None, code, "NHS England", f"Trust {code}", *figures] for code in codes]
    return rows


def kh03_rows(year, end, codes, *, kind="overnight", beds=100.5, day_gap=False):
    """Return the rows of 'NHS Trust by Sector': heading in row 15, England in row 16, a blank row below."""
    names = ["Total", "General & Acute", "Learning Disabilities", "Maternity", "Mental Illness"]
    title = f"Average daily number of available and occupied beds open {kind} by sector"
    top = [[None, "Title:", title], [None, "Period:", f"to {end}"], *[[None]] * 11]
    banner = [None] * 6 + ["Available"] + [None] * 5 + ["Occupied"] + [None] * 5 + ["% Occupied"] + [None] * 4
    head = [
        None,
        "Year",
        "Period End",
        "Region Code",
        "Org Code",
        "Org Name",
        *names,
        None,
        *names,
        None,
        *names,
    ]
    available = [beds + 20, beds, 2, 10, 8]
    occupied = [beds - 10 + 15, beds - 10, 1, 8, 6]
    shares = [o / a for o, a in zip(occupied, available, strict=True)]

    def line(code, name, times):
        return [
            None, year, end, "Y63", code, name,
            *(n * times for n in available), None, *(n * times for n in occupied), None, *shares,
        ]  # fmt: skip

    rows = [*top, banner, head, line(None, "England", len(codes)), []]
    rows += [line(code, f"TRUST {code}", 1) for code in codes]
    return [*rows, [], [None, "Notes: figures are average daily beds."]]


def kh03_book(year, end, codes, **more):
    """Return a KH03 workbook."""
    return book({"Contents": [["Contents"]], "NHS Trust by Sector": kh03_rows(year, end, codes, **more)})


def shmi_csv(codes, *, top=()):
    """Return a trust-level SHMI file: 1.0500 and 0.9500 in turn, so that observed are expected over all."""
    lines = [
        *top,
        "Provider code,Provider name,SHMI value,SHMI banding,Number of spells,Observed deaths,Expected deaths",
    ]
    for place, code in enumerate(codes):
        value, observed = (1.05, 2100) if place % 2 else (0.95, 1900)
        lines.append(f'{code},"TRUST, {code}",{value:.4f},2,50000,{observed},2000')
    return ("\n".join(lines) + "\n").encode()


def zipped(members):
    """Return a zip archive of `members` (bytes by name)."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


SICK = "DATE,NHSE_REGION_CODE,NHSE_REGION_NAME,ICS_CODE,ICS_NAME,ORG_CODE,ORG_NAME,ORG_TYPE,FTE_DAYS_LOST,FTE_DAYS_AVAILABLE,SICKNESS_ABSENCE_RATE_PERCENT"


def sick_csv(day, codes, *, lost=512.5):
    """Return a monthly sickness absence file; `day` as '30/04/2025'.

    lost: days lost of 10,000 at every trust; or (lost, available) by code.
    """
    days = lost if isinstance(lost, dict) else {code: (lost, 10_000) for code in codes}
    lines = [
        f"{day},Y63,North East,QWO,West,{code},Trust {code},Acute,{a},{b},{round(100 * a / b, 2):.2f}"
        for code, (a, b) in ((code, days[code]) for code in codes)
    ]
    return ("\n".join([SICK, *lines]) + "\n").encode()


CELL = '<table:table-cell office:value-type="string">'


def ods(sheets):
    """Return an OpenDocument workbook of sheets by name, each a list of rows of texts.

    A long run of equal cells at the end of a row is stored as one repeated cell, as office programs do.
    """
    spaces = 'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    spaces += 'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
    spaces += 'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"'
    parts = [f"<office:document-content {spaces}><office:body><office:spreadsheet>"]
    for name, rows in sheets.items():
        parts.append(f"<table:table table:name={quoteattr(name)}>")
        for row in rows:
            parts.append("<table:table-row>")
            parts += [f"{CELL}<text:p>{escape(cell)}</text:p></table:table-cell>" for cell in row]
            parts.append('<table:table-cell table:number-columns-repeated="16000"/></table:table-row>')
        parts.append("</table:table>")
    parts.append("</office:spreadsheet></office:body></office:document-content>")
    return zipped(
        {
            "META-INF/manifest.xml": b'<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>',
            "mimetype": b"application/vnd.oasis.opendocument.spreadsheet",
            "content.xml": "".join(parts).encode(),
        }
    )


def cqc_sheets(codes, *, rating="Good", day="14/08/2024"):
    """Return the sheets of a ratings workbook: a trust and one hospital for each of `codes`, and a care home."""

    def head(kind):
        names = [f"{kind} ID", f"{kind} Name", f"{kind} Type", f"{kind} Primary Inspection Category"]
        names += ["Service / Population Group", "Domain", "Latest Rating", "Publication Date", "Report Type"]
        return names + (
            ["Inherited Rating (Y/N)", "URL", "Provider ID", "Provider Name"]
            if kind == "Location"
            else ["URL"]
        )

    nhs, acute = "NHS Healthcare Organisation", "Acute hospital - NHS non-specialist"
    places = [
        [
            f"{code}01",
            f"Hospital {code}",
            nhs,
            acute,
            "Overall",
            domain,
            rating,
            day,
            "Location",
            "N",
            "u",
            code,
            f"Trust {code}",
        ]
        for code in codes
        for domain in ("Overall", "Safe")
    ]
    places.append(
        [
            "1-1",
            "Home",
            "Social Care Org",
            "Residential",
            "Overall",
            "Overall",
            "Good",
            day,
            "Location",
            "N",
            "u",
            "1-2",
            "Care",
        ]
    )
    bodies = [
        [code, f"Trust {code}", nhs, acute, "Overall", "Well-led", rating, day, "Provider", "u"]
        for code in codes
    ]
    return {
        "README": [["Latest ratings"]],
        "Providers": [head("Provider"), *bodies],
        "Locations": [head("Location"), *places],
    }


def survey_sheets(year, codes=("RAA", "RBB", "RCC")):
    """Return the sheets of a benchmark workbook of the Staff Survey, 2021 on: five years to `year`."""
    work = {2021: "q21", 2022: "q23"}.get(year, "q25")
    figures = {"response_rate": 0.5, "response_rate_n": 2000, "q1": 0.8, "q2a": 0.6, "q2b": 0.7, "q2c": 0.8}
    figures |= {"q11c": 0.4, f"{work}c": 0.61, f"{work}d": 0.71, "theme_engagement": 6.8, "PP1": 7.1}
    years = range(year - 4, year + 1)
    heads = ["org_id", "org_name", "org_type_reporting_name"]
    heads += [f"{name}_{one}" for name in figures for one in years] + ["theme_engagement_sig"]

    def line(code):
        return [code, f"Trust {code}", "Group", *(n for n in figures.values() for _ in years), 0]

    return {
        "Notes": [["National Staff Survey"], ["Variable Name", "Description"]],
        "Organisation Benchmark groups": [["Acute", None], ["RAA", "Trust RAA"]],
        "Acute&Acute Community Trusts": [heads, *map(line, codes), line("R1F1")],
        "Acute Specialist Trusts": [heads, line("RSS")],
        "ICBs": [heads, line("QXX")],
    }
