// `plugin_name`: a source that tries Telnet again and again.
package main

import (
	"net-scout/sdk"
	"net-scout/sdk/rule"
)

func init() {
	rule.Define(rule.Rule{
		Name:       "plugin_name",
		Version:    "0.1.0",
		Summary:    "A source that tries Telnet again and again",
		AlertTypes: []string{"telnet"},
		Parameters: []sdk.Parameter{
			sdk.Integer("tries_threshold", 3, 0, 1_000_000, "Alert when a source tries more often than this"),
		},
		Requests: []sdk.Request{sdk.Reads("events", "src_ip", "dst_port")},
		Evaluate: evaluate,
	})
}

type source struct {
	Address string
	Tries   int64
}

func evaluate(_ rule.Window, settings sdk.Settings) ([]*rule.Alert, error) {
	sql := `SELECT src_ip, COUNT(*) AS tries FROM events
		WHERE dst_port = 23 AND src_ip IS NOT NULL GROUP BY src_ip HAVING tries > ?1`
	var alerts []*rule.Alert
	for row, err := range rule.Query[source](sql, settings.Integer("tries_threshold")) {
		if err != nil {
			return nil, err
		}
		alerts = append(alerts, rule.NewAlert("telnet", row.Tries).From(row.Address).Evidence("tries", row.Tries))
	}
	return alerts, nil
}

func main() {}
