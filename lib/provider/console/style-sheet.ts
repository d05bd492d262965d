/** Served as `/console/style.css`, beside the style sheet of all pages, whose colours it uses. */
export const consoleStyleSheet: string = `
.tabs { margin: -.5rem 0 1rem; border-bottom: 1px solid var(--line); }
.tabs ul, .endpoints ul { display: flex; flex-wrap: wrap; gap: 0 1.25rem; list-style: none; margin: 0; padding: 0; }
.tabs a {
  display: inline-block; padding: .6rem .1rem; color: var(--text); text-decoration: none;
  border-bottom: 3px solid transparent; margin-bottom: -1px;
}
.tabs a:hover { border-color: var(--line); }
.tabs a[aria-current] { font-weight: 600; border-color: var(--accent); }

.state {
  display: flex; flex-wrap: wrap; gap: .5rem 1rem; align-items: center; margin-bottom: 1.75rem; padding: .6rem .9rem;
  border: 1px solid var(--line); border-radius: 10px; background: var(--card);
}
.state:has(.chips) { background: var(--warn-soft); border-color: var(--warn-line); color: var(--warn-text); }
.state .hint { color: inherit; } .state p, .state form { margin: 0; }
.calm::before { content: "✓"; content: "✓" / ""; color: var(--good); font-weight: 700; margin-right: .5rem; }
.state > form { margin-left: auto; } .state .chips { flex: 1 1 14rem; }
.state button { min-height: 2.25rem; padding: .25rem .75rem; font-size: .9rem; }
.chips { display: flex; flex-wrap: wrap; gap: .5rem; list-style: none; margin: 0; padding: 0; }
.chip {
  display: flex; align-items: center; border: 1px solid var(--warn-line); border-radius: 99px; padding-left: .8rem;
  background: var(--card); color: var(--text); font-size: .9rem;
}
.state .off {
  border: 0; background: none; min-height: 2.25rem; min-width: 2.25rem; padding: 0; font-size: 1.2rem;
  border-radius: 99px;
}

.live { margin: 0; color: var(--muted); font-size: .9rem; }
.live [role=status]:not(:empty)::before { content: "●"; content: "●" / ""; color: var(--good); margin-right: .4rem; }
.tools { margin-bottom: 1.25rem; } .tools form { margin: 0; }
.tools button, .tools .button { min-height: 2.25rem; padding: .25rem .75rem; font-size: .9rem; }
.requests { list-style: none; margin: 0 0 1rem; padding: 0; display: grid; gap: .6rem; }
.requests:has(li) + .none { display: none; }
.none { padding: 2.5rem 1rem; text-align: center; color: var(--muted); border: 1px dashed var(--line);
  border-radius: 12px; }
.request {
  background: var(--card); border: 1px solid var(--line); border-left: 5px solid var(--line); border-radius: 8px;
  padding: .7rem 1rem .8rem; min-width: 0;
}
.request.good { border-left-color: var(--good); } .request.bad { border-left-color: var(--bad); }
.request.fault { border-left-color: var(--warn-line); }
.what { display: flex; flex-wrap: wrap; gap: 0 .75rem; align-items: baseline; }
.what time { color: var(--muted); font-variant-numeric: tabular-nums; font-size: .9rem; }
.what .code { margin-left: auto; order: 1; font-weight: 600; font-variant-numeric: tabular-nums; }
.call { margin: .1rem 0 .35rem; } .call code, .details code { background: none; padding: 0; }
.call code { color: var(--muted); }
.findings { list-style: none; margin: 0; padding: 0; }
.findings > li { display: flex; gap: .5rem; } .findings > .fault { font-weight: 600; } .findings > .bad { color: var(--bad); font-weight: 600; }
.findings span:last-child { min-width: 0; overflow-wrap: anywhere; }
.findings span:last-child::first-letter { text-transform: uppercase; }
.sign { flex: none; width: 1.1rem; text-align: center; } .fault > .sign { color: inherit; } .good > .sign { color: var(--good); font-weight: 700; }
.details { margin: .45rem 0 0; font-size: .875rem; color: var(--muted); }
.details:not(:has(div)) { display: none; }
.details dt, .details dd { display: inline; margin: 0; overflow-wrap: anywhere; } .details dt::after { content: ":"; } .details:lang(fr) dt::after { content: "\\a0:"; }

.switches { list-style: none; margin: 0 0 1rem; padding: 0; background: var(--card); border: 1px solid var(--line);
  border-radius: 12px; }
.switches > li {
  display: flex; flex-wrap: wrap; gap: .5rem 1.25rem; align-items: center; justify-content: space-between;
  padding: .7rem 1rem;
}
.switches > li + li { border-top: 1px solid var(--line); }
.switches .names { flex: 1 1 18rem; } .switches .names > .badge { display: inline-block; }
.switches .names > strong { display: inline; }
.switches button { min-height: 2.25rem; padding: .25rem .75rem; font-size: .9rem; }
.switches .actions { gap: .5rem; margin: 0; }
.switches input:not([type=hidden]) { width: 11rem; min-height: 2.25rem; padding: .25rem .6rem; font-size: .9rem; }
.switches .on { background: var(--warn-soft); color: var(--warn-text); } .on .muted { color: inherit; }
.badge {
  display: inline-block; border: 1px solid var(--warn-line); border-radius: 99px; padding: 0 .6rem; font-size: .8rem;
  background: var(--warn-soft); color: var(--warn-text); margin-right: .35rem;
}
.endpoints { margin-bottom: .75rem; }
.endpoints a { display: inline-block; padding: .4rem 0; } .endpoints a[aria-current] { font-weight: 600; }
.endpoints a[aria-current] { text-decoration-thickness: 3px; }
.numbers { display: grid; gap: 1.25rem; grid-template-columns: repeat(auto-fit, minmax(min(20rem, 100%), 1fr)); }
.number { margin-bottom: 1rem; } .number .hint { margin: 0 0 .35rem; } .number input { width: 8rem; }

.person { display: grid; gap: 0 2rem; }
fieldset { border: 0; margin: 0 0 1rem; padding: 0; min-width: 0; }
legend { font-weight: 700; font-size: 1.1rem; padding: 0; margin-bottom: .75rem; }
.check { display: flex; gap: .6rem; align-items: center; font-weight: 400; min-height: 2.75rem; }
.check input { width: 1.25rem; min-height: 1.25rem; accent-color: var(--accent); flex: none; }
.removal { margin-top: 2rem; } .removal summary { color: var(--bad); }
.rows .actions { gap: .5rem; }
.apps { list-style: none; margin: 0; padding: 0; display: grid; gap: 1rem; }
.apps .button, .rows .actions > * { flex: none; }
.apps .button { min-height: 2.25rem; padding: .25rem .75rem; font-size: .9rem; }
.apps h2 { margin: 0; } .apps .snippet { margin: 0; }
.apps pre { margin-bottom: .75rem; white-space: pre-wrap; overflow-wrap: anywhere; }
.visually-hidden {
  position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap;
}
@media (min-width: 45rem) { .person { grid-template-columns: minmax(0, 3fr) minmax(0, 2fr); } }
@media (prefers-reduced-motion: no-preference) {
  .request.new { animation: come 1.2s; } @keyframes come { from { background: var(--soft); } }
}
`;
