/** Which class is positive and which classes there may be, where a person has said so. */
import type { Database } from '../database.ts';

/**
 * A data set's choice is a row of its classes, so that it follows a class that is renamed. A model has the name and how it was found, as
 * they were when it was trained or as its user said later; models of before have neither, and the names are asked.
 */
export function choosePositiveClasses(database: Database): void {
  database.execute(`
    ALTER TABLE label_schemas ADD COLUMN positive_class_id INTEGER REFERENCES label_classes (id) ON DELETE SET NULL;
    ALTER TABLE label_schemas ADD COLUMN has_fixed_classes INTEGER NOT NULL DEFAULT 0 CHECK (has_fixed_classes IN (0, 1));
    ALTER TABLE models ADD COLUMN positive_class TEXT;
    ALTER TABLE models ADD COLUMN positive_class_source TEXT CHECK (positive_class_source IN ('chosen', 'recognised', 'alphabet'));
  `);
}
