// `horizontal_scan`: one source contacts many destinations, or makes very many connections.
package main

import (
	"net-scout/sdk"
	"net-scout/sdk/rule"
)

func init() {
	rule.Define(rule.Rule{
		Name:       "horizontal_scan",
		Version:    "0.1.0",
		Summary:    "One source contacts many destinations",
		AlertTypes: []string{"horizontal_scan"},
		Parameters: []sdk.Parameter{
			sdk.Boolean("counts_everything", true, "It counts whatever a source does: its alerts have a low severity at most, and are left out where the source's role explains them"),
			sdk.Integer("dst_ip_threshold", 50, 0, 1_000_000_000, "Alert when a source contacts more distinct destinations than this"),
			sdk.Integer("conn_threshold", 200, 0, 1_000_000_000_000, "Alert when a source has more connections than this"),
			sdk.Choice("count", []string{"rows", "hits"}, "Count a connection once a row, or as often as its hit_count says"),
		},
		Requests: []sdk.Request{sdk.Reads("events", "src_ip", "dst_ip", "hit_count")},
		Evaluate: evaluate,
	})
}

type source struct {
	Address                   string
	Destinations, Connections int64
}

func evaluate(window rule.Window, settings sdk.Settings) ([]*rule.Alert, error) {
	hits := settings.Text("count") == "hits"
	connections := "COUNT(*)"
	if hits {
		connections = "SUM(hit_count)"
	}
	sql := `SELECT src_ip, COUNT(DISTINCT dst_ip) AS destinations, ` + connections + ` AS connections FROM events
		WHERE src_ip IS NOT NULL GROUP BY src_ip HAVING destinations > ?1 OR connections > ?2`
	since := rule.FormatTimestamp(window.Since)
	var alerts []*rule.Alert
	for row, err := range rule.Query[source](sql, settings.Integer("dst_ip_threshold"), settings.Integer("conn_threshold")) {
		if err != nil {
			return nil, err
		}
		alert := rule.NewAlert("horizontal_scan", row.Destinations+row.Connections/10).From(row.Address).
			Evidence("dst_count", row.Destinations).Evidence("conn_count", row.Connections).Evidence("since", since)
		if hits {
			alert.Evidence("counted", "hit_count")
		}
		alerts = append(alerts, alert)
	}
	return alerts, nil
}

func main() {}
