package dev.gantry.runtime.oci;

import dev.gantry.base.InvalidArgument;
import dev.gantry.runtime.oci.LinuxSpec.IdMapping;
import dev.gantry.runtime.oci.LinuxSpec.Namespace;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Refuses a configuration that contradicts itself, before anything is made. Each refusal names the place in the
/// document.
public final class SpecChecks {
    private static final Set<String> NAMESPACES =
            Set.of("mount", "pid", "network", "uts", "ipc", "user", "cgroup", "time");
    private static final Set<String> PROPAGATIONS =
            Set.of("", "private", "rprivate", "shared", "rshared", "slave", "rslave", "unbindable", "runbindable");
    private static final long MAX_ID = 0xFFFF_FFFEL; // the last one means "no id", chown(2)

    private final RuntimeSpec spec;
    private final LinuxSpec linux;

    private SpecChecks(RuntimeSpec spec) {
        this.spec = spec;
        LinuxSpec l = spec.linux();
        this.linux = l == null ? LinuxSpec.NONE : l;
    }

    /// Throws InvalidArgument for the first contradiction.
    public static void check(RuntimeSpec spec) {
        new SpecChecks(spec).all();
    }

    private void all() {
        if (!spec.ociVersion().matches("1\\.\\d.*")) {
            throw at("ociVersion", "it is not a version 1." + shown(spec.ociVersion()), "write 1.2.1");
        }
        RuntimeSpec.Root root = spec.root();
        if (root == null || root.path().isEmpty()) {
            throw at("root.path", "it is absent", "name the directory of the root filesystem");
        }
        namespaces();
        idMappings();
        if (!spec.hostname().isEmpty() && !isPrivate("uts")) {
            throw at("hostname", "the uts namespace is the host's", "add {\"type\": \"uts\"} or leave it out");
        }
        if (!spec.domainname().isEmpty() && !isPrivate("uts")) {
            throw at("domainname", "the uts namespace is the host's", "add {\"type\": \"uts\"} or leave it out");
        }
        for (int i = 0; i < spec.mounts().size(); i++) {
            mount("mounts[" + i + "]", spec.mounts().get(i));
        }
        ProcessSpec process = spec.process();
        if (process != null) {
            ProcessChecks.check(process);
        }
        devices();
        paths("linux.maskedPaths", linux.maskedPaths());
        paths("linux.readonlyPaths", linux.readonlyPaths());
        sysctls();
        timeOffsets();
        if (!PROPAGATIONS.contains(linux.rootfsPropagation())) {
            throw at(
                    "linux.rootfsPropagation",
                    "there is no propagation " + linux.rootfsPropagation(),
                    "use private, slave, shared or unbindable");
        }
        if (List.of(linux.cgroupsPath().split("/")).contains("..")) {
            throw at("linux.cgroupsPath", "it leaves its hierarchy by ..", "write the path without ..");
        }
        ResourcesSpec resources = linux.resources();
        if (resources != null) {
            ResourceChecks.check(resources);
        }
        if (linux.seccomp() != null) {
            SeccompChecks.check(linux.seccomp());
        }
    }

    private void namespaces() {
        Set<String> seen = new HashSet<>();
        for (int i = 0; i < linux.namespaces().size(); i++) {
            Namespace n = linux.namespaces().get(i);
            String path = "linux.namespaces[" + i + "]";
            if (!NAMESPACES.contains(n.type())) {
                throw at(path + ".type", "there is no namespace" + shown(n.type()), "see namespaces(7)");
            }
            if (!seen.add(n.type())) {
                throw at(path + ".type", "there is a " + n.type() + " namespace already", "leave one out");
            }
            if (!n.path().isEmpty() && !n.path().startsWith("/")) {
                throw at(path + ".path", n.path() + " is not absolute", "begin it with /");
            }
        }
    }

    private void idMappings() {
        boolean mapped = !linux.uidMappings().isEmpty() || !linux.gidMappings().isEmpty();
        boolean fresh = isNew("user");
        if (mapped && !fresh) {
            throw at(
                    "linux.uidMappings",
                    "no user namespace is made that ids could be mapped in",
                    "add {\"type\": \"user\"} or leave the mappings out");
        }
        if (fresh && (linux.uidMappings().isEmpty() || linux.gidMappings().isEmpty())) {
            throw at(
                    linux.uidMappings().isEmpty() ? "linux.uidMappings" : "linux.gidMappings",
                    "a user namespace is made, and nothing is mapped in it",
                    "add a mapping");
        }
        mappings("linux.uidMappings", linux.uidMappings());
        mappings("linux.gidMappings", linux.gidMappings());
    }

    private static void mappings(String path, List<IdMapping> all) {
        for (int i = 0; i < all.size(); i++) {
            IdMapping m = all.get(i);
            String here = path + "[" + i + "]";
            if (m.size() <= 0) {
                throw at(here + ".size", "it maps nothing", "map at least one id");
            }
            if (m.containerId() < 0
                    || m.hostId() < 0
                    || m.containerId() + m.size() - 1 > MAX_ID
                    || m.hostId() + m.size() - 1 > MAX_ID) {
                throw at(here, "ids go from 0 to " + MAX_ID, "correct the range");
            }
            for (IdMapping other : all.subList(0, i)) {
                if (overlap(m.containerId(), other.containerId(), m, other)
                        || overlap(m.hostId(), other.hostId(), m, other)) {
                    throw at(here, "it overlaps with an earlier range", "map each id once");
                }
            }
        }
    }

    private static boolean overlap(long a, long b, IdMapping m, IdMapping other) {
        return a < b + other.size() && b < a + m.size();
    }

    private static void mount(String path, RuntimeSpec.Mount m) {
        if (!m.destination().startsWith("/")) {
            throw at(path + ".destination", shown(m.destination()).strip() + " is not absolute", "begin it with /");
        }
        plain(path + ".destination", m.destination());
        plain(path + ".source", m.source());
        if (m.isBind() && m.source().isEmpty()) {
            throw at(path + ".source", "a bind mount shows something that exists, and nothing is named", "name it");
        }
        if (!m.isBind() && (m.type().isEmpty() || m.type().equals("none"))) {
            throw at(path + ".type", "it is neither a bind mount nor of a type", "add a type or the option bind");
        }
        if (m.uidMappings().isEmpty() != m.gidMappings().isEmpty()) {
            throw at(path, "it maps either user or group ids, but not both", "add the other mapping");
        }
        Set<String> options = Set.copyOf(m.options());
        for (List<String> pair : List.of(List.of("ro", "rw"), List.of("rro", "rrw"))) {
            if (options.containsAll(pair)) {
                throw at(path + ".options", "it is both " + pair.getFirst() + " and " + pair.getLast(), "keep one");
            }
        }
        List<String> kinds = new ArrayList<>(MountOptions.PROPAGATION.keySet());
        kinds.retainAll(options);
        if (kinds.size() > 1) {
            kinds.sort(null);
            throw at(path + ".options", "it is both " + kinds.get(0) + " and " + kinds.get(1), "keep one");
        }
    }

    private void devices() {
        Set<String> seen = new HashSet<>();
        for (int i = 0; i < linux.devices().size(); i++) {
            LinuxSpec.Device d = linux.devices().get(i);
            String path = "linux.devices[" + i + "]";
            if (!d.type().matches("[cbup]")) {
                throw at(path + ".type", "there are devices c, b, u and p, not" + shown(d.type()), "use one of these");
            }
            if (!d.path().startsWith("/")) {
                throw at(path + ".path", shown(d.path()).strip() + " is not absolute", "begin it with /");
            }
            plain(path + ".path", d.path());
            if (!seen.add(d.path())) {
                throw at(path + ".path", d.path() + " is there already", "leave one out");
            }
            if (d.major() < 0 || d.minor() < 0) {
                throw at(path, "device numbers are not negative", "correct the number");
            }
            Long mode = d.fileMode();
            if (mode != null && (mode < 0 || mode > 07777)) {
                throw at(path + ".fileMode", mode + " is not a mode", "write the permissions as a decimal number");
            }
            id(path + ".uid", d.uid());
            id(path + ".gid", d.gid());
        }
    }

    private static void paths(String path, List<String> all) {
        for (int i = 0; i < all.size(); i++) {
            if (!all.get(i).startsWith("/")) {
                throw at(path + "[" + i + "]", all.get(i) + " is not absolute", "begin it with /");
            }
            plain(path + "[" + i + "]", all.get(i));
        }
    }

    /// Only what belongs to a namespace of the container: the rest would change the host.
    private void sysctls() {
        for (Map.Entry<String, String> e : linux.sysctl().entrySet()) {
            String name = e.getKey().replace('/', '.');
            String path = "linux.sysctl[" + e.getKey() + "]";
            plain(path, e.getKey());
            if (List.of(e.getKey().split("/")).contains("..")) {
                throw at(path, "it leaves /proc/sys by ..", "write the name without ..");
            }
            String type = namespaceOf(name);
            if (type.isEmpty()) {
                throw at(path, "it belongs to no namespace and would change the host", "set it on the host");
            }
            if (!isPrivate(type)) {
                throw at(path, "the " + type + " namespace is the host's", "add {\"type\": \"" + type + "\"}");
            }
            if (name.equals("kernel.hostname") && !spec.hostname().isEmpty()) {
                throw at(path, "hostname sets it too", "keep hostname");
            }
        }
    }

    private static String namespaceOf(String sysctl) {
        if (sysctl.startsWith("net.")) {
            return "network";
        }
        if (sysctl.startsWith("fs.mqueue.")
                || sysctl.startsWith("kernel.msg")
                || sysctl.startsWith("kernel.shm")
                || sysctl.equals("kernel.sem")
                || sysctl.equals("kernel.auto_msgmni")) {
            return "ipc";
        }
        return sysctl.equals("kernel.hostname") || sysctl.equals("kernel.domainname") ? "uts" : "";
    }

    private void timeOffsets() {
        for (Map.Entry<String, LinuxSpec.TimeOffset> e : linux.timeOffsets().entrySet()) {
            String path = "linux.timeOffsets." + e.getKey();
            if (!isNew("time")) {
                throw at(path, "no time namespace is made", "add {\"type\": \"time\"} or leave it out");
            }
            if (!e.getKey().equals("monotonic") && !e.getKey().equals("boottime")) {
                throw at(path, "there are the clocks monotonic and boottime", "use one of these");
            }
            if (e.getValue().nanosecs() < 0 || e.getValue().nanosecs() > 999_999_999) {
                throw at(path + ".nanosecs", "a second has 1000000000", "carry the rest over to secs");
            }
        }
    }

    private boolean isNew(String type) {
        return linux.namespaces().stream()
                .anyMatch(n -> n.type().equals(type) && n.path().isEmpty());
    }

    /// New, or another process's: not the host's.
    private boolean isPrivate(String type) {
        return linux.namespaces().stream().anyMatch(n -> n.type().equals(type));
    }

    static void id(String path, @Nullable Long id) {
        if (id != null && (id < 0 || id > MAX_ID)) {
            throw at(path, id + " is not an id, which go from 0 to " + MAX_ID, "correct it");
        }
    }

    /// What the kernel is given ends at the first NUL, so nothing may have one inside.
    static void plain(String path, String text) {
        if (text.indexOf('\0') >= 0) {
            throw at(path, "it has a NUL character in it", "remove it");
        }
    }

    static void unsigned64(String path, BigInteger value) {
        if (value.signum() < 0 || value.bitLength() > 64) {
            throw at(path, value + " is not an unsigned 64-bit number", "correct it");
        }
    }

    private static String shown(String text) {
        return text.isEmpty() ? " nothing" : " " + text;
    }

    static InvalidArgument at(String path, String why, String todo) {
        return new InvalidArgument("check config.json at " + path, why, todo);
    }
}
