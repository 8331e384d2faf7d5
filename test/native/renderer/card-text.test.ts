/** What the model card says of how images are read and features kept. */
import { expect, test } from 'vitest';
import { modelCard } from '../../../core/services/evaluation/judge-card.ts';
import { trainModel } from '../../../core/services/jobs/train.ts';
import { cardText } from '../../../renderer/screens/judge/card-text.ts';
import { discsLibrary } from '../../support/discs-library.ts';

test('features kept in 8 bits stand on the card, and nothing of them on that of a model without', async () => {
  const { context } = await discsLibrary(8);
  const asked = { dataset: 'discs', lpm: 'tiny', inputSize: 224, method: 'attentive', epochs: 1, batch: 4 } as const;
  await trainModel(context, { ...asked, name: 'usual' });
  await trainModel(context, { ...asked, name: 'kept', keptAs: 'int8' });
  const told = (model: string): string => JSON.stringify(cardText(modelCard(context, model)));
  expect(told('kept')).toContain('is rounded to 8 bits for each head and channel');
  expect(told('usual')).not.toContain('8 bits');
}, 60_000);
