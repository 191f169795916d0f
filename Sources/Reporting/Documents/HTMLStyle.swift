import Escaping

/// How the HTML report looks.
enum HTMLStyle {
    /// SHA-256 of `css` in base64, by which a page's policy knows it; a test compares.
    static let hash = "KPU7Wv0e9bThMPa8VuAg2F0bkh0INNZ0fhOUcQY+WeA="

    /// Figures are drawn on white; in the dark they are inverted and their hues turned back, so that a blue line stays
    /// blue.
    static let css: Escaped<HTML> = """
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
        .plot { position: relative; } .plot.page { max-width: 736px; } .plot.column { max-width: 343.5px; }
        .narrow { display: none; }
        .plot img { display: block; width: 100%; height: auto; border-radius: 4px; }
        .points { position: absolute; inset: 0; width: 100%; height: 100%; }
        .points circle { fill: transparent; stroke: transparent; stroke-width: 2; outline: none; }
        .points circle:hover, .points circle:focus { stroke: var(--link); }
        .reading { position: absolute; transform: translate(-50%, -100%); margin-top: -12px; padding: .15rem .5rem;
          font-size: .8rem; background: var(--ink); color: var(--paper); border-radius: 3px; pointer-events: none;
          white-space: nowrap; z-index: 1; }
        .reading.left { transform: translate(-8%, -100%); } .reading.right { transform: translate(-92%, -100%); }
        sup { line-height: 0; font-size: .8em; }
        figcaption { font-size: .9rem; margin-top: .4rem; }
        .files { white-space: nowrap; }
        .scroll { overflow-x: auto; margin: 1rem 0 .3rem; }
        table { border-collapse: collapse; font-size: .88rem; font-variant-numeric: tabular-nums; }
        caption { text-align: left; font-weight: 600; padding-bottom: .4rem; }
        th, td { padding: .28rem .7rem; text-align: left; white-space: nowrap; border-bottom: 1px solid var(--line); }
        th { border-bottom-color: var(--quiet); vertical-align: bottom; }
        th button { all: unset; cursor: pointer; } th button:focus-visible, a:focus-visible { outline: 2px solid var(--link);
          outline-offset: 2px; }
        th[aria-sort=ascending] button::after { content: " ↑"; } th[aria-sort=descending] button::after { content: " ↓"; }
        th:first-child, td:first-child { padding-left: 0; }
        td:last-child { white-space: normal; }
        .number { text-align: right; }
        .note { font-size: .85rem; margin: .1rem 0; }
        pre { background: var(--tint); padding: .8rem 1rem; overflow-x: auto; border-radius: 4px; }
        dl { display: grid; grid-template-columns: max-content 1fr; gap: .2rem 1rem; }
        dt { color: var(--quiet); } dd { margin: 0; }
        aside { border-left: 3px solid var(--warn); padding: .1rem .9rem; margin: 1rem 0; background: var(--tint); }
        @media (max-width: 40rem) { dl { grid-template-columns: 1fr; gap: 0; } dd { margin-bottom: .5rem; }
          .files { white-space: normal; }
          .wide { display: none; } .narrow { display: block; } span.narrow { display: inline; } }
        @media print { :root { color-scheme: light; --ink: #000; --quiet: #444; --paper: #fff; --line: #ccc; --tint: #fff;
            --link: #000; --warn: #444; }
          main { max-width: none; padding: 0; } figure, tr, aside { break-inside: avoid; } h2 { break-after: avoid; }
          .scroll { overflow: visible; } table { font-size: .7rem; } figure img { filter: none; } .wide { display: block; }
          .narrow, span.narrow { display: none; }
          .points, .reading, .files { display: none; } th[aria-sort] button::after { content: none; } }
        """
}
