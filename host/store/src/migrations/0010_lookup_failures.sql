-- Lookups that failed, apart from the answers: the Python program takes each row of scout_enrichment_cache for an answer that holds for ever.
CREATE TABLE IF NOT EXISTS scout_lookup_failures (
    subject TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    result_json TEXT NOT NULL,
    updated_at TEXT NOT NULL
);
INSERT OR REPLACE INTO scout_lookup_failures (subject, kind, result_json, updated_at)
    SELECT subject, coalesce(kind, ''), result_json, updated_at FROM scout_enrichment_cache
    WHERE CASE WHEN typeof(result_json) = 'text' AND json_valid(result_json) THEN json_type(result_json, '$.error.kind') END IS NOT NULL;
DELETE FROM scout_enrichment_cache
    WHERE CASE WHEN typeof(result_json) = 'text' AND json_valid(result_json) THEN json_type(result_json, '$.error.kind') END IS NOT NULL;
