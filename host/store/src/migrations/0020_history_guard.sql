-- A row that says that its alert was removed makes the history of that alert go: it is only for an alert that is gone.
CREATE TRIGGER IF NOT EXISTS {alerts_removed} BEFORE INSERT ON scout_history
WHEN NEW.action = 'remove' AND NEW.alert_table = {alerts_text} AND NEW.alert_id IN (SELECT id FROM {alerts}) BEGIN
    SELECT RAISE(ABORT, 'scout_history is append-only: the alert is still there');
END;
-- Rows are numbered one after the other: behind the largest number that there is none would fit.
CREATE TRIGGER IF NOT EXISTS scout_history_numbers BEFORE INSERT ON scout_history
WHEN NEW.id > 1000000000000000 OR NEW.batch > 1000000000000000 BEGIN
    SELECT RAISE(ABORT, 'scout_history has no row with such a number');
END;
