package dev.gantry.engine.container;

import dev.gantry.linux.Fd;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Where the volumes of one launch are on the host, by target. Places inside a volume are held by
/// descriptors, which the launch opens through `/proc`: between the look and the mount nobody can put a
/// link there (CVE-2017-1002101, CVE-2021-25741). Open until the launch is over.
final class Sources implements AutoCloseable {
    private final Map<String, String> byTarget = new HashMap<>();
    private final List<Fd> held = new ArrayList<>();

    String of(String target) {
        String path = byTarget.get(target);
        if (path == null) {
            throw new IllegalStateException("every volume has a source, that at " + target + " too");
        }
        return path;
    }

    boolean isEmpty() {
        return byTarget.isEmpty();
    }

    void put(String target, String path) {
        byTarget.put(target, path);
    }

    /// Keeps it open for as long.
    Fd keep(Fd fd) {
        held.add(fd);
        return fd;
    }

    /// Keeps `place` open, and names it for other processes of this host.
    void hold(String target, Fd place) {
        put(target, name(keep(place)));
    }

    boolean has(String target) {
        return byTarget.containsKey(target);
    }

    static String name(Fd place) {
        return "/proc/" + ProcessHandle.current().pid() + "/fd/" + place.number();
    }

    @Override
    public void close() {
        held.forEach(Fd::close);
    }
}
