/** What the model card says of how images are read and features kept, and why something was done otherwise than usual. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { ModelRecord } from '../../../core/contract/index.ts';
import { modelCard } from '../../../core/services/evaluation/judge-card.ts';
import { trainModel } from '../../../core/services/jobs/train.ts';
import { addJob, keepJobWarning, modelByName, runByName, setRunOfJob } from '../../../core/store/index.ts';
import { i18n, type Language } from '../../../renderer/i18n/index.svelte.ts';
import { cardText } from '../../../renderer/screens/judge/card-text.ts';
import { discsLibrary } from '../../support/discs-library.ts';
import { judgedModel, madeCases, testVersion } from '../../support/judged-models.ts';
import { temporaryLibrary, testTime } from '../../support/library.ts';
import { testContext } from '../../support/studies.ts';

beforeEach(() => vi.stubGlobal('document', { documentElement: {} }));
afterEach(() => {
  i18n.use('en');
  vi.unstubAllGlobals();
});

test('features kept in 8 bits stand on the card, and nothing of them on that of a model without', async () => {
  const { context } = await discsLibrary(8);
  const asked = { dataset: 'discs', lpm: 'tiny', inputSize: 224, method: 'attentive', epochs: 1, batch: 4 } as const;
  await trainModel(context, { ...asked, name: 'usual' });
  await trainModel(context, { ...asked, name: 'kept', keptAs: 'int8' });
  const told = (model: string): string => JSON.stringify(cardText(modelCard(context, model)));
  expect(told('kept')).toContain('is rounded to 8 bits for each head and channel');
  expect(told('usual')).not.toContain('8 bits');
}, 60_000);

test.each<[string, { name: string | null; patients: number }[] | undefined, RegExp]>([
  [
    'names',
    [
      { name: 'rare', patients: 3 },
      { name: 'odd', patients: 4 },
    ],
    /3 Falten verteilt statt auf 5: .*mindestens 5 Patienten von jeder Klasse .*„rare“ hat 3, „odd“ hat 4\./,
  ],
  ['everybody', [{ name: null, patients: 4 }], /mindestens 5 Patienten in Training .*hier sind es 4\./],
  ['not said', undefined, /3 Falten verteilt statt auf 5: .*zu wenige/],
])('a card says in either language why patients are dealt to fewer folds: %s', (_, few, inGerman) => {
  const library = temporaryLibrary();
  const db = library.writer;
  const cases = madeCases(20);
  judgedModel(library, 'm', testVersion(library, cases), cases, 1);
  const job = addJob(db, 'train', { dataset: 'demo' }, testTime);
  setRunOfJob(db, job, runByName(db, (modelByName(db, 'm') as ModelRecord).run)?.id ?? 0);
  const cause = { code: '', message: '5 folds need at least 5 patients; class "rare" has 3.', action: '' };
  const told = few === undefined ? {} : { few };
  keepJobWarning(db, job, { code: 'fewerFolds', folds: 3, wanted: 5, ...told, cause }, testTime);
  const said = (language: Language): readonly string[] | undefined => {
    i18n.use(language);
    const { sections } = cardText(modelCard(testContext(library), 'm'));
    return sections.find(({ title }) => title === i18n.words.warnings.title)?.list;
  };
  expect(said('en')?.[0]).toContain('class "rare" has 3');
  expect(said('de')?.[0]).toMatch(inGerman);
});
