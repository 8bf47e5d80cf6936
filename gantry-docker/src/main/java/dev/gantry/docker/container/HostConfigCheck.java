package dev.gantry.docker.container;

import dev.gantry.api.container.CreateRequest;
import dev.gantry.api.container.HostConfig;
import dev.gantry.docker.route.DockerError;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/// Refuses what a create request asks for and this version cannot give. Nothing that was asked for is left out in
/// silence: it works, it is refused, or a warning says what happens instead.
final class HostConfigCheck {
    /// Those that clients know are all this engine's own.
    private static final Set<String> RUNTIMES = Set.of("", "gantry", "runc", "io.containerd.runc.v2");

    private HostConfigCheck() {}

    /// The warnings of what was accepted. `hasBridge`: this engine can put containers into networks. `mapsIds`: those
    /// that
    /// do not ask for the host's are in user namespaces.
    static List<String> check(CreateRequest request, HostConfig host, int minor, boolean hasBridge, boolean mapsIds) {
        List<String> warnings = new ArrayList<>();
        checkNamespaces(request, host);
        if (mapsIds && !host.usernsMode().equals("host")) {
            checkMapped(host);
        }
        if (isNetworkDisabled(request) && host.networkMode().equals("host")) {
            throw DockerError.badParameter("conflicting options: NetworkDisabled and NetworkMode host");
        }
        checkStorage(host);
        LimitCheck.check(host, warnings);
        ConfigCheck.check(request, host);
        warnings.addAll(NetworkCheck.check(request, host, minor, hasBridge));
        return warnings;
    }

    static boolean isNetworkDisabled(CreateRequest request) {
        return Boolean.TRUE.equals(request.networkDisabled());
    }

    private static void checkNamespaces(CreateRequest r, HostConfig h) {
        mode("PID", h.pidMode(), Set.of("", "private", "host"), true);
        mode("IPC", h.ipcMode(), Set.of("", "private", "host", "none", "shareable"), true);
        mode("UTS", h.utsMode(), Set.of("", "host"), false);
        mode("user namespace", h.usernsMode(), Set.of("", "host"), false);
        mode("cgroup namespace", h.cgroupnsMode(), Set.of("", "private", "host"), false);
        if (h.utsMode().equals("host") && !r.hostname().isEmpty()) {
            throw DockerError.badParameter("conflicting options: hostname and the UTS mode");
        }
        refuse(!h.cgroup().isEmpty(), "Cgroup " + h.cgroup());
        String runtime = h.runtime() == null ? "" : h.runtime();
        if (!RUNTIMES.contains(runtime)) {
            throw DockerError.badParameter("unknown or invalid runtime name: " + runtime);
        }
    }

    /// What the kernel grants nobody there.
    private static void checkMapped(HostConfig h) {
        if (h.privileged()) {
            throw DockerError.badParameter(
                    "privileged mode is incompatible with user namespaces.  You must run the container"
                            + " in the host namespace when running privileged mode");
        }
        if (h.networkMode().equals("host")) {
            throw DockerError.badParameter(
                    "cannot share the host's network namespace when user namespaces are enabled");
        }
        if (h.pidMode().equals("host")) {
            throw DockerError.badParameter("cannot share the host PID namespace when user namespaces are enabled");
        }
    }

    private static void mode(String what, String mode, Set<String> known, boolean shared) {
        if (!known.contains(mode) && !(shared && mode.matches("container:.+"))) {
            throw DockerError.badParameter("invalid " + what + " mode: " + mode);
        }
    }

    private static void checkStorage(HostConfig h) {
        if (h.storageOpt() == null) {
            return;
        }
        for (String option : h.storageOpt().keySet()) {
            throw DockerError.badParameter(
                    option.equals("size")
                            ? "--storage-opt is supported only for overlay over xfs with 'pquota' mount option"
                            : "Unknown option " + option);
        }
    }

    private static void refuse(boolean asked, String what) {
        if (asked) {
            throw DockerError.later(what);
        }
    }
}
