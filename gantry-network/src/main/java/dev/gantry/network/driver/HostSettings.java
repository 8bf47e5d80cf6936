package dev.gantry.network.driver;

import dev.gantry.base.Forbidden;
import dev.gantry.network.endpoint.Sysctl;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/// The settings of the host's network stack. Those of containers are written by whoever is inside.
public interface HostSettings {
    /// What it is now; empty when this kernel does not have it.
    String read(String name);

    /// Sets it, if it is not so already. A family that the kernel does not have has no settings, and needs none.
    void set(Sysctl setting);

    /// Those of this process's own network namespace.
    static HostSettings proc() {
        return new HostSettings() {
            @Override
            public String read(String name) {
                try {
                    return Files.readString(file(name)).strip();
                } catch (NoSuchFileException e) {
                    return "";
                } catch (IOException e) {
                    throw refused("read " + name, e);
                }
            }

            @Override
            public void set(Sysctl setting) {
                boolean absent = setting.name().startsWith("net.ipv6.") && !Files.exists(file("net.ipv6"));
                if (absent || read(setting.name()).equals(setting.value())) {
                    return;
                }
                try {
                    Files.writeString(file(setting.name()), setting.value());
                } catch (IOException e) {
                    throw refused("set " + setting, e);
                }
            }
        };
    }

    private static Path file(String name) {
        return Path.of("/proc/sys").resolve(path(name));
    }

    /// Of `net.ipv4.conf.eth0/50.forwarding`: dots part, and slashes stand for an interface's own dots.
    static String path(String name) {
        return name.replace('/', '\0').replace('.', '/').replace('\0', '.');
    }

    private static Forbidden refused(String what, IOException e) {
        return new Forbidden(
                what,
                String.valueOf(e.getMessage()),
                "set it yourself, or run the engine where /proc/sys can be written",
                e);
    }
}
