//! Which network this machine is in, without sending anything: connecting a datagram
//! socket only asks the system from which address it would send. It works alike on every
//! system, and needs no rights.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, UdpSocket};

/// Addresses that documentation uses: nobody has them, and every default route leads there.
const FAR: [IpAddr; 2] = [
    IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1)),
    IpAddr::V6(Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 1)),
];

/// The addresses from which this machine would reach the internet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Network([Option<IpAddr>; 2]);

impl Network {
    /// The one it is in now.
    pub(super) fn now() -> Self {
        Self(FAR.map(own_address))
    }

    /// Whether it leads anywhere.
    pub(super) fn is_up(self) -> bool {
        self.0.iter().any(Option::is_some)
    }
}

fn own_address(far: IpAddr) -> Option<IpAddr> {
    let any: IpAddr = match far {
        IpAddr::V4(_) => Ipv4Addr::UNSPECIFIED.into(),
        IpAddr::V6(_) => Ipv6Addr::UNSPECIFIED.into(),
    };
    let socket = UdpSocket::bind((any, 0)).ok()?;
    socket.connect((far, 9)).ok()?;
    Some(socket.local_addr().ok()?.ip())
}
