/**
 * Served as `/dashboard.js`: gives every `data-copy` element a copy button. Without it, the texts can still be
 * selected and copied by hand, so the buttons do not exist until the script runs.
 */
export const copyScript = `'use strict';
for (const source of document.querySelectorAll('[data-copy]')) {
  const button = document.createElement('button');
  const say = (text) => { button.textContent = text; };
  button.type = 'button';
  button.className = 'copy';
  button.setAttribute('aria-live', 'polite');
  say(source.dataset.copy);
  button.addEventListener('click', async () => {
    try {
      await navigator.clipboard.writeText(source.textContent);
      say(source.dataset.copied);
    } catch {
      getSelection().selectAllChildren(source);
      say(source.dataset.copyFailed);
    }
    setTimeout(say, 2000, source.dataset.copy);
  });
  source.parentElement.append(button);
}
`;
