import type { IncomingMessage, ServerResponse } from 'node:http';
import { isElsewhere, requestURL } from './urls.js';
import { answerCall, closedReply } from '../api/api.js';
import { deliver } from './send-response.js';
import { applyAfter, applyBefore } from '../faults/effects.js';
import { Faults, NO_FAULT, type Endpoint, type FaultPlan } from '../faults/faults.js';
import { readForm, type BodyRequest } from './body.js';
import { Journal, maskText, maskURL, maskValue } from './request-log.js';
import { languageOfCode, preferredLanguage, type Language } from '../i18n.js';
import { acceptApp } from '../api/oauth.js';
import type { PageContext } from '../pages/index.js';
import { displayNameOf, type User } from '../store/users.js';
import { ARRAY, parseParameters, type Parameter, type Parameters } from './php-parameters.js';
import { pageReply, type Call, type Reply } from '../api/response.js';
import type { SignedIn } from './session-cookie.js';
import type { Site } from '../store/store.js';
import { wireAnswer, type WireAnswer } from './wire-response.js';

/** Turns HTTP requests into calls of the site's script, plays the faults, and keeps the journal. */
export class Engine {
  readonly site: Site;
  readonly signedIn: SignedIn;
  readonly faults = new Faults();
  readonly journal = new Journal();
  /** Where the provider listens, when it was started rather than mounted. */
  listeningURL: string | undefined;

  constructor(site: Site, signedIn: SignedIn) {
    this.site = site;
    this.signedIn = signedIn;
  }

  /** Base URL of the site as this caller should use it. */
  siteURL(request: IncomingMessage): string {
    if (this.site.settings.siteURL !== undefined) return this.site.settings.siteURL;
    const { listeningURL } = this;
    if (listeningURL === undefined || !this.isElsewhere(request)) return requestURL(request);
    return listeningURL;
  }

  isElsewhere(request: IncomingMessage): boolean {
    const given = this.site.settings.siteURL;
    const siteURL = given ?? this.listeningURL;
    return siteURL !== undefined && isElsewhere(request, siteURL, { given: given !== undefined });
  }

  userOf(request: IncomingMessage): User | null {
    const id = this.signedIn.read(request);
    return (id === undefined ? undefined : this.site.findUserById(id)) ?? null;
  }

  pageContext(request: IncomingMessage, path: string, query: Parameters): PageContext {
    const user = this.userOf(request);
    const language = askedLanguage(query) ?? preferredLanguage(request.headers['accept-language']);
    return {
      siteName: this.site.settings.name,
      language: (language ?? this.site.settings.language) === 'fr' ? 'fr' : 'en',
      user: user === null ? null : { displayName: displayNameOf(user), username: user.username },
      path,
    };
  }

  /** The whole of one call, as the answers of {@link closedReply}, {@link answerCall} and {@link acceptApp} need it. */
  async readCall(request: BodyRequest, target: Target): Promise<Call> {
    const siteURL = this.siteURL(request);
    return {
      method: target.method,
      query: target.query,
      form: await readForm(request),
      path: request.url ?? '/',
      user: this.userOf(request),
      language: this.apiLanguage(request, target.query),
      page: this.pageContext(request, target.path, target.query),
      siteURL,
      uploadsURL: this.site.settings.uploadsURL ?? `${siteURL}/content/uploads`,
      conditions: this.site.conditions,
    };
  }

  /** `/api/NAME` and `/api.php?do=NAME`. */
  async answerAPI(request: BodyRequest, response: ServerResponse, target: Target): Promise<void> {
    const endpoint = API_ENDPOINTS.find((each) => each === target.method);
    await this.play(request, response, target, endpoint, (call) => answerCall(this.site, call));
  }

  /** The consent page's *Continue*. */
  async answerConsent(request: BodyRequest, response: ServerResponse, target: Target, user: User): Promise<void> {
    await this.play(request, response, target, 'consent', (call) => {
      return closedReply(this.site, call) ?? acceptApp(this.site, call, user);
    });
  }

  /** A page of the site that is no call: no faults, no journal. */
  send(request: IncomingMessage, response: ServerResponse, reply: Reply): void {
    deliver(response, this.wire(request, reply, NO_FAULT), NO_FAULT);
  }

  private async play(
    request: BodyRequest,
    response: ServerResponse,
    target: Target,
    endpoint: Endpoint | undefined,
    run: (call: Call) => Reply,
  ): Promise<void> {
    const call = await this.readCall(request, target);
    // Taken after the body was read: the faults go to the calls in the order in which they are answered.
    const plan = endpoint === undefined ? NO_FAULT : this.faults.take(endpoint);
    const faulty = { ...call, conditions: { ...call.conditions, ...plan.conditions } };
    const reply = plan.runs ? this.runWith(plan, faulty, run) : pageReply('');
    const answer = this.replaced(this.wire(request, reply, plan), plan, call);
    this.record(request, target, call, answer, reply, plan);
    deliver(response, answer, plan);
  }

  private runWith({ effect }: FaultPlan, call: Call, run: (call: Call) => Reply): Reply {
    return applyBefore(this.site, call, effect) ?? applyAfter(this.site, run(call), effect);
  }

  private wire(request: IncomingMessage, reply: Reply, plan: FaultPlan): WireAnswer {
    const { settings, conditions } = this.site;
    const homeURL = plan.elsewhere || this.isElsewhere(request) ? this.siteURL(request) : undefined;
    return wireAnswer(request, reply, {
      version: settings.version,
      conditions: { ...conditions, ...plan.conditions },
      homeURL,
    });
  }

  /** What a proxy in front of the site says instead. */
  private replaced(answer: WireAnswer, plan: FaultPlan, { page }: Call): WireAnswer {
    if (plan.answer === undefined) return answer;
    const { status, body, headers } =
      plan.answer === 'html'
        ? { status: 200, body: `<!doctype html><title>${page.siteName}</title><p>Hello</p>`, headers: {} }
        : plan.answer;
    const bytes = Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
    const contentType = typeof body === 'string' ? 'text/html; charset=UTF-8' : 'application/json';
    const lowerCased = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
    return {
      status,
      headers: { 'content-type': contentType, 'content-length': bytes.length, ...lowerCased },
      body: bytes,
    };
  }

  private record(
    request: IncomingMessage,
    target: Target,
    call: Call,
    answer: WireAnswer,
    reply: Reply,
    plan: FaultPlan,
  ): void {
    const error = plan.answer === undefined ? errorMessage(reply) : undefined;
    const location = answer.headers['location'];
    this.journal.add({
      at: this.site.now(),
      endpoint: maskText(target.endpoint),
      method: request.method ?? 'GET',
      path: maskURL(request.url ?? '/'),
      form: Object.fromEntries([...call.form].map(([name, value]) => [name, maskValue(name, shownParameter(value))])),
      userId: call.user?.id ?? null,
      status: plan.delivery === 'reset' || plan.delivery === 'hang' ? null : answer.status,
      ...(location === undefined ? {} : { location: maskURL(String(location)) }),
      ...(error === undefined ? {} : { error }),
      ...(plan.name === '' ? {} : { fault: plan.name }),
    });
  }

  /** 2.8 does not look at the browser's language; all versions look at `?lang=`. */
  private apiLanguage(request: IncomingMessage, query: Parameters): Language {
    const { version, language } = this.site.settings;
    const header = version === '2.8' ? undefined : request.headers['accept-language'];
    return askedLanguage(query) ?? preferredLanguage(header) ?? language;
  }
}

/** What a URL asks for. */
export interface Target {
  readonly path: string;
  readonly query: Parameters;
  /** Name for the journal. */
  readonly endpoint: string;
  /** The script's `do`. */
  readonly method: Parameter | undefined;
}

const API_ENDPOINTS: readonly Endpoint[] = ['oauth', 'authorize', 'get_user_info'];

/** Reads a request's path and query; `/api/NAME` becomes `do=NAME`, which a `do` in the query overrides, as there. */
export function readTarget(request: IncomingMessage): Target {
  const url = request.url ?? '/';
  const mark = url.indexOf('?');
  const path = mark < 0 ? url : url.slice(0, mark);
  const query = parseParameters(mark < 0 ? '' : url.slice(mark + 1));
  const segment = /^\/api\/([^/]+)\/?$/.exec(path)?.[1];
  const method = query.get('do') ?? (segment === undefined ? undefined : decodeSegment(segment));
  return { path, query, method, endpoint: typeof method === 'string' ? method : '' };
}

function decodeSegment(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

function askedLanguage(query: Parameters): Language | undefined {
  const lang = query.get('lang');
  return typeof lang === 'string' ? languageOfCode(lang) : undefined;
}

function shownParameter(value: Parameter): string {
  return value === ARRAY ? '(array)' : value;
}

function errorMessage({ contentType, body }: Reply): string | undefined {
  if (contentType !== 'application/json' || !body.startsWith('{"error"')) return undefined;
  // The body is our own: an error always has a message.
  return (JSON.parse(body) as { message: string }).message;
}
