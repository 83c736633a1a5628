-- Finds the alert that a repeat belongs to. Not unique: the Python program may have stored duplicates, and they are kept.
CREATE INDEX IF NOT EXISTS {alerts_lookup} ON {alerts} (alert_type, src_ip, dst_ip, created_at);
