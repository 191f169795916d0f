/// How the HTML report looks and the little that it does.
enum HTMLStyle {
    /// Figures are drawn on white; in the dark they are inverted and their hues turned back, so that a blue line stays
    /// blue.
    static let css = """
        :root { color-scheme: light dark; --ink: #1a1a1a; --quiet: #595959; --paper: #fff; --line: #ddd; --tint: #f5f6f8;
          --link: #0058a3; --warn: #8a4b00; }
        @media (prefers-color-scheme: dark) {
          :root { --ink: #e8e8e8; --quiet: #a8a8a8; --paper: #141414; --line: #3a3a3a; --tint: #202124; --link: #7db8f0;
            --warn: #f0b060; }
          figure img { filter: invert(0.92) hue-rotate(180deg); }
        }
        * { box-sizing: border-box; }
        body { margin: 0; background: var(--paper); color: var(--ink);
          font: 16px/1.5 Inter, system-ui, -apple-system, "Segoe UI", sans-serif; }
        main { max-width: 62rem; margin: 0 auto; padding: 1.5rem 1rem 4rem; }
        h1 { font-size: 1.7rem; line-height: 1.2; margin: 0 0 .3rem; overflow-wrap: anywhere; }
        h2 { font-size: 1.2rem; margin: 2.5rem 0 .6rem; }
        p, ul, dl, aside { max-width: 46rem; overflow-wrap: anywhere; }
        ul { padding-left: 1.2rem; }
        .subtitle, figcaption, .note { color: var(--quiet); }
        header + ul { font-size: 1.1rem; padding: 0; list-style: none; }
        header + ul li { margin: .5rem 0; padding-left: .8rem; border-left: 3px solid var(--link); }
        a { color: var(--link); }
        figure { margin: 1.5rem 0 2rem; max-width: 46rem; }
        figure img { display: block; width: 100%; min-width: 34rem; height: auto; border-radius: 4px; }
        sup { line-height: 0; font-size: .8em; }
        figcaption { font-size: .9rem; margin-top: .4rem; }
        .files { white-space: nowrap; }
        .scroll { overflow-x: auto; margin: 1rem 0 .3rem; }
        table { border-collapse: collapse; font-size: .88rem; font-variant-numeric: tabular-nums; }
        caption { text-align: left; font-weight: 600; padding-bottom: .4rem; }
        th, td { padding: .28rem .7rem; text-align: left; white-space: nowrap; border-bottom: 1px solid var(--line); }
        th { border-bottom-color: var(--quiet); vertical-align: bottom; cursor: pointer; }
        th:first-child, td:first-child { padding-left: 0; }
        td:last-child { white-space: normal; }
        .number { text-align: right; }
        .note { font-size: .85rem; margin: .1rem 0; }
        pre { background: var(--tint); padding: .8rem 1rem; overflow-x: auto; border-radius: 4px; }
        dl { display: grid; grid-template-columns: max-content 1fr; gap: .2rem 1rem; }
        dt { color: var(--quiet); } dd { margin: 0; }
        aside { border-left: 3px solid var(--warn); padding: .1rem .9rem; margin: 1rem 0; background: var(--tint); }
        @media (max-width: 40rem) { dl { grid-template-columns: 1fr; gap: 0; } dd { margin-bottom: .5rem; }
          .files { white-space: normal; } }
        @media print { :root { color-scheme: light; --ink: #000; --quiet: #444; --paper: #fff; --line: #ccc; --tint: #fff;
            --link: #000; --warn: #444; }
          main { max-width: none; padding: 0; } figure, tr, aside { break-inside: avoid; } h2 { break-after: avoid; }
          .scroll { overflow: visible; } table { font-size: .7rem; } figure img { filter: none; } .files { display: none; } }
        """

    /// A click on a heading sorts by that column, a second one the other way round. Numbers sort by what they are:
    /// units of time, bytes and tokens are read.
    static let sortingScript = """
        const unit = { ns: 1, "µs": 1e3, ms: 1e6, s: 1e9, min: 6e10, h: 3.6e12, days: 8.64e13, years: 3.156e16,
          K: 2 ** 10, M: 2 ** 20, G: 2 ** 30, KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30, TiB: 2 ** 40,
          "MFLOP/s": 1e6, "GFLOP/s": 1e9, "TFLOP/s": 1e12 };
        const key = text => {
          const found = text.replaceAll(",", "").match(/^([\\d.]+)\\s*([^\\s\\[]*)/);
          return found ? Number(found[1]) * (unit[found[2]] ?? 1) : text;
        };
        for (const heading of document.querySelectorAll("th")) {
          heading.tabIndex = 0;
          heading.onclick = () => sort(heading);
          heading.onkeydown = event => { if (event.key === "Enter") sort(heading); };
        }
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
}
