/** Every call of the page: the sender is our page, the name is in the contract, the input is what the contract allows. */
import { type IpcMainInvokeEvent, ipcMain } from 'electron';
import { AppError, serialiseError } from '../../core/base/errors.ts';
import {
  type CallName,
  calls,
  type Handlers,
  type MainCallName,
  mainCalls,
  parseOptions,
  type Reply,
} from '../../core/contract/index.ts';

export interface IpcOptions<C> {
  readonly handlers: Handlers<MainCallName, C>;
  readonly context: C;
  isOurs(event: IpcMainInvokeEvent): boolean;
  /** What the core process answers. */
  forward(name: string, input: unknown): Promise<unknown>;
}

export function answerCalls<C>({ handlers, context, isOurs, forward }: IpcOptions<C>): void {
  ipcMain.handle('call', async (event, name: unknown, input: unknown): Promise<Reply> => {
    try {
      if (!isOurs(event)) throw new AppError('BAD_INPUT', 'The call does not come from the window.');
      if (typeof name !== 'string' || !Object.hasOwn(calls, name)) {
        throw new AppError('BAD_INPUT', 'The window called something that does not exist.');
      }
      // An Error, a Date or a Map has no keys of its own and would pass for an empty object.
      if (typeof input !== 'object' || input === null || Object.getPrototypeOf(input) !== Object.prototype) {
        throw new AppError('BAD_INPUT', 'The window called with something that is not a plain object.');
      }
      const parsed = parseOptions(calls[name as CallName].input, input);
      if (!Object.hasOwn(mainCalls, name)) return { ok: true, value: await forward(name, parsed) };
      const handler = handlers[name as MainCallName] as (input: unknown, context: C) => unknown;
      return { ok: true, value: await handler(parsed, context) };
    } catch (error) {
      return { ok: false, error: serialiseError(error) };
    }
  });
}
