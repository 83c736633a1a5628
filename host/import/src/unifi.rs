//! One line of a UniFi gateway's packet log, which is netfilter's with the rule in brackets where others have `kernel:`.
//!
//! `Jun 13 23:29:15 gateway [WAN_LOCAL-D-2147483647] DESCR="[WAN_LOCAL]Block All Traffic" IN=eth8 OUT= ... SRC=... DST=... PROTO=UDP ...`

use super::syslog::Entry;
use super::verdict::rule_action;

/// What such a gateway said, from the rule on; none where the line is of anything else.
pub(super) fn message<'a>(entry: &Entry<'a>) -> Option<&'a str> {
    let text = entry.unnamed()?;
    let (rule, _) = text.strip_prefix('[')?.split_once(']')?;
    rule_action(rule).map(|_| text)
}
