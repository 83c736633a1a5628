//! What shape a scan has: the classes of Zeek's simple-scan, and the block of hosts and ports between them.

/// The shape of a scan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// One port, or up to five, of many hosts.
    Address,
    /// Many ports of one host, or of up to five.
    Port,
    /// Many ports of many hosts, most of the pairs.
    Block,
    /// Many ports and many hosts, few of the pairs.
    Random,
}

/// Up to so many hosts or ports are as good as one: Zeek's limit for what is an address scan and no block scan.
pub const FEW: usize = 5;

impl Shape {
    /// The name for evidence.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Address => "address scan",
            Self::Port => "port scan",
            Self::Block => "block scan",
            Self::Random => "random scan",
        }
    }
}

/// The shape of what tried so many hosts and ports, and so many pairs of these.
#[must_use]
pub fn shape(hosts: usize, ports: usize, pairs: usize) -> Shape {
    match (hosts, ports) {
        (_, 1) => Shape::Address,
        (1, _) => Shape::Port,
        (_, ..=FEW) => Shape::Address,
        (..=FEW, _) => Shape::Port,
        _ if pairs * 2 >= hosts * ports => Shape::Block,
        _ => Shape::Random,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes() {
        assert_eq!(shape(200, 1, 200), Shape::Address);
        assert_eq!(shape(1, 1, 1), Shape::Address);
        assert_eq!(shape(1, 500, 500), Shape::Port);
        assert_eq!(shape(1, 3, 3), Shape::Port);
        assert_eq!(shape(200, 5, 900), Shape::Address);
        assert_eq!(shape(5, 200, 900), Shape::Port);
        assert_eq!(shape(10, 10, 100), Shape::Block);
        assert_eq!(shape(10, 10, 15), Shape::Random);
    }
}
