package dev.gantry.network.port;

import dev.gantry.base.Conflict;
import dev.gantry.network.address.Ip;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;

/// Which ports of the host are published, and by whom. Built again from the stored endpoints at every
/// start.
public final class PortBook {
    /// Guards both fields.
    private final ReentrantLock lock = new ReentrantLock();

    private final Map<Integer, List<Held>> byPort = new HashMap<>();
    private int nextEphemeral = PortRange.EPHEMERAL.first();

    private record Held(PublishedPort port, String holder) {}

    /// Gives every request its ports, or none at all. A request without an address of the host gets the
    /// same port on each of `everywhere`, which are the unspecified addresses of the families in use.
    public List<PublishedPort> allocate(
            List<PortRequest> requests, List<Ip> everywhere, String holder, PortProbe probe) {
        lock.lock();
        List<PublishedPort> got = new ArrayList<>();
        boolean done = false;
        try {
            for (PortRequest request : requests) {
                List<Ip> addresses = request.hostIp() == null ? everywhere : List.of(request.hostIp());
                List<PublishedPort> ports = one(request, addresses, holder, probe);
                ports.forEach(p -> hold(p, holder));
                got.addAll(ports);
            }
            done = true;
            return got;
        } finally {
            if (!done) {
                got.forEach(this::drop);
            }
            lock.unlock();
        }
    }

    /// What stored endpoints hold, after a restart.
    public void restore(Collection<PublishedPort> ports, String holder) {
        lock.lock();
        try {
            ports.forEach(p -> hold(p, holder));
        } finally {
            lock.unlock();
        }
    }

    /// Giving back what is free is not an error.
    public void release(Collection<PublishedPort> ports) {
        lock.lock();
        try {
            ports.forEach(this::drop);
        } finally {
            lock.unlock();
        }
    }

    private List<PublishedPort> one(PortRequest request, List<Ip> addresses, String holder, PortProbe probe) {
        PortRange range = request.hostPorts();
        int start = request.isEphemeral() ? nextEphemeral : range.first();
        String blocker = "";
        for (int i = 0; i < range.size(); i++) {
            int port = range.first() + (start - range.first() + i) % range.size();
            List<PublishedPort> wanted = addresses.stream()
                    .map(ip -> new PublishedPort(request.container(), ip, port))
                    .toList();
            String ours = holderOf(wanted);
            if (ours.isEmpty()
                    && wanted.stream().allMatch(p -> probe.hold(p.container().protocol(), p.hostIp(), port))) {
                if (request.isEphemeral()) {
                    nextEphemeral = port == range.last() ? range.first() : port + 1;
                }
                return wanted;
            }
            blocker = ours;
        }
        throw taken(request, addresses, holder, blocker);
    }

    private static Conflict taken(PortRequest request, List<Ip> addresses, String holder, String blocker) {
        String what = "publish port " + request.container() + " of " + holder;
        if (request.hostPorts().size() > 1) {
            return new Conflict(
                    what,
                    "all ports are allocated in " + request.hostPorts(),
                    "publish another range, or stop containers that hold these");
        }
        Ip ip = addresses.getFirst();
        String at = (ip.isV4() ? ip : "[" + ip + "]") + ":" + request.hostPorts();
        return blocker.isEmpty()
                ? new Conflict(
                        what,
                        "failed to bind host port " + at + "/"
                                + request.container().protocol().wire() + ": address already in use",
                        "stop the program of the host that listens there, or publish another port")
                : new Conflict(
                        what,
                        "Bind for " + at + " failed: port is already allocated: container " + blocker + " holds it",
                        "stop " + blocker + ", or publish another port");
    }

    /// Empty when all are free.
    private String holderOf(List<PublishedPort> wanted) {
        for (PublishedPort p : wanted) {
            for (Held held : byPort.getOrDefault(p.hostPort(), List.of())) {
                if (held.port().meets(p)) {
                    return held.holder();
                }
            }
        }
        return "";
    }

    private void hold(PublishedPort port, String holder) {
        byPort.computeIfAbsent(port.hostPort(), _ -> new ArrayList<>()).add(new Held(port, holder));
    }

    private void drop(PublishedPort port) {
        List<Held> held = byPort.get(port.hostPort());
        if (held != null) {
            held.removeIf(h -> h.port().equals(port));
            if (held.isEmpty()) {
                byPort.remove(port.hostPort());
            }
        }
    }
}
