package dev.gantry.daemon;

import dev.gantry.linux.Fd;
import dev.gantry.linux.Linux;
import dev.gantry.linux.LinuxError;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Tells the supervisor that started the daemon how it is, sd_notify(3). Without one it does nothing.
///
/// @param socket empty: there is nobody to tell
record Notify(String socket) {
    private static final Logger LOG = LoggerFactory.getLogger(Notify.class);

    static Notify of(Map<String, String> environment) {
        return new Notify(environment.getOrDefault("NOTIFY_SOCKET", ""));
    }

    void ready() {
        tell("READY=1\nSTATUS=serving\nMAINPID=" + ProcessHandle.current().pid());
    }

    void reloading() {
        // CLOCK_MONOTONIC is what nanoTime reads on Linux.
        tell("RELOADING=1\nMONOTONIC_USEC=" + System.nanoTime() / 1000);
    }

    void stopping() {
        tell("STOPPING=1\nSTATUS=leaving, containers go on");
    }

    private void tell(String state) {
        if (socket.isEmpty()) {
            return;
        }
        // An at sign stands for the NUL of the abstract name space, unix(7).
        String path = socket.startsWith("@") ? "\0" + socket.substring(1) : socket;
        try (Fd fd = Linux.host().sockets().connectUnixDatagrams(path)) {
            Linux.host().sockets().offer(fd, state.getBytes(StandardCharsets.UTF_8));
        } catch (LinuxError e) {
            LOG.warn("notify={} failed why=\"{}\"", socket, e.getMessage());
        }
    }
}
