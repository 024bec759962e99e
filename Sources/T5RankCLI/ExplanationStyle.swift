/// The look of `ExplanationPage`: that of the comparison's page.
enum ExplanationStyle {
  static let text = """
    :root {
      --ground: #fdfdfb; --ink: #1d1f23; --soft: #5b6069; --grid: #e4e4df; --edge: #c9c9c2;
      --gain: #1f6fb4; --loss: #c2570c; --gain-rgb: 31 111 180; --loss-rgb: 214 106 24;
    }
    @media (prefers-color-scheme: dark) {
      :root {
        --ground: #16181c; --ink: #e7e7e3; --soft: #a2a7b0; --grid: #2b2f36; --edge: #454b55;
        --gain: #6db3f2; --loss: #ff9f5a; --gain-rgb: 74 144 217; --loss-rgb: 222 112 32;
      }
    }
    * { box-sizing: border-box; }
    body { margin: 0; background: var(--ground); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
    main { max-width: 60rem; margin: 0 auto; padding: 1rem; }
    h1 { font-size: 1.6rem; line-height: 1.2; margin: 0.5rem 0; }
    h2 { font-size: 1.3rem; line-height: 1.3; margin: 2rem 0 0; padding-top: 1rem; border-top: 1px solid var(--edge); }
    h1, h2, h3, p, code, bdi { overflow-wrap: anywhere; }
    h3 { font-size: 1rem; margin: 1.5rem 0 0.25rem; }
    a { color: inherit; }
    .remark, figcaption { color: var(--soft); font-size: 0.875rem; }
    .remark { margin: 0.25rem 0 0.75rem; }
    .remark b, figcaption b { color: var(--ink); }
    .stages { padding: 0; list-style: none; }
    code { font-size: 0.8125rem; }
    .table { overflow-x: auto; }
    table { border-collapse: collapse; font-size: 0.875rem; font-variant-numeric: tabular-nums; }
    .overview table { min-width: 100%; }
    th, td { padding: 0.35rem 0.6rem; text-align: right; white-space: nowrap; border-bottom: 1px solid var(--grid); }
    thead th { color: var(--soft); font-weight: 600; border-bottom-color: var(--edge); }
    th:first-child { padding-left: 0; text-align: left; z-index: 1; position: sticky; left: 0; background: var(--ground); }
    .text { text-align: left; width: 99%; max-width: 0; min-width: 11rem; overflow: hidden; text-overflow: ellipsis; }
    figure { margin: 1.25rem 0 0; }
    figcaption { margin-bottom: 0.5rem; max-width: 44rem; }
    .matrix th, .matrix td { padding: 0.3rem 0; min-width: 2rem; text-align: center; font-size: 0.8125rem; }
    .matrix th:first-child { padding-right: 0.6rem; text-align: left; }
    .matrix th bdi { color: var(--soft); font-weight: 400; }
    .matrix td { border: 1px solid var(--ground); }
    .matrix tbody th, .matrix thead th { border: 0; }
    .self { background: var(--grid); }
    article { margin-top: 1.25rem; padding-top: 0.75rem; border-top: 1px solid var(--grid); }
    article header { display: flex; flex-wrap: wrap; gap: 0.25rem 1.25rem; align-items: baseline; }
    article h3 { margin: 0; }
    .place { display: inline-block; min-width: 1.75em; margin-right: 0.35rem; text-align: center; border: 1px solid var(--edge); border-radius: 0.3em; }
    dl { display: flex; flex-wrap: wrap; gap: 0.25rem 1rem; margin: 0; font-size: 0.875rem; font-variant-numeric: tabular-nums; }
    dl div { display: flex; gap: 0.4rem; }
    dt { color: var(--soft); }
    dd { margin: 0; }
    .words { margin: 0.5rem 0; white-space: pre-line; line-height: 1.75; }
    .query { font-style: italic; color: var(--soft); }
    mark { color: var(--ink); background: none; border-radius: 0.2em; padding: 0.1em 0.15em; margin: 0 -0.15em; -webkit-box-decoration-break: clone; box-decoration-break: clone; }
    mark[class^=l] { text-decoration: underline dotted 1px; text-underline-offset: 0.2em; }
    .legend { display: flex; flex-wrap: wrap; align-items: center; gap: 2px; margin: 0.25rem 0; font-size: 0.875rem; }
    .legend i { width: 1.4rem; height: 1.1rem; border-radius: 0.2em; }
    .legend span:first-child { margin-right: 0.4rem; }
    .legend span:last-child { margin-left: 0.4rem; }
    .g1 { background: rgb(var(--gain-rgb) / 0.12); }
    .g2 { background: rgb(var(--gain-rgb) / 0.22); }
    .g3 { background: rgb(var(--gain-rgb) / 0.34); }
    .g4 { background: rgb(var(--gain-rgb) / 0.47); }
    .g5 { background: rgb(var(--gain-rgb) / 0.6); }
    .l1 { background: rgb(var(--loss-rgb) / 0.12); }
    .l2 { background: rgb(var(--loss-rgb) / 0.22); }
    .l3 { background: rgb(var(--loss-rgb) / 0.34); }
    .l4 { background: rgb(var(--loss-rgb) / 0.47); }
    .l5 { background: rgb(var(--loss-rgb) / 0.6); }
    .remark .gain { color: var(--gain); }
    .remark .loss { color: var(--loss); }
    .ratings { max-width: 24rem; margin-top: 0.5rem; }
    .ratings figcaption { margin: 0; }
    svg { display: block; width: 100%; height: auto; font: 10px system-ui, sans-serif; text-anchor: middle; }
    text { fill: var(--ink); }
    .tick { fill: var(--soft); }
    .bar { fill: var(--gain); }
    footer { margin-top: 2rem; }
    @media (max-width: 40rem) { .wide { display: none; } .legend i { width: 1rem; } .matrix th, .matrix td { min-width: 1.75rem; font-size: 0.75rem; } }
    @media print { .table { overflow: visible; } }

    """
}
