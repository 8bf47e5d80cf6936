package dev.gantry.network.endpoint;

/// A setting of the kernel's network stack, by its name with dots. In names an interface's own dots are
/// written `/`, as sysctl(8) has it.
public record Sysctl(String name, String value) {
    /// With `IFNAME` replaced.
    Sysctl of(String interfaceName) {
        return new Sysctl(name.replace("IFNAME", interfaceName.replace('.', '/')), value);
    }

    /// Whether packets go through that did not before: then rules have to be there first.
    public boolean opens() {
        return name.endsWith(".ip_forward") || name.endsWith(".forwarding") || name.endsWith(".route_localnet");
    }

    @Override
    public String toString() {
        return name + "=" + value;
    }
}
