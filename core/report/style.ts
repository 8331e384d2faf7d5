/** The look of a report: one style sheet, no fonts or files from elsewhere, readable in print and in grey. */
export const reportStyle = `
:root { --ink: #1b2430; --soft: #5a6675; --line: #d9dee5; --paper: #fff; --back: #f3f5f8; --accent: #0072b2; }
* { box-sizing: border-box; }
body { margin: 0; background: var(--back); color: var(--ink); font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Liberation Sans", sans-serif; }
header { background: #14202e; color: #eef3f8; padding: 2.2rem max(1.5rem, calc(50% - 38rem)); }
header h1 { margin: 0 0 .3rem; font-size: 1.8rem; font-weight: 650; letter-spacing: -.01em; }
header p { margin: .15rem 0; color: #b9c7d6; }
.notice { display: inline-block; margin-top: .9rem; padding: .25rem .75rem; border: 1px solid #e69f00; border-radius: 1rem; color: #ffd27a; font-weight: 600; font-size: .92rem; }
main { max-width: 76rem; margin: 0 auto; padding: 1.5rem; }
section { background: var(--paper); border: 1px solid var(--line); border-radius: .6rem; padding: 1.3rem 1.6rem 1.5rem; margin: 0 0 1.25rem; }
h2 { margin: 0 0 .6rem; font-size: 1.25rem; }
h3 { margin: 1.1rem 0 .4rem; font-size: 1rem; }
p, ul { margin: .4rem 0 .7rem; max-width: 48rem; }
li { margin: .2rem 0; }
.verdict { border-left: 4px solid var(--accent); padding: .3rem 1rem; }
.warn { border-left: 4px solid #e69f00; background: #fff8e8; padding: .6rem 1rem; border-radius: .3rem; }
.grid2 { display: grid; grid-template-columns: repeat(auto-fit, minmax(18rem, 1fr)); gap: 1.2rem; align-items: start; }
figure { margin: 0; }
figcaption { color: var(--soft); font-size: .88rem; margin-top: .25rem; }
svg { width: 100%; height: auto; display: block; font: 12.5px system-ui, "Segoe UI", "Liberation Sans", sans-serif; fill: var(--ink); }
svg .grid { stroke: #e7ebf0; } svg .axis { stroke: #8794a3; fill: none; } svg .tick { fill: var(--soft); font-size: 11.5px; }
svg .guide { stroke: #8794a3; stroke-dasharray: 5 4; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; font-size: .94rem; }
th, td { text-align: left; padding: .45rem .6rem; border-bottom: 1px solid var(--line); vertical-align: top; }
thead th { color: var(--soft); font-weight: 600; border-bottom: 2px solid #c3ccd6; }
td.number, th.number { text-align: right; white-space: nowrap; }
td.method { min-width: 12rem; } td.method small { font-weight: 400; display: block; line-height: 1.35; }
tr.best td { background: #eef6fb; font-weight: 600; }
small { color: var(--soft); }
.scroll { overflow-x: auto; }
table.confusion { width: auto; } table.confusion td, table.confusion th { text-align: center; padding: .45rem .6rem; font-size: .88rem; border: 1px solid var(--line); }
table.confusion td small { display: block; } table.confusion caption { caption-side: bottom; color: var(--soft); font-size: .85rem; padding-top: .3rem; }
.examples { display: grid; grid-template-columns: repeat(auto-fill, minmax(19rem, 1fr)); gap: 1.1rem; }
.example { border: 1px solid var(--line); border-radius: .5rem; overflow: hidden; break-inside: avoid; }
.example .pictures { display: grid; gap: 2px; background: #000; }
.example .pictures > div { display: grid; grid-template-columns: 1fr 1fr; gap: 2px; }
.example .pictures figure { position: relative; }
.example .pictures figcaption { position: absolute; left: 0; bottom: 0; margin: 0; padding: 0 .35rem; font-size: .66rem; line-height: 1.35; white-space: nowrap; color: #fff; background: rgba(0, 0, 0, .6); }
.example img { width: 100%; display: block; image-rendering: pixelated; aspect-ratio: 1; object-fit: cover; }
.example .text { padding: .6rem .9rem .8rem; font-size: .9rem; }
.bar { display: grid; grid-template-columns: 5.2rem 1fr 2.6rem; gap: .5rem; align-items: center; font-size: .82rem; }
.bar i { display: block; height: .55rem; border-radius: .3rem; background: #e5e9ee; overflow: hidden; } .bar i b { display: block; height: 100%; background: var(--accent); }
.right { color: #00724f; font-weight: 600; } .wrong { color: #b04400; font-weight: 600; }
.tag { display: inline-block; min-width: 4.6rem; }
footer { max-width: 76rem; margin: 0 auto; padding: 0 1.5rem 2.5rem; color: var(--soft); font-size: .88rem; }
code { font: .9em ui-monospace, "Cascadia Mono", "Liberation Mono", monospace; word-break: break-all; }
@media print {
  body { background: #fff; font-size: 10.5pt; } header { background: #fff; color: #000; padding: 0 0 .6rem; border-bottom: 2px solid #000; } header p { color: #333; }
  .notice { color: #000; border-color: #000; } section { border: 0; padding: .4rem 0; break-inside: avoid; } section.long { break-inside: auto; } main { padding: 0; max-width: none; }
  * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}
`;
