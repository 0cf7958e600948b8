// The widget's look: one constructed style sheet, which a strict Content-Security-Policy allows without inline styles.
// Called by element.js. Colours are the brand's (tokens.js); each may be overridden by a --saveit-* property of the host page.
import { SHEET_QUERY } from "./panel.js";
import tokens from "./tokens.js";

let shared = null;

/** The sheet that all elements of the page share. */
export function styleSheet() {
  if (!shared) {
    shared = new CSSStyleSheet();
    shared.replaceSync(schemes() + FRAME + CONVERSATION + ADAPTED);
  }
  return shared;
}

/** Light values; dark ones when the system or the theme attribute asks. Overrides are apart: a dark green is no colour on a dark ground. */
function schemes() {
  const dark = `${colours(tokens.dark, "--saveit-dark-")}color-scheme:dark`;
  return `:host{${colours(tokens.light, "--saveit-")}color-scheme:light}
    @media (prefers-color-scheme:dark){:host(:not([theme=light])){${dark}}}:host([theme=dark]){${dark}}`;
}

function colours(values, prefix) {
  const name = (role) => role.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  return Object.entries(values).map(([role, value]) => `--_${name(role)}:var(${prefix}${name(role)},${value});`).join("");
}

const FRAME = `
  :host { display: contents !important; }
  :host([inline]) { display: block !important; height: 560px; }
  :host([hidden]) { display: none !important; }
  @media print { :host { display: none !important; } }
  .root { all: initial; display: contents; color: var(--_ink);
    font: 16px/1.45 var(--saveit-font, system-ui, -apple-system, "Segoe UI", Roboto, sans-serif); -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
  .root:popover-open { display: block; position: fixed; inset: 0 auto auto 0; width: 0; height: 0; overflow: visible; }
  * { box-sizing: border-box; }
  [hidden] { display: none !important; }
  h2, h3, h4, p, ul { margin: 0; padding: 0; font: inherit; }
  button, textarea, input, select { font: inherit; color: inherit; letter-spacing: inherit; margin: 0; }
  button { cursor: pointer; border: 0; border-radius: 8px; padding: 0 12px; background: none; touch-action: manipulation; }
  :focus-visible { outline: 2px solid var(--_primary); outline-offset: 2px; }
  .icon { width: 24px; height: 24px; flex: none; fill: none; stroke: currentColor; stroke-width: 1.75; stroke-linecap: round; stroke-linejoin: round; }
  .quiet { color: var(--_quiet); font-size: 14px; }
  .unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
  .title, .card-title, .step-title, .label, label, .month, .about, .tab, .send, .submit, .action, .retry, .back, .launcher, .option, .day.free { font-weight: 600; }
  .launcher, .send, .submit, .action:first-child, .guest .bubble, .header > .icon, [aria-selected=true] > .day { background: var(--_primary); color: var(--_on-primary); }
  .launcher { position: fixed; z-index: var(--saveit-z-index, 2147483000);
    inset-block-end: calc(var(--saveit-inset-block, 24px) + env(safe-area-inset-bottom, 0px)); inset-inline-end: var(--saveit-inset-inline, 24px);
    display: flex; align-items: center; gap: 8px; min-height: 56px; padding: 0 24px 0 20px; border-radius: 28px; box-shadow: 0 4px 16px rgb(29 35 33 / .22); }
  :host([side=start]) .launcher { inset-inline: var(--saveit-inset-inline, 24px) auto; }
  .launcher:hover { box-shadow: 0 6px 24px rgb(29 35 33 / .32); }
  .badge { min-width: 24px; padding: 0 6px; border-radius: 12px; background: var(--_accent); color: #1D2321; font-size: 14px; line-height: 24px; }
  .panel { position: fixed; z-index: var(--saveit-z-index, 2147483000); margin: 0; padding: 0;
    inset: auto var(--saveit-inset-inline, 24px) calc(var(--saveit-inset-block, 24px) + env(safe-area-inset-bottom, 0px)) auto;
    width: var(--saveit-width, 400px); max-width: calc(100vw - 32px); height: min(var(--saveit-height, 640px), 100vh - 48px); max-height: none;
    overflow: hidden; overscroll-behavior: contain;
    border: 1px solid var(--_line); border-radius: var(--saveit-corner, 16px); background: var(--_ground); color: var(--_ink); box-shadow: 0 12px 40px rgb(29 35 33 / .2); }
  :host([side=start]) .panel { inset-inline: var(--saveit-inset-inline, 24px) auto; }
  .panel[open], section.panel { display: flex; flex-direction: column; }
  .panel[open] { animation: rise 160ms ease-out; }
  section.panel { position: relative; inset: auto; width: 100%; height: 100%; z-index: auto; box-shadow: none; }
  @keyframes rise { from { opacity: 0; transform: translateY(12px); } }
  .header { display: flex; align-items: center; gap: 4px; padding: 12px 8px 8px 16px; background: var(--_raised); touch-action: none; }
  .header > .icon { width: 40px; height: 40px; padding: 8px; border-radius: 20px; }
  .titles { flex: 1; min-width: 0; padding-inline-start: 8px; }
  .title { display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: 2; overflow: hidden; line-height: 1.25; overflow-wrap: anywhere; }
  .close, .sound { display: flex; align-items: center; gap: 4px; min-width: 44px; min-height: 48px; padding: 0 10px; color: var(--_quiet); font-size: 14px; }
  .close .icon, .sound .icon, .notice .icon { width: 20px; height: 20px; }
  .close:hover, .sound:hover, .sound[aria-pressed=true] { color: var(--_ink); background: var(--_ground); }
  .tabs { display: flex; padding: 0 16px; border-block-end: 1px solid var(--_line); background: var(--_raised); }
  .tab { flex: 1; min-height: 44px; border-block-end: 3px solid transparent; border-radius: 0; color: var(--_quiet); }
  .tab[aria-selected=true] { border-color: var(--_primary); color: var(--_primary); }
  .tab:focus-visible, .scroll:focus-visible, .option:focus-visible { outline-offset: -3px; }
  .notice:not(:empty) { display: flex; align-items: center; gap: 12px; padding: 8px 16px; font-size: 14px; }
  .notice, .trouble, .kept.over { background: var(--_attention-tint); color: var(--_attention-ink); }
  .pane { display: flex; flex-direction: column; flex: 1; min-height: 0; }`;

const CONVERSATION = `
  .scroll { position: relative; flex: 1; min-height: 0; overflow-y: auto; overscroll-behavior: contain; padding: 16px; scrollbar-width: thin; scrollbar-color: var(--_line) transparent; }
  .list, .stage, .card, .times { display: flex; flex-direction: column; gap: 12px; }
  .message { display: flex; flex-direction: column; gap: 8px; max-width: min(86%, 560px); }
  .house { align-self: flex-start; align-items: flex-start; }
  .guest { align-self: flex-end; align-items: flex-end; }
  .bubble, .typing { padding: 10px 14px; border-radius: 16px; white-space: pre-wrap; overflow-wrap: anywhere; }
  .house .bubble, .typing { border: 1px solid var(--_line); border-end-start-radius: 4px; background: var(--_raised); }
  .guest .bubble { border-end-end-radius: 4px; }
  .form a, .bubble a { color: var(--_primary); text-underline-offset: 2px; }
  .note { color: var(--_quiet); font-size: 14px; text-align: end; }
  .failed { display: flex; flex-wrap: wrap; align-items: center; justify-content: flex-end; gap: 0 12px; padding: 4px 4px 4px 12px; border-radius: 8px;
    background: var(--_refusal-tint); color: var(--_refusal-ink); text-align: start; }
  .failed > span { flex: 1 1 auto; padding: 6px 8px 6px 0; }
  .retry, .back { min-height: 44px; text-decoration: underline; text-underline-offset: 3px; }
  .quick { display: flex; flex-wrap: wrap; gap: 8px; }
  .chip { min-height: 48px; padding: 8px 16px; border: 1px solid; border-radius: 24px; background: var(--_raised); color: var(--_primary); overflow-wrap: anywhere; }
  .chip:hover, .option:hover { background: var(--_good-tint); }
  .rows { flex-direction: column; gap: 0; border: 1px solid var(--_line); border-radius: 16px; background: var(--_raised); overflow: hidden; }
  .option { display: flex; flex-direction: column; min-height: 48px; padding: 12px 16px; border-radius: 0; color: var(--_primary); text-align: start; overflow-wrap: anywhere; }
  .option + .option { border-block-start: 1px solid var(--_line); }
  .option .quiet { font-weight: 400; }
  .typing { display: flex; gap: 5px; width: max-content; margin-block-start: 12px; animation: appear 1ms 250ms backwards; }
  .dot { width: 8px; height: 8px; border-radius: 4px; background: var(--_quiet); animation: breathe 1.2s ease-in-out infinite; }
  .dot:nth-child(2) { animation-delay: 160ms; }
  .dot:nth-child(3) { animation-delay: 320ms; }
  @keyframes appear { from { opacity: 0; } }
  @keyframes breathe { 0%, 60%, 100% { opacity: .3; } 30% { opacity: 1; } }
  .card { width: 288px; max-width: 100%; padding: 16px; border: 1px solid var(--_line); border-radius: 16px; background: var(--_raised); }
  .card-title, .step-title { font-size: 20px; line-height: 1.25; }
  .qr { display: grid; place-items: center; padding: 4px; border: 1px solid var(--_line); border-radius: 8px; background: #FFF; color: #1D2321; }
  .qr img { width: 244px; height: auto; max-width: 100%; aspect-ratio: 1; }
  .code { text-align: center; }
  .code strong { font-size: 20px; letter-spacing: .08em; }
  .lines { list-style: none; }
  .lines li::first-letter, .step-title::first-letter, .about::first-letter, .month::first-letter { text-transform: uppercase; }
  .actions { display: flex; flex-direction: column; gap: 8px; }
  .action { display: grid; place-items: center; min-height: 48px; padding: 8px 16px; border: 1px solid var(--_primary); border-radius: 8px; color: var(--_primary); text-decoration: none; }
  .action:hover, .send:hover, .submit:hover { text-decoration: underline; text-underline-offset: 3px; }
  .composer { display: flex; align-items: flex-end; gap: 8px; padding: 12px; padding-block-end: calc(12px + env(safe-area-inset-bottom, 0px)); border-block-start: 1px solid var(--_line); background: var(--_raised); }
  .field { flex: 1; min-width: 0; min-height: 48px; max-height: 144px; padding: 11px 14px; resize: none; field-sizing: content; border: 1px solid var(--_quiet); border-radius: 8px; background: var(--_ground); line-height: 24px; }
  .field::placeholder { color: var(--_quiet); opacity: 1; }
  .send, .submit { min-height: 48px; padding: 0 16px; }`;

const ADAPTED = `
  @media ${SHEET_QUERY} {
    dialog.panel { inset: var(--_top, 0px) 0 auto; width: 100vw; max-width: none; height: var(--_height, 100vh); border: 0; border-radius: 0; padding-block-start: env(safe-area-inset-top, 0px); }
    @supports (height: 100dvh) { dialog.panel { height: var(--_height, 100dvh); } }
    .launcher { inset-block-end: calc(var(--saveit-inset-block, 16px) + env(safe-area-inset-bottom, 0px)); inset-inline-end: var(--saveit-inset-inline, 16px); }
  }
  @media (prefers-reduced-motion: reduce) {
    * { animation: none !important; transition: none !important; }
    .dot { opacity: 1; }
  }
  @media (prefers-reduced-motion: no-preference) { .scroll { scroll-behavior: smooth; } }
  @media (forced-colors: active) {
    .launcher, .send, .submit, .action, .guest .bubble, .failed, .notice, .day.free { border: 1px solid; }
  }`;
