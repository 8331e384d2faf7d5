/** What jobs warned of: it was said to whoever watched the terminal, and to the log of the window. */
import type { Database } from '../database.ts';

/**
 * A row a warning, in the order in which they were said. `run_id` is the run that the job was about then, so that a model knows what was said of its
 * training, whichever of several jobs said it; a job that makes several runs, as a comparison does, says of each its own. `warning` is JSON that is
 * read as a whole; it holds counts and names that the user gave, and names no image or patient. Jobs and runs of before have none.
 */
export function keepWarningsOfJobs(database: Database): void {
  database.execute(`
    CREATE TABLE job_warnings (
      id INTEGER PRIMARY KEY,
      job_id INTEGER NOT NULL REFERENCES jobs (id),
      run_id INTEGER REFERENCES runs (id),
      warning TEXT NOT NULL CHECK (json_valid(warning)),
      said_at TEXT NOT NULL
    ) STRICT;
    CREATE INDEX job_warnings_by_job ON job_warnings (job_id);
    CREATE INDEX job_warnings_by_run ON job_warnings (run_id);
  `);
}
