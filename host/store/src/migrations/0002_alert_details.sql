-- Who raised an alert, how much it matters, and when it was last raised. The Python program does not know these columns and need not.
ALTER TABLE {alerts} ADD COLUMN severity TEXT;
ALTER TABLE {alerts} ADD COLUMN rule TEXT;
ALTER TABLE {alerts} ADD COLUMN updated_at TEXT;
