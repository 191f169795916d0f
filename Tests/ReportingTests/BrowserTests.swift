import Foundation
import Testing
import TestSupport

@testable import Reporting

/// The page as a browser shows it, on a phone, on a laptop and on a large screen.
@Suite(.enabled(if: Browser.installed != nil, "\(Browser.missing)"), .serialized)
struct BrowserTests {
    private static let widths = [390, 1024, 1920]

    @Test(arguments: ["one", "several"])
    func aPageLoadsFitsAndAsksNobody(kind: String) throws {
        let browser = try #require(Browser.installed)
        try ReportTests.inDirectory { directory in
            let report =
                kind == "one" ? ReportTests.report(PlantedAnalysis.withNaive) : Report(PlantedResults.oldAndNew)
            try report.write(to: directory, formats: [.html])
            let found = try browser.inspect(
                directory.appendingPathComponent("index.html"), widths: Self.widths, scripts: [Self.sort, Self.point])
            #expect(found.console == [])
            #expect(found.layouts.map(\.width) == Self.widths)
            for layout in found.layouts {
                #expect(layout.contentWidth <= layout.width, "the page scrolls sideways")
                #expect(layout.requests == [])
                #expect(layout.answers[0] == "ascending, descending, in order")
                #expect(layout.answers[1] == "shown, moved, hidden")
            }
        }
    }

    /// What the page must not do, done: each is seen.
    @Test func faultsAreFound() throws {
        let browser = try #require(Browser.installed)
        try ReportTests.inDirectory { directory in
            try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
            let page = directory.appendingPathComponent("faulty.html")
            let text = """
                <!DOCTYPE html><html><body><div style="width: 1200px">wide</div>
                <img src="http://127.0.0.1:9/missing.png" alt=""><script>console.error("planted"); absent();</script></body></html>
                """
            try Data(text.utf8).write(to: page)
            let found = try browser.inspect(page, widths: [390, 1920])
            #expect(found.layouts.map { $0.contentWidth > $0.width } == [true, false])
            #expect(found.layouts.allSatisfy { $0.requests == ["http://127.0.0.1:9/missing.png"] })
            #expect(found.console.contains { $0.contains("planted") })
            #expect(found.console.contains { $0.contains("absent is not defined") })
        }
    }

    /// The policy of the page keeps even a planted request from leaving, and the console tells.
    @Test func thePolicyRefusesRequests() throws {
        let browser = try #require(Browser.installed)
        try ReportTests.inDirectory { directory in
            try ReportTests.report(PlantedAnalysis.full).write(to: directory, formats: [.html])
            let page = directory.appendingPathComponent("index.html")
            let text = try String(contentsOf: page, encoding: .utf8)
            try Data(text.replacing("</main>", with: "<img src=\"http://127.0.0.1:9/x.png\"></main>").utf8).write(
                to: page)
            let found = try browser.inspect(page, widths: [1024])
            #expect(found.console.contains { $0.contains("Content Security Policy") })
        }
    }

    /// Sorts the table of cells by its numbers, there and back.
    private static let sort = """
        (() => {
          const table = [...page.querySelectorAll("table")].find(t => /every/i.test(t.caption.textContent));
          const heading = [...table.querySelectorAll("th")].find(th => /^n$/.test(th.textContent));
          const press = () => { heading.querySelector("button").click(); return heading.getAttribute("aria-sort"); };
          const states = [press(), press()];
          const size = text => parseFloat(text.replaceAll(",", "")) * ({ K: 1024, M: 1048576 }[text.slice(-1)] ?? 1);
          const sizes = [...table.tBodies[0].rows].map(row => size(row.cells[heading.cellIndex].textContent));
          const inOrder = sizes.every((value, i) => i === 0 || value <= sizes[i - 1]);
          return [...states, inOrder ? "in order" : sizes.join(" ")].join(", ");
        })()
        """

    /// Focuses the first mark of the first figure, goes on by the arrow key, and leaves.
    private static let point = """
        (() => {
          const plot = page.querySelector(".plot"), marks = plot.querySelectorAll("circle");
          const reading = plot.querySelector(".reading"), stops = () => plot.querySelectorAll("circle[tabindex='0']");
          marks[0].dispatchEvent(new Event("focus"));
          const shown = !reading.hidden && reading.textContent === marks[0].getAttribute("aria-label");
          marks[0].dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowRight" }));
          const moved = stops().length === 1 && stops()[0] === marks[1];
          marks[1].dispatchEvent(new Event("blur"));
          return [shown ? "shown" : "not shown", moved ? "moved" : "stayed", reading.hidden ? "hidden" : "left"].join(", ");
        })()
        """
}
