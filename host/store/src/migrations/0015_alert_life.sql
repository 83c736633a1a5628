-- What people write down beside an alert. The Python program does not know these columns and need not.
ALTER TABLE {alerts} ADD COLUMN snoozed_until TEXT;
-- Every scan asks which snoozes are over.
CREATE INDEX IF NOT EXISTS {alerts_snoozed} ON {alerts} (snoozed_until) WHERE snoozed_until IS NOT NULL;
ALTER TABLE {alerts} ADD COLUMN verdict TEXT;
ALTER TABLE {alerts} ADD COLUMN reason TEXT;
ALTER TABLE {alerts} ADD COLUMN assignee TEXT;
-- Separated by commas.
ALTER TABLE {alerts} ADD COLUMN labels TEXT;
-- The last one.
ALTER TABLE {alerts} ADD COLUMN note TEXT;
-- Every change of an alert: by whom, when, from what to what, and why.
CREATE TABLE IF NOT EXISTS scout_history (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    alert_table TEXT NOT NULL,
    alert_id INTEGER NOT NULL,
    -- The same for all alerts that one action changed.
    batch INTEGER NOT NULL,
    at TEXT NOT NULL,
    -- person:NAME, rule:NAME, allowlist, retention, enrichment, net-scout.
    actor TEXT NOT NULL,
    action TEXT NOT NULL,
    -- The columns that changed, as they were and as they are then.
    before_json TEXT NOT NULL,
    after_json TEXT NOT NULL,
    comment TEXT,
    -- The batch that this one takes back.
    undoes INTEGER
);
CREATE INDEX IF NOT EXISTS scout_history_alert ON scout_history (alert_table, alert_id, id);
CREATE INDEX IF NOT EXISTS scout_history_batch ON scout_history (batch);
CREATE INDEX IF NOT EXISTS scout_history_actor ON scout_history (actor, batch);
CREATE INDEX IF NOT EXISTS scout_history_undoes ON scout_history (undoes) WHERE undoes IS NOT NULL;
-- Nothing in it is changed.
CREATE TRIGGER IF NOT EXISTS scout_history_is_kept BEFORE UPDATE ON scout_history BEGIN
    SELECT RAISE(ABORT, 'scout_history is append-only');
END;
-- Nor replaced: REPLACE asks no trigger about the row that it removes.
CREATE TRIGGER IF NOT EXISTS scout_history_is_not_replaced BEFORE INSERT ON scout_history
WHEN NEW.id IN (SELECT id FROM scout_history) BEGIN
    SELECT RAISE(ABORT, 'scout_history is append-only');
END;
-- A row goes only where a later one says that its alert was removed.
CREATE TRIGGER IF NOT EXISTS scout_history_goes_with_its_alert BEFORE DELETE ON scout_history
WHEN NOT EXISTS (SELECT 1 FROM scout_history AS later WHERE later.alert_table = OLD.alert_table AND later.alert_id = OLD.alert_id
                 AND later.id > OLD.id AND later.action = 'remove') BEGIN
    SELECT RAISE(ABORT, 'scout_history is append-only: it goes with its alert, when retention removes that');
END;
