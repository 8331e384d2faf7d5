import { expect, test } from 'vitest';
import { type AnswerMessage, answering, Caller, type CallMessage, telling } from '../../../core/base/channel.ts';
import { AppError } from '../../../core/base/errors.ts';

interface Calls {
  half: { input: number; output: number };
  slow: { input: null; output: string };
}
interface News {
  seen: string;
}

/** Two ends whose messages are cloned as a process would. */
function connected() {
  const seen: string[] = [];
  const sent: CallMessage[] = [];
  const releases: (() => void)[] = [];
  const back = (message: AnswerMessage): void => caller.receive(structuredClone(message));
  const answer = answering<Calls>(
    {
      half: (input) => {
        if (input % 2 === 0) return input / 2;
        throw new AppError('BAD_INPUT', `${input} is odd.`, { details: { input }, retryable: true });
      },
      slow: () => new Promise((resolve) => releases.push(() => resolve('late'))),
    },
    back,
  );
  const caller = new Caller<Calls, News>(
    (message) => {
      sent.push(message);
      void answer(structuredClone(message));
    },
    { seen: (what) => seen.push(what) },
  );
  return { caller, seen, sent, releases, tell: telling<News>(back) };
}

test('replies find their request, whatever order they come in', async () => {
  const { caller, releases } = connected();
  const slow = caller.call('slow', null);
  expect(await Promise.all([caller.call('half', 8), caller.call('half', 6)])).toEqual([4, 3]);
  releases[0]?.();
  expect(await slow).toBe('late');
});

test('what the other side throws arrives with code, message, action, details and whether trying again helps', async () => {
  const { caller } = connected();
  await expect(caller.call('half', 3)).rejects.toEqual(
    new AppError('BAD_INPUT', '3 is odd.', { details: { input: 3 }, retryable: true }),
  );
});

test('the end of the other side fails what waits and what is asked later, with the first reason; last news is still told', async () => {
  const { caller, seen, sent, releases, tell } = connected();
  const slow = caller.call('slow', null);
  const death = new AppError('ENGINE_FAILED', 'It was killed.');
  caller.end(death);
  caller.end(new AppError('CANCELLED', 'Closed.'));
  await expect(slow).rejects.toBe(death);
  await expect(caller.call('half', 2)).rejects.toBe(death);
  expect([caller.isOpen, sent.length]).toEqual([false, 1]);
  releases[0]?.();
  tell('seen', 'last words');
  expect(seen).toEqual(['last words']);
});

test('what cannot be sent fails its own call, and a result that cannot be sent too; the channel stays', async () => {
  const { caller } = connected();
  await expect(caller.call('half', (() => 1) as unknown as number)).rejects.toThrow(/could not be cloned/);
  const answers: AnswerMessage[] = [];
  const answer = answering<{ odd: { input: null; output: unknown } }>({ odd: () => () => 1 }, (message) =>
    answers.push(structuredClone(message)),
  );
  await answer({ id: 7, call: 'odd', input: null });
  expect(answers).toMatchObject([{ id: 7, ok: false, error: { code: 'BUG' } }]);
  expect(await caller.call('half', 2)).toBe(1);
});

test('a call that the other side does not know is a bug of ours, also where every object has something of the name', async () => {
  const { caller } = connected();
  await expect(caller.call('toString' as 'half', 1)).rejects.toThrow(/a call "toString" that this side does not know/);
});
