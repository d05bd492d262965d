/** Colours of the page and of the cards on it. */
export const surfaces = { light: { page: '#f3f4f7', card: '#ffffff' }, dark: { page: '#101318', card: '#1a1e25' } };

/**
 * The style of a “Log in with …” button, which `auth.button()` returns: light and dark, with a height of 44 pixels. It
 * depends on no other style.
 */
export const buttonStyle: string = `.login-button {
  box-sizing: border-box;
  display: inline-flex;
  align-items: center;
  justify-content: center;
  gap: 0.75rem;
  min-height: 2.75rem;
  padding: 0.4375rem 1.125rem;
  border: 1px solid #7b8494;
  border-radius: 0.5rem;
  background: #ffffff;
  color: #1a1d23;
  font: 600 1rem/1.25 system-ui, sans-serif;
  text-decoration: none;
}
.login-button svg { flex: none; width: 1.75rem; height: 1.75rem; }
.login-button:hover { border-color: #1a1d23; background: #f3f4f7; }
.login-button:focus-visible { outline: 3px solid #2456b8; outline-offset: 2px; }
@media (prefers-color-scheme: dark) {
  .login-button { border-color: #7f8a9b; background: #1a1e25; color: #e8eaee; }
  .login-button:hover { border-color: #e8eaee; background: #101318; }
  .login-button:focus-visible { outline-color: #8fb4ff; }
}
`;

/**
 * The style of our pages, for an app's own pages in the same look: `.brand` in the header, `.card`, `.button` and
 * `.button.primary`, `.actions`, `.notice`, `.small`, `.muted`, and {@link buttonStyle}. Contrasts are 4.5 to 1 or
 * more, in light and in dark.
 */
export const pageStyle = `:root {
  color-scheme: light dark;
  --page: ${surfaces.light.page};
  --card: ${surfaces.light.card};
  --line: #d5d9e0;
  --edge: #7b8494;
  --text: #1a1d23;
  --muted: #565d6b;
  --accent: #2456b8;
  --button: #2456b8;
  --button-text: #ffffff;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: ${surfaces.dark.page};
    --card: ${surfaces.dark.card};
    --line: #333a45;
    --edge: #7f8a9b;
    --text: #e8eaee;
    --muted: #a8b0bd;
    --accent: #8fb4ff;
    --button: #8fb4ff;
    --button-text: #0d1526;
  }
}
*, ::before, ::after { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
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
header, main, footer { width: 100%; max-width: 44rem; margin: 0 auto; padding: 1rem; }
main { flex: 1; }
footer { color: var(--muted); font-size: 0.875rem; }
a { color: var(--accent); text-underline-offset: 0.15em; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; border-radius: 0.25rem; }
h1 { margin: 0 0 0.75rem; font-size: 1.5rem; line-height: 1.25; text-wrap: balance; }
h2 { margin: 2rem 0 0.5rem; font-size: 1.125rem; line-height: 1.25; }
p { margin: 0 0 1rem; }
code { font-family: ui-monospace, monospace; }
.brand {
  display: inline-flex;
  align-items: center;
  gap: 0.75rem;
  min-height: 2.75rem;
  color: inherit;
  font-weight: 700;
  text-decoration: none;
}
.brand img { display: block; max-width: 12rem; height: 2rem; object-fit: contain; }
.card { padding: 1.5rem; border: 1px solid var(--line); border-radius: 0.75rem; background: var(--card); }
.card > :last-child { margin-bottom: 0; }
.notice {
  margin: 0 0 1rem;
  padding: 0.75rem 1rem;
  border: 1px solid var(--line);
  border-radius: 0.5rem;
  background: var(--page);
}
.small { font-size: 0.875rem; }
.small, .muted { color: var(--muted); }
.actions { display: flex; flex-wrap: wrap; gap: 0.75rem; margin: 1.5rem 0; }
.button {
  display: inline-flex;
  align-items: center;
  justify-content: center;
  gap: 0.75rem;
  min-height: 2.75rem;
  padding: 0.4375rem 1.125rem;
  border: 1px solid var(--edge);
  border-radius: 0.5rem;
  background: var(--card);
  color: var(--text);
  font: inherit;
  font-weight: 600;
  line-height: 1.25;
  text-align: center;
  text-decoration: none;
  cursor: pointer;
}
.button:hover { border-color: var(--text); }
.button.primary { border-color: var(--accent); background: var(--button); color: var(--button-text); }
.button.primary:hover { border-color: var(--text); }
.button:focus-visible, .login-button:focus-visible { border-radius: 0.5rem; }
@media (min-width: 40rem) {
  header, main, footer { padding: 1.25rem 1.5rem; }
  .card { padding: 2rem; }
}
${buttonStyle}`;

/** What only our pages need: a narrow column, in the middle of a large screen. */
export const loginPageStyle = `.login { padding: 1rem 0; }
.login > * { flex: none; max-width: 30rem; padding-top: 0.5rem; padding-bottom: 0.5rem; }
.marks { display: flex; gap: 0.5rem; margin-bottom: 1rem; }
.login .actions > * { flex: 1 1 auto; }
.login form, .login form > :last-child { margin-bottom: 0; }
.choices { display: grid; gap: 0.75rem; margin: 1.5rem 0 0; padding: 0; list-style: none; }
.choices a { width: 100%; justify-content: start; }
.developer { margin-top: 1.5rem; padding-top: 1rem; border-top: 1px solid var(--line); }
.developer p { margin-bottom: 0.5rem; }
@media (min-width: 40rem) {
  .login { justify-content: center; }
}
`;
