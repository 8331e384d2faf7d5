/** What files and folders call the three parts of a data set. */
import { type SplitName, splitNames } from './names.ts';

/** By part, in English, German, French, Spanish, Italian, Portuguese and Dutch; the first of each is our own word. */
export const splitWords: Readonly<Record<SplitName, readonly string[]>> = {
  train: [
    ...['train', 'training', 'train set', 'training set', 'train data', 'training data', 'learn', 'learning'],
    ...['Trainieren', 'Trainingsdaten', 'Trainingsdatensatz', 'Trainingsset', 'Trainingsmenge', 'Lernen', 'Lerndaten'],
    ...['entraînement', "jeu d'entraînement", 'apprentissage', "jeu d'apprentissage", "ensemble d'apprentissage"],
    ...['entrenamiento', 'entrenar', 'conjunto de entrenamiento', 'aprendizaje', 'addestramento', 'allenamento'],
    ...['apprendimento', 'set di addestramento', 'treino', 'treinamento', 'trainen', 'trainingsset', 'oefenset'],
  ],
  val: [
    ...['val', 'valid', 'validate', 'validation', 'validating', 'dev', 'development', 'tune', 'tuning', 'val set'],
    ...['validation set', 'valid set', 'dev set', 'development set', 'val data', 'validation data'],
    ...[
      'Validierung',
      'Validieren',
      'Validierungsdaten',
      'Validierungsdatensatz',
      'Validierungsset',
      'Validierungsmenge',
    ],
    ...['jeu de validation', 'ensemble de validation', 'validación', 'validar', 'conjunto de validación', 'convalida'],
    ...['validazione', 'set di convalida', 'set di validazione', 'validação', 'conjunto de validação', 'validatie'],
    ...['valideren', 'validatieset'],
  ],
  test: [
    ...['test', 'tests', 'testing', 'test set', 'testing set', 'test data', 'testing data'],
    ...['Testen', 'Testdaten', 'Testdatensatz', 'Testset', 'Testmenge', 'Prüfung', 'Prüfdaten', 'Prüfdatensatz'],
    ...['essai', 'essais', 'épreuve', 'jeu de test', 'ensemble de test', 'prueba', 'pruebas', 'conjunto de prueba'],
    ...['ensayo', 'prova', 'collaudo', 'set di test', 'set di prova', 'teste', 'testes', 'conjunto de teste', 'testen'],
  ],
};

/** A word as words are compared: without case, accents, blanks, `_`, `-`, `.` and apostrophes. */
function plain(word: string): string {
  return word
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .toLowerCase()
    .replaceAll(/ue(?=f)/g, 'u')
    .replaceAll(/[\s_.'’-]/g, '');
}

const splitOfPlain: ReadonlyMap<string, SplitName> = new Map(
  splitNames.flatMap((split) => splitWords[split].map((word) => [plain(word), split] as const)),
);

/** The part that a word of a labels file or the name of a folder means; null where it means none. */
export function splitOfWord(word: string): SplitName | null {
  return splitOfPlain.get(plain(word)) ?? null;
}

/** Whether a text is the name of a part or begins with one: "train_fold1", "Test (external)". */
export function mentionsSplit(text: string): boolean {
  if (text.length > 60) return false;
  return [text, text.split(/[^\p{L}]+/u)[0] ?? ''].some((word) => splitOfWord(word) !== null);
}

/** Whether a name asks for one part, answered by yes or no: "is_test", "in training". */
export function asksForSplit(name: string): boolean {
  return splitOfWord(name.replace(/^(?:is|in|ist|im|use for|used for|for)[\s_.-]+/i, '')) !== null;
}
