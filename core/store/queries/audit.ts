/** The audit trail: who did what to what, only ever added to. */
import { z } from 'zod';
import type { ReadDb, WriteDb } from '../database.ts';
import { readJson } from '../stored-json.ts';

export interface AuditEvent {
  readonly happenedAt: string;
  /** noun.pastTense, for example `dataset.frozen`. */
  readonly action: string;
  /** What it was done to, by a name that holds no patient data. */
  readonly subject: string;
  readonly details: Readonly<Record<string, unknown>>;
}

/** Adds one event. `details` must hold no patient data. */
export function addAuditEvent(db: WriteDb, event: AuditEvent): void {
  db.run(
    `INSERT INTO audit_events (happened_at, action, subject, details) VALUES (:happenedAt, :action, :subject, :details)`,
    { ...event, details: JSON.stringify(event.details) },
  );
}

const detailsSchema = z.record(z.string(), z.unknown());

/** Every event, oldest first. @throws DB_DAMAGED */
export function auditEvents(db: ReadDb): AuditEvent[] {
  return db
    .all<Omit<AuditEvent, 'details'> & { details: string }>(
      'SELECT happened_at AS happenedAt, action, subject, details FROM audit_events ORDER BY id',
    )
    .map((row) => ({ ...row, details: readJson(detailsSchema, row.details, `the details of "${row.action}"`) }));
}

/** How often somebody was deleted from the library. */
export function deletionsNoted(db: ReadDb): number {
  const row = db.get<{ n: number }>(`SELECT count(*) AS n FROM audit_events WHERE action = 'patient.deleted'`);
  return row?.n ?? 0;
}
