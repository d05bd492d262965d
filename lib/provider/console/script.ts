/**
 * Served as `/console/script.js`: inserts requests as they come, and renews what the page says of the site's state. All
 * markup and texts are the server's. Without it, the pages show the same after a reload.
 */
export const consoleScript = `'use strict';
const status = document.getElementById('console-status');
const list = document.getElementById('requests');
const live = document.getElementById('live');
const say = (text) => { if (live) live.textContent = live.dataset[text]; };

const source = new EventSource(status.dataset.events);
source.addEventListener('open', () => say('on'));
source.addEventListener('error', () => say(source.readyState === EventSource.CLOSED ? 'off' : 'lost'));
source.addEventListener('superseded', () => { source.close(); say('off'); });
source.addEventListener('message', ({ data }) => {
  if (list) {
    list.insertAdjacentHTML('afterbegin', JSON.parse(data));
    list.firstElementChild.classList.add('new');
    while (list.children.length > Number(list.dataset.most)) list.lastElementChild.remove();
  }
  renew();
});

let renewing = false;
let isStale = false;
async function renew() {
  isStale = true;
  if (renewing) return;
  renewing = true;
  try {
    while (isStale) {
      isStale = false;
      const response = await fetch(location.href);
      const page = new DOMParser().parseFromString(await response.text(), 'text/html');
      for (const part of document.querySelectorAll('[data-renew]')) {
        const next = page.getElementById(part.id);
        if (next && next.innerHTML !== part.innerHTML && !part.contains(document.activeElement)) {
          part.replaceChildren(...next.childNodes);
        }
      }
    }
  } catch {
    // The provider has stopped; the stream says so.
  } finally {
    renewing = false;
  }
}
`;
