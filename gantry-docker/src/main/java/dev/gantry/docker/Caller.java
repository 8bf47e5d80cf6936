package dev.gantry.docker;

import java.security.cert.X509Certificate;
import java.util.List;

/// Who sends a request, as far as its connection proves it.
public sealed interface Caller {
    /// A process of this host that connected to a Unix socket, as the kernel noted it then (unix(7), SO_PEERCRED). The
    /// process id may belong to another by now. Ids of users whom this user namespace does not know are 65534.
    record Local(int pid, int uid, int gid) implements Caller {}

    /// The holder of a certificate that one of the daemon's authorities signed.
    ///
    /// @param name the common name of its subject; empty when it has none
    /// @param chain its own first; never empty
    record Certified(String name, List<X509Certificate> chain) implements Caller {
        public Certified {
            chain = List.copyOf(chain);
        }
    }

    /// Anybody who reaches a TCP socket that asks for no certificate.
    record Anybody(String address) implements Caller {}

    /// This very process.
    record Itself() implements Caller {}
}
