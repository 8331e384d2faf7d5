import { expect, test } from 'vitest';
import { PageMail } from '../../../electron/main/page-mail.ts';

test('files reach the page whenever they come: before it asks, after, and while a crashed one is loaded again', () => {
  const told: string[][] = [];
  const mail = new PageMail((paths) => told.push(paths));
  mail.open(['early.dcm']);
  expect(mail.takeRecovered()).toBe(false);
  expect(mail.takeOpened()).toEqual(['early.dcm']);
  mail.open(['heard.dcm']);
  expect(told).toEqual([['heard.dcm']]);

  mail.crashed();
  mail.open(['between.dcm']);
  expect(told).toEqual([['heard.dcm']]);
  expect([mail.takeRecovered(), mail.takeRecovered()]).toEqual([true, false]);
  expect(mail.takeOpened()).toEqual(['between.dcm']);
  mail.open([]);
  mail.open(['later.dcm']);
  expect(told).toEqual([['heard.dcm'], ['later.dcm']]);
});
