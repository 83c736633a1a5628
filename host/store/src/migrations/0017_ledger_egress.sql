-- What a plugin sent where: JSON by destination.
ALTER TABLE scout_ledger ADD COLUMN egress_json TEXT NOT NULL DEFAULT '{}';
