-- Whom an alert is about: what several rules say of one source on one day is one alert that grows.
ALTER TABLE {alerts} ADD COLUMN story TEXT;
CREATE INDEX IF NOT EXISTS {alerts_story} ON {alerts} (story, created_at);
