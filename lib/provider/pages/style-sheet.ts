import { providerColor } from '../../internal/provider-colors.js';

/** What differs between sites: links, the mark, the main buttons, and the ground behind the letter of a person. */
interface Palette {
  light: { accent: string; onAccent: string; soft: string };
  dark: { accent: string; onAccent: string; soft: string };
}

/** The sites whose colour apps show, too. In the dark they have a lighter tone of it. */
const palettes = new Map<string, Palette>([
  [
    'pimbuzz',
    {
      light: { accent: providerColor('pimbuzz'), onAccent: '#ffffff', soft: '#f9e8de' },
      dark: { accent: '#f5a574', onAccent: '#2e1303', soft: '#3f2818' },
    },
  ],
  [
    'lookloox',
    {
      light: { accent: providerColor('lookloox'), onAccent: '#ffffff', soft: '#ebe4f8' },
      dark: { accent: '#c0a6f5', onAccent: '#1f1140', soft: '#2f2449' },
    },
  ],
]);

const otherPalette: Palette = {
  light: { accent: '#0a6355', onAccent: '#ffffff', soft: '#dcefeb' },
  dark: { accent: '#6fd3c0', onAccent: '#06241f', soft: '#1d3a35' },
};

/**
 * Makes the site's `/style.css`, in its colour. System fonts and no images, so that nothing is fetched from anywhere
 * else.
 *
 * @param slug the site's name as in paths, such as `lookloox`
 */
export function createStyleSheet(slug: string): string {
  const { light, dark } = palettes.get(slug) ?? otherPalette;
  return `
:root {
  color-scheme: light dark;
  --page: #f3f4f7; --card: #ffffff; --sunken: #eceef2; --line: #d5d9e0; --field: #7b8494;
  --text: #1a1d23; --muted: #565d6b;
  --mark: ${light.accent}; --accent: ${light.accent}; --on-accent: ${light.onAccent}; --soft: ${light.soft};
  --good: #0a6355; --bad: #a4211b; --bad-soft: #fbe9e7; --warn-soft: #fdf0cf; --warn-text: #4a3500; --warn-line: #c08a00;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #101318; --card: #1a1e25; --sunken: #252b34; --line: #333a45; --field: #7f8a9b;
    --text: #e8eaee; --muted: #a8b0bd;
    --accent: ${dark.accent}; --on-accent: ${dark.onAccent}; --soft: ${dark.soft};
    --good: #6fd3c0; --bad: #ff9b92; --bad-soft: #3b1f1c; --warn-soft: #3a2f12; --warn-text: #f7dfa1; --warn-line: #b98b1c;
  }
}
${rules}`;
}

const rules = `* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body {
  margin: 0; min-height: 100vh; display: flex; flex-direction: column;
  background: var(--page); color: var(--text);
  font: 1rem/1.55 system-ui, sans-serif;
  overflow-wrap: break-word;
}
h1, h2, h3 { line-height: 1.25; margin: 0 0 .6em; overflow-wrap: anywhere; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.2rem; } h3 { font-size: 1rem; }
section > h2, main > h2 { margin-top: 1.8rem; }
p, ul, ol, pre, dl, details { margin: 0 0 1rem; }
ul, ol { padding-left: 1.25rem; }
a { color: var(--accent); text-underline-offset: .15em; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; border-radius: 4px; }
main:focus { outline: none; }
code, pre, .value, textarea.code {
  font-family: ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; font-size: .875em;
}
code { background: var(--sunken); border-radius: 4px; padding: .1em .3em; overflow-wrap: anywhere; }
pre {
  background: var(--sunken); border: 1px solid var(--line); border-radius: .5rem; padding: .85rem 1rem;
  overflow-x: auto; tab-size: 2;
}
pre code { background: none; padding: 0; font-size: 1em; overflow-wrap: normal; }
.muted { color: var(--muted); } .hint { color: var(--muted); font-size: .9rem; }
.lead { font-size: 1.1rem; }

.skip { position: absolute; left: -100vw; }
.skip:focus { left: .5rem; top: .5rem; padding: .5rem 1rem; background: var(--card); z-index: 1; }
.banner {
  margin: 0; padding: .2rem 1rem; text-align: center; font-size: .8rem;
  background: var(--warn-soft); color: var(--warn-text); border-bottom: 1px solid var(--warn-line);
}
.top {
  display: flex; flex-wrap: wrap; align-items: center; justify-content: space-between; gap: .25rem 1.5rem;
  padding: .6rem max(1rem, calc((100% - 60rem) / 2)); background: var(--card); border-bottom: 1px solid var(--line);
}
.brand {
  display: inline-flex; align-items: center; gap: .5rem; font-weight: 700; font-size: 1.1rem; color: var(--text);
  text-decoration: none; min-width: 0; overflow-wrap: anywhere;
}
.mark {
  flex: none; display: grid; place-items: center; width: 1.9rem; height: 1.9rem; border-radius: 50%;
  background: var(--mark); color: #ffffff;
}
.top ul { display: flex; flex-wrap: wrap; gap: 0 1.1rem; list-style: none; margin: 0; padding: 0; }
.top li a, .top li button { display: inline-block; padding: .45rem 0; }
.top a[aria-current] { font-weight: 600; text-decoration-thickness: 3px; }
main { flex: 1; width: 100%; max-width: 62rem; margin: 0 auto; padding: 1.5rem 1rem 2.5rem; }
.foot { padding: 1rem; text-align: center; font-size: .85rem; color: var(--muted); border-top: 1px solid var(--line); }
.foot p { margin: 0 auto; max-width: 54rem; }
.narrow { max-width: 30rem; margin: 0 auto; } .narrow > :last-child { margin-bottom: 0; }
.narrow h1 { text-wrap: balance; }
.form { max-width: 38rem; }
.card, .cards > li { background: var(--card); border: 1px solid var(--line); border-radius: .75rem; padding: 1.25rem; }
.cards {
  list-style: none; padding: 0; display: grid; gap: 1rem;
  grid-template-columns: repeat(auto-fill, minmax(min(17rem, 100%), 1fr));
}
.cards p:last-child { margin-bottom: 0; } .cards h2 { font-size: 1.1rem; }
form { margin: 0 0 1rem; }

button, .button {
  display: inline-flex; align-items: center; justify-content: center; min-height: 2.75rem; padding: .4375rem 1.125rem;
  border: 1px solid var(--field);
  border-radius: .5rem;
  background: var(--card); color: var(--text); font: inherit; font-weight: 600; line-height: 1.25; text-align: center;
  text-decoration: none; cursor: pointer; max-width: 100%; overflow-wrap: anywhere;
}
button:hover, .button:hover { background: var(--sunken); }
.primary, a.primary { background: var(--accent); border-color: var(--accent); color: var(--on-accent); }
.primary:hover, a.primary:hover { background: var(--accent); filter: brightness(1.12); }
.danger { border-color: var(--bad); color: var(--bad); }
.danger:hover { background: var(--bad-soft); }
button.link {
  border: 0; min-height: 0; background: none; color: var(--accent); font-weight: 400; line-height: inherit;
  text-decoration: underline;
  text-underline-offset: .15em;
}
.top form { margin: 0; }
.actions { display: flex; flex-wrap: wrap; gap: .75rem; align-items: center; }
.narrow .actions > * { flex: 1 1 auto; }
.heading {
  display: flex; flex-wrap: wrap; gap: .5rem 1rem; align-items: center; justify-content: space-between;
  margin-bottom: 1rem;
}
.heading h1 { margin: 0; } .named { display: flex; gap: .75rem; align-items: center; min-width: 0; }

label, .label { display: block; font-weight: 600; margin: 0 0 .25rem; }
input, select, textarea {
  width: 100%; min-height: 2.75rem; padding: .5rem .75rem; border: 1px solid var(--field); border-radius: .5rem;
  background: var(--card); color: var(--text); font: inherit;
}
textarea { min-height: 6rem; resize: vertical; }
[aria-invalid] { border-color: var(--bad); box-shadow: 0 0 0 1px var(--bad); }
.field { margin-bottom: 1.25rem; } .field .hint { margin: .25rem 0 0; }
.error { color: var(--bad); font-weight: 600; margin: .25rem 0 0; }
.notice {
  border: 1px solid var(--line); border-left: 5px solid var(--accent); border-radius: .5rem; padding: .8rem 1rem;
  margin: 0 0 1.25rem; background: var(--card);
}
.notice p:last-child, .notice ul:last-child { margin: 0; }
.notice.bad { border-left-color: var(--bad); background: var(--bad-soft); }
.notice.warn { border-left-color: var(--warn-line); background: var(--warn-soft); color: var(--warn-text); }
.notice.warn a, .notice.warn code { color: inherit; }
.notice.warn code { background: none; padding: 0; font-weight: 600; }
.inline { display: grid; gap: .5rem; }

.users { list-style: none; padding: 0; margin: 0; display: grid; gap: .5rem; }
.user { display: flex; gap: .75rem; justify-content: flex-start; width: 100%; text-align: left; font-weight: 400; }
.names { min-width: 0; overflow-wrap: anywhere; } .names > * { display: block; }
.avatar {
  flex: none; display: grid; place-items: center; width: 40px; height: 40px; border-radius: 50%; object-fit: cover;
  background: var(--soft); color: var(--accent); font-weight: 700;
}
.asking { margin-bottom: .75rem; }
.rows { list-style: none; padding: 0; }
.rows > li {
  display: flex; flex-wrap: wrap; gap: .5rem 1rem; align-items: center; justify-content: space-between;
  padding: .85rem 0; border-bottom: 1px solid var(--line);
}
.rows form { margin: 0; }
.facts { display: grid; gap: 0 1.5rem; grid-template-columns: minmax(0, 1fr); }
.facts dt { font-weight: 600; }
.facts details { margin: 0; }
.facts dd { margin: 0 0 .9rem; min-width: 0; overflow-wrap: anywhere; }
.facts dd:last-child { margin-bottom: 0; }
.copyable { display: flex; flex-wrap: wrap; gap: .35rem .75rem; align-items: center; }
.copy { min-height: 2.25rem; padding: .25rem .75rem; font-size: .875rem; }
.snippet pre { margin-bottom: .5rem; } .snippet { margin-bottom: 1.5rem; }
summary { cursor: pointer; padding: .35rem 0; color: var(--accent); }
details[open] > summary { margin-bottom: .35rem; }
.meanings dt { font-weight: 600; } .meanings dd { margin: .15rem 0 .9rem; }
.contents a[aria-current] { font-weight: 600; text-decoration-thickness: 3px; }
.docs { max-width: 46rem; } .docs h2 { margin-top: 2rem; }
.contents {
  padding: 0; list-style: none; display: flex; flex-wrap: wrap; gap: .25rem 1.25rem;
  border-bottom: 1px solid var(--line); padding-bottom: .75rem;
}
@media (min-width: 45rem) {
  .facts { grid-template-columns: max-content minmax(0, 1fr); } .facts dt { padding-right: .5rem; }
  .meanings { display: grid; grid-template-columns: minmax(0, 2fr) minmax(0, 3fr); border-top: 1px solid var(--line); }
  .meanings dt, .meanings dd { margin: 0; padding: .5rem .75rem .5rem 0; border-bottom: 1px solid var(--line); }
  .card.narrow { padding: 2rem; }
  h1 { font-size: 1.75rem; } .narrow h1 { font-size: 1.5rem; }
  .narrow { margin-block: 1.5rem; }
}
@media (prefers-reduced-motion: no-preference) { button, .button { transition: background-color .12s, filter .12s; } }
`;
