import { expect, test } from 'vitest';
import { splitOfWord } from '../../../../core/contract/index.ts';
import { type FileColumn, parseLabels } from '../../../../core/services/import/labels-file.ts';

function columnOf(header: string, ...cells: string[]): FileColumn | undefined {
  return parseLabels(`path,label,${header}\n${cells.map((cell, i) => `${i}.png,x,${cell}`).join('\n')}\n`).columns[2];
}

test('words of other languages are those of the three parts, with and without accents and blanks', () => {
  for (const word of ['Training', 'Trainieren', 'TRAINING SET', 'Trainingsdatensatz', 'entraînement', 'entrainement'])
    expect([word, splitOfWord(word)]).toEqual([word, 'train']);
  for (const word of ['apprentissage', "jeu d'entraînement", 'entrenamiento', 'addestramento', 'treino', 'train_set'])
    expect([word, splitOfWord(word)]).toEqual([word, 'train']);
  for (const word of ['Validierung', 'validacion', 'validación', 'convalida', 'validazione', 'validação', 'tuning'])
    expect([word, splitOfWord(word)]).toEqual([word, 'val']);
  for (const word of [
    'Testdatensatz',
    'Testen',
    'Prüfung',
    'Pruefung',
    'essai',
    'prueba',
    'prova',
    'teste',
    'test-set',
  ])
    expect([word, splitOfWord(word)]).toEqual([word, 'test']);
  expect(splitOfWord('entrai\u0302nement')).toBe('train');
  for (const word of ['', 'CBIS', 'tested', 'trainer', 'latest', 'external', '0']) expect(splitOfWord(word)).toBeNull();
});

test.each(['fold', 'phase', 'group', 'Datensatz', 'Partition', 'cohort', 'usage'])(
  'a column "%s" in which every cell is such a word is the split',
  (name) => {
    expect(columnOf(name, 'train', 'Test', 'train')).toEqual({ name, meaning: 'split', why: null });
    expect(columnOf(name, 'Trainieren', '', 'Validierung', 'Testdatensatz')?.meaning).toBe('split');
    const { rows } = parseLabels(`path,label,${name}\na,x,entraînement\nb,y,essai\nc,y,\n`);
    expect(rows.map(({ split }) => split)).toEqual(['train', 'test', null]);
  },
);

test('a column of which only some cells speak of parts is not used, and its words are told', () => {
  expect(columnOf('fold', 'train', 'holdout', 'train')).toEqual({
    name: 'fold',
    meaning: null,
    why: 'split-words',
    words: ['train'],
  });
  expect(columnOf('group', 'train_1', 'train_2', 'Test (external)')).toMatchObject({
    why: 'split-words',
    words: ['train_1', 'train_2', 'Test (external)'],
  });
  // One part alone says nothing about the rest.
  expect(columnOf('phase', 'test', 'test')).toMatchObject({ why: 'split-words', words: ['test'] });
  expect(columnOf('set', 'training_A', 'test_A')).toMatchObject({
    why: 'split-words',
    words: ['training_A', 'test_A'],
  });
  // Beside the column that is called so.
  const two = parseLabels('path,label,split,fold\na,x,train,test\nb,y,test,train\n');
  expect(two.columns.map(({ meaning, why }) => meaning ?? why)).toEqual(['path', 'label', 'split', 'split-words']);
  // Two that could be it: neither is guessed.
  const either = parseLabels('path,label,phase,fold\na,x,train,test\nb,y,test,train\n');
  expect(either.columns.slice(2).map(({ why }) => why)).toEqual(['split-words', 'split-words']);
  expect(columnOf('is_test', '0', '1')).toMatchObject({ why: 'split-words', words: ['0', '1'] });
});

test('what says nothing of parts is only unknown', () => {
  expect(columnOf('fold', '0', '1', '2')?.why).toBe('unknown');
  expect(columnOf('notes', 'seen twice', 'needs a test', '')?.why).toBe('unknown');
  expect(columnOf('sex', 'f', 'm')?.why).toBe('unknown');
  expect(columnOf('smoker', '0', '1')?.why).toBe('unknown');
  const many = Array.from({ length: 40 }, (_, i) => `test ${String.fromCharCode(65 + (i % 26))}${i}`);
  expect(columnOf('exam', ...many)?.why).toBe('unknown');
});
