import { pageStyle } from 'passport-loginwith/express';

/** The style of the pages of `loginWith()`, and what only this app's pages need. */
export const style = `${pageStyle}
header { display: flex; flex-wrap: wrap; align-items: center; justify-content: space-between; gap: 0.5rem 1.5rem; }
nav { display: flex; flex-wrap: wrap; align-items: center; gap: 0.5rem 0.875rem; }
nav .button { padding-right: 0.75rem; padding-left: 0.75rem; }
nav a { display: inline-flex; align-items: center; min-height: 2.75rem; }
main:focus { outline: none; }
.skip { position: absolute; left: 1rem; top: -4rem; padding: 0.5rem 1rem; background: var(--card); }
.skip:focus { top: 0.5rem; }
.narrow { padding: 1rem 0; }
.narrow > :not(.skip) { flex: none; max-width: 30rem; padding-top: 0.5rem; padding-bottom: 0.5rem; }
.choices { margin: 1.5rem 0; padding: 0; list-style: none; display: grid; gap: 0.75rem; }
.choices a { width: 100%; padding-right: 0.75rem; padding-left: 0.75rem; }
.choices span { text-wrap: balance; }
.rows { margin: 0; padding: 0; list-style: none; }
.rows > li { display: flex; flex-wrap: wrap; align-items: center; justify-content: space-between; gap: 0.25rem 0.75rem; }
.rows > li { min-height: 3.75rem; padding: 0.5rem 0; border-bottom: 1px solid var(--line); }
.button.danger { border-color: #b3261e; background: #b3261e; color: #fff; }
.person { padding-top: 0; overflow: hidden; }
.person h1 { margin: 0.5rem 0 0; }
.cover { display: block; width: calc(100% + 3rem); height: 5rem; margin: 0 -1.5rem; background: var(--line); }
img.cover { height: auto; aspect-ratio: 3 / 1; object-fit: cover; }
.picture { position: relative; display: grid; place-items: center; width: 6rem; height: 6rem; margin-top: -3rem; }
.picture { border: 4px solid var(--card); border-radius: 50%; object-fit: cover; background: var(--page); font-size: 2.5rem; }
.biography { margin-top: 1rem; font-size: 1.125rem; white-space: pre-line; }
summary { min-height: 2.75rem; padding: 0.625rem 0; cursor: pointer; }
pre { margin: 0; white-space: pre-wrap; font: 0.875rem/1.5 ui-monospace, monospace; }
@media (min-width: 40rem) {
  .narrow { justify-content: center; }
  .person { padding-top: 0; }
  .cover { width: calc(100% + 4rem); margin: 0 -2rem; }
}
`;

/** The app's icon, for the browser's tab and the header. */
export const icon = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="8" fill="#2456b8"/><circle cx="13" cy="16" r="5" fill="none" stroke="#fff" stroke-width="3"/><path d="M18 16h9m-4 0v4" fill="none" stroke="#fff" stroke-width="3" stroke-linecap="round"/></svg>`;
