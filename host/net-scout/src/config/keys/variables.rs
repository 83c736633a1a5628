//! Variables of the Python program that mean something here, and are not those of a key.

/// The variables of the Python program that set a parameter of a plugin: variable, plugin, parameter.
pub(crate) const PARAMETER_VARIABLES: [(&str, &str, &str); 12] = [
    ("NET_SCOUT_HORIZONTAL_DST_IP_THRESHOLD", "horizontal_scan", "dst_ip_threshold"),
    ("NET_SCOUT_HORIZONTAL_CONN_THRESHOLD", "horizontal_scan", "conn_threshold"),
    ("NET_SCOUT_VERTICAL_PORTS_THRESHOLD", "vertical_scan", "ports_threshold"),
    ("NET_SCOUT_REPEATED_CONN_THRESHOLD", "high_connection_volume", "conn_threshold"),
    ("NET_SCOUT_ENABLE_RDNS", "rdns", "enabled"),
    ("NET_SCOUT_ENABLE_TRACEROUTE", "traceroute", "enabled"),
    ("NET_SCOUT_ENABLE_WHOIS", "whois", "enabled"),
    ("NET_SCOUT_TRACEROUTE_MAX_HOPS", "traceroute", "max_hops"),
    ("NET_SCOUT_TRACEROUTE_TIMEOUT", "traceroute", "timeout"),
    ("NET_SCOUT_WHOIS_SERVER", "whois", "server"),
    ("NET_SCOUT_WHOIS_TIMEOUT", "whois", "timeout"),
    ("PDNS_API_URL", "pdns", "url"),
];

/// The variables that name a directory whose files plugins may be granted: variable, name.
pub(crate) const DIRECTORY_VARIABLES: [(&str, &str); 2] =
    [("NET_SCOUT_GEOIP_DIR", "geoip"), ("NET_SCOUT_THREAT_LISTS_DIR", "threat_lists")];
