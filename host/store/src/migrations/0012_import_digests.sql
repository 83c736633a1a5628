-- An import goes on only where it can show that the log is the same, and only while nobody else imports it.
-- The SHA-256 of the text up to `offset`.
ALTER TABLE scout_imports ADD COLUMN digest TEXT;
-- Where the batch ends of which `rows` are stored, and the SHA-256 of the text up to there.
ALTER TABLE scout_imports ADD COLUMN until_offset INTEGER;
ALTER TABLE scout_imports ADD COLUMN until_digest TEXT;
-- The import that took the log last.
ALTER TABLE scout_imports ADD COLUMN owner TEXT;
