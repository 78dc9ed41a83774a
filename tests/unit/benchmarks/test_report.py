from pathlib import Path
from xml.etree import ElementTree

from tests.benchmarks import plot, report

SVG = "{http://www.w3.org/2000/svg}"


def test_a_section_measured_again_takes_its_own_place_and_leaves_the_others(
    tmp_path: Path,
) -> None:
    file = tmp_path / "benchmarks.md"
    for heading, text in (
        ("Growth", "old \\1 text"),
        ("Limits", "kept"),
        ("Growth", "new \\1 text"),
    ):
        report.write(heading, text, file)
    written = file.read_text()
    assert written.startswith("# Benchmarks")
    assert "old" not in written
    assert written.index("## Growth\n\nnew \\1 text") < written.index("## Limits\n\nkept")
    assert written.count("## ") == 2


def test_a_plot_has_a_line_for_each_name_that_rises_where_the_figures_do() -> None:
    panels = {"s & MB": {"few": [(50, 1.0), (2000, 4.0)], "many": [(50, 2.0), (2000, 2.0)]}}
    drawn = ElementTree.fromstring(plot.svg(panels, "assets"))
    lines = [line.attrib["points"].split() for line in drawn.iter(f"{SVG}polyline")]
    ends = [[float(point.split(",")[1]) for point in line] for line in lines]
    assert ends[0][0] > ends[0][1]
    assert ends[1][0] == ends[1][1]
    assert "s & MB" in [text.text for text in drawn.iter(f"{SVG}text")]
