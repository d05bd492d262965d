import { html, type Markup } from '../../internal/html.js';
import { renderPage } from '../pages/index.js';
import type { RequestFact } from '../server/request-facts.js';
import type { LoggedRequest } from '../server/request-log.js';
import { displayNameOf, type User } from '../store/users.js';
import { durationText } from './durations.js';
import { returnField, type ConsoleContext } from './section.js';
import { consoleTexts, factTexts, namesFor } from './texts.js';

interface RequestsContent {
  /** Newest first. */
  entries: readonly LoggedRequest[];
  findUser: FindUser;
  /** How many there are, of which the entries are the newest. */
  total: number;
  /** Number of the last request, whether it is shown or not. */
  lastNumber: number;
  /** Whether older requests are hidden. */
  isCut: boolean;
}

type FindUser = (id: string) => User | undefined;

/** With more, the page grows slow, and nobody reads on. */
export const mostEntries = 200;

/** "Requests": what came, newest first. The script adds to the list while the page is open. */
export function requestsPage(context: ConsoleContext, content: RequestsContent): string {
  const { requests: texts } = consoleTexts(context.language);
  const { entries, findUser, total, lastNumber, isCut } = content;
  const { connecting, on, lost } = texts.live;
  const number = new Intl.NumberFormat(context.language);
  const body = html`<div class="heading">
      <h1>${texts.title}</h1>
      <p class="live">
        <span
          id="live"
          role="status"
          data-on="${on}"
          data-lost="${lost}"
          data-off="${texts.superseded}"
          data-connecting="${connecting}"
        ></span>
        <noscript>${texts.noScript}</noscript>
      </p>
    </div>
    <p>${texts.lead}</p>
    <div class="actions tools">
      <form method="post" action="/console/clock">
        ${returnField(context)}<button name="seconds" value="61">${texts.expire}</button>
      </form>
      <div id="hiding" class="actions" data-renew>
        ${entries.length === 0 ? null : html`<a class="button" href="/console?after=${lastNumber}">${texts.hide}</a>`}
        ${isCut ? html`<a class="button" href="/console">${texts.showAll}</a>` : null}
      </div>
    </div>
    <ol
      id="requests"
      class="requests"
      reversed
      aria-live="polite"
      aria-relevant="additions"
      aria-label="${texts.title}"
      data-most="${mostEntries}"
    >
      ${entries.map((entry) => requestItem(context, entry, findUser))}
    </ol>
    <p class="none">${texts.none}</p>
    ${
      total > entries.length
        ? html`<p class="hint">${texts.newest(number.format(entries.length), number.format(total))}</p>`
        : null
    }`;
  return renderPage(context, { title: `${texts.title} – ${consoleTexts(context.language).title}`, body });
}

/** One request in the list. */
export function requestItem(
  { language }: Pick<ConsoleContext, 'language'>,
  entry: LoggedRequest,
  findUser: FindUser,
): Markup {
  const { requests: texts, endpoints } = consoleTexts(language);
  const userName = (id: string): string => {
    const user = findUser(id);
    return user === undefined ? texts.user(id) : `${displayNameOf(user)} (@${user.username})`;
  };
  const findings = findingsOf(language, entry, userName);
  const [app] = entry.facts.flatMap((fact) => (fact.type === 'app' ? [fact] : []));
  const label = Object.entries(endpoints).find(([name]) => name === entry.endpoint)?.[1] ?? entry.endpoint;
  const at = new Date(entry.at);
  const tone = (['fault', 'bad', 'good'] as const).find((each) => findings.some((finding) => finding.tone === each));
  return html`<li class="request ${tone ?? 'plain'}" value="${entry.number}">
    <div class="what">
      <time datetime="${at.toISOString()}">${new Intl.DateTimeFormat(language, clock).format(at)}</time>
      <strong>${label}</strong>
      <span class="code"><span class="visually-hidden">${texts.status}</span> ${entry.status ?? texts.noResponse}</span>
    </div>
    <p class="call"><code>${entry.method} ${entry.path}</code></p>
    <ul class="findings">
      ${findings.map(
        (finding) =>
          html`<li class="${finding.tone}">
            <span class="sign" aria-hidden="true">${signs[finding.tone]}</span><span>${finding.text}</span>
          </li>`,
      )}
    </ul>
    <dl class="details">
      ${detail(texts.app, app === undefined ? null : html`${app.name}`)}
      ${detail(texts.form, html`${formText(entry.form)}`.markup === '' ? null : html`<code>${formText(entry.form)}</code>`)}
      ${detail(texts.message, entry.error === undefined ? null : html`<code>${entry.error}</code>`)}
      ${detail(texts.location, entry.location === undefined ? null : html`<code>${entry.location}</code>`)}
      ${detail(texts.signedIn, signedIn(entry, userName, texts.nobody))}
    </dl>
  </li>`;
}

type Tone = 'good' | 'bad' | 'plain' | 'fault';

interface Finding {
  tone: Tone;
  text: string;
}

const signs: Record<Tone, string> = { good: '✓', bad: '✕', plain: '•', fault: '⚡' };
const clock = { hour: '2-digit', minute: '2-digit', second: '2-digit', hour12: false } as const;

function findingsOf(
  language: ConsoleContext['language'],
  { facts, fault }: LoggedRequest,
  userName: (id: string) => string,
): Finding[] {
  const names = namesFor(language);
  const factText = factTexts(language);
  const words = {
    user: userName,
    duration: (seconds: number) => durationText(language, seconds),
    state: (name: string) => names.states[name]?.title ?? name,
    reason: (flag: string) => names.reasons[flag] ?? flag,
  };
  const found = facts
    .filter(({ type }) => type !== 'app')
    .map((fact) => ({ tone: toneOf(fact), text: factText(fact, words) }));
  if (fault === undefined) return found;
  const meaning = names.faults[fault];
  const label = `${consoleTexts(language).requests.fault} ${fault}`;
  return [{ tone: 'fault', text: meaning === undefined ? label : `${label}: ${meaning}` }, ...found];
}

function toneOf({ type }: RequestFact): Tone {
  switch (type) {
    case 'site_state':
      return 'fault';
    case 'app':
    case 'sign_in_asked':
    case 'address_asked':
    case 'consent_asked':
    case 'key_still_valid':
    case 'token_issued_again':
    case 'redirect_url_has_query':
      return 'plain';
    case 'key_issued':
    case 'key_used_up':
    case 'token_issued':
    case 'token_valid':
    case 'profile_sent':
      return 'good';
    default:
      return 'bad';
  }
}

function detail(label: string, value: Markup | null): Markup | null {
  return value === null
    ? null
    : html`<div>
        <dt>${label}</dt>
        <dd>${value}</dd>
      </div>`;
}

function formText(form: LoggedRequest['form']): string {
  return Object.entries(form)
    .map(([name, value]) => `${name}=${value}`)
    .join(' & ');
}

/** The app's own server is never signed in, so that is not said of its calls. */
function signedIn(entry: LoggedRequest, userName: (id: string) => string, nobody: string): Markup | null {
  if (entry.userId !== null) return html`${userName(entry.userId)}`;
  return entry.endpoint === 'oauth' || entry.endpoint === 'consent' ? html`${nobody}` : null;
}
