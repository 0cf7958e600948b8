// The widget's look: one constructed style sheet, which a strict Content-Security-Policy allows without inline styles.
// Called by element.js. Colours are the brand's (tokens.js); each may be overridden by a --saveit-* property of the host page.
import { SHEET_QUERY } from "./panel.js";
import tokens from "./tokens.js";

let shared = null;

/** The sheet that all elements of the page share. */
export function styleSheet() {
  if (!shared) {
    shared = new CSSStyleSheet();
    shared.replaceSync(`${schemes()}\n${FRAME}\n${CONVERSATION}\n${CARD}\n${COMPOSER}\n${ADAPTED}`);
  }
  return shared;
}

/** Light values; dark ones when the system or the theme attribute asks. Overrides are apart: a dark green is no colour on a dark ground. */
function schemes() {
  const light = colours(tokens.light, "--saveit-");
  const dark = colours(tokens.dark, "--saveit-dark-");
  return `
    :host { ${light} color-scheme: light; }
    @media (prefers-color-scheme: dark) { :host(:not([theme="light"])) { ${dark} color-scheme: dark; } }
    :host([theme="dark"]) { ${dark} color-scheme: dark; }`;
}

function colours(values, prefix) {
  const name = (role) => role.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  return Object.entries(values).map(([role, value]) => `--_${name(role)}: var(${prefix}${name(role)}, ${value});`).join(" ");
}

const FRAME = `
  :host { display: contents !important; }
  :host([inline]) { display: block !important; height: 560px; }
  :host([hidden]) { display: none !important; }
  @media print { :host { display: none !important; } }
  .root { all: initial; display: contents; color: var(--_ink);
    font: 16px/1.45 var(--saveit-font, system-ui, -apple-system, "Segoe UI", Roboto, sans-serif); -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
  .root:popover-open { display: block; position: fixed; inset: 0 auto auto 0; width: 0; height: 0; overflow: visible; }
  *, ::before, ::after { box-sizing: border-box; }
  [hidden] { display: none !important; }
  h2, h3, p, ul { margin: 0; padding: 0; font: inherit; }
  button, textarea { font: inherit; color: inherit; letter-spacing: inherit; margin: 0; }
  button { cursor: pointer; border: 0; background: none; touch-action: manipulation; }
  :focus-visible { outline: 2px solid var(--_primary); outline-offset: 2px; }
  .icon { width: 24px; height: 24px; flex: none; fill: none; stroke: currentColor; stroke-width: 1.75; stroke-linecap: round; stroke-linejoin: round; }
  .quiet { color: var(--_quiet); font-size: 14px; }
  .unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }

  .launcher { position: fixed; z-index: var(--saveit-z-index, 2147483000);
    inset-block-end: calc(var(--saveit-inset-block, 24px) + env(safe-area-inset-bottom, 0px)); inset-inline-end: var(--saveit-inset-inline, 24px);
    display: inline-flex; align-items: center; gap: 8px; min-height: 56px; padding: 0 24px 0 20px; border-radius: 28px;
    background: var(--_primary); color: var(--_on-primary); font-weight: 600; box-shadow: 0 4px 16px rgb(29 35 33 / .22);
    transition: box-shadow 160ms ease-out; }
  :host([side="start"]) .launcher { inset-inline: var(--saveit-inset-inline, 24px) auto; }
  .launcher:hover { box-shadow: 0 6px 24px rgb(29 35 33 / .32); }
  .launcher:focus-visible { outline-offset: 3px; }
  .badge { min-width: 24px; padding: 0 6px; border-radius: 12px; background: var(--_accent); color: #1D2321;
    font-size: 14px; line-height: 24px; text-align: center; font-variant-numeric: tabular-nums; }

  .panel { position: fixed; inset: auto; z-index: var(--saveit-z-index, 2147483000);
    inset-block-end: var(--saveit-inset-block, 24px); inset-inline-end: var(--saveit-inset-inline, 24px);
    width: min(var(--saveit-width, 400px), calc(100vw - 32px)); height: min(var(--saveit-height, 640px), calc(100vh - 48px)); height: min(var(--saveit-height, 640px), calc(100dvh - 48px));
    max-width: none; max-height: none; margin: 0; padding: 0; overflow: hidden; overscroll-behavior: contain;
    border: 1px solid var(--_line); border-radius: var(--saveit-corner, 16px); background: var(--_ground); color: var(--_ink);
    box-shadow: 0 12px 40px rgb(29 35 33 / .2); }
  :host([side="start"]) .panel { inset-inline: var(--saveit-inset-inline, 24px) auto; }
  .panel[open], section.panel { display: flex; flex-direction: column; }
  .panel[open] { animation: rise 160ms ease-out; }
  section.panel { position: relative; inset: auto; width: 100%; height: 100%; z-index: auto; box-shadow: none; }
  @keyframes rise { from { opacity: 0; transform: translateY(12px); } }

  .header { display: flex; align-items: center; gap: 12px; padding: 12px 8px 12px 16px; border-block-end: 1px solid var(--_line); background: var(--_raised); touch-action: none; }
  .header > .icon { width: 40px; height: 40px; padding: 8px; border-radius: 20px; background: var(--_primary); color: var(--_on-primary); }
  .titles { flex: 1; min-width: 0; }
  .title { display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: 2; overflow: hidden; font-weight: 600; line-height: 1.25; overflow-wrap: anywhere; }
  .close { display: inline-flex; align-items: center; gap: 4px; min-height: 48px; padding: 0 12px 0 8px; border-radius: 8px; color: var(--_quiet); font-size: 14px; }
  .close .icon { width: 20px; height: 20px; }
  .close:hover { color: var(--_ink); background: var(--_ground); }
  .notice:not(:empty) { display: flex; align-items: center; gap: 12px; padding: 8px 16px; background: var(--_attention-tint); color: var(--_attention-ink); font-size: 14px; }
  .notice .icon { width: 20px; height: 20px; }`;

const CONVERSATION = `
  .scroll { position: relative; flex: 1; min-height: 0; overflow-y: auto; overscroll-behavior: contain; padding: 16px; scrollbar-width: thin; scrollbar-color: var(--_line) transparent; }
  .scroll:focus-visible { outline-offset: -2px; }
  .list { display: flex; flex-direction: column; gap: 12px; }
  .message { display: flex; flex-direction: column; gap: 8px; max-width: min(86%, 560px); }
  .house { align-self: flex-start; align-items: flex-start; }
  .guest { align-self: flex-end; align-items: flex-end; }
  .bubble { padding: 10px 14px; border-radius: 16px; white-space: pre-wrap; overflow-wrap: anywhere; }
  .house .bubble { border: 1px solid var(--_line); border-end-start-radius: 4px; background: var(--_raised); }
  .guest .bubble { border-end-end-radius: 4px; background: var(--_primary); color: var(--_on-primary); }
  .bubble a { color: var(--_primary); text-underline-offset: 2px; }
  .note { color: var(--_quiet); font-size: 14px; text-align: end; }
  .failed { display: flex; flex-wrap: wrap; align-items: center; justify-content: flex-end; gap: 0 12px; padding: 4px 4px 4px 12px; border-radius: 8px;
    background: var(--_refusal-tint); color: var(--_refusal-ink); text-align: start; }
  .failed > span { flex: 1 1 auto; padding: 6px 8px 6px 0; }
  .retry { min-height: 44px; padding: 0 12px; border-radius: 8px; font-weight: 600; text-decoration: underline; text-underline-offset: 3px; }
  .quick { display: flex; flex-wrap: wrap; gap: 8px; }
  .chip { min-height: 48px; padding: 8px 16px; border: 1px solid var(--_primary); border-radius: 24px; background: var(--_raised); color: var(--_primary); text-align: start; overflow-wrap: anywhere; }
  .chip:hover { background: var(--_good-tint); }
  .typing { display: flex; gap: 5px; width: max-content; margin-block-start: 12px; padding: 14px; border: 1px solid var(--_line); border-radius: 16px; border-end-start-radius: 4px;
    background: var(--_raised); animation: appear 1ms 250ms backwards; }
  .dot { width: 8px; height: 8px; border-radius: 4px; background: var(--_quiet); animation: breathe 1.2s ease-in-out infinite; }
  .dot:nth-child(2) { animation-delay: 160ms; }
  .dot:nth-child(3) { animation-delay: 320ms; }
  @keyframes appear { from { opacity: 0; } }
  @keyframes breathe { 0%, 60%, 100% { opacity: .3; } 30% { opacity: 1; } }`;

const CARD = `
  .card { display: flex; flex-direction: column; gap: 12px; width: 288px; max-width: 100%; padding: 16px; border: 1px solid var(--_line); border-radius: 16px; background: var(--_raised); }
  .card-title { font-size: 20px; font-weight: 600; line-height: 1.25; }
  .qr { display: grid; place-items: center; padding: 4px; border: 1px solid var(--_line); border-radius: 8px; background: #FFFFFF; color: #1D2321; }
  .qr img { width: 244px; height: auto; max-width: 100%; aspect-ratio: 1; }
  .qr p { padding: 12px; }
  .code { text-align: center; }
  .code strong { font-size: 20px; letter-spacing: .08em; font-variant-numeric: tabular-nums; }
  .lines { display: flex; flex-direction: column; gap: 4px; list-style: none; }
  .actions { display: flex; flex-direction: column; gap: 8px; }
  .action { display: grid; place-items: center; min-height: 48px; padding: 8px 16px; border: 1px solid var(--_primary); border-radius: 8px; color: var(--_primary); font-weight: 600; text-align: center; text-decoration: none; }
  .action.first { background: var(--_primary); color: var(--_on-primary); }
  .action:hover { text-decoration: underline; text-underline-offset: 3px; }`;

const COMPOSER = `
  .composer { display: flex; align-items: flex-end; gap: 8px; padding: 12px; padding-block-end: calc(12px + env(safe-area-inset-bottom, 0px)); border-block-start: 1px solid var(--_line); background: var(--_raised); }
  .field { flex: 1; min-width: 0; min-height: 48px; max-height: 144px; padding: 11px 14px; resize: none; field-sizing: content; border: 1px solid var(--_quiet); border-radius: 8px; background: var(--_ground); line-height: 24px; }
  .field::placeholder { color: var(--_quiet); opacity: 1; }
  .send { min-height: 48px; padding: 0 16px; border-radius: 8px; background: var(--_primary); color: var(--_on-primary); font-weight: 600; }
  .send:hover { text-decoration: underline; text-underline-offset: 3px; }`;

const ADAPTED = `
  @media ${SHEET_QUERY} {
    dialog.panel { inset: var(--_top, 0px) 0 auto; width: 100vw; height: var(--_height, 100vh); border: 0; border-radius: 0; padding-block-start: env(safe-area-inset-top, 0px); }
    @supports (height: 100dvh) { dialog.panel { height: var(--_height, 100dvh); } }
    .launcher { inset-block-end: calc(var(--saveit-inset-block, 16px) + env(safe-area-inset-bottom, 0px)); inset-inline-end: var(--saveit-inset-inline, 16px); }
  }
  @media (prefers-reduced-motion: reduce) {
    *, ::before, ::after { animation: none !important; transition: none !important; }
    .dot { opacity: 1; }
  }
  @media (prefers-reduced-motion: no-preference) { .scroll { scroll-behavior: smooth; } }
  @media (forced-colors: active) {
    .launcher, .send, .action, .guest .bubble, .failed, .notice { border: 1px solid; }
  }`;
