// The form's look, beside the widget's own (../styles.js), whose colours it uses. Called by form.js.

let shared = null;

/** The sheet that all forms of the page share. */
export function formSheet() {
  if (!shared) {
    shared = new CSSStyleSheet();
    shared.replaceSync(LOOKS);
  }
  return shared;
}

const LOOKS = `
  .stage { gap: 16px; }
  .stage .card { width: auto; }
  .step-title:focus { outline: 0; }
  .back { align-self: flex-start; margin: -8px -12px; color: var(--_primary); }
  .row, .stepper, .months { display: flex; align-items: center; justify-content: space-between; gap: 8px; }
  .row .field { flex: 0 1 200px; }
  .count { min-width: 88px; text-align: center; }
  .step { display: grid; place-items: center; width: 48px; height: 48px; padding: 0; border: 1px solid var(--_quiet); background: var(--_raised); font-size: 20px; }
  .months .step { border: 0; background: none; }
  [aria-disabled=true] { opacity: .5; cursor: default; }
  .calendar, .count, .times, .kept { font-variant-numeric: tabular-nums; }
  .grid { width: 100%; border-collapse: collapse; table-layout: fixed; }
  th { padding: 4px; color: var(--_quiet); font-size: 14px; font-weight: 400; }
  td { padding: 2px; }
  .day { position: relative; display: block; width: 100%; height: 44px; padding: 0; color: var(--_quiet); }
  .day.free { background: var(--_good-tint); color: var(--_primary); }
  .day.full { border: 1px dashed var(--_quiet); text-decoration: line-through; }
  .day:not([aria-disabled]):hover { box-shadow: inset 0 0 0 2px; }
  [aria-busy=true] .unknown { animation: breathe 1.2s ease-in-out infinite; }
  [aria-current]::after { content: ""; position: absolute; inset: auto 38% 5px; border-block-end: 2px solid; }
  .times .quick { display: grid; grid-template-columns: repeat(auto-fill, minmax(96px, 1fr)); margin-block-start: 8px; }
  .times .chip { padding: 8px; }
  .kept { display: flex; flex-wrap: wrap; align-items: center; justify-content: space-between; min-height: 44px; padding: 4px 12px; border-radius: 8px; background: var(--_good-tint); color: var(--_primary); }
  .entry { display: flex; flex-direction: column; gap: 4px; }
  textarea.field { min-height: 48px; }
  .beside { display: flex; gap: 12px; padding-block: 10px; }
  .beside label { font-weight: 400; }
  .check { flex: none; width: 24px; height: 24px; accent-color: var(--_primary); }
  .complaint { color: var(--_refusal-ink); font-size: 14px; }
  [aria-invalid] { border-color: var(--_refusal-ink); box-shadow: inset 0 0 0 1px var(--_refusal-ink); }
  .stage > a { padding-block: 11px; }
  .trouble:empty { display: none; }
  .trouble { padding: 12px; border-radius: 8px; }
  .trouble .quick { margin-block-start: 8px; }`;
