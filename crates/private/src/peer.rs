//! Who is at the other end of a connection on this machine. Linux tells whose each socket
//! is; elsewhere nobody is refused.

use std::net::SocketAddr;

/// Whether the connection from `peer` to `here` was opened by another user. False for root,
/// who can read everything anyway and carries connections for others (into a virtual
/// machine, for example), and where the system does not tell.
pub fn is_foreign(peer: SocketAddr, here: SocketAddr) -> bool {
    #[cfg(target_os = "linux")]
    {
        let user = rustix::process::geteuid().as_raw();
        linux::owner(peer, here).is_some_and(|owner| owner != user && owner != 0)
    }
    #[cfg(not(target_os = "linux"))]
    {
        let _ = (peer, here);
        false
    }
}

#[cfg(any(target_os = "linux", test))]
mod linux {
    use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

    /// A list that changes while it is read can lack a line.
    const TRIES: usize = 3;

    #[cfg(target_os = "linux")]
    pub(super) fn owner(peer: SocketAddr, here: SocketAddr) -> Option<u32> {
        let look = |list: &str| owner_in(&std::fs::read_to_string(list).ok()?, peer, here);
        (0..TRIES).find_map(|_| ["/proc/net/tcp", "/proc/net/tcp6"].into_iter().find_map(look))
    }

    /// Whose the socket at `peer` is that is connected to `here`, according to a list in the
    /// form of `/proc/net/tcp` or `/proc/net/tcp6`.
    pub(super) fn owner_in(list: &str, peer: SocketAddr, here: SocketAddr) -> Option<u32> {
        let ends = [ends(peer), ends(here)];
        list.lines().skip(1).find_map(|line| {
            let mut words = line.split_ascii_whitespace().skip(1);
            let (local, remote) = (words.next()?, words.next()?);
            let is_it =
                ends[0].iter().any(|it| it == local) && ends[1].iter().any(|it| it == remote);
            if is_it { words.nth(4)?.parse().ok() } else { None }
        })
    }

    /// The forms in which an address can be listed: as it is, and inside the newer kind.
    fn ends(address: SocketAddr) -> [String; 2] {
        let port = address.port();
        let short = |it: Ipv4Addr| format!("{:08X}:{port:04X}", u32::from_ne_bytes(it.octets()));
        let long = |it: Ipv6Addr| {
            let words = it.octets();
            let words = words.as_chunks::<4>().0.iter().map(|it| u32::from_ne_bytes(*it));
            let words: String = words.map(|it| format!("{it:08X}")).collect();
            format!("{words}:{port:04X}")
        };
        match address.ip() {
            IpAddr::V4(it) => [short(it), long(it.to_ipv6_mapped())],
            IpAddr::V6(it) => [long(it), it.to_ipv4_mapped().map(short).unwrap_or_default()],
        }
    }
}

#[cfg(all(test, target_endian = "little"))]
mod tests {
    use super::linux::owner_in;

    /// As a kernel writes it: who listens, both ends of one connection, and another one.
    const SHORT: &str = "\
  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 100 1
   1: 0100007F:1F90 0100007F:9C40 01 00000000:00000000 00:00000000 00000000  1000        0 101 1
   2: 0100007F:9C40 0100007F:1F90 01 00000000:00000000 00:00000000 00000000 65534        0 102 1
   3: 0100007F:9C41 0100007F:1F91 01 00000000:00000000 00:00000000 00000000  1000        0 103 1
broken line
";
    const LONG: &str = "\
  sl  local_address                         remote_address                        st tx rx
   0: 0000000000000000FFFF00000100007F:9C42 0000000000000000FFFF00000100007F:1F90 01 0:0 0:0 0 1001 0 1
";

    #[test]
    fn the_other_end_of_a_connection_has_an_owner() {
        let of = |list: &str, peer: u16, here: u16| {
            owner_in(list, ([127, 0, 0, 1], peer).into(), ([127, 0, 0, 1], here).into())
        };
        assert_eq!(of(SHORT, 40_000, 8_080), Some(65_534));
        assert_eq!(of(SHORT, 8_080, 40_000), Some(1_000), "this end");
        assert_eq!(of(SHORT, 40_000, 8_081), None, "connected to somebody else");
        assert_eq!(of(SHORT, 40_001, 8_081), Some(1_000));
        assert_eq!(of(LONG, 40_002, 8_080), Some(1_001), "an old address in the new kind");
        assert_eq!(of("", 40_000, 8_080), None);
    }
}
