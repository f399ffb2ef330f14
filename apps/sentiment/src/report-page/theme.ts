/** Colours of lines, dots and shades, as CSS variables that follow the reader's scheme. */
export const colours = {
  /** What was trained on, and whatever is alone in a chart. */
  first: 'var(--c1)',
  /** What was held out. */
  second: 'var(--c2)',
  /** Axes' help: diagonals, chance, intervals. */
  muted: 'var(--muted)',
  /** One a class, told apart by colour-blind eyes too. */
  series: Array.from({ length: 8 }, (_, at) => `var(--c${at + 1})`),
} as const;

/** Style of the page: system fonts, light and dark by the reader's scheme, always light on paper. */
export const style = `
:root {
  color-scheme: light dark;
  --page: #f5f6f8; --surface: #fff; --ink: #1b1f24; --muted: #5c6470; --line: #dfe3e8;
  --c1: #1f6fc5; --c2: #d1580f; --c3: #15835c; --c4: #9b4a9e; --c5: #8a6a00; --c6: #0b8294; --c7: #c2405f; --c8: #5f6b7a;
  --for: #e8833a; --against: #4a90d9;
}
@media screen and (prefers-color-scheme: dark) {
  :root {
    --page: #14171b; --surface: #1d2126; --ink: #e6e9ed; --muted: #9aa3ae; --line: #343a42;
    --c1: #6cabf2; --c2: #f2995c; --c3: #56c596; --c4: #d08fd3; --c5: #d9b64a; --c6: #55c3d4; --c7: #f08aa2; --c8: #a3adb9;
    --for: #e0762c; --against: #3f86d1;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; }
main { max-width: 1180px; margin: 0 auto; padding: 28px 24px 56px; }
h1 { font-size: 24px; line-height: 1.25; margin: 0; overflow-wrap: anywhere; }
h2 { font-size: 18px; margin: 36px 0 12px; }
h3 { font-size: 14px; margin: 0; overflow-wrap: anywhere; }
p { margin: 4px 0; }
.muted { color: var(--muted); }
.small { font-size: 13px; }
.outside { unicode-bidi: isolate; overflow-wrap: anywhere; }
.cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(150px, 1fr)); gap: 12px; margin: 20px 0 0; padding: 0; }
.card, figure, article, .panel { background: var(--surface); border: 1px solid var(--line); border-radius: 8px; padding: 12px 14px; }
.card dt { color: var(--muted); font-size: 12px; }
.card dd { margin: 0; font-size: 20px; font-weight: 600; font-variant-numeric: tabular-nums; overflow-wrap: anywhere; }
.card dd small { display: block; font-size: 12px; font-weight: 400; color: var(--muted); }
.grid { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 340px), 1fr)); gap: 14px; }
.below { margin-top: 14px; align-items: start; }
.stack { display: grid; gap: 14px; align-content: start; }
figure { margin: 0; min-width: 0; }
figure svg { display: block; width: 100%; height: auto; margin-top: 6px; --plot-background: var(--surface); }
figcaption p { color: var(--muted); font-size: 13px; margin: 2px 0 0; }
.legend { display: flex; flex-wrap: wrap; gap: 2px 14px; margin: 6px 0 0; padding: 0; list-style: none; font-size: 12px; }
.legend i { display: inline-block; width: 18px; height: 0; border-top: 2.5px solid; margin-right: 6px; vertical-align: 4px; }
.legend i.dashed { border-top-style: dashed; }
.legend i.block { height: 11px; border: 0; border-radius: 2px; vertical-align: -1px; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: 13px; font-variant-numeric: tabular-nums; }
th, td { padding: 4px 10px 4px 0; text-align: right; border-bottom: 1px solid var(--line); vertical-align: top; }
th { color: var(--muted); font-weight: 500; }
th:first-child, td:first-child, .texts td { text-align: left; }
td.outside { min-width: 7em; }
tr:last-child td { border-bottom: 0; }
.texts td:last-child { overflow-wrap: anywhere; }
.texts td:first-child { color: var(--muted); min-width: 9em; overflow-wrap: anywhere; }
code, pre { font: 12.5px/1.5 ui-monospace, monospace; }
pre { white-space: pre-wrap; overflow-wrap: anywhere; margin: 0; }
.mistakes { display: grid; gap: 10px; }
.mistakes header { display: flex; flex-wrap: wrap; gap: 2px 16px; font-size: 13px; }
.reading { margin: 6px 0; white-space: pre-wrap; overflow-wrap: anywhere; line-height: 1.75; unicode-bidi: isolate; }
.reading mark { color: inherit; border-radius: 3px; padding: 1px 0; }
.reading .for { background: color-mix(in srgb, var(--for) calc(var(--share) * 1%), transparent); }
.reading .against { background: color-mix(in srgb, var(--against) calc(var(--share) * 1%), transparent); }
.reading .unread { color: var(--muted); }
.pair { border-top: 1px dashed var(--line); margin-top: 4px; padding-top: 4px; display: block; }
@media print {
  :root { color-scheme: light; --page: #fff; }
  * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  body { font-size: 10.5pt; }
  main { max-width: none; padding: 0; }
  .grid { grid-template-columns: 1fr 1fr; }
  figure, article, .card, tr, header { break-inside: avoid; }
  h2, h3 { break-after: avoid; }
}
@page { margin: 14mm; }
`;
