/** The style of the inspector, for its shadow root. */
export const INSPECTOR_STYLE = `
:host {
  --ground: #10151c; --raised: #18202a; --line: #2a3542; --ink: #e6edf3; --quiet: #93a3b5; --accent: #5ec8ff;
  --good: #58d68d; --bad: #ff8a80; --good-ground: #12351f; --bad-ground: #43181a;
  color-scheme: dark;
  font: 13px/1.45 system-ui, sans-serif; color: var(--ink);
}
@media (prefers-color-scheme: light) {
  :host {
    --ground: #fbfcfe; --raised: #eef2f7; --line: #d3dce6; --ink: #15202b; --quiet: #54657a; --accent: #00629b;
    --good: #0b6b37; --bad: #a51d1d; --good-ground: #ddf4e4; --bad-ground: #fde4e2;
    color-scheme: light;
  }
}
* { box-sizing: border-box; }
[hidden] { display: none !important; }
.opener {
  position: fixed; right: 12px; bottom: 12px; z-index: 2147483646; padding: 6px 12px; border-radius: 999px;
  background: var(--ground); color: var(--ink); border: 1px solid var(--accent); box-shadow: 0 4px 16px #0006; cursor: pointer;
}
.opener.bad { border-color: var(--bad); color: var(--bad); }
.drawer {
  position: fixed; inset: auto 0 0 0; height: min(46vh, 560px); z-index: 2147483646; display: flex; flex-direction: column;
  background: var(--ground); border-top: 2px solid var(--accent); box-shadow: 0 -8px 32px #0008;
}
:host([data-page]) { display: block; height: 100%; }
:host([data-page]) .drawer { position: static; height: 100%; min-height: 60vh; box-shadow: none; }
header { display: flex; align-items: center; gap: 12px; padding: 0 12px; background: var(--raised); border-bottom: 1px solid var(--line); }
header strong { color: var(--accent); letter-spacing: .04em; }
[role=tablist] { display: flex; flex: 1; overflow-x: auto; scrollbar-width: thin; }
button { font: inherit; color: inherit; }
[role=tab] { padding: 9px 12px; background: none; border: 0; border-bottom: 2px solid transparent; color: var(--quiet); cursor: pointer; white-space: nowrap; }
[role=tab][aria-selected=true] { color: var(--ink); border-bottom-color: var(--accent); }
[role=tab]:hover { color: var(--ink); }
:focus-visible { outline: 2px solid var(--accent); outline-offset: -2px; }
header > button, td button, fieldset button, .field button {
  padding: 3px 10px; background: var(--raised); border: 1px solid var(--line); border-radius: 5px; cursor: pointer;
}
header > button:hover, td button:hover, fieldset button:hover, .field button:hover { border-color: var(--accent); }
.panel { flex: 1; overflow: auto; padding: 12px; }
.columns { display: grid; grid-template-columns: repeat(auto-fit, minmax(260px, 1fr)); gap: 24px; }
h3 { margin: 0 0 6px; font-size: 11px; text-transform: uppercase; letter-spacing: .08em; color: var(--quiet); }
dl { margin: 0 0 12px; display: grid; gap: 0; }
dl > div { display: flex; justify-content: space-between; gap: 16px; padding: 3px 0; border-bottom: 1px solid var(--line); }
dt { color: var(--quiet); }
dd { margin: 0; text-align: right; overflow-wrap: anywhere; }
table { width: 100%; border-collapse: collapse; margin-bottom: 16px; }
caption { text-align: left; padding: 0 0 6px; font-size: 11px; text-transform: uppercase; letter-spacing: .08em; color: var(--quiet); }
th, td { text-align: left; padding: 4px 12px 4px 0; border-bottom: 1px solid var(--line); vertical-align: middle; white-space: nowrap; }
thead th { font-weight: 500; color: var(--quiet); }
tbody th { font-weight: 600; }
.number { text-align: right; font-variant-numeric: tabular-nums; }
.mono, pre { font-family: ui-monospace, monospace; font-size: 12px; }
pre { margin: 0; padding: 10px; background: var(--raised); border: 1px solid var(--line); border-radius: 6px; white-space: pre-wrap; overflow-wrap: anywhere; }
.empty { color: var(--quiet); }
.badge { display: inline-block; padding: 0 7px; border-radius: 4px; font-size: 12px; font-weight: 600; }
.badge.good { color: var(--good); background: var(--good-ground); }
.badge.bad { color: var(--bad); background: var(--bad-ground); }
.badge.quiet { color: var(--quiet); background: var(--raised); }
.reasons { margin: 0; padding-left: 16px; color: var(--quiet); }
.field { display: flex; align-items: center; gap: 8px; margin-bottom: 12px; }
.field input[type=text] {
  flex: 1; max-width: 560px; padding: 6px 10px; font: 13px ui-monospace, monospace; color: var(--ink); background: var(--raised);
  border: 1px solid var(--line); border-radius: 6px;
}
fieldset { display: flex; flex-wrap: wrap; align-items: center; gap: 8px 16px; margin: 0 0 12px; padding: 6px 12px; border: 1px solid var(--line); border-radius: 6px; }
legend { color: var(--quiet); padding: 0 6px; }
select { padding: 3px 6px; font: inherit; color: var(--ink); background: var(--raised); border: 1px solid var(--line); border-radius: 5px; }
.switch { display: inline-flex; align-items: center; gap: 6px; }
.notice { margin: 0 0 8px; color: var(--accent); }
.notice:empty { display: none; }
progress { width: 120px; accent-color: var(--accent); }
@media (max-width: 640px) { .drawer { height: 62vh; } .panel { padding: 10px; } }
@media (prefers-reduced-motion: no-preference) { .opener { transition: border-color .2s, color .2s; } }
`;
