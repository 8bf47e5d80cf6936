package dev.gantry.network.driver;

import dev.gantry.base.Forbidden;
import dev.gantry.network.endpoint.Sysctl;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/// The settings of the host's network stack. Those of containers are written by whoever is inside.
@FunctionalInterface
public interface HostSettings {
    /// Sets it, if it is not so already.
    void set(Sysctl setting);

    /// Those of this process's own network namespace. A family that the kernel does not have has no settings,
    /// and needs none.
    static HostSettings proc() {
        return setting -> {
            String name = setting.name();
            Path file = Path.of("/proc/sys").resolve(path(name));
            try {
                if (!Files.readString(file).strip().equals(setting.value())) {
                    Files.writeString(file, setting.value());
                }
            } catch (NoSuchFileException e) {
                if (Files.exists(Path.of("/proc/sys/net/ipv6")) || !name.startsWith("net.ipv6.")) {
                    throw refused(setting, e);
                }
            } catch (IOException e) {
                throw refused(setting, e);
            }
        };
    }

    /// Of `net.ipv4.conf.eth0/50.forwarding`: dots part, and slashes stand for an interface's own dots.
    static String path(String name) {
        return name.replace('/', '\0').replace('.', '/').replace('\0', '.');
    }

    private static Forbidden refused(Sysctl setting, IOException e) {
        return new Forbidden(
                "set " + setting,
                String.valueOf(e.getMessage()),
                "set it yourself, or run the engine where /proc/sys can be written",
                e);
    }
}
