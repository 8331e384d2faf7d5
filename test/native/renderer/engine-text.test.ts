/** What Settings, Computing says of an engine. */
import { expect, test } from 'vitest';
import { errorCodes } from '../../../core/base/error-codes.ts';
import { engineText } from '../../../renderer/screens/settings/engine-text.ts';

test('of an engine that is missing it is said what was found, not that it is said where one is looking already', () => {
  const checks = [{ name: 'engine tensorflow', found: 'its library could not be loaded' }];
  const engine = { name: 'tensorflow', remedy: errorCodes.ENGINE_UNAVAILABLE.action };
  expect(engineText(engine, false, checks)).toBe('its library could not be loaded.');
  expect(engineText({ ...engine, remedy: 'Install it again.' }, false, checks)).toBe(
    'its library could not be loaded. Install it again.',
  );
  expect(engineText({ name: 'onnxruntime', remedy: null }, true, checks)).toBe('');
});
