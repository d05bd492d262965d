import type Router from 'router';
import { errorText } from '../../internal/unknown-error.js';
import { parseForm } from '../dashboard/dashboard.js';
import { endpoints } from '../faults/faults.js';
import { conditionNames } from '../options.js';
import { messagePage } from '../pages/index.js';
import type { ConsoleDeps, ConsolePages } from './console-pages.js';
import { readFields, sendBack, type FormFields } from './forms.js';
import { consoleTexts } from './texts.js';
import { longestMove } from './trouble-page.js';

/** Routes of the forms that change how the site behaves: its states, the faults, the clock. */
export function routeSwitches(router: Router.Router, deps: ConsoleDeps, pages: ConsolePages): void {
  const { store, conditions, faults } = deps;
  const change = (path: string, apply: (form: FormFields) => void): void => {
    router.post(path, parseForm, (req, res) => {
      const form = readFields(req);
      try {
        apply(form);
      } catch (error) {
        const page = pages.contextOf(req);
        const title = consoleTexts(page.language).refused.invalid;
        pages.send(res, messagePage(page, { title, message: errorText(error) }), 400);
        return;
      }
      sendBack(res, form);
    });
  };

  change('/console/state', ({ on, off, value }) => {
    const name = conditionNames.find((each) => each === (on ?? off));
    if (name === undefined) throw new TypeError('there is no such state');
    const normal = conditions.normal[name];
    conditions.change({ [name]: on === undefined ? normal : changedValue(normal, value) });
  });
  change('/console/fault', (form) => {
    const endpoint = endpoints.find((each) => each === form.endpoint);
    if (endpoint === undefined) throw new TypeError('there is no such endpoint');
    const { once, keep, off } = form;
    if (once !== undefined) faults.add(endpoint, readFault(once, form));
    else if (keep !== undefined) faults.keep(endpoint, readFault(keep, form));
    else if (off !== undefined) faults.clear({ endpoint, name: off });
  });
  change('/console/normal', () => {
    conditions.change(conditions.normal);
    faults.clear();
  });
  change('/console/clock', ({ seconds = '' }) => {
    const given = seconds === '' ? NaN : Number(seconds);
    if (given > longestMove) throw new TypeError('that is too far ahead');
    store.advance(given * 1000);
  });
}

/** What a condition is switched to: the other of yes and no, else what was typed, a list with commas. */
function changedValue(normal: unknown, typed = ''): unknown {
  if (typeof normal === 'boolean') return !normal;
  return Array.isArray(normal) ? typed.split(/[\s,]+/) : typed;
}

/** The fault as `once` takes it. The queue refuses what is none. */
function readFault(name: string, { number = '' }: FormFields): unknown {
  const value = number === '' ? NaN : Number(number);
  if (name === 'status') return { status: value };
  if (name === 'delay') return { delay: value * 1000 };
  return name === 'reset before' ? { reset: 'before' } : name;
}
