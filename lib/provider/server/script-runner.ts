import type { IncomingMessage, ServerResponse } from 'node:http';
import { closedResponse, runCall } from '../api/api.js';
import { acceptApp } from '../api/oauth.js';
import { arrayParameter, type Parameters } from '../api/php-values.js';
import { messageResponse, pageResponse, type ScriptResponse } from '../api/response.js';
import { isAddressCall, type ScriptCall } from '../api/script-call.js';
import { applyAfter, applyBefore } from '../faults/effects.js';
import type { FaultQueues } from '../faults/fault-queues.js';
import { noFault, type Endpoint, type FaultPlan } from '../faults/faults.js';
import type { CurrentConditions } from '../faults/site-conditions.js';
import type { ProviderSettings } from '../options.js';
import type { PageText } from '../api/messages.js';
import type { Store } from '../store/store.js';
import type { User } from '../store/users.js';
import { applyRange } from './byte-range.js';
import type { CallReader } from './call-reader.js';
import type { FormRequest } from './body.js';
import { languageCookie } from './language.js';
import type { LoggedRequest, RequestLog } from './request-log.js';
import { createCallWatch, type RequestFact } from './request-facts.js';
import { readTarget, type RequestTarget } from './request-target.js';
import { sendResponse } from './send-response.js';
import type { SiteAddress } from './urls.js';
import { wireResponse, type WireResponse } from './wire-response.js';

/** Runs the site's script for HTTP requests, with the faults that wait for them, and logs the calls. */
export interface ScriptRunner {
  /** `/api/NAME` and `/api.php?do=NAME`. */
  runAPI(req: FormRequest, res: ServerResponse): Promise<void>;
  /** The consent page's *Continue*. */
  runConsent(req: FormRequest, res: ServerResponse, user: User): Promise<void>;
  /** Sends the response to a request that is no call of the API: without faults, and not logged. */
  send(req: IncomingMessage, res: ServerResponse, response: ScriptResponse): void;
  /** Sends a message page, such as "404 Not Found". */
  sendMessage(req: IncomingMessage, res: ServerResponse, name: PageText, status: number): void;
}

interface ScriptRunnerDeps {
  settings: ProviderSettings;
  store: Store;
  conditions: CurrentConditions;
  faults: FaultQueues;
  requestLog: RequestLog;
  address: SiteAddress;
  calls: CallReader;
}

export function createScriptRunner(deps: ScriptRunnerDeps): ScriptRunner {
  const { settings, store, conditions, faults, requestLog, address, calls } = deps;
  const watchCall = createCallWatch(store, conditions);

  const homeURL = (req: IncomingMessage, { isWrongHost }: FaultPlan): string | undefined =>
    isWrongHost || address.isElsewhere(req) ? address.urlFor(req) : undefined;
  const hostFacts = (req: IncomingMessage, plan: FaultPlan): RequestFact[] => {
    const siteURL = homeURL(req, plan);
    return siteURL === undefined ? [] : [{ type: 'wrong_host', siteURL }];
  };
  const toWire = (req: IncomingMessage, response: ScriptResponse, plan: FaultPlan): WireResponse => {
    const whole = wireResponse(req, response, {
      version: settings.version,
      conditions: { ...conditions.read(), ...plan.conditions },
      languageCookie: languageCookie(readTarget(req).query, conditions.read()),
      homeURL: homeURL(req, plan),
    });
    return applyRange(req, whole);
  };

  const run = async (
    req: FormRequest,
    res: ServerResponse,
    { target, endpoint, name, script }: ScriptRun,
  ): Promise<void> => {
    const call = await calls.readCall(req, target);
    // Taken after the body was read: the faults go to the calls in the order in which they are responded to.
    const plan = endpoint === undefined || isAddressCall(call) ? noFault : faults.take(endpoint);
    const faultyCall = { ...call, conditions: { ...call.conditions, ...plan.conditions } };
    const findFacts = watchCall(call, endpoint);
    const response = plan.runsScript ? runWithEffect(store, faultyCall, plan, script) : pageResponse('');
    const sent = replaced(toWire(req, response, plan), plan, settings.name);
    const facts = [...hostFacts(req, plan), ...findFacts({ response, plan })];
    requestLog.add(logEntry({ at: store.now(), name, req, call, response, sent, plan, facts }));
    sendResponse(res, sent, plan);
  };

  const send = (req: IncomingMessage, res: ServerResponse, response: ScriptResponse): void => {
    sendResponse(res, toWire(req, response, noFault), noFault);
  };

  return {
    async runAPI(req, res) {
      const target = readTarget(req);
      const endpoint = apiEndpoints.find((each) => each === target.method);
      const name = typeof target.method === 'string' ? target.method : '';
      await run(req, res, { target, endpoint, name, script: (call) => runCall(store, call) });
    },
    async runConsent(req, res, user) {
      await run(req, res, {
        target: readTarget(req),
        endpoint: 'consent',
        name: 'consent',
        script: (call) => closedResponse(call) ?? acceptApp(store, call, user),
      });
    },
    send,
    sendMessage(req, res, name, status) {
      send(req, res, messageResponse(calls.pageContext(req, readTarget(req)), name, status));
    },
  };
}

const apiEndpoints: readonly Endpoint[] = ['oauth', 'authorize', 'get_user_info'];

interface ScriptRun {
  target: RequestTarget;
  /** Where the faults are looked up; undefined for an unknown method of the API. */
  endpoint: Endpoint | undefined;
  /** Endpoint in the request log. */
  name: string;
  script: (call: ScriptCall) => ScriptResponse;
}

function runWithEffect(
  store: Store,
  call: ScriptCall,
  { effect }: FaultPlan,
  script: ScriptRun['script'],
): ScriptResponse {
  return applyBefore(store, call, effect) ?? applyAfter(store, script(call), effect);
}

/** The response of a proxy in front of the site, where the plan has one. */
function replaced(response: WireResponse, { replacement }: FaultPlan, siteName: string): WireResponse {
  if (replacement === undefined) return response;
  const { status, body, headers } =
    replacement === 'html'
      ? { status: 200, body: `<!doctype html><title>${siteName}</title><p>Hello</p>`, headers: {} }
      : replacement;
  const bytes = Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
  const contentType = typeof body === 'string' ? 'text/html; charset=UTF-8' : 'application/json';
  const lowerCased = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
  return {
    status,
    headers: { 'content-type': contentType, 'content-length': bytes.length, ...lowerCased },
    body: bytes,
  };
}

interface CompletedCall {
  at: number;
  name: string;
  req: IncomingMessage;
  call: ScriptCall;
  response: ScriptResponse;
  sent: WireResponse;
  plan: FaultPlan;
  facts: readonly RequestFact[];
}

function logEntry(completed: CompletedCall): Omit<LoggedRequest, 'number'> {
  const { at, name, req, call, response, sent, plan, facts } = completed;
  const error = plan.replacement === undefined ? errorMessage(response) : undefined;
  const { location } = sent.headers;
  return {
    at,
    endpoint: name,
    method: req.method ?? 'GET',
    path: req.url ?? '/',
    form: textsOf(call.form),
    userId: call.user?.id ?? null,
    status: plan.delivery === 'reset' || plan.delivery === 'hang' ? null : sent.status,
    ...(location === undefined ? {} : { location: String(location) }),
    ...(error === undefined ? {} : { error }),
    ...(plan.name === '' ? {} : { fault: plan.name }),
    facts,
  };
}

function textsOf(form: Parameters): Record<string, string> {
  return Object.fromEntries([...form].map(([name, value]) => [name, value === arrayParameter ? '(array)' : value]));
}

function errorMessage({ contentType, body }: ScriptResponse): string | undefined {
  if (contentType !== 'application/json' || !body.startsWith('{"error"')) return undefined;
  // The body is our own: an error always has a message.
  return (JSON.parse(body) as { message: string }).message;
}
