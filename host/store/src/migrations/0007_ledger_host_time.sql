-- How long a plugin waited for the host.
ALTER TABLE scout_ledger ADD COLUMN host_us INTEGER NOT NULL DEFAULT 0;
