import Escaping

/// The little that the HTML report does.
enum HTMLScript {
    static let text = sorting + "\n" + points

    /// SHA-256 of `text` in base64, by which a page's policy knows it; a test compares.
    static let hash = "0UpehGLWjoF5lkKqRZyQPLNlL1sOgHJGP1mauZ+YVwY="

    /// The button in a heading sorts by that column, pressed again the other way round. Numbers sort by what they are:
    /// units of time, bytes and tokens are read.
    private static let sorting: Escaped<HTML> = """
        const unit = { ns: 1, "µs": 1e3, ms: 1e6, s: 1e9, min: 6e10, h: 3.6e12, days: 8.64e13, years: 3.156e16,
          K: 2 ** 10, M: 2 ** 20, G: 2 ** 30, KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30, TiB: 2 ** 40,
          "MFLOP/s": 1e6, "GFLOP/s": 1e9, "TFLOP/s": 1e12 };
        const key = text => {
          const found = text.replaceAll(",", "").match(/^([\\d.]+)\\s*([^\\s\\[]*)/);
          return found ? Number(found[1]) * (unit[found[2]] ?? 1) : text;
        };
        for (const button of document.querySelectorAll("th button"))
          button.addEventListener("click", () => sort(button.parentNode));
        function sort(heading) {
          const body = heading.closest("table").tBodies[0], column = heading.cellIndex;
          const descending = heading.getAttribute("aria-sort") === "ascending";
          for (const other of heading.parentNode.cells) other.removeAttribute("aria-sort");
          heading.setAttribute("aria-sort", descending ? "descending" : "ascending");
          const compare = (a, b) => typeof a === "number" && typeof b === "number" ? a - b : String(a).localeCompare(b);
          const rows = [...body.rows].sort((a, b) =>
            compare(key(a.cells[column].textContent), key(b.cells[column].textContent)));
          body.append(...(descending ? rows.reverse() : rows));
        }
        """

    /// A mark that is pointed at, touched or focused shows its numbers beside it; Escape hides them.
    private static let points: Escaped<HTML> = """
        for (const plot of document.querySelectorAll(".plot")) {
          const marks = [...plot.querySelectorAll("circle")], reading = plot.querySelector(".reading");
          const show = mark => {
            const box = mark.ownerSVGElement.viewBox.baseVal, x = mark.cx.baseVal.value / box.width;
            reading.textContent = mark.getAttribute("aria-label");
            reading.style.left = 100 * x + "%";
            reading.style.top = 100 * mark.cy.baseVal.value / box.height + "%";
            reading.className = "reading" + (x < 0.35 ? " left" : x > 0.65 ? " right" : "");
            reading.hidden = false;
          };
          const hide = () => { reading.hidden = true; };
          const go = place => {
            const mark = marks[Math.max(0, Math.min(marks.length - 1, place))];
            for (const other of marks) other.tabIndex = other === mark ? 0 : -1;
            mark.focus();
          };
          marks.forEach((mark, place) => {
            mark.addEventListener("pointerenter", () => show(mark));
            mark.addEventListener("pointerleave", hide);
            mark.addEventListener("focus", () => show(mark));
            mark.addEventListener("blur", hide);
            mark.addEventListener("keydown", event => {
              const next = { ArrowRight: place + 1, ArrowDown: place + 1, ArrowLeft: place - 1, ArrowUp: place - 1,
                Home: 0, End: marks.length - 1 }[event.key];
              if (event.key === "Escape") hide();
              if (next === undefined) return;
              event.preventDefault();
              go(next);
            });
          });
        }
        """
}
