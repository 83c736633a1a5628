-- What plugins keep between runs, each for itself.
CREATE TABLE IF NOT EXISTS scout_plugin_state (
    plugin TEXT NOT NULL,
    key TEXT NOT NULL,
    value BLOB NOT NULL,
    PRIMARY KEY (plugin, key)
);
