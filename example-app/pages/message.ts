import { html } from 'passport-loginwith/express';
import { renderPage } from './layout.js';

export function notFoundPage(): string {
  return messagePage('There is no such page', 'The address may be mistyped, or the page has moved.');
}

export function brokenPage(): string {
  return messagePage(
    'Something went wrong here',
    'It is not your fault. Try again in a moment; if it stays like this, tell the people who run this app.',
  );
}

export function unavailablePage(): string {
  return messagePage(
    'This does not work right now',
    'We cannot look up at the moment whether you are logged in. It is not your fault, and nothing is lost: try again ' +
      'in a few seconds.',
  );
}

function messagePage(title: string, text: string): string {
  return renderPage(
    title,
    html`<div class="card">
      <h1>${title}</h1>
      <p>${text}</p>
      <p class="actions"><a class="button" href="/">Go to the start page</a></p>
    </div>`,
  );
}
