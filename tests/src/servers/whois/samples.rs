//! Answers in the forms that registries give, about addresses and names that are reserved for documentation. Where a fact occurs twice with
//! two values, as an organisation's country does beside a network's, so it does in real answers.
//!
//! None may hold a line with `ReferralServer:` or `% referto:`: the `whois` program would follow it, out of the test.

/// ARIN, a network: 192.0.2.0/24 of Example Networks, Inc., US, abuse@example.net.
pub const ARIN: &str = "\
#
# ARIN WHOIS data and services are subject to the Terms of Use
# available at: https://www.arin.net/resources/registry/whois/tou/
#
# If you see inaccuracies in the results, please report at
# https://www.arin.net/resources/registry/whois/inaccuracy_reporting/
#
# Copyright 1997-2026, American Registry for Internet Numbers, Ltd.
#


NetRange:       192.0.2.0 - 192.0.2.255
CIDR:           192.0.2.0/24
NetName:        EXAMPLE-NET-1
NetHandle:      NET-192-0-2-0-1
Parent:         NET192 (NET-192-0-0-0-0)
NetType:        Direct Allocation
OriginAS:       AS64500
Organization:   Example Networks, Inc. (EXAMP-1)
RegDate:        2009-06-29
Updated:        2024-02-05
Comment:        Abuse reports are read around the clock.
Comment:        https://www.example.net/abuse
Ref:            https://rdap.arin.net/registry/ip/192.0.2.0


OrgName:        Example Networks, Inc.
OrgId:          EXAMP-1
Address:        100 Example Street
Address:        Suite 200
City:           Springfield
StateProv:      IL
PostalCode:     62701
Country:        US
RegDate:        2009-05-11
Updated:        2023-11-28
Ref:            https://rdap.arin.net/registry/entity/EXAMP-1


OrgAbuseHandle: ABUSE1-ARIN
OrgAbuseName:   Abuse Desk
OrgAbusePhone:  +1-555-0100
OrgAbuseEmail:  abuse@example.net
OrgAbuseRef:    https://rdap.arin.net/registry/entity/ABUSE1-ARIN

OrgTechHandle: NOC1-ARIN
OrgTechName:   Network Operations
OrgTechPhone:  +1-555-0101
OrgTechEmail:  noc@example.net
OrgTechRef:    https://rdap.arin.net/registry/entity/NOC1-ARIN


#
# ARIN WHOIS data and services are subject to the Terms of Use
# available at: https://www.arin.net/resources/registry/whois/tou/
#
";

/// ARIN, a network that a customer was given out of a larger one. Two networks with their organisations; the smaller one comes last:
/// 198.51.100.64/26 of Example Customer LLC, CA, inside 198.51.100.0/24 of Example Hosting, US, abuse@hosting.example.
pub const ARIN_REASSIGNED: &str = "\
#
# ARIN WHOIS data and services are subject to the Terms of Use
# available at: https://www.arin.net/resources/registry/whois/tou/
#


# start

NetRange:       198.51.100.0 - 198.51.100.255
CIDR:           198.51.100.0/24
NetName:        EXAMPLE-HOSTING
NetHandle:      NET-198-51-100-0-1
Parent:         NET198 (NET-198-0-0-0-0)
NetType:        Direct Allocation
OriginAS:
Organization:   Example Hosting (EXAMP-2)
RegDate:        2011-03-02
Updated:        2022-08-19
Ref:            https://rdap.arin.net/registry/ip/198.51.100.0


OrgName:        Example Hosting
OrgId:          EXAMP-2
Address:        1 Hosting Way
City:           Ashburn
StateProv:      VA
PostalCode:     20147
Country:        US
RegDate:        2011-02-14
Updated:        2022-08-19
Ref:            https://rdap.arin.net/registry/entity/EXAMP-2


OrgAbuseHandle: ABUSE2-ARIN
OrgAbuseName:   Abuse Desk
OrgAbusePhone:  +1-555-0110
OrgAbuseEmail:  abuse@hosting.example
OrgAbuseRef:    https://rdap.arin.net/registry/entity/ABUSE2-ARIN

# end


# start

NetRange:       198.51.100.64 - 198.51.100.127
CIDR:           198.51.100.64/26
NetName:        EXAMPLE-CUSTOMER
NetHandle:      NET-198-51-100-64-1
Parent:         EXAMPLE-HOSTING (NET-198-51-100-0-1)
NetType:        Reassigned
OriginAS:
Customer:       Example Customer LLC (C01234567)
RegDate:        2019-09-30
Updated:        2019-09-30
Ref:            https://rdap.arin.net/registry/ip/198.51.100.64


CustName:       Example Customer LLC
Address:        2 Customer Road
City:           Toronto
StateProv:      ON
PostalCode:     M5H 2N2
Country:        CA
RegDate:        2019-09-30
Updated:        2019-09-30
Ref:            https://rdap.arin.net/registry/entity/C01234567

# end
";

/// RIPE, a network with its organisation, its contact and its route: 203.0.113.0 - 203.0.113.255, EXAMPLE-EU, DE, Example Provider GmbH,
/// abuse@example.org in the comment and noc-abuse@example.org as the role's mailbox.
pub const RIPE: &str = "\
% This is the RIPE Database query service.
% The objects are in RPSL format.
%
% The RIPE Database is subject to Terms and Conditions.
% See https://docs.db.ripe.net/terms-conditions.html

% Note: this output has been filtered.
%       To receive output for a database update, use the \"-B\" flag.

% Information related to '203.0.113.0 - 203.0.113.255'

% Abuse contact for '203.0.113.0 - 203.0.113.255' is 'abuse@example.org'

inetnum:        203.0.113.0 - 203.0.113.255
netname:        EXAMPLE-EU
descr:          Example Provider GmbH
descr:          Customers with fixed addresses
country:        DE
org:            ORG-EX1-RIPE
admin-c:        EX1-RIPE
tech-c:         EX1-RIPE
status:         ASSIGNED PA
mnt-by:         EXAMPLE-MNT
created:        2012-04-17T09:12:44Z
last-modified:  2023-01-09T14:30:02Z
source:         RIPE # Filtered

organisation:   ORG-EX1-RIPE
org-name:       Example Provider GmbH
country:        DE
org-type:       LIR
address:        Musterstr. 1
address:        10115 Berlin
address:        GERMANY
phone:          +49 30 5550100
abuse-c:        EX1-RIPE
mnt-ref:        EXAMPLE-MNT
mnt-by:         RIPE-NCC-HM-MNT
created:        2012-04-10T08:00:00Z
last-modified:  2022-12-01T17:04:18Z
source:         RIPE # Filtered

role:           Example Provider NOC
address:        Musterstr. 1
address:        10115 Berlin
abuse-mailbox:  noc-abuse@example.org
nic-hdl:        EX1-RIPE
mnt-by:         EXAMPLE-MNT
created:        2012-04-10T08:05:31Z
last-modified:  2021-06-21T11:45:00Z
source:         RIPE # Filtered

% Information related to '203.0.113.0/24AS64501'

route:          203.0.113.0/24
descr:          Example Provider GmbH
origin:         AS64501
mnt-by:         EXAMPLE-MNT
created:        2012-04-17T09:20:10Z
last-modified:  2012-04-17T09:20:10Z
source:         RIPE

% This query was served by the RIPE Database Query Service version 1.114 (SHETLAND)


";

/// RIPE, an IPv6 network without an organisation: 2001:db8::/32, EXAMPLE-V6, NL, abuse@example.org.
pub const RIPE_V6: &str = "\
% This is the RIPE Database query service.
% The objects are in RPSL format.
%
% The RIPE Database is subject to Terms and Conditions.
% See https://docs.db.ripe.net/terms-conditions.html

% Information related to '2001:db8::/32'

% Abuse contact for '2001:db8::/32' is 'abuse@example.org'

inet6num:       2001:db8::/32
netname:        EXAMPLE-V6
descr:          Example Provider IPv6
country:        NL
admin-c:        EX1-RIPE
tech-c:         EX1-RIPE
status:         ALLOCATED-BY-RIR
mnt-by:         EXAMPLE-MNT
created:        2014-07-01T10:00:00Z
last-modified:  2014-07-01T10:00:00Z
source:         RIPE # Filtered

% This query was served by the RIPE Database Query Service version 1.114 (SHETLAND)


";

/// A registry of domains: example.com at Example Registrar, Inc., created 1995-08-14, registrant Example Organization, US, abuse contact
/// abuse@registrar.example.
pub const DOMAIN: &str = "   Domain Name: EXAMPLE.COM
   Registry Domain ID: 2336799_DOMAIN_COM-VRSN
   Registrar WHOIS Server: whois.registrar.example
   Registrar URL: http://www.registrar.example
   Updated Date: 2025-08-14T07:01:44Z
   Creation Date: 1995-08-14T04:00:00Z
   Registry Expiry Date: 2026-08-13T04:00:00Z
   Registrar: Example Registrar, Inc.
   Registrar IANA ID: 9999
   Registrar Abuse Contact Email: abuse@registrar.example
   Registrar Abuse Contact Phone: +1.5555550120
   Domain Status: clientDeleteProhibited https://icann.org/epp#clientDeleteProhibited
   Domain Status: clientTransferProhibited https://icann.org/epp#clientTransferProhibited
   Registrant Name: REDACTED FOR PRIVACY
   Registrant Organization: Example Organization
   Registrant State/Province: CA
   Registrant Country: US
   Registrant Email: REDACTED FOR PRIVACY
   Name Server: A.NS.EXAMPLE
   Name Server: B.NS.EXAMPLE
   DNSSEC: unsigned
   URL of the ICANN Whois Inaccuracy Complaint Form: https://www.icann.org/wicf/
>>> Last update of whois database: 2026-01-15T12:00:00Z <<<

For more information on Whois status codes, please visit https://icann.org/epp

NOTICE: The expiration date displayed in this record is the date the
registrar's sponsorship of the domain name registration in the registry is
currently set to expire.
";

/// Nothing is known, in the words of ARIN.
pub const NO_MATCH: &str = "\
#
# ARIN WHOIS data and services are subject to the Terms of Use
# available at: https://www.arin.net/resources/registry/whois/tou/
#

No match found for the query.

#
# ARIN WHOIS data and services are subject to the Terms of Use
# available at: https://www.arin.net/resources/registry/whois/tou/
#
";

/// Nothing is known, in the words of RIPE.
pub const RIPE_NO_ENTRIES: &str = "\
% This is the RIPE Database query service.
% The objects are in RPSL format.

%ERROR:101: no entries found
%
% No entries found in source RIPE.

";

/// Nothing is known, in the words of a registry of domains.
pub const DOMAIN_NO_MATCH: &str = "\
No match for domain \"NOSUCH.EXAMPLE\".
>>> Last update of whois database: 2026-01-15T12:00:00Z <<<
";

/// Too many questions, in the words of RIPE.
pub const RIPE_DENIED: &str = "\
% This is the RIPE Database query service.

%ERROR:201: access denied for 192.0.2.200
%
% Queries from your IP address have passed the daily limit of controlled objects.
% Access from your host has been temporarily denied.
% For more information, see
% https://docs.db.ripe.net/FAQ/#why-did-i-receive-an-error-201-access-denied
";
