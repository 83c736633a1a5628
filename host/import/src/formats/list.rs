//! The formats by name: what `--from` takes, and what the summary of an import calls them.

use std::fmt;

macro_rules! formats {
    ($($(#[doc = $doc:literal])+ $variant:ident $name:literal),+ $(,)?) => {
        /// A format of logs.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Format {
            $($(#[doc = $doc])+ $variant),+
        }

        impl Format {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// As the command line has it.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name),+ }
            }

            /// What writes it.
            #[must_use]
            pub fn about(self) -> &'static str {
                match self { $(Self::$variant => concat!($($doc),+)),+ }
            }
        }
    };
}

formats! {
    /// The kernel's packet log: iptables, nftables, UFW, firewalld, OpenWrt, Proxmox VE
    Netfilter "netfilter",
    /// UniFi gateways
    Unifi "unifi",
    /// filterlog of pfSense and OPNsense, and pf's log as tcpdump prints it
    Pf "pf",
    /// RouterOS
    Mikrotik "mikrotik",
    /// eve.json: alerts, drops, flows and netflow
    Suricata "suricata",
    /// conn.log, tab-separated or JSON
    Zeek "zeek",
    /// pfirewall.log
    Windows "windows",
    /// FortiGate's own form
    Fortigate "fortigate",
    /// Cisco ASA, FTD and PIX
    Cisco "cisco",
    /// Flow logs of Amazon's VPC
    Aws "aws",
    /// Sophos UTM, XG and SFOS
    Sophos "sophos",
    /// WatchGuard Firebox
    Watchguard "watchguard",
    /// SonicWall
    Sonicwall "sonicwall",
    /// Palo Alto Networks, comma-separated
    Paloalto "paloalto",
    /// Juniper SRX
    Juniper "juniper",
    /// Check Point's syslog
    CheckPoint "checkpoint",
    /// Any vendor's Common Event Format
    Cef "cef",
    /// Any vendor's Log Event Extended Format
    Leef "leef",
    /// nfdump's CSV and text
    Nfdump "nfdump",
    /// ulogd's JSON
    Ulogd "ulogd",
    /// Google Cloud: VPC flow logs and firewall rules logging
    Gcp "gcp",
    /// Azure: flow logs of security groups and virtual networks
    Azure "azure",
    /// conntrack -E -o timestamp
    Conntrack "conntrack",
    /// A table with a header
    Csv "csv",
    /// JSON lines
    Ndjson "ndjson",
}

impl Format {
    /// Whether it needs to be told what its values are.
    #[must_use]
    pub fn is_table(self) -> bool {
        matches!(self, Self::Csv | Self::Ndjson)
    }

    /// Whether a line may be a long record, as JSON and tables have them.
    pub(super) fn has_records(self) -> bool {
        matches!(self, Self::Suricata | Self::Zeek | Self::Csv | Self::Ndjson | Self::Ulogd | Self::Gcp | Self::Azure)
    }

    /// What a line of a format has behind the date and the host.
    pub(super) fn expected(self) -> &'static str {
        match self {
            Self::Netfilter => "`kernel:`",
            Self::Unifi => "rule such as [WAN_LOCAL-D-4000]",
            Self::Pf => "`filterlog`",
            Self::Mikrotik => "topic `firewall`",
            Self::Suricata => "`suricata`",
            Self::Fortigate => "`date=` or `devname=`",
            Self::Cisco => "`%ASA-`",
            Self::Cef => "`CEF:`",
            Self::Leef => "`LEEF:`",
            Self::Juniper => "`RT_FLOW`",
            Self::Sophos => "`sub=\"packetfilter\"` or `log_type=`",
            Self::Watchguard => "`msg_id=`",
            Self::Sonicwall => "`id=firewall`",
            _ => "line of that format",
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}
