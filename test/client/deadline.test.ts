import { Deadline } from '../../lib/client/deadline';

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

test('is over after its time', () => {
  const deadline = new Deadline(1000);
  const giveUp = jest.fn();
  deadline.waiter = { giveUp };
  jest.advanceTimersByTime(999);
  expect(giveUp).not.toHaveBeenCalled();
  expect(deadline.reason).toBeUndefined();
  jest.advanceTimersByTime(1);
  expect(giveUp).toHaveBeenCalledWith(deadline.reason);
  expect(deadline.reason).toMatchObject({ name: 'TimeoutError' });
});

test('ends nothing any more once it is cleared', () => {
  const controller = new AbortController();
  const deadlines = [new Deadline(1000), new Deadline(controller.signal)];
  deadlines.forEach((deadline) => deadline.clear());
  jest.advanceTimersByTime(1000);
  controller.abort();
  expect(deadlines.map(({ reason }) => reason)).toEqual([undefined, undefined]);
});

test('follows a signal', () => {
  const controller = new AbortController();
  const deadline = new Deadline(controller.signal);
  const giveUp = jest.fn();
  deadline.waiter = { giveUp };
  const reason = new Error('the caller has left');
  controller.abort(reason);
  expect(giveUp).toHaveBeenCalledWith(reason);
  expect(deadline.reason).toBe(reason);
});

test('is over after five minutes if its signal does not come, and the signal changes nothing any more', () => {
  const controller = new AbortController();
  const deadline = new Deadline(controller.signal);
  const giveUp = jest.fn();
  deadline.waiter = { giveUp };
  jest.advanceTimersByTime(299_999);
  expect(giveUp).not.toHaveBeenCalled();
  jest.advanceTimersByTime(1);
  controller.abort(new Error('the caller has left'));
  expect(giveUp).toHaveBeenCalledTimes(1);
  expect(deadline.reason).toMatchObject({ name: 'TimeoutError' });
});

test('is over at once with a signal that is', () => {
  const reason = new Error('the caller has left');
  expect(new Deadline(AbortSignal.abort(reason)).reason).toBe(reason);
});

test('a pause takes its time', async () => {
  const onPaused = jest.fn();
  const paused = new Deadline(1000).pause(150).then(onPaused);
  await jest.advanceTimersByTimeAsync(149);
  expect(onPaused).not.toHaveBeenCalled();
  await jest.advanceTimersByTimeAsync(1);
  await paused;
});

test('a pause ends with the deadline, and leaves no timer', async () => {
  const paused = new Deadline(100).pause(150);
  jest.advanceTimersByTime(100);
  await paused;
  expect(jest.getTimerCount()).toBe(0);
});
