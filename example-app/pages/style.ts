/** The one style sheet; its colours reach a contrast of 4.5 to 1 in light and in dark. */
export const style = `
:root {
  color-scheme: light dark;
  --page: #f3f4f7;
  --card: #fff;
  --line: #d5d9e0;
  --edge: #7b8494;
  --text: #1a1d23;
  --muted: #565d6b;
  --accent: #2456b8;
  --on-accent: #fff;
  --notice: #e8effc;
}

@media (prefers-color-scheme: dark) {
  :root {
    --page: #101318;
    --card: #1a1e25;
    --line: #333a45;
    --edge: #7f8a9b;
    --text: #e8eaee;
    --muted: #a8b0bd;
    --accent: #8fb4ff;
    --on-accent: #0d1526;
    --notice: #1d2a42;
  }
}

*, ::before, ::after { box-sizing: border-box; }

body {
  margin: 0;
  min-height: 100vh;
  min-height: 100dvh;
  display: flex;
  flex-direction: column;
  background: var(--page);
  color: var(--text);
  font: 1rem/1.55 system-ui, sans-serif;
  overflow-wrap: anywhere;
}

header, main, footer {
  width: 100%;
  max-width: 44rem;
  margin: 0 auto;
  padding: 1rem;
}

main { flex: 1; }
main:focus { outline: none; }
footer, .small, .muted { color: var(--muted); }
footer, .small { font-size: 0.875rem; }

.brand { color: inherit; font-weight: 700; text-decoration: none; }

.skip {
  position: absolute;
  left: 1rem;
  top: -4rem;
  padding: 0.5rem 1rem;
  background: var(--card);
}
.skip:focus { top: 0.5rem; }

a { color: var(--accent); text-underline-offset: 0.15em; }

:focus-visible {
  outline: 3px solid var(--accent);
  outline-offset: 2px;
  border-radius: 0.25rem;
}

h1 { margin: 0 0 0.75rem; font-size: 1.75rem; line-height: 1.25; }
h2 { margin: 2rem 0 0.5rem; font-size: 1.125rem; }
p { margin: 0 0 1rem; }
code { font-family: ui-monospace, monospace; }

.card {
  padding: 1.5rem;
  background: var(--card);
  border: 1px solid var(--line);
  border-radius: 0.75rem;
}
.card > :last-child { margin-bottom: 0; }

.notice {
  padding: 0.75rem 1rem;
  background: var(--notice);
  border-radius: 0.5rem;
}

.actions { display: flex; flex-wrap: wrap; gap: 0.75rem; margin: 1.5rem 0; }

.button {
  display: inline-flex;
  align-items: center;
  gap: 0.75rem;
  min-height: 2.75rem;
  padding: 0.5rem 1.125rem;
  border: 1px solid var(--edge);
  border-radius: 0.5rem;
  background: var(--card);
  color: var(--text);
  font: inherit;
  font-weight: 600;
  line-height: 1.25;
  text-decoration: none;
  cursor: pointer;
}
.button:hover { border-color: var(--text); }
.button.primary { background: var(--accent); border-color: var(--accent); color: var(--on-accent); }
.button.primary:hover { border-color: var(--text); }

.choices { margin: 1.5rem 0; padding: 0; list-style: none; display: grid; gap: 0.75rem; }
.choice { width: 100%; }

.linked { margin: 0; padding: 0; list-style: none; }
.linked > li {
  display: flex;
  flex-wrap: wrap;
  align-items: center;
  justify-content: space-between;
  gap: 0.75rem;
  padding: 0.75rem 0;
  border-bottom: 1px solid var(--line);
}

.mark {
  flex: none;
  display: inline-grid;
  place-items: center;
  width: 1.75rem;
  height: 1.75rem;
  border-radius: 50%;
  color: #fff;
  background: #565d6b;
}
.mark.pimbuzz { background: #a8430a; }
.mark.lookloox { background: #6a3fb5; }

.profile { padding-top: 0; overflow: hidden; }
.cover {
  display: block;
  width: calc(100% + 3rem);
  height: auto;
  aspect-ratio: 3 / 1;
  margin: 0 -1.5rem;
  object-fit: cover;
  background: var(--line);
}
div.cover { aspect-ratio: auto; height: 5rem; }

.who { margin-top: -3rem; }
.who h1 { margin: 0.5rem 0 0; }
.who p { margin: 0; }
.picture {
  position: relative;
  display: grid;
  place-items: center;
  width: 6rem;
  height: 6rem;
  border: 4px solid var(--card);
  border-radius: 50%;
  object-fit: cover;
  background: var(--notice);
  font-size: 2.5rem;
}

dl { margin: 0; }
dl > div { padding: 0.5rem 0; border-bottom: 1px solid var(--line); }
dt { color: var(--muted); font-size: 0.875rem; }
dd { margin: 0; }
dd .small { display: block; }
.lines { display: block; white-space: pre-line; }
.word { display: inline-block; }
.word::first-letter { text-transform: uppercase; }

@media (min-width: 40rem) {
  header, main, footer { padding: 1.25rem 1.5rem; }
  .card { padding: 2rem; }
  .profile { padding-top: 0; }
  .cover { width: calc(100% + 4rem); margin: 0 -2rem; }
  .choices { grid-template-columns: 1fr 1fr; }
  dl > div { display: grid; grid-template-columns: 10rem 1fr; gap: 1rem; align-items: baseline; }
}
`;
